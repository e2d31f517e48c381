# Cryptocast. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# ---- what `make up` takes ------------------------------------------------------------------
SOURCE ?= auto
DATA ?=
FROM ?=
SPEED ?= 1
COINS ?=
UP_FLAGS = --source $(SOURCE) --speed $(SPEED) $(if $(DATA),--data $(DATA)) $(if $(FROM),--from $(FROM)) $(if $(COINS),--coins "$(COINS)")

VENV := .venv/bin
TOOLS := .tools/bin
# The real interpreter's folder comes first: pyenv's shims make `sam build` fail.
export PATH := $(CURDIR)/$(VENV):$(CURDIR)/$(TOOLS):$(PATH)
export AWS_DEFAULT_REGION ?= us-east-1
export SAM_CLI_TELEMETRY := 0
export PYTHONUNBUFFERED := 1
# Compiling every import anew makes each process start seconds later.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)

EXPORT_PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo $(PYTHON))

.PHONY: help setup up down clean test smoke lint format bench lock replay-report openapi sentiment-export sentiment-train sentiment-test bench-sentiment

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .venv/.done .tools/.done frontend/node_modules/.done ## create .venv and .tools, install the frontend

.venv/.done: requirements/dev.txt shared/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Cryptocast needs Python 3.11 or newer: install it, then run make again."; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m uv --version >/dev/null 2>&1 || .venv/bin/python -m pip install --quiet uv
	@echo "installing the workspace into .venv"
	@.venv/bin/python -m uv pip sync --quiet --python .venv/bin/python requirements/dev.txt
	@.venv/bin/python -m uv pip install --quiet --python .venv/bin/python --no-deps --editable shared
	@touch $@

.mlflow/.done: requirements/mlflow.txt .venv/.done
	@test -x .mlflow/bin/python || .venv/bin/python -m venv --without-pip .mlflow
	@echo "installing an MLflow server for the tests into .mlflow (600 MB)"
	@.venv/bin/python -m uv pip sync --quiet --python .mlflow/bin/python requirements/mlflow.txt
	@touch $@

.tools/.done: requirements/tools.txt .venv/.done
	@test -x .tools/bin/python || .venv/bin/python -m venv --without-pip .tools
	@echo "installing SAM, cfn-lint and MiniStack into .tools"
	@.venv/bin/python -m uv pip sync --quiet --python .tools/bin/python requirements/tools.txt
	@touch $@

frontend/node_modules/.done: frontend/package-lock.json
	@command -v node >/dev/null || { echo "Cryptocast needs Node 20.19 or newer for the dashboard: install it, then run make again."; exit 1; }
	@echo "installing the frontend"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

up: setup ## start everything; SOURCE=auto|live|simulated|replay DATA= FROM= SPEED= COINS=
	@python -m local.up $(UP_FLAGS)

down: ## stop what `make up` left running in the background
	@python -m local.down

# One thread a process: two of them, of two threads each, wait for each other on two cores.
test: setup .mlflow/.done ## every test that can run without the internet
	@OMP_NUM_THREADS=1 pytest -q -n 2 --dist loadfile --no-loadscope-reorder
	@cd frontend && npm test --silent

smoke: setup ## the stack up on free ports, one cycle, HTTP and WebSocket checked, down
	@python -m local.smoke

lint: setup ## ruff, mypy, import-linter, SAM, cfn-lint, the frontend's lint
	@ruff check . && ruff format --check .
	@mypy
	@cd shared && lint-imports --config ../pyproject.toml
	@sam validate --lint --template template.yaml
	@cfn-lint template.yaml
	@python -m local.openapi --check frontend/openapi.json
	@cd frontend && npm run --silent lint

format: setup ## let ruff and prettier format the code
	@ruff check --fix . ; ruff format .
	@cd frontend && npm run --silent format

bench: setup ## the benchmarks; the scorer's throughput too, where `make sentiment-export` was run
	@pytest -q tests/bench -m bench --benchmark-only --benchmark-columns=min,median,max,rounds -o testpaths=tests/bench
	@if [ -e .venv-export/.done ]; then .venv-export/bin/python -m tests.bench.sentiment_throughput; \
	else echo "left out: the scorer against a transformers pipeline, which needs torch: make sentiment-export, then make bench"; fi

replay-report: setup ## replay DATA (default ../shared/data) through the deployed stack; writes docs/replay.md
	@python -m local.replay_report --data $(or $(DATA),../shared/data)

openapi: setup ## rewrite frontend/openapi.json and the client's types
	@python -m local.openapi > frontend/openapi.json
	@cd frontend && npm run --silent generate

sentiment-export: .venv-export/.done ## an environment with torch; with MODEL= OUT= exports a model from the hub
	@if [ -n "$(OUT)" ]; then .venv-export/bin/python -m cryptocast.cli sentiment export --out "$(OUT)" \
		$(if $(MODEL),--model "$(MODEL)") $(if $(REVISION),--revision "$(REVISION)") $(if $(PROCESSOR),--processor "$(PROCESSOR)"); \
	else echo "ready; now: make sentiment-export OUT=FOLDER [MODEL=ElKulako/cryptobert] [REVISION=] [PROCESSOR=avx2|arm64]"; fi

sentiment-train: .venv-export/.done ## train the default sentiment model from DATA (default ../shared/data); TEACHER=FOLDER_OR_NAME learns from a larger one (needs a GPU), START=FOLDER goes on from a model
	@.venv-export/bin/python -m sentiment_training --data $(or $(DATA),../shared/data) --out $(or $(OUT),.local/sentiment-default) \
		$(if $(TEACHER),--teacher "$(TEACHER)") $(if $(START),--start "$(START)") $(if $(EPOCHS),--epochs $(EPOCHS)) $(if $(POSTS),--posts $(POSTS)) $(if $(THREADS),--threads $(THREADS))

sentiment-test: .venv-export/.done ## the tests of the export, which need torch
	@.venv-export/bin/python -m pytest -q --noconftest -p no:cacheprovider tests/unit/sentiment/test_export.py tests/unit/sentiment/test_teacher.py

bench-sentiment: .venv-export/.done ## the scorer against a transformers pipeline, at CryptoBERT's shape
	@.venv-export/bin/python -m tests.bench.sentiment_throughput

# pip, not uv, and not locked: which torch is right depends on the machine. On Linux without a GPU, TORCH_INDEX
# can name PyTorch's index of CPU builds, which are a tenth of the size.
.venv-export/.done: pyproject.toml shared/pyproject.toml
	@test -x .venv-export/bin/python || $(EXPORT_PYTHON) -m venv .venv-export
	@echo "installing torch, transformers and optimum into .venv-export (1.3 GB and more)"
	@.venv-export/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@.venv-export/bin/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --group sentiment-export
	@.venv-export/bin/python -m pip install --quiet --no-deps --editable shared
	@touch $@

lock: .venv/.done ## lock every environment into requirements/ and layers/
	@bash local/lock.sh

clean: ## delete what was built and the kept data
	@rm -rf .venv .venv-export .mlflow .tools .local .aws-sam frontend/node_modules frontend/dist .mypy_cache .ruff_cache .hypothesis

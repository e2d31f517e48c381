#!/usr/bin/env bash
# Lock every environment with hashes: `make lock` (add UPGRADE=1 for newer versions).
# requirements/ holds the environments; each layer's file lies inside the layer's folder, because
# `sam build` copies that folder and nothing else. Versions agree: dev.txt is the constraint of all.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # compile OUTPUT GROUP [flags...]
  local output=$1 group=$2
  shift 2
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    ${UPGRADE:+--upgrade} --group "$group" --output-file "$output" "$@"
}

# The packages a locked file brings on Linux, as flags that keep them out of a layer above it.
provided_by() {
  local file
  for file in "$@"; do
    grep -E '^[a-z0-9._-]+==' "$file" | grep -vE "sys_platform == '(win32|emscripten)'" \
      | sed -E 's/==.*//; s/^/--no-emit-package=/' | sort -u
  done
}

compile requirements/dev.txt dev
for group in local train; do compile "requirements/$group.txt" "$group" --constraint requirements/dev.txt; done
compile requirements/tools.txt tools
compile requirements/mlflow.txt mlflow-server

layer() { # layer NAME [flags...]
  local name=$1
  shift
  compile "layers/$name/requirements.txt" "layer-$name" --constraint requirements/dev.txt "$@"
  echo "layers/$name/requirements.txt: $(grep -cE '^[a-z0-9._-]+==' "layers/$name/requirements.txt") packages"
}

# Lines of the standard input into the array `lines`; macOS's bash 3 has no mapfile.
read_lines() {
  lines=()
  while IFS= read -r line; do lines+=("$line"); done
}

layer core
read_lines < <(provided_by layers/core/requirements.txt)
core=("${lines[@]}")
layer collect "${core[@]}"
layer numeric "${core[@]}"
read_lines < <(provided_by layers/numeric/requirements.txt)
numeric=("${lines[@]}")
# tokenizers asks for huggingface-hub only to download; a layer never does. It would bring 40 MB.
read_lines < <(printf -- '--no-emit-package=%s\n' \
  click filelock fsspec hf-xet httpcore2 httpx2 httpx2-jsfetch huggingface-hub pyyaml shellingham tqdm truststore typer)
layer inference "${core[@]}" "${numeric[@]}" "${lines[@]}"

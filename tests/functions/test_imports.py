"""Each function finds what it imports in the layers it has, and asks nothing of the world while importing.

On MiniStack a package that no layer brings may still be found in its own environment, so that a missing
layer goes unnoticed there and fails on AWS. Here everything outside the function's layers is hidden.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.template import ROOT, functions, layers_of, load_template

TEMPLATE = load_template()
THIRD_PARTY = ("core", "collect", "numeric", "inference")
IN_THE_RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"}
"""Lambda's Python brings boto3 and what it needs."""
IMPORT_ALL = """
import importlib.abc, importlib.util, sys
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is in no layer of this function", name=name)
sys.meta_path.insert(0, Hidden())
for file in FILES:
    spec = importlib.util.spec_from_file_location("handler", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.handler), file
"""
LAYER_SETS: dict[frozenset[str], list[str]] = {}
for _name, _function in functions(TEMPLATE).items():
    _layers = frozenset(layer.removesuffix("Layer").lower() for layer in layers_of(TEMPLATE, _function))
    LAYER_SETS.setdefault(_layers, []).append(str(ROOT / _function["CodeUri"] / "handler.py"))


def packages_of(layer: str) -> set[str]:
    text = (ROOT / "layers" / layer / "requirements.txt").read_text()
    return {re.sub(r"[-_.]+", "-", name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def modules_by_package() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for module, packages in importlib.metadata.packages_distributions().items():
        for package in packages:
            found.setdefault(re.sub(r"[-_.]+", "-", package).lower(), set()).add(module)
    return found


@pytest.mark.parametrize("layers", LAYER_SETS, ids=lambda layers: "+".join(sorted(layers)))
def test_functions_import_from_their_layers_alone(layers: frozenset[str]) -> None:
    by_package = modules_by_package()
    brought: set[str] = set()
    for layer in layers & set(THIRD_PARTY):
        brought |= {module for package in packages_of(layer) for module in by_package.get(package, ())}
    everything = {module for modules in by_package.values() for module in modules}
    hidden = everything - brought - IN_THE_RUNTIME - {"cryptocast"} - set(sys.stdlib_module_names)
    assert {"pytest", "moto"} <= hidden
    code = IMPORT_ALL.replace("HIDDEN", repr(hidden)).replace("FILES", repr(LAYER_SETS[layers]))
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr[-1_500:]

"""Writes the measured sizes of the built layers into layers/README.md: `python layers/sizes.py .aws-sam/aws`.

Fails where a function comes to more than Lambda takes: 250 MB, unzipped, code and layers together.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.template import functions, layers_of, load_template  # noqa: E402

LIMIT_MB = 250
BEGIN, END = "<!-- sizes -->\n", "<!-- /sizes -->\n"


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def tables(build: Path) -> tuple[str, float]:
    """The two tables, and the largest function in MB."""
    template = load_template()
    used = {layer for function in functions(template).values() for layer in layers_of(template, function)}
    layers = {layer: megabytes(build / layer) for layer in sorted(used)}
    lines = ["| layer | MB unzipped |", "|---|---|"]
    lines += [f"| {layer} | {size:.0f} |" for layer, size in layers.items()]
    lines += ["", "| function | layers | MB of 250 |", "|---|---|---|"]
    largest = 0.0
    for name, function in functions(template).items():
        mine = layers_of(template, function)
        total = megabytes(build / name) + sum(layers[layer] for layer in mine)
        largest = max(largest, total)
        lines.append(f"| {name} | {', '.join(one.removesuffix('Layer') for one in mine)} | {total:.0f} |")
    return "\n".join(lines) + "\n", largest


def main(build: Path) -> int:
    text, largest = tables(build)
    readme = ROOT / "layers" / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    readme.write_text(before + BEGIN + text + END + rest.partition(END)[2])
    sys.stdout.write(text)
    return int(largest > LIMIT_MB)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))

"""Score the texts of a Parquet file, without a database or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cryptocast.errors import CryptocastError
from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.scorer import Scorer
from cryptocast.series import Floats

CHUNK = 512
ADDED = ("label", *(f"p_{label}" for label in LABELS))
SCORED_BY = "cryptocast.scored_by"
"""The key of the file's metadata that names the model's version."""
GIVEN = "given_"
"""What a column of the input that has the name of an added one is renamed with."""

Progress = Callable[[str, int, int], None]


class UnreadableFile(CryptocastError):
    """The file is not there, not Parquet, has not the columns that are needed, or would be written over."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """How many rows got a score, which had no text (neutral), and which the model could not score (null)."""

    rows: int
    without_text: int
    unscored: int
    renamed: tuple[str, ...]


def score_file(
    scorer: Scorer, source: Path, out: Path, column: str = "text", progress: Progress | None = None
) -> FileReport:
    """Write `source` to `out` with `label`, `p_bearish`, `p_neutral`, `p_bullish` added, rows in order.

    `column` may name several, `title,body`, which are read one below the other. A row without text is
    neutral; one that the model cannot score is null in all four. A column of the input that has such a name
    already becomes `given_…`. Raises `UnreadableFile`, also where `out` is `source` by another name or link,
    and where there is a `given_…` already, as of a file that was scored twice.
    """
    if out.exists() and source.exists() and out.samefile(source):
        raise UnreadableFile(f"{out}: the same file as the input; name another one to write")
    columns = [name.strip() for name in column.split(",")]
    table = _read(source, columns)
    renamed = _renamed(table, source)
    texts = _texts(table, columns)
    scores = _score(scorer, texts, progress)
    table = table.rename_columns([GIVEN + name if name in ADDED else name for name in table.column_names])
    for name, values in zip(ADDED, _columns(scores), strict=True):
        table = table.append_column(name, values)
    known = {**(table.schema.metadata or {}), SCORED_BY.encode(): scorer.model_version.encode()}
    try:
        pq.write_table(table.replace_schema_metadata(known), out, compression="zstd")
    except OSError as error:
        raise UnreadableFile(f"{out}: cannot be written: {error}") from None
    empty = sum(not text.strip() for text in texts)
    return FileReport(len(texts), empty, int(np.isnan(scores).any(axis=1).sum()), renamed)


def _read(source: Path, columns: Sequence[str]) -> pa.Table:
    if not source.exists():
        raise UnreadableFile(f"{source}: there is no such file")
    try:
        table = pq.read_table(source)
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(f"{source}: not a Parquet file that can be read: {error}") from None
    if absent := [column for column in columns if column not in table.column_names]:
        raise UnreadableFile(f"{source}: no column {absent[0]!r}; it has {', '.join(table.column_names)}")
    return table


def _renamed(table: pa.Table, source: Path) -> tuple[str, ...]:
    """The columns that make room. Parquet takes two columns of one name, and readers refuse the file then."""
    renamed = tuple(name for name in table.column_names if name in ADDED)
    if taken := [name for name in renamed if GIVEN + name in table.column_names]:
        raise UnreadableFile(
            f"{source}: has {taken[0]!r} and {GIVEN + taken[0]!r}, which it would be renamed to: "
            "rename or drop one of them first"
        )
    return renamed


def _texts(table: pa.Table, columns: Sequence[str]) -> list[str]:
    parts = [[_text(value) for value in table.column(column).to_pylist()] for column in columns]
    return ["\n".join(text).strip() if len(text) > 1 else text[0] for text in zip(*parts, strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _score(scorer: Scorer, texts: list[str], progress: Progress | None) -> Floats:
    # By length, so that a chunk's texts pad each other little; put back in order at the end.
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    scores = np.empty((len(texts), len(LABELS)))
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        scores[rows] = scorer.score([texts[row] for row in rows])
        if progress:
            progress("texts", start + len(rows), len(order))
    return scores


def _columns(scores: Floats) -> Iterator[pa.Array]:
    failed = np.isnan(scores).any(axis=1)
    best = np.where(failed[:, None], 0.0, scores).argmax(axis=1)
    yield pa.array(np.array(LABELS)[best], type=pa.string(), mask=failed)
    for column in scores.T:
        yield pa.array(column, type=pa.float64(), mask=failed)

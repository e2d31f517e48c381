"""Price and document files, in the format of the project's data folder, checked as they are read.

Prices: symbol, ts (the bar's open), interval_s, open, high, low, close, volume. Documents: kind, source,
external_id, published_at, title, body, and p_bearish, p_bullish where they were scored. What is wrong beyond
repair ends with an error that names file and row (counted from 0); what has a documented treatment is treated
and noted, never passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from cryptocast.errors import BadInput
from cryptocast.sentiment.scored_file import SCORED_BY
from cryptocast.series import BarSeries

PRICE_COLUMNS = ("symbol", "ts", "interval_s", "open", "high", "low", "close", "volume")
DOCUMENT_COLUMNS = ("kind", "source", "external_id", "published_at", "title", "body")
SCORE_COLUMNS = ("p_bearish", "p_bullish")
"""What `cryptocast sentiment score` adds and an evaluation reads; null where a text has no score."""
_OPTIONAL = ("url", *SCORE_COLUMNS)
_KINDS = {"social": "post"}
"""What files call a post."""
_LONGEST_INTERVAL_S = 86_400
_FIRST, _LAST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-01-01")
"""A bar outside is a broken clock, and every grid time between it and the others would be a row."""


@dataclass(frozen=True, slots=True)
class PriceFiles:
    """The bars of every coin and interval, ascending and without doubles; `notes` say what was treated."""

    series: dict[tuple[str, int], BarSeries]
    notes: list[str] = field(default_factory=list)


def named(symbols: Sequence[str]) -> tuple[str, ...]:
    """The coins as the files name them, each once, in the order asked for."""
    return tuple(dict.fromkeys(symbol.strip().upper() for symbol in symbols if symbol.strip()))


def read_prices(paths: Sequence[Path]) -> PriceFiles:
    """Read and check price files. Raises `BadInput` that names file and row."""
    if not paths:
        raise BadInput("no price file was given")
    notes: list[str] = []
    frames = [_read_price_file(path, notes) for path in paths]
    rows = pd.concat(frames, ignore_index=True)
    rows = _without_doubles(rows, notes)
    series: dict[tuple[str, int], BarSeries] = {}
    for symbol in rows["symbol"].unique().tolist():
        own = rows[rows["symbol"] == symbol]
        for interval_s in own["interval_s"].unique().tolist():
            series[symbol, interval_s] = _series(symbol, interval_s, own[own["interval_s"] == interval_s])
    return PriceFiles(series, notes)


def read_document_frame(paths: Sequence[Path]) -> pd.DataFrame:
    """The documents of all files, ascending by `published_at`, one row per (kind, source, external_id)."""
    frames: list[pd.DataFrame] = []
    for path in paths:
        first = next((one for one in frames if len(one)), frames[0] if frames else None)
        frame = _scored(path, _read(path, DOCUMENT_COLUMNS), first)
        frame = frame.assign(published_at=_moments(path, frame["published_at"], "published_at"))
        for column in ("title", "body", "source"):
            frame[column] = frame[column].astype(object).fillna("").astype(str)
        frame["kind"] = frame["kind"].astype(object).replace(_KINDS)
        wrong = ~frame["kind"].isin(["news", "post"])
        if wrong.any():
            raise BadInput(f"{_at(path, wrong)}: kind is {frame['kind'][wrong].iloc[0]!r}, not news or post")
        empty = (frame["title"].str.strip() == "") & (frame["body"].str.strip() == "")
        frames.append(frame[~empty])
    if not frames:
        return pd.DataFrame(columns=list(DOCUMENT_COLUMNS))
    rows = pd.concat(frames, ignore_index=True)
    known = rows["external_id"].notna()
    rows = rows[~(known & rows.duplicated(["kind", "source", "external_id"]))]
    return rows.sort_values("published_at", kind="stable", ignore_index=True)


def _scored(path: Path, frame: pd.DataFrame, first: pd.DataFrame | None) -> pd.DataFrame:
    """The file's own scores checked: probabilities of one model, in all files or in none.

    `scored_by` tells whose they are, "" where the file does not.
    """
    has = [name for name in SCORE_COLUMNS if name in frame]
    if len(has) == 1 or (first is not None and bool(has) != (SCORED_BY in first)):
        raise BadInput(
            f"{path}: {' and '.join(SCORE_COLUMNS)} must be in every document file or in none, for scores of "
            "two models cannot be compared: score the others too (`cryptocast sentiment score`)"
        )
    if not has:
        return frame
    for name in has:
        frame[name] = _numbers(path, frame[name], name, low=0.0, high=1.0, may_be_absent=True)
    by = (pq.read_schema(path).metadata or {}).get(SCORED_BY.encode(), b"").decode("utf-8", "replace")
    if first is not None and len(first) and first[SCORED_BY].iloc[0] != by:
        raise BadInput(
            f"{path}: scored by {by or 'a model that it does not name'}, another file by "
            f"{first[SCORED_BY].iloc[0] or 'one that it does not name'}; scores of two models "
            "cannot be compared"
        )
    return frame.assign(**{SCORED_BY: by})


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    if path.is_dir():
        raise BadInput(f"{path}: a folder; give the files in it")
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except Exception as error:  # pyarrow's errors share no other base
        raise BadInput(f"{path}: not a Parquet file: {error}") from None
    if absent := [name for name in columns if name not in frame]:
        raise BadInput(f"{path}: columns are absent: {', '.join(absent)}")
    if not len(frame):
        raise BadInput(f"{path}: the file has no rows")
    wanted = [*columns, *(name for name in _OPTIONAL if name in frame)]
    return frame[wanted].reset_index(drop=True)


def _read_price_file(path: Path, notes: list[str]) -> pd.DataFrame:
    frame = _read(path, PRICE_COLUMNS)
    opened = _moments(path, frame["ts"], "ts")
    strange = (opened < _FIRST) | (opened >= _LAST)
    if strange.any():
        raise BadInput(f"{_at(path, strange)}: ts is {opened[strange].iloc[0]}, not from 1990 to 2100")
    frame = frame.assign(opened_s=opened.to_numpy(dtype="datetime64[s]").astype(np.int64))
    frame["symbol"] = _symbols(path, frame["symbol"])
    frame["interval_s"] = _numbers(path, frame["interval_s"], "interval_s", low=60, high=_LONGEST_INTERVAL_S)
    broken = frame["interval_s"] % 1 != 0
    if broken.any():
        found = frame["interval_s"][broken].iloc[0]
        raise BadInput(f"{_at(path, broken)}: interval_s is {found:g}, not a whole number of seconds")
    frame["interval_s"] = frame["interval_s"].astype(np.int64)
    for column in ("open", "high", "low", "close"):
        frame[column] = _numbers(path, frame[column], column, low=1e-12, high=1e12)
    frame["volume"] = _numbers(path, frame["volume"], "volume", low=0.0, high=1e18, may_be_absent=True)
    inverted = frame["high"] < frame["low"]
    if inverted.any():
        raise BadInput(f"{_at(path, inverted)}: high is below low")
    frame["file"], frame["row"] = str(path), np.arange(len(frame))
    return _treated(path, frame, notes)


def _treated(path: Path, frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    off = (frame["opened_s"] % frame["interval_s"]) != 0
    if off.any():
        notes.append(f"{path.name}: {int(off.sum())} bars off their grid left out, first {_at(path, off)}")
    back = frame.groupby(["symbol", "interval_s"], sort=False)["opened_s"].diff() < 0
    if back.any():
        notes.append(f"{path.name}: bars are not in order; sorted, {_at(path, back)} is the first out of it")
    still = (frame["volume"] == 0).sum()
    if still:
        notes.append(f"{path.name}: {int(still)} bars without any trade; kept, a volume of 0 is a volume")
    outside = (frame[["open", "close"]].max(axis=1) > frame["high"] * (1 + 1e-9)) | (
        frame[["open", "close"]].min(axis=1) < frame["low"] * (1 - 1e-9)
    )
    if outside.any():
        notes.append(
            f"{path.name}: {int(outside.sum())} bars open or close outside their range, which is widened; "
            f"{_at(path, outside)} is the first"
        )
    prices = frame[["open", "high", "low", "close"]]
    return frame.assign(high=prices.max(axis=1), low=prices.min(axis=1))[~off]


def _without_doubles(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Identical doubles are dropped; two bars that contradict each other are an error with both rows."""
    key = ["symbol", "interval_s", "opened_s"]
    rows = rows.sort_values(key, kind="stable", ignore_index=True)
    again = rows.duplicated(key)
    if not again.any():
        return rows
    before = rows.shift(1)
    numbers = ["open", "high", "low", "close", "volume"]
    same = ((rows[numbers] == before[numbers]) | (rows[numbers].isna() & before[numbers].isna())).all(axis=1)
    if (again & ~same).any():
        i = int(np.flatnonzero(again & ~same)[0])
        one, other = rows.iloc[i - 1], rows.iloc[i]
        raise BadInput(
            f"{other['file']}, row {other['row']}: another bar of {other['symbol']} at {other['ts']} than in "
            f"{one['file']}, row {one['row']}; the two contradict each other"
        )
    first = rows[again].iloc[0]
    notes.append(
        f"{int(again.sum())} bars are there twice, the same each time; one is kept "
        f"({first['file']}, row {first['row']} is the first)"
    )
    return rows[~again]


def _series(symbol: str, interval_s: int, group: pd.DataFrame) -> BarSeries:
    columns = (group[name].to_numpy(np.float64) for name in ("open", "high", "low", "close", "volume"))
    return BarSeries(symbol, interval_s, group["opened_s"].to_numpy(np.int64), *columns)


def _symbols(path: Path, column: pd.Series[Any]) -> pd.Series[Any]:
    absent = column.isna() | (column.astype(str).str.strip() == "")
    if absent.any():
        raise BadInput(f"{_at(path, absent)}: the symbol is absent")
    return column.astype(str).str.strip().str.upper()


def _moments(path: Path, column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Times as UTC without a zone. Times without a zone are taken as UTC."""
    if pd.api.types.is_numeric_dtype(column):
        raise BadInput(f"{path}: {name} holds numbers, not times")
    moments = _parsed(column)
    if moments.isna().any():
        raise BadInput(f"{_at(path, moments.isna())}: {name} is no time")
    plain: pd.Series[Any] = moments.dt.tz_localize(None)
    return plain


def _parsed(column: pd.Series[Any]) -> pd.Series[Any]:
    """By ISO 8601, a fraction of a second or none; by the pattern of the first where that reads more."""
    moments = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
    if not moments.isna().any():
        return moments
    like_the_first = pd.to_datetime(column, utc=True, errors="coerce")
    return moments if moments.isna().sum() <= like_the_first.isna().sum() else like_the_first


def _numbers(
    path: Path, column: pd.Series[Any], name: str, *, low: float, high: float, may_be_absent: bool = False
) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(column):
        raise BadInput(f"{path}, row 0: {name} holds yes and no, not numbers")
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    wrong = ~((numbers >= low) & (numbers <= high))
    if may_be_absent:
        wrong &= column.notna()
    if wrong.any():
        found = column[wrong].tolist()[0]
        raise BadInput(f"{_at(path, wrong)}: {name} is {found!r}, not from {low:g} to {high:g}")
    return numbers


def _at(path: Path, wrong: pd.Series[Any]) -> str:
    return f"{path}, row {int(np.flatnonzero(wrong.to_numpy())[0])}"

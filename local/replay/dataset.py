"""A world out of a folder of Parquet files: `prices/*.parquet` and `documents/*.parquet`.

Columns of prices: symbol, ts (the open), interval_s, open, high, low, close, volume. Of documents:
kind, source, external_id, published_at, title, body. `score` and `num_comments` are never read: they
were taken long after publication. A coin is served at a bar length only where its files hold that
length or shorter bars that fill it; nothing is interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from local.replay.dataset_documents import DocumentFiles
from local.replay.world import Bars, Document, empty_bars, overlay, resample

SERVED_INTERVALS_S = (300, 900, 1_800, 3_600, 21_600, 86_400)
_COLUMNS = ["symbol", "ts", "interval_s", "open", "high", "low", "close", "volume"]


class Dataset:
    """Files are read when something of theirs is first asked for; `warm` reads them at once."""

    label = "replay"

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder = folder
        self._documents = DocumentFiles(sorted((folder / "documents").glob("*.parquet")), seed)
        self._price_files = sorted((folder / "prices").glob("*.parquet"))
        if not self._price_files:
            raise FileNotFoundError(f"{folder} holds no prices/*.parquet: is it the data folder?")
        self._series = lru_cache(maxsize=None)(self._make_series)

    def warm(self) -> None:
        for symbol in self.symbols:
            for interval_s in self.intervals(symbol):
                self._series(symbol, interval_s)
        self._documents.warm()

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple(sorted({symbol for symbol, _ in self._native}))

    @cached_property
    def first_s(self) -> int:
        return min(int(bars.opened_s[0]) for bars in self._native.values())

    @cached_property
    def last_s(self) -> int:
        return max(int(bars.opened_s[-1]) + interval for (_, interval), bars in self._native.items())

    def intervals(self, symbol: str) -> tuple[int, ...]:
        own = [interval for name, interval in self._native if name == symbol]
        return tuple(i for i in SERVED_INTERVALS_S if any(i % finer == 0 for finer in own))

    def bars(self, symbol: str, interval_s: int, since_s: float, until_s: float) -> Bars:
        if interval_s not in self.intervals(symbol):
            return empty_bars()
        return self._series(symbol, interval_s).between(since_s, until_s)

    def channels(self, kind: str) -> tuple[str, ...]:
        return self._documents.channels(kind)

    def documents(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        return self._documents.between(channel, since_s, until_s)

    def posts(self, ids: Sequence[str]) -> list[Document]:
        return self._documents.posts(ids)

    @cached_property
    def _native(self) -> dict[tuple[str, int], Bars]:
        """Bars as the files hold them, per coin and length, ascending and without doubles."""
        native: dict[tuple[str, int], Bars] = {}
        for path in self._price_files:
            for key, bars in _read_prices(path).items():
                native[key] = overlay(native[key], bars) if key in native else bars
        return native

    def _make_series(self, symbol: str, interval_s: int) -> Bars:
        series = self._native.get((symbol, interval_s), empty_bars())
        finer = [i for name, i in self._native if name == symbol and i < interval_s and interval_s % i == 0]
        for own in sorted(finer, reverse=True):
            series = overlay(series, resample(self._native[(symbol, own)], own, interval_s))
        return series


def _read_prices(path: Path) -> dict[tuple[str, int], Bars]:
    table = pq.read_table(path, columns=_COLUMNS)
    seconds = pc.cast(table["ts"], pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64()).to_numpy()
    interval_s = table["interval_s"].to_numpy()
    names = table["symbol"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    numbers = {name: table[name].to_numpy().astype(np.float64) for name in _COLUMNS[3:]}
    bars: dict[tuple[str, int], Bars] = {}
    for code, symbol in enumerate(names.dictionary.to_pylist()):
        for interval in np.unique(interval_s[codes == code]).tolist():
            rows = np.flatnonzero((codes == code) & (interval_s == interval))
            _, unique = np.unique(seconds[rows], return_index=True)
            rows = rows[unique]
            columns = {name: column[rows] for name, column in numbers.items()}
            bars[(symbol.upper(), interval)] = Bars(opened_s=seconds[rows], **columns)
    return bars


def symbols_with_bars(
    folder: Path, since: datetime, interval_s: int = 900, days: int = 30
) -> tuple[str, ...]:
    """The coins that the folder can serve at `interval_s` for most of the `days` after `since`."""
    dataset = Dataset(folder)
    since_s = since.timestamp()
    wanted = days * 86_400 // interval_s // 2
    found = (
        symbol
        for symbol in dataset.symbols
        if len(dataset.bars(symbol, interval_s, since_s, since_s + days * 86_400)) >= wanted
    )
    return tuple(found)

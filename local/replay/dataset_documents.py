"""The documents of a data folder, per channel.

Recorded crypto news comes from publishers that the collectors do not read, so each publisher is
dealt to one of the two feeds: CoinDesk carries CoinTelegraph, Reuters and CoinDesk, CryptoSlate
carries the rest of those known; an unknown publisher goes by the hash of its name. The item keeps
its publisher in `dc:creator` and in its address, and its own address as guid, so the origin stays
visible.

Two recorded stamps claim more than they know, and are moved a day on, lest a headline tells of what
had not happened: those of exactly midnight are bare dates, and Reuters stamps the first version of a
market report beside the text of the day's last one ("Wall Street closes up", stamped 12:25 UTC).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from local.replay.lag import news_visible_s, post_visible_s
from local.replay.world import DAY_S, Document, Ints

NEWS_CHANNELS = ("coindesk", "cryptoslate")
_DEALT = {
    "coindesk": "coindesk",
    "cointelegraph": "coindesk",
    "reuters": "coindesk",
    "cryptoslate": "cryptoslate",
    "cryptonews": "cryptoslate",
    "cryptopotato": "cryptoslate",
}
_COLUMNS = ["kind", "source", "external_id", "published_at", "title", "body"]


def news_channel(source: str) -> str:
    """Which of the two feeds carries a publisher."""
    name = source.lower()
    return _DEALT.get(name) or NEWS_CHANNELS[hashlib.sha256(name.encode()).digest()[0] % 2]


@dataclass(frozen=True, slots=True)
class _Channel:
    """Rows of one channel, ascending by publication."""

    name: str
    kind: str
    table: pa.Table
    published_s: Ints
    visible_s: Ints

    def rows(self, rows: Sequence[int]) -> list[Document]:
        taken = self.table.take(pa.array(rows, type=pa.int64())).to_pylist()
        return [self._document(row, int(i)) for row, i in zip(taken, rows, strict=True)]

    def _document(self, row: dict[str, Any], index: int) -> Document:
        return Document(
            kind=self.kind,
            channel=self.name,
            source=row["source"],
            external_id=row["external_id"],
            title=row["title"] or "",
            body=row["body"] or "",
            author=row["source"] if self.kind == "news" else "replayed_author",
            published_s=int(self.published_s[index]),
            visible_s=int(self.visible_s[index]),
        )


class DocumentFiles:
    """News and posts are two lots, each read when first asked for."""

    def __init__(self, paths: Sequence[Path], seed: int) -> None:
        self._seed = seed
        self._paths = [path for path in paths if set(_COLUMNS) <= set(pq.read_schema(path).names)]

    def warm(self) -> None:
        _ = self._all

    def channels(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, channel in self._all.items() if channel.kind == kind)

    def between(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        found = self._all.get(channel) or self._lower.get(channel.lower())
        if found is None:
            return []
        start, stop = np.searchsorted(found.published_s, [since_s, until_s])
        return found.rows(range(int(start), int(stop)))

    def posts(self, ids: Sequence[str]) -> list[Document]:
        asked, found = pa.array(ids, type=pa.large_string()), {}
        for name in self.channels("post"):
            channel = self._all[name]
            rows = pc.index_in(asked, value_set=channel.table["external_id"].combine_chunks()).drop_null()
            found |= {post.external_id: post for post in channel.rows(rows.to_pylist())}
        return [found[post_id] for post_id in ids if post_id in found]

    @cached_property
    def _lower(self) -> dict[str, _Channel]:
        return {name.lower(): channel for name, channel in self._all.items()}

    @cached_property
    def _all(self) -> dict[str, _Channel]:
        tables = [_clean(pq.read_table(path, columns=_COLUMNS)) for path in self._paths]
        if not tables:
            return {}
        table = pa.concat_tables(tables)
        channels = {}
        names = pc.unique(table["channel"]).to_pylist()
        for name in names:
            part = table.filter(pc.equal(table["channel"], name)).sort_by("published_s")
            channels[name] = self._channel(name, part)
        pa.default_memory_pool().release_unused()
        return channels

    def _channel(self, name: str, table: pa.Table) -> _Channel:
        table = table.combine_chunks()
        kind = table["kind"][0].as_py()
        published_s = table["published_s"].to_numpy()
        ids = table["external_id"].to_pylist()
        chance = np.array([zlib.crc32(f"{self._seed}:{i}".encode()) for i in ids]) / 2**32
        if kind == "news":
            visible_s = news_visible_s(published_s, chance, undocumented_zone=True)
        else:
            visible_s = post_visible_s(published_s, chance)
        return _Channel(
            name, kind, table.select(["source", "external_id", "title", "body"]), published_s, visible_s
        )


def _clean(table: pa.Table) -> pa.Table:
    """One type per column, a channel, and an id for items recorded without one."""
    text = {
        name: table[name].cast(pa.large_string())
        for name in ("kind", "source", "external_id", "title", "body")
    }
    news = pc.equal(text["kind"], "news")
    published_s = _trusted_stamps(table["published_at"], text["source"], news)
    sources = pc.unique(text["source"])
    dealt = pa.array([news_channel(source) for source in sources.to_pylist()], type=pa.large_string())
    channel = pc.if_else(news, dealt.take(pc.index_in(text["source"], sources)), text["source"])
    if text["external_id"].null_count:
        text["external_id"] = _with_ids(text, published_s)
    kind = pc.if_else(news, "news", "post").cast(pa.large_string())
    return pa.table({**text, "kind": kind, "published_s": published_s, "channel": channel})


def _trusted_stamps(stamps: pa.ChunkedArray, source: pa.ChunkedArray, news: pa.ChunkedArray) -> pa.Array:
    """Seconds of publication; see the module's docstring for those that are moved."""
    seconds = pc.cast(stamps, pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64()).to_numpy()
    revised = pc.equal(pc.utf8_lower(source), "reuters").to_numpy()
    late = news.to_numpy() & (revised | (seconds % DAY_S == 0))
    return pa.array(seconds + np.where(late, DAY_S, 0))


def _with_ids(text: dict[str, pa.ChunkedArray], published_s: pa.Array) -> pa.Array:
    rows = zip(
        *(text[name].to_pylist() for name in ("external_id", "source", "title", "body")),
        published_s.to_pylist(),
        strict=True,
    )
    return pa.array(
        [
            own or "recorded:" + hashlib.sha256("|".join(map(str, rest)).encode()).hexdigest()[:20]
            for own, *rest in rows
        ],
        type=pa.large_string(),
    )

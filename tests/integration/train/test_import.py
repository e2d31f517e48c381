"""`cryptocast import`: files in the documented format into the database, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from cryptocast import wiring
from cryptocast.cli import app
from cryptocast.errors import BadInput
from cryptocast.store import bars, documents
from cryptocast.store.database import Database
from cryptocast.train.importing import import_documents, import_prices
from tests.factories import AS_OF, make_bar, make_document

pytestmark = pytest.mark.integration
NOW = AS_OF + timedelta(days=1)
START = pd.Timestamp("2026-03-02T00:00", tz="UTC")


def price_frame(count: int = 8, symbol: str = "BTC", interval_s: int = 900, **columns: Any) -> pd.DataFrame:
    """Bars in the columns that README names."""
    rows = {
        "symbol": symbol,
        "ts": pd.date_range(START, periods=count, freq=f"{interval_s}s"),
        "interval_s": interval_s,
        "open": 100.0,
        "high": 102.0,
        "low": 99.0,
        "close": [100.0 + i for i in range(count)] if count < 3 else 101.0,
        "volume": 5.0,
    }
    return pd.DataFrame(rows | columns)


def document_frame(**columns: Any) -> pd.DataFrame:
    """A post at 09:30, news at 10:15, and news with a bare date."""
    rows = {
        "kind": ["social", "news", "news"],
        "source": ["reddit", "coindesk", "reuters"],
        "external_id": ["t3_a", "n-1", "n-2"],
        "published_at": pd.to_datetime(["2026-03-02T09:30Z", "2026-03-02T10:15Z", "2026-03-01T00:00Z"]),
        "title": ["BTC to the moon", "Ethereum rises", "Bitcoin falls"],
        "body": ["", "The price of ether rose.", ""],
        "url": ["https://example.org/a", None, ""],
    }
    return pd.DataFrame(rows | columns)


@pytest.fixture
def save(tmp_path: Path) -> Any:
    def to_file(frame: pd.DataFrame, name: str = "a.parquet") -> Path:
        frame.to_parquet(tmp_path / name)
        return tmp_path / name

    return to_file


class TestPrices:
    def test_bars_arrive_as_they_are_in_the_file(self, db: Database, save: Any) -> None:
        report = import_prices(db, [save(price_frame()), save(price_frame(3, "ETH", 3_600), "b.parquet")])
        assert (report.rows_in, report.rows_stored, report.missing) == (11, 11, [])
        newest = bars.latest(db, "BTC", 1)[0]
        assert newest == make_bar(
            "BTC", START.to_pydatetime() + timedelta(hours=2), source="file", volume_source="file"
        )
        assert [bar.interval_s for bar in bars.latest(db, "ETH", 9, 3_600)] == [3_600] * 3
        assert bars.latest(db, "ETH", 9) == []

    def test_once_more_nothing_is_new_and_nothing_changes(self, db: Database, save: Any) -> None:
        import_prices(db, [save(price_frame())])
        before = bars.latest(db, "BTC", 99)
        other = save(price_frame(close=100.5, volume=7.0), "other.parquet")
        for path in (save(price_frame()), other):
            assert import_prices(db, [path]).rows_stored == 0
        assert bars.latest(db, "BTC", 99) == before

    def test_what_was_collected_stays_and_only_gaps_are_filled(self, db: Database, save: Any) -> None:
        collected = make_bar("BTC", START.to_pydatetime() + timedelta(minutes=30), close=100.25)
        bars.upsert(db, [collected])
        assert import_prices(db, [save(price_frame())]).rows_stored == 7
        assert collected in bars.latest(db, "BTC", 99)

    def test_doubles_disorder_and_absent_volume_are_treated_and_named(self, db: Database, save: Any) -> None:
        frame = price_frame(4, volume=[5.0, None, 5.0, 5.0])
        report = import_prices(db, [save(pd.concat([frame.iloc[::-1], frame.iloc[:2]]))])
        assert report.rows_stored == 4
        assert any("2 bars are there twice" in note and "a.parquet, row 4" in note for note in report.missing)
        assert any("not in order" in note for note in report.missing)
        assert [bar.volume for bar in bars.latest(db, "BTC", 9)] == [5.0, 5.0, None, 5.0]

    @pytest.mark.parametrize(
        ("frame", "words"),
        [
            (price_frame(close=[101.0] * 5 + [-1.0, 101.0, 101.0]), "a.parquet, row 5: close is -1.0"),
            (price_frame(high=[102.0] * 7 + [90.0]), "a.parquet, row 7: high is below low"),
            (price_frame(symbol=["BTC", None] + ["BTC"] * 6), "a.parquet, row 1: the symbol is absent"),
            (price_frame(ts=["2026-03-02"] * 2 + ["soon"] * 6), "a.parquet, row 2: ts is no time"),
            (price_frame(volume=[5.0] * 3 + [-2.0] * 5), "a.parquet, row 3: volume is -2.0"),
            (pd.concat([price_frame(2), price_frame(2, close=101.5)]), "contradict each other"),
            (price_frame().drop(columns="close"), "a.parquet: columns are absent: close"),
            (price_frame(0, close=[]), "a.parquet: the file has no rows"),
        ],
    )
    def test_a_bad_row_is_named_and_nothing_is_stored(
        self, db: Database, save: Any, frame: pd.DataFrame, words: str
    ) -> None:
        good = save(price_frame(2, "SOL"), "good.parquet")
        with pytest.raises(BadInput) as refused:
            import_prices(db, [good, save(frame)])
        assert words in str(refused.value)
        assert bars.latest(db, "SOL", 9) == []

    def test_progress_is_told_to_the_end(self, db: Database, save: Any) -> None:
        seen: list[tuple[str, int, int]] = []
        both = [save(price_frame(10_001)), save(price_frame(3, "ETH"), "b.parquet")]
        import_prices(db, both, lambda *tick: seen.append(tick))
        assert [done for _, done, _ in seen] == [10_000, 10_001, 10_004]
        assert {(task, total) for task, _, total in seen} == {("bars", 10_004)}


class TestDocuments:
    def test_texts_are_seen_an_hour_after_their_stamp_or_a_day_after_a_bare_date(
        self, db: Database, save: Any
    ) -> None:
        report = import_documents(db, [save(document_frame())], NOW)
        assert (report.rows_in, report.rows_stored, report.missing) == (3, 3, [])
        found = {r.document.external_id: r.document for r in documents.recent(db, 9)}
        assert {name: d.first_seen_at.isoformat() for name, d in found.items()} == {
            "t3_a": "2026-03-02T10:30:00+00:00",
            "n-1": "2026-03-02T11:15:00+00:00",
            "n-2": "2026-03-02T00:00:00+00:00",
        }
        assert all(d.first_seen_estimated for d in found.values())
        assert {name: d.symbols for name, d in found.items()} == {
            "t3_a": ("BTC",),
            "n-1": ("ETH",),
            "n-2": ("BTC",),
        }
        assert (found["t3_a"].kind, found["t3_a"].url) == ("post", "https://example.org/a")
        assert (found["n-1"].url, found["n-1"].body) == ("", "The price of ether rose.")

    def test_once_more_nothing_is_new(self, db: Database, save: Any) -> None:
        path = save(document_frame())
        import_documents(db, [path], NOW)
        before = documents.recent(db, 9)
        assert import_documents(db, [path, path], NOW).rows_stored == 0
        assert documents.recent(db, 9) == before

    def test_a_text_without_an_id_is_known_again_by_its_source_time_and_title(
        self, db: Database, save: Any
    ) -> None:
        path = save(document_frame(external_id=[None, "", "n-2"]))
        assert import_documents(db, [path], NOW).rows_stored == 3
        assert import_documents(db, [path], NOW).rows_stored == 0

    def test_what_a_collector_saw_keeps_its_moment(self, db: Database, save: Any) -> None:
        seen = make_document(
            "n-1",
            published_at=datetime(2026, 3, 2, 10, 15, tzinfo=UTC),
            first_seen_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
        )
        documents.upsert(db, [seen])
        assert import_documents(db, [save(document_frame())], NOW).rows_stored == 2
        assert seen in [record.document for record in documents.recent(db, 9)]

    def test_texts_from_the_future_are_left_out_and_counted(self, db: Database, save: Any) -> None:
        report = import_documents(db, [save(document_frame())], datetime(2026, 3, 2, 10, tzinfo=UTC))
        assert report.rows_stored == 2
        assert report.missing == ["1 texts are from the future of 2026-03-02 10:00"]

    def test_empty_texts_are_left_out(self, db: Database, save: Any) -> None:
        report = import_documents(
            db, [save(document_frame(title=[None, "A", "B"], body=[" ", "", None]))], NOW
        )
        assert (report.rows_in, report.rows_stored) == (2, 2)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"kind": ["news", "rumour", "news"]}, "a.parquet, row 1: kind is 'rumour'"),
            (
                {"published_at": ["2026-03-02", "2026-03-02", "soon"]},
                "a.parquet, row 2: published_at is no time",
            ),
            ({"published_at": [1, 2, 3]}, "published_at holds numbers"),
        ],
    )
    def test_a_bad_row_is_named_and_nothing_is_stored(
        self, db: Database, save: Any, changes: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(BadInput) as refused:
            import_documents(db, [save(document_frame(**changes))], NOW)
        assert words in str(refused.value)
        assert documents.recent(db, 9) == []


class TestCommand:
    @pytest.fixture(autouse=True)
    def environment(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("DATABASE_URL", database_url)
        wiring.forget()
        yield
        wiring.forget()

    def test_several_files_of_both_kinds(self, db: Database, save: Any) -> None:
        options = [
            "--prices",
            str(save(price_frame())),
            str(save(price_frame(8, "ETH"), "b.parquet")),
            "--documents",
            str(save(document_frame(), "c.parquet")),
        ]
        done = CliRunner().invoke(app, ["import", *options])
        assert done.exit_code == 0, done.output
        assert "import prices: 16 in, 16 stored" in done.output
        assert "import documents: 3 in, 3 stored" in done.output
        again = CliRunner().invoke(app, ["import", *options])
        assert "16 in, 0 stored" in again.output
        assert len(bars.latest(db, "ETH", 99)) == 8

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ([], "nothing to import"),
            (["--prices", "nowhere.parquet"], "nowhere.parquet: there is no such file"),
        ],
    )
    def test_a_mistake_is_one_line(self, options: list[str], words: str) -> None:
        done = CliRunner().invoke(app, ["import", *options])
        assert done.exit_code == 1
        assert words in done.output
        assert "Traceback" not in done.output

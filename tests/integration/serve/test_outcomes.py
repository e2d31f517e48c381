"""GET /v1/outcomes: what came of past forecasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Call, Forecast, Horizon
from cryptocast.intervals import wilson_95
from cryptocast.store import forecasts, outcomes
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_forecast, make_outcome
from tests.integration.serve.conftest import NOW, at

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]
HOUR = timedelta(hours=1)


def judged(db: Database, said: Sequence[Forecast], *, fell: int = 0) -> None:
    """Store `said`; after the first `fell` of them the price fell, after the others it rose."""
    forecasts.insert(db, said)
    outcomes.upsert(db, [make_outcome(f, -0.01 if i < fell else 0.01) for i, f in enumerate(said)])


def test_calls_are_counted_and_abstentions_are_not_called_right(client: TestClient, db: Database) -> None:
    said = [make_forecast(s, as_of=AS_OF - n * HOUR) for n in range(1, 5) for s in ("BTC", "ETH")]
    quiet = [make_forecast(as_of=AS_OF - n * HOUR, call=Call.ABSTAIN) for n in range(5, 8)]
    judged(db, [*said, *quiet], fell=2)
    body = client.get("/v1/outcomes").json()
    (record,) = body["record"]
    low, high = wilson_95(6 / 8, 1)
    assert record == {
        "horizon": "1h",
        "forecasts": 11,
        "calls": 8,
        "right": 6,
        "accuracy": 0.75,
        "accuracy_lower95": pytest.approx(low),
        "accuracy_upper95": pytest.approx(high),
        "independent_calls": 1.0,  # four moments, counted low: as if they were 15 minutes apart
        "independent_forecasts": 1.75,
        "overdue": 0,
        "share_up": pytest.approx(9 / 11),
        "brier": pytest.approx((2 * 0.36 + 9 * 0.16) / 11),
    }
    since = f"{NOW - timedelta(days=7):%Y-%m-%d %H:%M} UTC"
    assert body["missing"] == [f"{h}: no outcome of a forecast since {since}" for h in ("15m", "4h", "24h")]
    assert at(body["since"]) == NOW - timedelta(days=7)
    assert at(body["as_of"]) == AS_OF
    assert not body["stale"]


def test_each_coin_and_horizon_has_its_last_ones_newest_first(client: TestClient, db: Database) -> None:
    said = [
        make_forecast(s, h, AS_OF - timedelta(days=1) - n * HOUR)
        for s in ("BTC", "ETH")
        for h in (Horizon.M15, Horizon.H24)
        for n in range(5)
    ]
    judged(db, said, fell=1)
    body = client.get("/v1/outcomes", params={"limit": 3}).json()
    assert [(one["symbol"], one["horizon"]) for one in body["coins"]] == [
        ("BTC", "15m"), ("BTC", "24h"), ("ETH", "15m"), ("ETH", "24h"),
    ]  # fmt: skip
    first = body["coins"][0]["outcomes"]
    assert [at(one["as_of"]) for one in first] == [AS_OF - timedelta(days=1) - n * HOUR for n in range(3)]
    assert first[0] | {"as_of": None} == {
        "as_of": None, "p_up": 0.6, "call": "up", "return_log": -0.01, "correct": False,
    }  # fmt: skip
    assert first[1]["correct"] is True
    assert [one["forecasts"] for one in body["record"]] == [10, 10], "the record counts all, not the last"


def test_one_coin_and_one_horizon(client: TestClient, db: Database) -> None:
    judged(db, [make_forecast(s, h, AS_OF - 24 * HOUR) for s in ("BTC", "ETH") for h in Horizon], fell=4)
    body = client.get("/v1/outcomes", params={"symbol": "eth", "horizon": "4h"}).json()
    assert [(one["symbol"], one["horizon"]) for one in body["coins"]] == [("ETH", "4h")]
    assert [(one["horizon"], one["forecasts"], one["right"]) for one in body["record"]] == [("4h", 1, 1)]
    assert body["missing"] == []


def test_what_is_older_or_without_an_outcome_is_not_counted(client: TestClient, db: Database) -> None:
    judged(db, [make_forecast(as_of=NOW - timedelta(days=7, minutes=5))])
    forecasts.insert(db, [make_forecast(as_of=AS_OF)])
    body = client.get("/v1/outcomes").json()
    assert (body["record"], body["coins"], body["stale"]) == ([], [], True)
    assert len(client.get("/v1/outcomes", params={"days": 8}).json()["record"]) == 1


def test_what_never_got_its_close_is_counted_apart(client: TestClient, db: Database) -> None:
    judged(db, [make_forecast(as_of=AS_OF - 3 * HOUR)])
    waiting = [make_forecast("ETH", as_of=AS_OF - n * HOUR) for n in range(1, 7)]
    removed = make_forecast("SOL", as_of=AS_OF - 3 * HOUR)  # not followed: no close will come
    forecasts.insert(db, [*waiting, removed, make_forecast("ETH", as_of=NOW - timedelta(days=8))])
    (record,) = client.get("/v1/outcomes").json()["record"]
    # Of the newest the close was due at AS_OF, less than an hour before NOW; the week before does not count.
    assert (record["forecasts"], record["overdue"]) == (1, 5)
    assert client.get("/v1/outcomes", params={"symbol": "BTC"}).json()["record"][0]["overdue"] == 0


def test_where_no_close_came_at_all_that_is_told(client: TestClient, db: Database) -> None:
    forecasts.insert(db, [make_forecast(as_of=AS_OF - n * HOUR) for n in range(2, 7)])
    body = client.get("/v1/outcomes").json()
    (record,) = body["record"]
    assert (record["forecasts"], record["overdue"], record["share_up"], record["brier"]) == (0, 5, None, None)
    assert body["as_of"] is None
    assert [word.split(":")[0] for word in body["missing"]] == ["15m", "1h", "4h", "24h"]


def test_what_was_known_later_than_now_is_not_counted(make_client: Make, db: Database) -> None:
    judged(db, [make_forecast(as_of=AS_OF - HOUR)])
    before = make_client(clock=lambda: AS_OF - timedelta(minutes=1)).get("/v1/outcomes").json()
    assert (before["record"], before["coins"]) == ([], [])


def test_where_every_forecast_abstained_there_is_no_accuracy(client: TestClient, db: Database) -> None:
    judged(db, [make_forecast(as_of=AS_OF - HOUR, call=Call.ABSTAIN)])
    (record,) = client.get("/v1/outcomes").json()["record"]
    assert (record["calls"], record["accuracy"], record["accuracy_upper95"]) == (0, None, None)


def test_old_outcomes_are_stale(client: TestClient, db: Database) -> None:
    judged(db, [make_forecast(as_of=AS_OF - 3 * HOUR)])
    assert client.get("/v1/outcomes").json()["stale"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"symbol": "XYZ"}, "unknown_coin"), ({"days": 31}, "bad_request"), ({"limit": 97}, "bad_request")],
)
def test_what_cannot_be_answered_is_refused(client: TestClient, asked: dict[str, object], code: str) -> None:
    assert client.get("/v1/outcomes", params=asked).json()["error"]["code"] == code


def test_without_postgres_it_says_so(make_client: Make, no_postgres: Database) -> None:
    answer = make_client(db=no_postgres).get("/v1/outcomes")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "history_unavailable")

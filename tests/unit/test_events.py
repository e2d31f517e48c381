from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, StepReport
from cryptocast.errors import BadInput, StoreUnavailable
from cryptocast.events import cycle_step, cycle_window, step_reports
from cryptocast.missing import inputs_only, missing_words

CLOCK = datetime(2024, 3, 1, 12, 16, 7, tzinfo=UTC)
MOMENTS = st.integers(1_420_000_000, 2_050_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def test_the_scheduler_gives_only_as_of() -> None:
    window = cycle_window({"as_of": "2024-03-01T12:15:00Z"}, CLOCK)
    assert window == CycleWindow(
        as_of=datetime(2024, 3, 1, 12, 15, tzinfo=UTC), since=datetime(2024, 3, 1, 12, tzinfo=UTC), now=CLOCK
    )
    assert not window.catches_up


def test_a_replay_gives_since_and_now_too() -> None:
    event = {"as_of": "2021-10-13T00:00:00+00:00", "since": "2021-10-12T00:00:00+00:00"}
    window = cycle_window(event | {"now": "2021-10-13T00:00:20+00:00"}, CLOCK)
    assert len(window.grid()) == 96
    assert window.now == datetime(2021, 10, 13, 0, 0, 20, tzinfo=UTC)


@given(as_of=MOMENTS, late_s=st.integers(0, 10_000), back_s=st.integers(BAR_INTERVAL_S, 10**6))
def test_times_are_floored_to_the_grid_whatever_comes_in(as_of: datetime, late_s: int, back_s: int) -> None:
    event = {"as_of": as_of.isoformat(), "since": (as_of - timedelta(seconds=back_s)).isoformat()}
    window = cycle_window(event, as_of + timedelta(seconds=late_s))
    for moment in (window.as_of, window.since):
        assert int(moment.timestamp()) % BAR_INTERVAL_S == 0
    assert window.since < window.as_of <= as_of
    assert window.grid()[-1] == window.as_of


def test_other_time_zones_mean_the_same_moment() -> None:
    assert cycle_window({"as_of": "2024-03-01T13:15:00+01:00"}, CLOCK).as_of.isoformat() == (
        "2024-03-01T12:15:00+00:00"
    )


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({}, "no as_of"),
        ({"as_of": "yesterday"}, "as_of is no ISO time: 'yesterday'"),
        ({"as_of": 1709295300}, "as_of is no ISO time"),
        ({"as_of": "2024-03-01T12:15:00"}, "no time zone"),
        ({"as_of": "2024-03-01T12:15:00Z", "since": "2024-03-01T12:29:00Z"}, "is not before as_of"),
        ({"as_of": "2024-03-02T12:15:00Z"}, "later than now"),
        ({"as_of": "2024-03-01T12:15:00Z", "now": "2024-03-01T12:00:00Z"}, "later than now"),
    ],
)
def test_a_wrong_event_is_refused_by_the_name_of_its_field(event: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        cycle_window(event, CLOCK)


def test_missing_inputs_come_from_every_step_before_each_once() -> None:
    event = {
        "collected": [
            {"step": "collect_prices", "missing": ["coingecko: HTTP 500"]},
            {"step": "collect_news", "missing": ["news: collection failed"], "error": "States.Timeout"},
            {"step": "collect_social", "missing": ["reddit: no credentials", "coingecko: HTTP 500"]},
        ],
        "failures": {"score_sentiment": {"Error": "ModelNotFound", "Cause": "…"}},
    }
    assert missing_words(event) == (
        "coingecko: HTTP 500",
        "news: collection failed",
        "reddit: no credentials",
        "sentiment: scoring failed",
    )
    assert missing_words({"scored": {"missing": ["sentiment: 40 documents wait"]}}) == (
        "sentiment: 40 documents wait",
    )


def test_step_reports_leave_the_times_out() -> None:
    assert step_reports({"as_of": "x", "since": "y", "now": "z", "scored": {"rows_in": 1}}) == {
        "scored": {"rows_in": 1}
    }


def test_a_step_answers_with_json_and_logs_the_as_of(capsys: pytest.CaptureFixture[str]) -> None:
    @cycle_step
    def handler(window: CycleWindow, _event: Any) -> StepReport:
        return StepReport("collect_prices", rows_in=3, detail={"newest": window.as_of})

    answer = handler({"as_of": "2024-03-01T12:15:00Z"}, None)
    assert answer["rows_in"] == 3
    assert answer["detail"] == {"newest": "2024-03-01 12:15:00+00:00"}
    assert json.loads(json.dumps(answer)) == answer


def test_an_error_reaches_the_state_machine_as_itself() -> None:
    @cycle_step
    def handler(_window: CycleWindow, _event: Any) -> StepReport:
        raise StoreUnavailable("Postgres does not answer")

    with pytest.raises(StoreUnavailable):
        handler({"as_of": "2024-03-01T12:15:00Z"}, None)


def _seen_now(monkeypatch: pytest.MonkeyPatch, label: str) -> datetime:
    monkeypatch.setenv("DATA_LABEL", label)
    seen: list[CycleWindow] = []

    def step(window: CycleWindow, _event: Any) -> StepReport:
        seen.append(window)
        return StepReport("forecast")

    cycle_step(step)({"as_of": "2024-03-01T12:15:00Z", "now": "2024-03-01T12:15:05Z"}, None)
    return seen[0].now


def test_live_an_event_cannot_set_the_clock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert datetime.now(UTC) - _seen_now(monkeypatch, "live") < timedelta(minutes=5)


def test_a_replay_sets_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _seen_now(monkeypatch, "replay") == datetime(2024, 3, 1, 12, 15, 5, tzinfo=UTC)


def test_what_failed_or_lacked_something_before_publishing_is_named() -> None:
    event = {
        "collected": [{"missing": ["reddit: no credentials"]}],
        "features": {"missing": ["feature row AAVE: none for 1 as_of (no bar closes at as_of)"]},
        "failures": {"score_sentiment": {"Error": "x"}, "forecast": {"Error": "StoreUnavailable"}},
    }
    assert missing_words(event) == (
        "reddit: no credentials",
        "feature row AAVE: none for 1 as_of (no bar closes at as_of)",
        "sentiment: scoring failed",
        "step forecast: failed",
    )


def test_what_is_not_shown_online_is_no_input_of_a_forecast() -> None:
    reports = {
        "scored": {"missing": ["sentiment: more documents wait for their score"]},
        "features": {"missing": ["online store: prices are not shown (redis)"]},
    }
    said = missing_words(reports)
    assert said == (
        "sentiment: more documents wait for their score",
        "online store: prices are not shown (redis)",
    )
    assert inputs_only(said) == ("sentiment: more documents wait for their score",)

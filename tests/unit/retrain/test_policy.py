from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput
from cryptocast.retrain.policy import NEEDS_A_PERSON, TRAINS, decide


def alarm(metric: str, state: str = "ALARM", **trigger: object) -> str:
    return json.dumps(
        {
            "AlarmName": f"cryptocast-{metric}",
            "NewStateValue": state,
            "NewStateReason": "Threshold Crossed: 1 datapoint (0.31) was greater than 0.27",
            "Trigger": {"MetricName": metric, "Namespace": "Cryptocast", **trigger},
        }
    )


@pytest.mark.parametrize("metric", sorted(TRAINS))
def test_a_forecast_or_drift_alarm_trains_every_horizon(metric: str) -> None:
    decision = decide(alarm(metric))
    assert decision.train
    assert decision.horizons == tuple(Horizon)
    assert metric in decision.reason
    assert "0.31" in decision.reason


@pytest.mark.parametrize("keys", [("name", "value"), ("Name", "Value")])
def test_the_horizon_dimension_limits_the_training(keys: tuple[str, str]) -> None:
    dimensions = [dict(zip(keys, pair, strict=True)) for pair in (("Stage", "dev"), ("Horizon", "4h"))]
    assert decide(alarm("ForecastBrierLower95", Dimensions=dimensions)).horizons == (Horizon.H4,)


def test_an_unknown_horizon_dimension_means_all() -> None:
    dimensions = [{"name": "Horizon", "value": "3w"}]
    assert decide(alarm("ForecastBrierLower95", Dimensions=dimensions)).horizons == tuple(Horizon)


@pytest.mark.parametrize("metric", sorted(NEEDS_A_PERSON))
def test_a_data_alarm_never_trains_on_the_broken_data(metric: str) -> None:
    decision = decide(alarm(metric))
    assert not decision.train
    assert "input is broken" in decision.reason


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_only_the_alarm_state_counts(state: str) -> None:
    assert not decide(alarm("ForecastBrierLower95", state)).train


@pytest.mark.parametrize("metric", ["Errors", "Coverage"])
def test_an_alarm_on_something_else_is_named_and_left(metric: str) -> None:
    decision = decide(alarm(metric))
    assert not decision.train
    assert f"watches {metric}, which training cannot mend" in decision.reason


def test_an_operator_may_ask_for_some_horizons() -> None:
    decision = decide({"reason": "new features", "horizons": ["1h", "24h"]})
    assert decision.train
    assert decision.horizons == (Horizon.H1, Horizon.H24)
    assert decision.reason == "asked: new features"


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "[]",
        "3",
        "{}",
        '{"reason": " "}',
        '{"reason": "x", "horizons": ["2h"]}',
        '{"reason": "x", "horizons": 7}',
    ],
)
def test_what_is_no_alarm_is_refused(message: str) -> None:
    with pytest.raises(BadInput):
        decide(message)


@given(st.text(max_size=3_000))
def test_a_reason_never_grows_past_what_a_task_can_carry(reason: str) -> None:
    message = {
        "AlarmName": "a",
        "NewStateValue": "ALARM",
        "NewStateReason": reason,
        "Trigger": {"MetricName": "FeatureDrift"},
    }
    decision = decide(message)
    assert decision.train
    assert len(decision.reason) <= 240
    assert "\n" not in decision.reason

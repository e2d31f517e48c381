"""The bodies that tell of model versions: what they are and what was decided of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from cryptocast.domain import DataLabel, Horizon
from cryptocast.serve.schemas import Body, Labelled


class Check(Body):
    """One check of the gate."""

    name: str
    passed: bool
    figure: float | None = Field(default=None, description="What was measured.")
    allowed: float | None = Field(default=None, description="The bound that it was held against.")
    said: str = Field(description="The same in words.")


class Decision(Body):
    """What was decided of a version: on held-out rows, in its shadow period, or by the operator."""

    decided_at: datetime
    stage: Literal["held-out", "shadow", "operator"]
    verdict: Literal["promoted", "candidate", "refused"]
    reason: str
    champion: str | None = Field(default=None, description="The version that it was compared with.")
    checks: list[Check] = Field(default_factory=list)


class Calibration(Body):
    """p_up = 1 / (1 + exp(-(slope * margin + intercept))); the margin is log-odds, as contributions are."""

    slope: float = Field(description="0 where the margins order nothing: every p_up is then the base rate.")
    intercept: float


class Model(Body):
    """One version: what it is, what it was trained on and how it did out of sample."""

    kind: Literal["prices", "sentiment"]
    title: str = Field(description="What it is, in its own words; the version where it has none.")
    horizon: Horizon | None = Field(default=None, description="Null for the sentiment model.")
    version: str
    created_at: datetime | None = None
    promoted_at: datetime | None = None
    reason: str | None = Field(default=None, description="Why it was promoted.")
    previous: str | None = Field(default=None, description="The version that it replaced.")
    trained_on: str = Field(description="In plain words: coins, rows, the data's label; or which texts.")
    window_since: datetime | None = Field(default=None, description="First `as_of` of the training data.")
    window_until: datetime | None = Field(default=None, description="End of the training data.")
    data_label: DataLabel | None = Field(default=None, description="Label of the data it was trained on.")
    metrics: dict[str, float] = Field(
        default_factory=dict,
        description="Of this very version, on the newest rows, which it was not fitted on: up to 21 days. "
        "`best_baseline_of_calls` is the accuracy of the best free forecast on the same calls.",
    )
    bias: float | None = Field(
        default=None,
        description="Log-odds; with a forecast's contributions it adds up to its raw margin. Null for the "
        "sentiment model, and for versions registered before it was recorded.",
    )
    calibration: Calibration | None = Field(
        default=None, description="What makes p_up of a forecast's margin. Null for the sentiment model."
    )
    abstain_below: float | None = Field(default=None, description="Confidence under which it abstains.")
    abstain_rule: str | None = Field(default=None, description="How that confidence was fixed, in words.")
    abstain_coverage: float | None = Field(
        default=None, description="Share of the rows it was fixed on that reached it."
    )
    abstain_tested: bool | None = Field(
        default=None,
        description="True where a test fixed it: the calls down to it were surely better than the best "
        "baseline. Null where the version does not say.",
    )
    shows_skill: bool | None = Field(
        default=None,
        description="False where its Brier score on unseen rows is not surely below a constant's: it "
        "then abstains on everything. Null where that was not measured.",
    )
    feature_version: str | None = None
    feature_names: list[str] = Field(
        default_factory=list,
        description="What a price model was trained on: its 15 of the names of `/v1/features/{symbol}`.",
    )
    code_revision: str | None = None
    stand_in: bool = Field(default=False, description="True for a small stand-in model that says so itself.")
    decision: Decision | None = Field(default=None, description="The last one; null where none is recorded.")


class ModelsAnswer(Labelled):
    champions: list[Model] = Field(description="One per horizon that has one, then the sentiment model.")
    candidates: list[Model] = Field(
        default_factory=list,
        description="Versions that passed the gate and forecast in the champion's shadow, shown to nobody.",
    )

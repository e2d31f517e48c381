"""What was decided of a version, by whom and why: files beside it, written once and never changed."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound, PromotionConflict, RegistryError
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket

Verdict = Literal["promoted", "candidate", "refused"]
Stage = Literal["held-out", "shadow", "operator"]
_MOST = 100


class Check(BaseModel):
    """One thing that was measured and what was allowed; `said` is the same in words."""

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool
    figure: float | None = None
    allowed: float | None = None
    said: str


class Decision(BaseModel):
    """What was decided of `challenger`, and every check that led to it.

    `stage` says on what: rows held out of training, forecasts recorded in the shadow period, or the
    operator's word. `since` and `until` are the first and last `as_of` of the rows.

    It is written before anything is done, so that who was cut off in between does what it says and never
    decides twice.
    """

    model_config = ConfigDict(frozen=True)

    decided_at: AwareDatetime
    stage: Stage = "held-out"
    challenger: str
    champion: str | None
    verdict: Verdict
    reason: str
    rows: int = 0
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    challenger_brier: float | None = None
    champion_brier: float | None = None
    checks: tuple[Check, ...] = ()
    shadow_began: AwareDatetime | None = None
    """Which shadow period it ends: its candidate's `named_at`."""
    champion_since: AwareDatetime | None = None
    """`promoted_at` of the champion beside which it was judged: who left and came back counts as another."""

    @property
    def promoted(self) -> bool:
        return self.verdict == "promoted"


def refusal(checks: tuple[Check, ...]) -> str:
    """The failed checks in words; empty where all passed."""
    return "; ".join(f"{check.name}: {check.said}" for check in checks if not check.passed)


def record_decision(bucket: Bucket, name: str, decision: Decision) -> str:
    """Write `decision` as the next one of its version and return its key.

    The same decision again changes nothing, and where the version's last one differs in its time alone that
    one stands: a step that was cut off after its record comes back with the same word. Raises `RegistryError`
    after a hundred of them.
    """
    try:
        known = decisions(bucket, name, decision.challenger)
    except CorruptArtifact:  # what cannot be read holds no new decision up
        known = []
    if known and known[-1].model_copy(update={"decided_at": decision.decided_at}) == decision:
        return layout.decision_key(name, decision.challenger, len(known))
    body = (decision.model_dump_json(indent=1) + "\n").encode()
    for number in range(1, _MOST + 1):
        key = layout.decision_key(name, decision.challenger, number)
        try:
            bucket.create(key, body)
            return key
        except PromotionConflict:  # an earlier decision lies there and stays
            continue
    raise RegistryError(f"{name} {decision.challenger} has {_MOST} decisions already")


def decisions(bucket: Bucket, name: str, version: str) -> list[Decision]:
    """Every decision of a version, oldest first. Raises `CorruptArtifact` where one cannot be read."""
    found: list[Decision] = []
    for number in range(1, _MOST + 1):
        key = layout.decision_key(name, version, number)
        try:
            found.append(Decision.model_validate_json(bucket.get(key).body))
        except ModelNotFound:
            break
        except ValidationError as error:
            raise CorruptArtifact(f"{key}: not a decision: {error.errors()[0]['msg']}") from None
    return found

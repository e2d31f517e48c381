"""Challenger against champion, on the same timestamps, by Brier score."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict

from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import Artifact, Champion, load, load_named, parse_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.price_model import PriceModel
from cryptocast.registry.promote import promote
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import brier

FEWEST_ROWS = 100


class Decision(BaseModel):
    """What the gate decided and why: decision.json beside the challenger."""

    model_config = ConfigDict(frozen=True)

    decided_at: AwareDatetime
    challenger: str
    champion: str | None
    promoted: bool
    reason: str
    rows: int = 0
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    challenger_brier: float | None = None
    champion_brier: float | None = None


class Incumbent(BaseModel):
    """Who serves at the time of the comparison, and the ETag that the promotion will depend on."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    etag: str | None = None
    champion: Champion | None = None
    artifact: Artifact | None = None
    unusable: str = "there is no champion yet"


def read_incumbent(bucket: Bucket, name: str) -> Incumbent:
    """Read champion.json and load what it names; a champion that cannot be loaded says why."""
    try:
        stored = bucket.get(layout.champion_key(name))
    except ModelNotFound:
        return Incumbent()
    try:
        champion = parse_champion(name, stored)
    except CorruptArtifact as error:
        return Incumbent(etag=stored.etag, unusable=str(error))
    try:
        artifact = load_named(bucket, name, champion)
    except (CorruptArtifact, ModelNotFound) as error:
        return Incumbent(etag=stored.etag, champion=champion, unusable=str(error))
    return Incumbent(etag=stored.etag, champion=champion, artifact=artifact)


def compare(challenger: Artifact, incumbent: Incumbent, held_out: Examples, now: datetime) -> Decision:
    """Decide on rows that neither was fitted on: the challenger needs the lower Brier score.

    Without a champion that can serve, a challenger is promoted: it has passed its self-tests.
    """
    version = challenger.manifest.version
    serving = incumbent.champion.version if incumbent.champion else None
    blank = Decision(decided_at=now, challenger=version, champion=serving, promoted=True, reason="")
    if incumbent.artifact is None:
        return blank.model_copy(update={"reason": f"{incumbent.unusable}; the self-tests passed"})
    if misfit := _misfit(challenger.manifest, incumbent.artifact.manifest):
        return blank.model_copy(update={"reason": misfit})
    try:
        champion = PriceModel(incumbent.artifact)
    except CorruptArtifact as error:
        return blank.model_copy(update={"reason": f"the champion cannot be loaded: {error}"})
    since = _fitted_until(incumbent.artifact.manifest)
    rows = held_out.take(np.flatnonzero(held_out.as_of >= since))
    if len(rows) < FEWEST_ROWS:
        reason = f"only {len(rows)} rows are new to both, {FEWEST_ROWS} are needed"
        return blank.model_copy(update={"promoted": False, "reason": reason, "rows": len(rows)})
    return blank.model_copy(update=_by_brier(PriceModel(challenger), champion, rows))


def _misfit(ours: Manifest, theirs: Manifest) -> str | None:
    if (ours.feature_version, ours.feature_names) == (theirs.feature_version, theirs.feature_names):
        return None
    return (
        f"the champion reads feature version {theirs.feature_version}, rows now have "
        f"{ours.feature_version}: it cannot serve any more"
    )


def _by_brier(challenger: PriceModel, champion: PriceModel, rows: Examples) -> dict[str, Any]:
    x = rows.x.astype(np.float64)
    ours, theirs = brier(challenger.p_up(x), rows.up), brier(champion.p_up(x), rows.up)
    verdict = "lower" if ours < theirs else "not lower"
    return {
        "promoted": ours < theirs,
        "reason": f"Brier {ours:.6f} is {verdict} than the champion's {theirs:.6f} on {len(rows)} rows",
        "rows": len(rows),
        "since": _moment(int(rows.as_of[0])),
        "until": _moment(int(rows.as_of[-1])),
        "challenger_brier": ours,
        "champion_brier": theirs,
    }


def pass_gate(bucket: Bucket, name: str, version: str, held_out: Examples, now: datetime) -> Decision:
    """Compare the registered `version` with the champion, promote it if better, record the decision.

    Someone else's promotion between the comparison and the write makes the challenger lose.
    """
    incumbent = read_incumbent(bucket, name)
    decision = compare(load(bucket, name, version), incumbent, held_out, now)
    return carry_out(bucket, name, decision, incumbent)


def carry_out(bucket: Bucket, name: str, decision: Decision, incumbent: Incumbent) -> Decision:
    """Promote where the decision says so and nothing changed since `incumbent` was read; record it."""
    version, now = decision.challenger, decision.decided_at
    if decision.promoted and (incumbent.champion is None or incumbent.champion.version != version):
        try:
            promote(bucket, name, version, incumbent.etag, decision.reason, now)
        except PromotionConflict as error:
            decision = decision.model_copy(
                update={"promoted": False, "reason": f"lost the promotion: {error}"}
            )
    bucket.put(
        layout.file_key(name, version, layout.DECISION), (decision.model_dump_json(indent=1) + "\n").encode()
    )
    return decision


def _fitted_until(manifest: Manifest) -> float:
    if manifest.data_window is None:
        raise BadInput(f"{manifest.version}: the manifest has no data window")
    return manifest.data_window.fit_until.timestamp()


def _moment(posix_s: int) -> datetime:
    return datetime.fromtimestamp(posix_s, tz=UTC)

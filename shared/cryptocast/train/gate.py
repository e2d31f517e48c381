"""Challenger against champion on the same timestamps, rows new to both. Refuses by default."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np
from pydantic import BaseModel, ConfigDict

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate
from cryptocast.registry.decision import Check, Decision, decisions, record_decision, refusal
from cryptocast.registry.load import Artifact, Champion, load, load_named, parse_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.price_model import PriceModel
from cryptocast.registry.promote import promote, require_unchanged
from cryptocast.series import Floats
from cryptocast.train import checks
from cryptocast.train.checks import Clock, PairedForecasts
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import brier
from cryptocast.train.place import NOBODY, Place, place_beside_champion
from cryptocast.train.skill import in_words, instead_of_no_skill


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
    except CorruptArtifact as error:
        return Incumbent(etag=stored.etag, champion=champion, unusable=str(error))
    return Incumbent(etag=stored.etag, champion=champion, artifact=artifact)


def pass_gate(
    bucket: Bucket,
    name: str,
    version: str,
    held_out: Examples,
    now: datetime,
    shadow_cycles: int = 0,
    clock: Clock = time.perf_counter,
) -> Decision:
    """Compare the registered `version` with the champion, record the decision, act on it.

    A run that was cut off after the record is finished by the next one, which does what was recorded and
    does not compare again. Of a version that serves already nothing is decided: its promotion is returned.
    A challenger that passes becomes the candidate, or the champion at once where `shadow_cycles` is 0; it is
    refused while another one is on trial. Someone else's promotion between the comparison and the write makes
    the challenger lose.
    """
    incumbent, challenger = read_incumbent(bucket, name), load(bucket, name, version)
    recorded = decisions(bucket, name, version)
    if incumbent.champion is not None and incumbent.champion.version == version:
        return _in_force(bucket, name, incumbent.champion, recorded)
    last = _of_this_reign(recorded, incumbent)
    if last is not None and last.verdict != "refused":
        decision = last
    else:
        decision = compare(challenger, incumbent, held_out, now, clock)
    place = NOBODY
    if decision.verdict == "candidate" or (decision.promoted and decision.checks and shadow_cycles):
        place = place_beside_champion(bucket, name, challenger.manifest, shadow_cycles)
        decision = decision.model_copy(update=_on_trial(decision, place))
    if last is not None and (last.verdict, last.reason) == (decision.verdict, decision.reason):
        decision = last  # the same words again are no second decision
    return carry_out(bucket, name, decision, incumbent, now, place)


def _in_force(bucket: Bucket, name: str, champion: Champion, recorded: list[Decision]) -> Decision:
    """The promotion of who serves; written from champion.json where none was recorded."""
    if promotions := [decision for decision in recorded if decision.promoted]:
        return promotions[-1]
    decision = Decision(
        decided_at=champion.promoted_at,
        challenger=champion.version,
        champion=champion.previous,
        verdict="promoted",
        reason=champion.reason,
    )
    record_decision(bucket, name, decision)
    return decision


def _of_this_reign(recorded: list[Decision], incumbent: Incumbent) -> Decision | None:
    """The gate's last word where it was spoken beside this champion and nobody has decided since."""
    if not recorded or recorded[-1].stage != "held-out":
        return None
    last, serving = recorded[-1], incumbent.champion
    if serving is None:  # nobody, or a champion.json that cannot be read: the reason says which
        return last if last.champion is None and last.reason.startswith(incumbent.unusable) else None
    reign = (serving.version, serving.promoted_at)
    return last if (last.champion, last.champion_since) == reign else None


def _on_trial(decision: Decision, place: Place) -> dict[str, str]:
    if not place.taken:
        return {"verdict": "candidate"}
    return {"verdict": "refused", "reason": f"{place.taken}; this one {decision.reason}"}


def compare(
    challenger: Artifact,
    incumbent: Incumbent,
    held_out: Examples,
    now: datetime,
    clock: Clock = time.perf_counter,
) -> Decision:
    """Decide on rows that neither was fitted on; `promoted` needs every check passed.

    Without a champion that can serve, a challenger is promoted: its self-tests passed, and the alternative
    is no forecast. The reason says whether it shows skill; one that shows none abstains on everything
    (`train.skill`). `held_out` has the features of both models.
    """
    version, serving = challenger.manifest.version, incumbent.champion
    blank = Decision(
        decided_at=now,
        challenger=version,
        champion=serving.version if serving else None,
        champion_since=serving.promoted_at if serving else None,
        verdict="promoted",
        reason="",
    )
    unusable, champion = _usable(challenger.manifest, incumbent)
    if champion is None or incumbent.artifact is None:
        reason = f"{unusable}; promoted without a comparison; {_floor(challenger.manifest)}"
        return blank.model_copy(update={"reason": reason})
    since = max(_fitted_until(m) for m in (challenger.manifest, incumbent.artifact.manifest))
    rows = held_out.take(np.flatnonzero(held_out.as_of >= since))
    if lacking := set(champion.manifest.feature_names) - set(rows.features):
        reason = f"the rows lack features that the champion reads: {', '.join(sorted(lacking))}"
        return blank.model_copy(update={"verdict": "refused", "reason": reason})
    return _checked(blank, challenger, incumbent.artifact, rows, clock)


def _checked(
    blank: Decision, challenger: Artifact, champion: Artifact, rows: Examples, clock: Clock
) -> Decision:
    ours, theirs = PriceModel(challenger), PriceModel(champion)
    ours_x, theirs_x = (_inputs(rows, m.manifest) for m in (ours, theirs))
    empty = len(rows) == 0
    paired = PairedForecasts(
        np.zeros(0) if empty else ours.p_up(ours_x),
        np.zeros(0) if empty else theirs.p_up(theirs_x),
        rows.up,
        rows.as_of,
        rows.horizon_s,
        max(1, rows.horizon_s // BAR_INTERVAL_S),
    )
    found: list[Check] = [checks.enough_rows(paired)]
    if found[0].passed:
        batch = len(np.unique(rows.symbols))
        found += [
            _better(paired, challenger.manifest, champion.manifest),
            checks.direction_not_worse(paired),
            *checks.calibration(paired),
            checks.latency(ours.p_up, theirs.p_up, ours_x[:batch], theirs_x[:batch], clock),
        ]
    found.append(checks.size(challenger.files, champion.files))
    return _decided(blank, paired, tuple(found))


def _decided(blank: Decision, paired: PairedForecasts, found: tuple[Check, ...]) -> Decision:
    failed = refusal(found)
    passed = "; ".join(f"{check.name}: {check.said}" for check in found[1:3])
    changes: dict[str, object] = {
        "verdict": "refused" if failed else "promoted",
        "reason": failed or f"passed every check; {passed}",
        "rows": len(paired.up),
        "checks": found,
    }
    if len(paired.up):
        changes |= {
            "since": datetime.fromtimestamp(int(paired.as_of[0]), tz=UTC),
            "until": datetime.fromtimestamp(int(paired.as_of[-1]), tz=UTC),
            "challenger_brier": brier(paired.challenger, paired.up),
            "champion_brier": brier(paired.champion, paired.up),
        }
    return blank.model_copy(update=changes)


def carry_out(
    bucket: Bucket,
    name: str,
    decision: Decision,
    incumbent: Incumbent,
    now: datetime,
    place: Place = NOBODY,
) -> Decision:
    """Record the decision, then do what it says if nothing changed since `incumbent` and `place` were read.

    Where another job was faster, a second decision refuses. What is recorded already is not written again.
    """
    version = decision.challenger
    record_decision(bucket, name, decision)
    try:
        if decision.verdict == "promoted":
            promote(bucket, name, version, incumbent.etag, decision.reason, now)
        elif decision.verdict == "candidate":
            require_unchanged(bucket, name, incumbent.etag)
            name_candidate(
                bucket, name, version, decision.reason, now, instead_of=place.holder, why=place.why
            )
    except PromotionConflict as error:
        reason = f"lost the promotion: {error}"
        decision = decision.model_copy(update={"verdict": "refused", "reason": reason, "decided_at": now})
        record_decision(bucket, name, decision)
    return decision


def _usable(ours: Manifest, incumbent: Incumbent) -> tuple[str, PriceModel | None]:
    """The champion in memory, or why it cannot serve."""
    if incumbent.artifact is None:
        return incumbent.unusable, None
    theirs = incumbent.artifact.manifest
    if ours.feature_version != theirs.feature_version:
        said = (
            f"the champion reads feature version {theirs.feature_version}, rows now have "
            f"{ours.feature_version}: it cannot serve any more"
        )
        return said, None
    try:
        return "", PriceModel(incumbent.artifact)
    except CorruptArtifact as error:
        return f"the champion cannot be loaded: {error}", None


def _better(paired: PairedForecasts, challenger: Manifest, champion: Manifest) -> Check:
    lower = checks.lower_brier(paired)
    if lower.passed or champion.skill is None or champion.skill.shown:
        return lower
    return instead_of_no_skill(challenger.skill, paired)


def _floor(manifest: Manifest) -> str:
    return in_words(manifest.skill) if manifest.skill else "its skill was not measured"


def _inputs(rows: Examples, manifest: Manifest) -> Floats:
    return rows.only(manifest.feature_names).x.astype(np.float64)


def _fitted_until(manifest: Manifest) -> float:
    if manifest.data_window is None:
        raise BadInput(f"{manifest.version}: the manifest has no data window")
    return manifest.data_window.fit_until.timestamp()

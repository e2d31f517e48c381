"""Finds what the features are compared with: the data that each champion was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from pydantic import ValidationError

from cryptocast.domain import BAR_INTERVAL_S, DEFAULT_SYMBOLS, FeatureRow, Horizon
from cryptocast.errors import CryptocastError, ModelNotFound, NotEnoughData
from cryptocast.features import rows as features
from cryptocast.monitor import drift
from cryptocast.monitor.refusal import SpanNotStored, keep_refusal, refuse_if_asked_lately
from cryptocast.observability import get_logger
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_champion, read_manifest
from cryptocast.registry.manifest import DataWindow, Manifest
from cryptocast.store import feature_rows
from cryptocast.store.database import Database

FOLDER = "monitor/reference"
MOST_OF_THE_SPAN = 0.9
"""Of the rows; where fewer are stored they are computed."""
HALF_THE_SPAN = 0.5
"""Of the rows; outages and coins listed late leave fewer than all. Below it thresholds would be a guess."""


@dataclass(slots=True)
class DriftReport:
    """The figure per horizon, and why a horizon has none."""

    by_horizon: dict[Horizon, drift.Drift] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Horizons with too few rows yet: a new deployment's ordinary state, which time mends; no fault."""


def measure_drift(db: Database, bucket: Bucket | None, as_of: datetime) -> DriftReport:
    """Compare the newest rows with the reference of each horizon's champion.

    Champions that were trained on the same data share one reference, which holds every candidate feature; the
    figure of each is the share of its own features that drifted. Nothing here stops the cycle: a
    champion that is absent, a manifest that cannot be read, an input that most rows lack and training data
    that are not stored are named in `missing`, too few rows in `waiting`.
    """
    report = DriftReport()
    if bucket is None:
        report.missing.append("drift: no registry to compare with")
        return report
    found: dict[tuple[str, tuple[str, ...]], drift.Drift] = {}
    manifests = _champions(bucket, report)
    recent = _Recent(db, as_of, manifests.values())
    loaded: dict[str, drift.Reference | NotEnoughData] = {}
    for horizon, manifest in manifests.items():
        try:
            key = reference_key(manifest), manifest.feature_names
            if key not in found:
                found[key] = _measured(db, bucket, manifest, recent, loaded)
            report.by_horizon[horizon] = found[key]
        except (drift.InputsMissing, SpanNotStored) as error:
            report.missing.append(f"drift {horizon.value}: {error}")
        except NotEnoughData as error:
            report.waiting.append(f"drift {horizon.value}: {error}")
        except CryptocastError as error:
            report.missing.append(f"drift {horizon.value}: {error}")
    return report


def reference_key(manifest: Manifest) -> str:
    """Where the reference of a training window lies; the window is in the name, so it never changes."""
    window = _window(manifest)
    coins = "-".join(sorted(window.symbols)) or "all"
    span = f"{_since(window):%Y%m%dT%H%M}-{window.until:%Y%m%dT%H%M}"
    return f"{FOLDER}/{manifest.feature_version or 'unknown'}/{coins}/{span}.json"


def load_reference(db: Database, bucket: Bucket, manifest: Manifest, as_of: datetime) -> drift.Reference:
    """The kept reference of a manifest's data, or a new one, kept so that a cycle reads some kilobytes.

    Raises `NotEnoughData` where Postgres has too little, and of it `SpanNotStored` where time does not mend
    that. It is kept too, and Postgres asked again after a day.
    """
    key = reference_key(manifest)
    if (kept := _kept(bucket, key, manifest)) is not None:
        return kept
    refuse_if_asked_lately(bucket, key, as_of)
    get_logger().info("the drift reference is made now", extra={"key": key})
    try:
        made = _made(db, bucket, manifest)
    except NotEnoughData as error:
        raise keep_refusal(bucket, key, error, as_of, _window(manifest).until) from error
    try:
        bucket.put(key, made.model_dump_json().encode())
    except CryptocastError as error:  # it is made again next time; nothing is lost
        get_logger().warning("drift reference not kept", extra={"key": key, "reason": str(error)})
    return made


def _made(db: Database, bucket: Bucket, manifest: Manifest) -> drift.Reference:
    """A new reference: two months of rows are read.

    It is made from the stored feature rows where they are of the model's feature version and cover the
    span, else (a model trained on a backfill) from its bars and documents. Raises `NotEnoughData`.
    """
    window = _window(manifest)
    stored = feature_rows.between(db, _since(window), window.until)
    coins = window.symbols or tuple({r.symbol for r in stored}) or DEFAULT_SYMBOLS
    rows = [r for r in stored if r.symbol in coins and r.feature_version == manifest.feature_version]
    if not _cover(rows, window, len(coins)):
        rows = _computed_rows(db, bucket, manifest, coins)
    return drift.make_reference(rows, window.until, len(coins)).model_copy(update={"covers_span": True})


class _Recent:
    """The newest rows, read once for all horizons, and of them only what some champion uses.

    Hosted Postgres counts the bytes that leave it, and this is the largest reading of a cycle.
    """

    def __init__(self, db: Database, as_of: datetime, manifests: Iterable[Manifest]) -> None:
        self._db = db
        self.as_of = as_of
        used = [manifest.feature_names for manifest in manifests]
        # A manifest that names no features is compared over all of them.
        self._features = sorted({name for names in used for name in names}) if all(used) else None
        self._by_days: dict[int, list[FeatureRow]] = {}

    def rows(self, days: int) -> list[FeatureRow]:
        """Those of the last `days`, by (as_of, symbol)."""
        if days not in self._by_days:
            tick = timedelta(microseconds=1)  # the store's spans leave their end out, ours their start
            since = self.as_of - timedelta(days=days) + tick
            self._by_days[days] = feature_rows.between(self._db, since, self.as_of + tick, self._features)
        return self._by_days[days]


def _kept(bucket: Bucket, key: str, manifest: Manifest) -> drift.Reference | None:
    """The kept reference, unless it is absent, spoilt, of other features or of a part of the span."""
    try:
        kept = drift.Reference.model_validate_json(bucket.get(key).body)
    except ModelNotFound:
        return None
    except ValidationError:
        kept = None
    if kept is not None and kept.covers_span and kept.feature_version == manifest.feature_version:
        return kept
    get_logger().warning("unusable drift reference, made again", extra={"key": key})
    return None


def _cover(rows: Sequence[FeatureRow], window: DataWindow, coins: int) -> bool:
    """Whether stored rows, ascending, are as good as all of the span's."""
    first_window = timedelta(days=drift.window_days(coins))
    return (
        bool(rows)
        and rows[0].as_of <= _since(window) + first_window
        and _share(rows, window, coins) >= MOST_OF_THE_SPAN
    )


def _share(rows: Sequence[FeatureRow], window: DataWindow, coins: int) -> float:
    """Rows there are / rows there would be with one of every coin at every moment of the span."""
    moments = (window.until - _since(window)) / timedelta(seconds=BAR_INTERVAL_S)
    return len(rows) / max(1.0, moments * coins)


def _measured(
    db: Database,
    bucket: Bucket,
    manifest: Manifest,
    recent: _Recent,
    loaded: dict[str, drift.Reference | NotEnoughData],
) -> drift.Drift:
    reference = _loaded(db, bucket, manifest, recent.as_of, loaded)
    rows = recent.rows(2 * reference.window_days)
    if (days := drift.window_days_now(reference, rows, recent.as_of)) > reference.window_days:
        rows = recent.rows(2 * days)
    return drift.measure(reference, rows, recent.as_of, manifest.feature_names)


def _loaded(
    db: Database,
    bucket: Bucket,
    manifest: Manifest,
    as_of: datetime,
    loaded: dict[str, drift.Reference | NotEnoughData],
) -> drift.Reference:
    """Once per cycle and training window, refused or not."""
    key = reference_key(manifest)
    if key not in loaded:
        try:
            loaded[key] = load_reference(db, bucket, manifest, as_of)
        except NotEnoughData as error:
            loaded[key] = error
    reference = loaded[key]
    if isinstance(reference, NotEnoughData):
        raise reference
    return reference


def _computed_rows(
    db: Database, bucket: Bucket, manifest: Manifest, coins: tuple[str, ...]
) -> list[FeatureRow]:
    """The rows of the reference's span in bulk: the same numbers, to the last bit, as rows made live.

    Raises `SpanNotStored` where the formulas have changed since, or Postgres lacks most of the bars.
    """
    from cryptocast.features.build import read_inputs  # brings pandas, which only this rare path needs

    if manifest.feature_version != features.FEATURE_VERSION:
        raise SpanNotStored(
            f"{manifest.version} reads features {manifest.feature_version or 'of no version'}, "
            f"rows have {features.FEATURE_VERSION}"
        )
    window = _window(manifest)
    first = int(-(-_since(window).timestamp() // BAR_INTERVAL_S)) * BAR_INTERVAL_S
    version = _sentiment_version(bucket, manifest)
    begin = datetime.fromtimestamp(first, tz=UTC)
    series, scored = read_inputs(db, coins, begin, window.until, version)
    as_ofs = np.arange(first, int(window.until.timestamp()) + 1, BAR_INTERVAL_S, dtype=np.int64)
    rows = features.compute(series, scored, as_ofs).rows()
    if (share := _share(rows, window, len(coins))) < HALF_THE_SPAN:
        raise SpanNotStored(f"Postgres has the bars of {share:.0%} of the reference's rows; half are needed")
    return rows


def _sentiment_version(bucket: Bucket, manifest: Manifest) -> str:
    """The version whose scores the model was trained on: what it says, else the one that serves."""
    named = manifest.params.get("sentiment_version")
    if isinstance(named, str):
        return named
    try:
        return read_champion(bucket, layout.SENTIMENT)[0].version
    except CryptocastError:
        return ""


def _champions(bucket: Bucket, report: DriftReport) -> dict[Horizon, Manifest]:
    """The manifest of each champion; one that cannot be read is named in the report."""
    found: dict[Horizon, Manifest] = {}
    for horizon in Horizon:
        name = layout.price_model(horizon)
        try:
            found[horizon] = read_manifest(bucket, name, read_champion(bucket, name)[0].version)
        except CryptocastError as error:
            report.missing.append(f"drift {horizon.value}: {error}")
    return found


def _window(manifest: Manifest) -> DataWindow:
    if manifest.data_window is None:
        raise NotEnoughData(f"{manifest.version} does not say what data it was trained on")
    return manifest.data_window


def _since(window: DataWindow) -> datetime:
    return drift.reference_since(window.since, window.until)

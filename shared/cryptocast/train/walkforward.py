"""Forecasts of the past as they would have been made: refitted on a calendar, each by a model that could
not know what it was asked.

    |------ warm-up ------|- before 1 -|- ... -|- before k -|- test 1 -|- test 2 -|- ...
                                                            ^ thresholds are fixed here

A row may be fitted on for a span that begins at T only when its label was known an embargo before T. The
spans before the test give the margins out of fold on which calibration and thresholds are fixed; at a
later refit the spans tested since then join them, as far as their labels were known an embargo before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import numpy as np

from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.registry.manifest import Calibration
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.calibrate import platt_slope
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules, fit_known, margin_scale, margins, recency, thinned
from cryptocast.train.selection import Selection, select_features
from cryptocast.train.splits import DAY_S, known_before

COVERAGES = (0.20, 0.10, 0.05, 0.02, 0.01)
SPANS_BEFORE = 4
BEFORE_S = 365 * DAY_S
WARM_UP = 0.4
"""The share of a short history that only ever is fitted on."""
EMBARGO_S = 3_600
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""No bar is later: a test "to the end" of the calendar has no refit beyond."""
FEWEST_ROWS = 1_000
FEWEST_DAYS = 20

Progress = Callable[[str, int, int], None]
Calibrator = Callable[[Floats, Bools], Callable[[Floats], Floats]]
"""Margins (n,) and what became of them (n,) → what makes other margins (m,) into p_up (m,)."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of time forecast by one model: rows of `Examples`, margins out of fold.

    The margins are in units of what the model says of the last weeks that it was fitted on: a model of
    little history speaks louder, and a threshold must mean the same for every model.
    """

    begins_s: int
    ends_s: int
    rows: Ints
    margins: Floats
    fitted_rows: int
    """How many the model was fitted on, of those known then."""
    share_up: float
    """The weighted share of ups among all rows known then."""


@dataclass(frozen=True, slots=True)
class Spans:
    """What a walk's models said, not calibrated yet; their margins belong to rows of `examples`."""

    examples: Examples
    """With the chosen features only."""
    before: tuple[Span, ...]
    tested: tuple[Span, ...]
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class Walk:
    """Every forecast of the test window, ascending by (`as_of`, coin); (n,) each.

    `thresholds[refit]` holds the confidence of each of `COVERAGES`, fixed at that refit from earlier
    spans only; `rank` is the share of those earlier confidences that a forecast exceeds.
    """

    rows: Ints
    p_up: Floats
    rank: Floats
    refit: Ints
    share_up: Floats
    refits: tuple[int, ...]
    thresholds: tuple[tuple[float, ...], ...]
    before: Examples
    before_p_up: Floats
    """What the models before the test said, labels known an embargo before it, calibrated as at the first
    refit; `before` holds the rows."""
    fitted_rows: tuple[int, ...]
    features: tuple[str, ...]
    selection: Selection | None
    """None where every feature was used as it was."""


def refit_times(test_from: datetime, test_to: datetime, refit: str) -> list[int]:
    """POSIX seconds: the window's begin, then each calendar boundary inside it. Raises `BadInput`."""
    if test_to <= test_from:
        raise BadInput(f"the test ends ({test_to:%Y-%m-%d}) before it begins ({test_from:%Y-%m-%d})")
    months = {"monthly": (1,) * 12, "quarterly": (1, 0, 0) * 4, "yearly": (1, *(0,) * 11), "never": (0,) * 12}
    if refit not in months:
        raise BadInput(f"--refit is {refit!r}; possible are {', '.join(months)}")
    times = [test_from]
    day = test_from.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while day < min(test_to, _LATEST):
        if months[refit][day.month - 1] and day > test_from:
            times.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return [int(moment.timestamp()) for moment in times]


def fit_spans(
    examples: Examples,
    symbols: Sequence[str],
    refits: Sequence[int],
    ends_s: int,
    rules: FitRules,
    *,
    workers: int = 2,
    select: bool = True,
    progress: Progress | None = None,
) -> Spans:
    """Every span of a walk over `symbols` from the first refit to `ends_s`, each by its own model.

    With `select` the features are chosen once, from rows known before the first refit; the spans before it
    only serve calibration and thresholds. Raises `NotEnoughData` that says what lacks, `BadInput` where every
    label is of one class.
    """
    own = np.isin(examples.symbols, list(symbols))
    edges = [*_edges_before(examples, own, refits[0]), *refits, ends_s]
    selection = None
    if select:
        known = known_before(examples.as_of, examples.horizon_s, refits[0], EMBARGO_S)
        _both_classes(examples.up[known], refits[0])
        selection = select_features(examples, known, own, rules, EMBARGO_S)
        examples = examples.only(selection.features)
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="walk") as pool:
        jobs = [pool.submit(_span, examples, own, begins, ends, rules) for begins, ends in pairwise(edges)]
        spans = []
        for done, job in enumerate(jobs, start=1):
            spans.append(job.result())
            if progress:
                progress("refits", done, len(jobs))
    before = len(spans) - len(refits)
    return Spans(examples, tuple(spans[:before]), tuple(spans[before:]), selection)


def _edges_before(examples: Examples, own: Bools, test_from: int) -> list[int]:
    mine = examples.as_of[own & (examples.as_of < test_from)]
    days = (test_from - int(mine[0])) / DAY_S if len(mine) else 0.0
    if days < FEWEST_DAYS or len(mine) < FEWEST_ROWS:
        begin = datetime.fromtimestamp(test_from, tz=UTC)
        raise NotEnoughData(
            f"too little history: {len(mine)} labelled rows over {days:.1f} days of the evaluated coins "
            f"before the test begins at {begin:%Y-%m-%d %H:%M}; at least {FEWEST_ROWS} rows and "
            f"{FEWEST_DAYS} days are needed"
        )
    # Cut by rows and not by time: a coin whose history has a hole of months still gets whole spans.
    after_warm_up = mine[int(len(mine) * WARM_UP) :]
    recent = after_warm_up[after_warm_up >= test_from - BEFORE_S]
    recent = recent if len(recent) >= FEWEST_ROWS // 4 else after_warm_up
    edges = recent[len(recent) * np.arange(SPANS_BEFORE) // SPANS_BEFORE]
    return [int(edge) for edge in np.unique(edges)]


def _span(examples: Examples, own: Bools, begins: int, ends: int, rules: FitRules) -> Span:
    known = known_before(examples.as_of, examples.horizon_s, begins, EMBARGO_S)
    tested = np.flatnonzero(own & (examples.as_of >= begins) & (examples.as_of < ends))
    moment = datetime.fromtimestamp(begins, tz=UTC)
    if len(known) < FEWEST_ROWS // 4:
        raise NotEnoughData(f"only {len(known)} labelled rows are known before {moment:%Y-%m-%d %H:%M}")
    up = examples.up[known]
    _both_classes(up, begins)
    booster = fit_known(examples, known, begins, rules)
    scale = margin_scale(booster, examples, known[own[known]], begins)
    weight = recency(examples.as_of[known], begins, rules.half_life_days)
    said = margins(booster, examples.x[tested]) / scale if len(tested) else np.zeros(0)
    fitted = len(thinned(known, rules.most_rows))
    return Span(begins, ends, tested, said, fitted, float(np.average(up, weights=weight)))


def _both_classes(up: Bools, begins: int) -> None:
    if up.all() or not up.any():
        moment = datetime.fromtimestamp(begins, tz=UTC)
        raise BadInput(
            f"one class only: every one of the {len(up)} labelled moves before {moment:%Y-%m-%d %H:%M} went "
            f"{'up' if up.all() else 'down'}; there is nothing to learn"
        )


def one_slope(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
    """The calibrator of `cryptocast evaluate`: a slope and no intercept."""
    return partial(apply_platt, Calibration(a=platt_slope(margins, up)))


def calibrate_spans(walked: Spans, calibrator: Calibrator = one_slope) -> Walk:
    """Probabilities, ranks and thresholds of the tested spans, each by what was known when it began.

    Raises `NotEnoughData` where fewer than 200 earlier forecasts are known.
    """
    parts, thresholds = [], []
    examples, tested = walked.examples, walked.tested
    before_rows, before_said = _known(examples, walked.before, tested[0].begins_s)
    before_p_up = np.zeros(0)
    for i, span in enumerate(tested):
        calibrated, history = _calibrated(examples, walked.before + tested[:i], span.begins_s, calibrator)
        if i == 0:
            before_p_up = calibrated(before_said)
        confidence = np.sort(np.maximum(history, 1 - history))
        thresholds.append(thresholds_of(confidence))
        p_up = calibrated(span.margins)
        rank = np.searchsorted(confidence, np.maximum(p_up, 1 - p_up)) / len(confidence)
        size = len(span.rows)
        parts.append((p_up, rank, np.full(size, i), np.full(size, span.share_up)))
    p_up, rank, refit, share_up = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Walk(
        rows=np.concatenate([span.rows for span in tested]),
        p_up=p_up,
        rank=rank,
        refit=refit,
        share_up=share_up,
        refits=tuple(span.begins_s for span in tested),
        thresholds=tuple(thresholds),
        before=examples.take(before_rows),
        before_p_up=before_p_up,
        fitted_rows=tuple(span.fitted_rows for span in tested),
        features=examples.features,
        selection=walked.selection,
    )


def thresholds_of(confidence: Floats, coverages: Sequence[float] = COVERAGES) -> tuple[float, ...]:
    """The confidence from which on each of `coverages` of these (n,) was called.

    Where all are the same nobody is surer than another, and 1 calls nobody, as a served model would.
    """
    if not np.ptp(confidence):
        return (1.0,) * len(coverages)
    return tuple(float(np.quantile(confidence, 1 - share)) for share in coverages)


def _calibrated(
    examples: Examples, earlier: Sequence[Span], begins_s: int, calibrator: Calibrator
) -> tuple[Callable[[Floats], Floats], Floats]:
    """What calibrates by earlier spans of the last year, labels known by then; and their probabilities."""
    rows, said = _known(examples, earlier, begins_s)
    use = examples.as_of[rows] >= begins_s - BEFORE_S
    if use.sum() < 200:
        raise NotEnoughData(
            f"only {int(use.sum())} forecasts of the year before the test were known by then "
            f"({examples.horizon_s / DAY_S:g} days ahead) to fix thresholds on; 200 are needed"
        )
    calibrated = calibrator(said[use], examples.up[rows[use]])
    return calibrated, calibrated(said[use])


def _known(examples: Examples, earlier: Sequence[Span], begins_s: int) -> tuple[Ints, Floats]:
    """Rows and margins of `earlier` whose labels were known an embargo before `begins_s`."""
    rows = np.concatenate([span.rows for span in earlier])
    said = np.concatenate([span.margins for span in earlier])
    known = known_before(examples.as_of[rows], examples.horizon_s, begins_s, EMBARGO_S)
    return rows[known], said[known]

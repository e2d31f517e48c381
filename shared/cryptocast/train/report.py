"""The figures of a walk-forward, as report.json holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from cryptocast.series import Bools, Floats
from cryptocast.train import statistics as st
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import (
    brier,
    by_month,
    expected_calibration_error,
    log_loss,
    reliability_bins,
)
from cryptocast.train.fit import TRIALS
from cryptocast.train.target import TARGET, against_target, called_row, widest_row
from cryptocast.train.threshold import always, widest_sure
from cryptocast.train.walkforward import COVERAGES, Walk

_RULE_COVERAGES = tuple(share / 100 for share in range(1, 51))
FEE_BPS = 10.0
"""Per side; a call is a position opened and closed."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A walk's forecasts beside what became of them; (n,) each."""

    walk: Walk
    examples: Examples
    """Of the test window only."""
    interval_s: int

    @property
    def right(self) -> Bools:
        return np.asarray((self.walk.p_up > 0.5) == self.examples.up)

    @property
    def overlap(self) -> int:
        """Bars in a horizon."""
        return max(1, self.examples.horizon_s // self.interval_s)

    @property
    def confidence(self) -> Floats:
        return np.asarray(np.maximum(self.walk.p_up, 1 - self.walk.p_up))

    def row(self, called: Bools) -> dict[str, Any]:
        rows = self.examples
        return called_row(called, self.right, rows.as_of, rows.horizon_s, self.interval_s)


def figures(tested: Tested, fee_bps: float = FEE_BPS, trials: int = TRIALS) -> dict[str, Any]:
    """Everything of report.json that is computed from the forecasts themselves."""
    walk, up = tested.walk, tested.examples.up
    everything = tested.row(np.ones(len(up), dtype=np.bool_))
    base = _baselines(tested)
    selective = [_selective(tested, i) for i in range(len(COVERAGES))]
    found = _tests(tested, max(base.values()), everything["n_independent"])
    return {
        "n": len(up),
        "n_independent": everything["n_independent"],
        "accuracy": everything["accuracy"],
        "accuracy_ci95": everything["ci95"],
        "baselines": base,
        "selective": selective,
        "brier": brier(walk.p_up, up),
        "log_loss": log_loss(walk.p_up, up),
        "ece": expected_calibration_error(walk.p_up, up),
        "tests": found,
        "months": _months(tested),
        "by_symbol": _by_symbol(tested),
        "reliability": reliability_bins(walk.p_up, up),
        "after_costs": _after_costs(tested, fee_bps),
        "target": _target(tested, selective),
        "trials": trials,
        "trials_corrected": _corrected(found, trials),
    }


def _free(tested: Tested) -> dict[str, Bools]:
    """Where what costs nothing is right: the commoner direction before, the last bar again, its opposite."""
    rose, up = tested.examples.last_move > 0, tested.examples.up
    common = tested.walk.share_up > 0.5
    return {"majority": up == common, "persistence": up == rose, "reversal": up == ~rose}


def _baselines(tested: Tested) -> dict[str, float]:
    return {name: float(right.mean()) for name, right in _free(tested).items()}


def _called(tested: Tested, i: int) -> Bools:
    """The rows at or above the threshold of `COVERAGES[i]` that held at their refit."""
    at = np.array([thresholds[i] for thresholds in tested.walk.thresholds])
    return np.asarray(tested.confidence >= at[tested.walk.refit])


def _selective(tested: Tested, i: int) -> dict[str, Any]:
    called = _called(tested, i)
    return {
        "coverage_target": COVERAGES[i],
        "threshold": tested.walk.thresholds[0][i],
        "thresholds": [row[i] for row in tested.walk.thresholds],
        **tested.row(called),
        "best_free": _best_free(tested, called) if called.any() else None,
    }


def _best_free(tested: Tested, called: Bools) -> dict[str, Any]:
    """The best baseline on these very calls, and whether they are surely right more often than it."""
    free = _free(tested)
    name = max(free, key=lambda one: float(free[one][called].mean()))
    ours, its = tested.right & called, free[name] & called
    paired = st.mcnemar(ours, its, tested.examples.as_of, tested.overlap).as_json()
    return {"name": name, "accuracy": float(free[name][called].mean()), "mcnemar": paired}


def _tests(tested: Tested, to_beat: float, independent: int) -> dict[str, Any]:
    walk, rows = tested.walk, tested.examples
    p = np.clip(walk.p_up, 1e-9, 1 - 1e-9)
    share = np.clip(walk.share_up, 0.01, 0.99)
    on_brier = st.diebold_mariano((p - rows.up) ** 2, (share - rows.up) ** 2, rows.as_of, tested.overlap)
    on_log = st.diebold_mariano(
        -np.log(np.where(rows.up, p, 1 - p)),
        -np.log(np.where(rows.up, share, 1 - share)),
        rows.as_of,
        tested.overlap,
    )
    reversal = ~(rows.last_move > 0)
    return {
        "binomial": {
            **st.binomial(tested.right, independent, to_beat).as_json(),
            "against": to_beat,
        },
        "pesaran_timmermann": st.pesaran_timmermann(
            walk.p_up > 0.5, rows.up, rows.as_of, tested.overlap
        ).as_json(),
        "diebold_mariano": {**on_brier.as_json(), "loss": "Brier against the share of ups before"},
        "diebold_mariano_log_loss": on_log.as_json(),
        "mcnemar_reversal": st.mcnemar(
            tested.right, reversal == rows.up, rows.as_of, tested.overlap
        ).as_json(),
    }


def _corrected(found: Mapping[str, Mapping[str, Any]], trials: int) -> dict[str, Any]:
    return {
        "method": f"Sidak, {trials} configurations tried",
        **{
            name: st.finite(st.corrected(test["p_value"], trials))
            for name, test in found.items()
            if test["p_value"] is not None
        },
    }


def without_p(report: Mapping[str, Any]) -> list[str]:
    """A sentence for each reason why tests of the report have no p-value, with their names."""
    named = [(name.replace("_", " "), test) for name, test in report["tests"].items()]
    named += [
        (f"best free forecast of the surest {one['coverage_target']:.0%}", one["best_free"]["mcnemar"])
        for one in report["selective"]
        if one["best_free"]
    ]
    names: dict[str, list[str]] = {}
    for name, test in named:
        if test["why_none"]:
            names.setdefault(test["why_none"], []).append(name)
    return [f"no p-value of {', '.join(tests)}: {why}" for why, tests in names.items()]


def _months(tested: Tested) -> list[dict[str, Any]]:
    called = _called(tested, COVERAGES.index(0.05))
    out = []
    for month, rows in by_month(tested.examples.as_of):
        top = rows & called
        out.append(
            {
                "month": month,
                "n": int(rows.sum()),
                "accuracy": float(tested.right[rows].mean()),
                "brier": brier(tested.walk.p_up[rows], tested.examples.up[rows]),
                "top5_n": int(top.sum()),
                "top5_accuracy": float(tested.right[top].mean()) if top.any() else None,
            }
        )
    return out


def _by_symbol(tested: Tested) -> dict[str, Any]:
    called = _called(tested, COVERAGES.index(0.05))
    out = {}
    for symbol in np.unique(tested.examples.symbols):
        rows = tested.examples.symbols == symbol
        top = rows & called
        out[str(symbol)] = {
            "n": int(rows.sum()),
            "accuracy": float(tested.right[rows].mean()),
            "top5_n": int(top.sum()),
            "top5_accuracy": float(tested.right[top].mean()) if top.any() else None,
        }
    return out


def _after_costs(tested: Tested, fee_bps: float) -> dict[str, Any]:
    """Mean log return per call in basis points, taken in the called direction, before and after two fees."""
    gained = np.where(tested.walk.p_up > 0.5, 1.0, -1.0) * tested.examples.return_log * 1e4
    of = []
    for i, share in enumerate(COVERAGES):
        called = _called(tested, i)
        gross = float(gained[called].mean()) if called.any() else None
        net = None if gross is None else gross - 2 * fee_bps
        of.append({"coverage_target": share, "n": int(called.sum()), "gross_bps": gross, "net_bps": net})
    gross_all = float(gained.mean())
    return {
        "fee_bps": fee_bps,
        "gross_bps": gross_all,
        "net_bps": gross_all - 2 * fee_bps,
        "selective": of,
        "said": "per call, bought and sold at the close, one fee each; without spread or slippage",
    }


def _target(tested: Tested, selective: list[dict[str, Any]]) -> dict[str, Any]:
    """The largest pre-fixed coverage that holds the target, and the rule that was fixed beforehand."""
    widest = widest_row(selective)
    return {
        **against_target(selective),
        "observed": widest["accuracy"] if widest else None,
        "n": widest["n"] if widest else 0,
        "n_independent": widest["n_independent"] if widest else 0,
        "rule": _rule(tested),
    }


def _rule(tested: Tested) -> dict[str, Any]:
    """Fixed before the test: the lowest confidence whose earlier calls surely held 65 %, by one sequence."""
    walk = tested.walk
    searched = widest_sure(walk.before_p_up, walk.before, always(TARGET), _RULE_COVERAGES, tested.interval_s)
    found = searched.passed
    if found is None:
        why = (
            "no earlier threshold surely held 65 %"
            if searched.tests
            else "there are too few earlier calls to test"
        )
        return {"threshold": None, "said": f"{why}: the rule abstains throughout"}
    return {"threshold": found.threshold, **tested.row(tested.confidence >= found.threshold)}


def moment(posix_s: float) -> str:
    """For JSON."""
    return datetime.fromtimestamp(int(posix_s), tz=UTC).isoformat()


def plain(value: Any) -> Any:
    """NaN and infinities become null: a figure that cannot be had is not a number."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

"""Does tuning help on rows that nothing was chosen on? Fixed, tuned and chosen parameters, on files.

    python -m tests.bench.tuning_effect --prices FILE… --symbols BTC,ETH --horizon 1h \
        --until 2023-07-01 2023-10-01 --trials 50

For each `--until`: a study on the 182 days before it, as the training job would make it, and then the three
models on the held-out slice. An embedded Postgres keeps the studies for as long as the command runs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import optuna

from cryptocast.domain import Horizon
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Floats
from cryptocast.store.studies import StudyStore
from cryptocast.train.challenger import make_challenger
from cryptocast.train.dataset import Examples, build_examples, build_table, no_documents
from cryptocast.train.files import read_prices
from cryptocast.train.fit import FitRules, margins
from cryptocast.train.splits import HISTORY_DAYS, Plan, SplitRules, make_plan
from cryptocast.train.statistics import diebold_mariano
from cryptocast.train.trials import rules_of
from cryptocast.train.tuning import Tuner, TuningRules
from local.postgres import Postgres

SPLIT = SplitRules()


def main() -> None:
    asked = _asked()
    symbols = tuple(asked.symbols.split(","))
    series = {s: b for (s, i), b in read_prices(asked.prices).series.items() if i == 900 and s in symbols}
    with tempfile.TemporaryDirectory(prefix="cryptocast-effect-") as folder, Postgres(Path(folder)) as server:
        url = server.create_database("tuning_effect")
        print("| coins | horizon | until | accuracy fixed | tuned | log loss fixed | tuned | p | taken |")
        print("|---|---|---|---|---|---|---|---|---|")
        for until in asked.until:
            print(_row(url, series, symbols, Horizon(asked.horizon), until, asked.trials), flush=True)


def _row(url: str, series: dict, symbols: tuple[str, ...], horizon: Horizon, day: str, trials: int) -> str:
    until = datetime.fromisoformat(day).replace(tzinfo=UTC)
    first, end = (int(t.timestamp()) for t in (until - timedelta(days=HISTORY_DAYS), until))
    table = build_table(series, no_documents(symbols), first, end)
    examples = build_examples(series, table, horizon, end)
    plan = make_plan(examples.as_of, horizon.seconds, SPLIT)
    began = time.process_time()
    tuned = Tuner(url, TuningRules(trials, workers=1)).tune(examples, plan, SPLIT, FitRules(), horizon)
    spent = time.process_time() - began
    store = StudyStore(url)
    best = rules_of(
        optuna.load_study(study_name=tuned.report["study"], storage=store.storage).best_trial, FitRules()
    )
    store.close()
    fixed_p, tuned_p = (_held_out(examples, plan, rules) for rules in (FitRules(), best))
    held = examples.take(plan.held_out)
    losses = [-np.log(np.where(held.up, p, 1 - p)) for p in (fixed_p, tuned_p)]
    test = diebold_mariano(losses[1], losses[0], held.as_of, max(1, horizon.seconds // 900))
    right = [((p > 0.5) == held.up).mean() for p in (fixed_p, tuned_p)]
    print(f"<!-- {spent:.0f} processor seconds; {tuned.report}; best {best} -->")
    return (
        f"| {', '.join(symbols)} | {horizon.value} | {day} | {right[0]:.2%} | {right[1]:.2%} "
        f"| {losses[0].mean():.5f} | {losses[1].mean():.5f} | {test.p_value:.2g} "
        f"| {'yes' if tuned.report['taken'] else 'no'} |"
    )


def _held_out(examples: Examples, plan: Plan, rules: FitRules) -> Floats:
    made = make_challenger(examples, plan, SPLIT.embargo_s, rules)
    return apply_platt(made.calibration, margins(made.booster, examples.x[plan.held_out]))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    parser.add_argument("--symbols", required=True)
    parser.add_argument("--horizon", required=True)
    parser.add_argument("--until", nargs="+", required=True)
    parser.add_argument("--trials", type=int, default=50)
    return parser.parse_args()


if __name__ == "__main__":
    main()

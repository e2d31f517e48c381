"""What every training does with its rows before it fits the model: cut time, and choose the features."""

from __future__ import annotations

from dataclasses import dataclass

from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules
from cryptocast.train.selection import Selection, select_in_plan
from cryptocast.train.splits import Plan, SplitRules, make_plan


@dataclass(frozen=True, slots=True)
class Prepared:
    """A training's rows with the chosen features, and how their time is cut."""

    examples: Examples
    plan: Plan
    selection: Selection


def prepare(pool: Examples, split: SplitRules, fit: FitRules) -> Prepared:
    """From rows with every candidate. Raises `NotEnoughData`."""
    plan = make_plan(pool.as_of, pool.horizon_s, split)
    selection = select_in_plan(pool, plan, split.embargo_s, fit)
    return Prepared(pool.only(selection.features), plan, selection)

"""A row computed live, from what its cycle reads, equals the row computed in bulk, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.features.rows import FeatureTable, compute
from tests.unit.features.markets import START, STEP, bars, documents, kept, known_at

COUNT = 1_000
SYMBOLS = ("AAVE", "DOT", "SOL")
AS_OFS = START + STEP * np.arange(1, COUNT + 1, dtype=np.int64)


def market(seed: int, gaps: float):
    random = np.random.default_rng(seed)
    made = {}
    for number, symbol in enumerate(SYMBOLS):
        one = bars(symbol, COUNT, seed + number)
        one.volume[random.random(COUNT) < gaps] = np.nan
        there = random.random(COUNT) >= gaps
        hole = int(random.integers(0, COUNT))
        there[hole : hole + int(150 * gaps * 10)] = False
        made[symbol] = kept(one, there)
    return made, documents(SYMBOLS, 900, STEP * COUNT, seed)


def at(table: FeatureTable, as_of: int) -> tuple[list[str], bytes, bytes, bytes]:
    here = table.as_of == as_of
    return (
        table.symbols[here].tolist(),
        table.values[here].tobytes(),
        table.missing[here].tobytes(),
        table.close[here].tobytes(),
    )


@given(seed=st.integers(0, 10_000), gaps=st.sampled_from([0.0, 0.02, 0.1]), step=st.integers(0, COUNT - 1))
@settings(max_examples=25, deadline=None)
def test_a_live_row_equals_the_bulk_row_to_the_last_bit(seed, gaps, step):
    made, texts = market(seed, gaps)
    as_of = int(AS_OFS[step])
    past, seen = known_at(made, texts, as_of)
    live = compute(past, seen, np.array([as_of]))
    assert at(live, as_of) == at(compute(made, texts, AS_OFS), as_of)


@pytest.mark.parametrize("days", [1, 3])
def test_a_catch_up_window_equals_the_bulk_rows(days):
    made, texts = market(7, 0.02)
    bulk = compute(made, texts, AS_OFS)
    window = AS_OFS[-96 * days :]
    caught_up = compute(made, texts, window)
    assert caught_up.as_of.size > 0
    assert all(at(caught_up, int(as_of)) == at(bulk, int(as_of)) for as_of in window)


def test_the_order_of_as_ofs_and_repeats_change_nothing():
    made, texts = market(3, 0.02)
    shuffled = np.random.default_rng(0).permutation(np.concatenate([AS_OFS, AS_OFS]))
    straight, mixed = compute(made, texts, AS_OFS), compute(made, texts, shuffled)
    assert straight.values.tobytes() == mixed.values.tobytes()
    assert straight.as_of.tolist() == mixed.as_of.tolist()

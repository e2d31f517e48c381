"""The candidate features are documented, and the document is the table in the code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cryptocast.features.spec import (
    FEATURE_NAMES,
    FEATURE_VERSION,
    FEATURES,
    GROUPS,
    MISSING_INPUTS,
    MODEL_FEATURES,
    markdown_table,
)
from cryptocast.train.evidence import EVIDENCE

DOCUMENT = Path(__file__).parents[3] / "docs" / "features.md"


def test_a_row_holds_over_40_candidates_of_four_groups_and_a_model_uses_15():
    assert len(set(FEATURE_NAMES)) == len(FEATURES) >= 40
    assert Counter(feature.group for feature in FEATURES) == {
        "price": 70, "sentiment": 3, "social": 2, "time": 3,
    }  # fmt: skip
    assert {feature.group for feature in FEATURES} == set(GROUPS)
    assert MODEL_FEATURES == 15


def test_a_feature_upside_down_is_negated_or_kept():
    assert {feature.mirror for feature in FEATURES} == {"negated", "kept"}


def test_the_older_evidence_is_of_candidates_and_of_no_text():
    assert set(EVIDENCE) <= {f.name for f in FEATURES if f.group in {"price", "time"}}
    assert all(0 <= share <= 1 for share in EVIDENCE.values())
    assert len(EVIDENCE) >= 60


def test_every_feature_says_formula_unit_window_and_its_value_when_an_input_is_missing():
    for feature in FEATURES:
        assert all((feature.formula, feature.unit, feature.window, feature.when_missing)), feature.name


def test_no_feature_has_a_unit_of_price():
    assert not [feature.name for feature in FEATURES if "USD" in feature.unit]


def test_the_document_holds_the_table_and_the_version():
    text = DOCUMENT.read_text()
    assert markdown_table() in text, "run the command in docs/features.md and paste the table"
    assert f"`FEATURE_VERSION` (now `{FEATURE_VERSION}`)" in text


def test_the_document_explains_every_missing_input():
    text = DOCUMENT.read_text()
    assert all(f"| `{name}` |" in text for name in MISSING_INPUTS)

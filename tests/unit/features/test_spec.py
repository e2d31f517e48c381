"""The 15 features are documented, and the document is the table in the code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cryptocast.features.spec import FEATURE_NAMES, FEATURE_VERSION, FEATURES, MISSING_INPUTS, markdown_table

DOCUMENT = Path(__file__).parents[3] / "docs" / "features.md"


def test_there_are_exactly_15_features_of_four_groups():
    assert len(set(FEATURE_NAMES)) == 15
    assert Counter(feature.group for feature in FEATURES) == {
        "price": 12, "sentiment": 1, "social": 1, "time": 1,
    }  # fmt: skip


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

"""The candidate features: what each is. docs/features.md is this table, and a test holds the two equal.

A row holds every candidate; a model version uses exactly `MODEL_FEATURES` of them, chosen inside its own
training folds (`train/selection.py`) and named in its manifest.
"""

from __future__ import annotations

from cryptocast.features.spec_prices import PRICE_FEATURES, FeatureSpec

__all__ = (
    "FEATURES",
    "FEATURE_NAMES",
    "FEATURE_VERSION",
    "GROUPS",
    "MISSING_INPUTS",
    "MODEL_FEATURES",
    "FeatureSpec",
    "markdown_table",
)

FEATURE_VERSION = "4"
"""Changes whenever a formula does: a model refuses rows of another version than it was trained on."""

MODEL_FEATURES = 15
"""How many of the candidates one model version uses."""

GROUPS = ("price", "sentiment", "social", "time")

MISSING_INPUTS = ("bars", "volume", "market", "news", "posts", "sentiment")
"""The inputs whose absence a row names, in the order of the columns of `FeatureTable.missing`."""

FEATURES: tuple[FeatureSpec, ...] = (
    *PRICE_FEATURES,
    FeatureSpec(
        "sentiment_6h",
        "sentiment",
        "Σ w s / (Σ w + 1), s = p_bullish - p_bearish, w = 2^(-age / 2h), age in whole bars; "
        "a document that names no coin weighs a quarter",
        "-1 to 1",
        "6h",
        "0 where no document was seen",
        "negated",
    ),
    FeatureSpec(
        "sentiment_momentum",
        "sentiment",
        "`sentiment_6h` - Σ w s / (Σ w + 1) over 24 h, w = 1, or a quarter where no coin is named",
        "-2 to 2",
        "24h",
        "0 where no document was seen",
        "negated",
    ),
    FeatureSpec(
        "sentiment_dispersion",
        "sentiment",
        "standard deviation of s over 6 h, weighted as `sentiment_6h`",
        "0 to 1",
        "6h",
        "0 where no document was seen",
    ),
    FeatureSpec(
        "posts_ratio_3h",
        "social",
        "ln((posts in 3 h + 1) / (posts in 24 h / 8 + 1)), of the coin or of no coin",
        "log ratio",
        "24h",
        "0 where no post was seen",
    ),
    FeatureSpec(
        "news_count_6h",
        "social",
        "ln(news in 6 h + 1), of the coin or of no coin",
        "log",
        "6h",
        "0 where none was seen",
    ),
    FeatureSpec("hour", "time", "the UTC time of day in hours", "hours, 0 to 23.75", "-", "never"),
    FeatureSpec("minute", "time", "the minute of the hour", "minutes, 0 to 45", "-", "never"),
    FeatureSpec("weekday", "time", "the UTC day of the week, 0 is Monday", "days, 0 to 6", "-", "never"),
)

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def markdown_table() -> str:
    """The table of docs/features.md, as it must stand there."""
    head = ("feature", "group", "formula", "unit", "window", "when an input is missing")
    rows = [(f"`{f.name}`", f.group, f.formula, f.unit, f.window, f.when_missing) for f in FEATURES]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows))

"""What the 15 features are. docs/features.md is this table, and a test holds the two equal."""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_VERSION = "1"
"""Changes whenever a formula does: a model refuses rows of another version than it was trained on."""

MISSING_INPUTS = ("bars", "volume", "market", "news", "posts", "sentiment")
"""The inputs whose absence a row names, in the order of the columns of `FeatureTable.missing`."""


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature: how it is computed, from how far back, and what it is when an input is absent."""

    name: str
    group: str
    """price, sentiment, social or time."""
    formula: str
    unit: str
    window: str
    when_missing: str


_SIGMA = "σ(24h)"
_CARRIED = "a missing close is the last one before it, at most 48 h old"


def _scaled_return(label: str, steps: int) -> FeatureSpec:
    scale = _SIGMA if steps == 1 else f"({_SIGMA} · √{steps})"
    return FeatureSpec(
        f"return_{label}",
        "price",
        f"ln(close[t] / close[t-{label}]) / {scale}, cut at ±10",
        "standard deviations",
        label,
        _CARRIED,
    )


FEATURES: tuple[FeatureSpec, ...] = (
    _scaled_return("15m", 1),
    _scaled_return("1h", 4),
    _scaled_return("4h", 16),
    _scaled_return("24h", 96),
    FeatureSpec(
        "volatility_ratio",
        "price",
        f"ln(σ(4h) / {_SIGMA}), σ being the root mean square of 15-minute log returns, at least 1e-5",
        "log ratio",
        "24h",
        "returns across a gap are left out; 0 where 4 h hold fewer than 4 returns",
    ),
    FeatureSpec(
        "range_position_24h",
        "price",
        "(close[t] - lowest low) / (highest high - lowest low)",
        "share, 0 to 1",
        "24h",
        "missing bars are left out; 0.5 where the range is zero",
    ),
    FeatureSpec(
        "volume_ratio_24h",
        "price",
        "ln((volume[t] + 0.01 m) / (1.01 m)), m being the mean volume of a bar",
        "log ratio",
        "24h",
        "0 where the newest bar has no volume, or fewer than 48 bars have one",
    ),
    FeatureSpec(
        "market_return_1h",
        "price",
        "mean of return_1h over the other coins",
        "standard deviations",
        "1h",
        "0 where no other coin has a row",
    ),
    FeatureSpec(
        "sentiment_6h",
        "sentiment",
        "Σ w s / (Σ w + 1), s = p_bullish - p_bearish, w = 2^(-age / 2h), age in whole bars; "
        "a document that names no coin weighs a quarter",
        "-1 to 1",
        "6h",
        "0 where no document was seen",
    ),
    FeatureSpec(
        "sentiment_momentum",
        "sentiment",
        "sentiment_6h - Σ v s / (Σ v + 1) over 24 h, v = 1, or a quarter where no coin is named",
        "-2 to 2",
        "24h",
        "the absent mean counts as 0",
    ),
    FeatureSpec(
        "sentiment_dispersion_6h",
        "sentiment",
        "standard deviation of s under the weights of sentiment_6h",
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
        "ln(1 + news items in 6 h), of the coin or of no coin",
        "log count",
        "6h",
        "0 where no news item was seen",
    ),
    FeatureSpec("hour_sin", "time", "sin(2π · hour / 24) of the UTC time of day", "-1 to 1", "-", "never"),
    FeatureSpec("hour_cos", "time", "cos(2π · hour / 24) of the UTC time of day", "-1 to 1", "-", "never"),
)

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def markdown_table() -> str:
    """The table of docs/features.md, as it must stand there."""
    head = ("feature", "group", "formula", "unit", "window", "when an input is missing")
    rows = [(f"`{f.name}`", f.group, f.formula, f.unit, f.window, f.when_missing) for f in FEATURES]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows))

"""What the 15 features are. docs/features.md is this table, and a test holds the two equal."""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_VERSION = "2"
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
    mirror: str = "kept"
    """What becomes of it were the market upside down: `negated`, `one minus` (a share), or `kept`."""


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
        "negated",
    )


def _distance(label: str, average: str, steps: int) -> FeatureSpec:
    return FeatureSpec(
        f"average_distance_{label}",
        "price",
        f"(ln close[t] - {average}) / ({_SIGMA} · √{steps}), cut at ±10",
        "standard deviations",
        "10h" if steps == 8 else label,
        _CARRIED,
        "negated",
    )


FEATURES: tuple[FeatureSpec, ...] = (
    _scaled_return("15m", 1),
    FeatureSpec(
        "return_15m_before",
        "price",
        f"ln(close[t-15m] / close[t-30m]) / {_SIGMA}, cut at ±10",
        "standard deviations",
        "30m",
        _CARRIED,
        "negated",
    ),
    _scaled_return("3h", 12),
    _scaled_return("6h", 24),
    _scaled_return("24h", 96),
    _distance("2h", "Σ w ln close / Σ w, w = (7/9)^age over the last 40 bars", 8),
    _distance("24h", "mean of ln close over the last 96 bars", 96),
    FeatureSpec(
        "rises_8h",
        "price",
        "(bars that rose - bars that fell) / bars, over the last 32",
        "share, -1 to 1",
        "8h",
        "returns across a gap are left out",
        "negated",
    ),
    FeatureSpec(
        "close_location",
        "price",
        "((close - low) - (high - close)) / (high - low) of the newest bar",
        "-1 to 1",
        "15m",
        "0 where the bar has no range",
        "negated",
    ),
    FeatureSpec(
        "range_ratio",
        "price",
        "ln(high / low) of the newest bar / its mean over 24 h, at most 10",
        "ratio",
        "24h",
        "missing bars are left out; 1 where no bar has a range",
    ),
    FeatureSpec(
        "volatility_ratio",
        "price",
        f"ln({_SIGMA} / σ(7d)), σ being the root mean square of 15-minute log returns, at least 1e-5",
        "log ratio",
        "7d",
        "returns across a gap are left out; 0 where 7 d hold fewer than 192 returns",
    ),
    FeatureSpec(
        "market_return_30m",
        "price",
        f"mean over the other coins of ln(close[t] / close[t-30m]) / ({_SIGMA} · √2), cut at ±10",
        "standard deviations",
        "30m",
        "0 where no other coin has a row",
        "negated",
    ),
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
        "posts_ratio_3h",
        "social",
        "ln((posts in 3 h + 1) / (posts in 24 h / 8 + 1)), of the coin or of no coin",
        "log ratio",
        "24h",
        "0 where no post was seen",
    ),
    FeatureSpec("hour", "time", "the UTC time of day in hours", "hours, 0 to 23.75", "-", "never"),
)

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def markdown_table() -> str:
    """The table of docs/features.md, as it must stand there."""
    head = ("feature", "group", "formula", "unit", "window", "when an input is missing")
    rows = [(f"`{f.name}`", f.group, f.formula, f.unit, f.window, f.when_missing) for f in FEATURES]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows))

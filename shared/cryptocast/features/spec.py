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


def _scaled_return(label: str, steps: int, when_missing: str = _CARRIED) -> FeatureSpec:
    scale = _SIGMA if steps == 1 else f"({_SIGMA} · √{steps})"
    return FeatureSpec(
        f"return_{label}",
        "price",
        f"ln(close[t] / close[t-{label}]) / {scale}, cut at ±10",
        "standard deviations",
        label,
        when_missing,
        "negated",
    )


def _range_position(label: str) -> FeatureSpec:
    return FeatureSpec(
        f"range_position_{label}",
        "price",
        "(close[t] - lowest low) / (highest high - lowest low)",
        "share, 0 to 1",
        label,
        "missing bars are left out; 0.5 where the range is zero",
        "one minus",
    )


def _market_return(label: str) -> FeatureSpec:
    return FeatureSpec(
        f"market_return_{label}",
        "price",
        f"mean of return_{label} over the other coins",
        "standard deviations",
        label,
        "0 where no other coin has a row",
        "negated",
    )


FEATURES: tuple[FeatureSpec, ...] = (
    _scaled_return("15m", 1),
    _scaled_return("24h", 96),
    _scaled_return("7d", 672, f"{_CARRIED}; 0 where there is none"),
    FeatureSpec(
        "median_distance_4h",
        "price",
        f"(ln close[t] - median of the last 16 ln close) / ({_SIGMA} · √16), cut at ±10",
        "standard deviations",
        "4h",
        _CARRIED,
        "negated",
    ),
    FeatureSpec(
        "up_share_7h",
        "price",
        "Σ max(r, 0) / Σ |r| over the last 28 returns r of one bar",
        "share, 0 to 1",
        "7h",
        "returns across a gap are left out; 0.5 where nothing moved",
        "one minus",
    ),
    _range_position("8h"),
    _range_position("48h"),
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
        "signed_volume_24h",
        "price",
        "(volume of bars that rose - volume of bars that fell) / volume",
        "-1 to 1",
        "24h",
        "bars without volume are left out; 0 where fewer than 48 bars have one, or all are zero",
        "negated",
    ),
    FeatureSpec(
        "volatility_ratio",
        "price",
        f"ln(σ(8h) / {_SIGMA}), σ being the root mean square of 15-minute log returns, at least 1e-5",
        "log ratio",
        "24h",
        "returns across a gap are left out; 0 where 8 h hold fewer than 8 returns",
    ),
    _market_return("15m"),
    _market_return("24h"),
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

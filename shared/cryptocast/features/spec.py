"""The candidate features: what each is. docs/features.md is this table, and a test holds the two equal.

A row holds every candidate; a model version uses exactly `MODEL_FEATURES` of them, chosen inside its own
training folds (`train/selection.py`) and named in its manifest.
"""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_VERSION = "3"
"""Changes whenever a formula does: a model refuses rows of another version than it was trained on."""

MODEL_FEATURES = 15
"""How many of the candidates one model version uses."""

GROUPS = ("price", "sentiment", "social", "time")

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
    """What becomes of it were the market upside down: `negated` or `kept`."""


_SIGMA = "σ(24h)"
_CARRIED = "a missing close is the last one before it, at most 48 h old"
_LEFT_OUT = "missing bars are left out"
_GAP = "returns across a gap are left out"
_NO_MARKET = "0 where no other coin has a row"
_DEVIATIONS = "standard deviations"


def _price(
    name: str, formula: str, unit: str, window: str, when_missing: str, mirror: str = "negated"
) -> FeatureSpec:
    return FeatureSpec(name, "price", formula, unit, window, when_missing, mirror)


def _root(steps: int) -> str:
    return _SIGMA if steps == 1 else f"({_SIGMA} · √{steps})"


def _return(label: str, steps: int) -> FeatureSpec:
    formula = f"ln(close[t] / close[t-{label}]) / {_root(steps)}, cut at ±10"
    return _price(f"return_{label}", formula, _DEVIATIONS, label, _CARRIED)


def _distance(label: str, average: str, steps: int, window: str) -> FeatureSpec:
    formula = f"(ln close[t] - {average}) / {_root(steps)}, cut at ±10"
    return _price(f"average_distance_{label}", formula, _DEVIATIONS, window, _CARRIED)


def _decaying(label: str, span: int, window: str) -> FeatureSpec:
    average = f"Σ w ln close / Σ w, w = ({span - 1}/{span + 1})^age over the last {5 * span} bars"
    return _distance(label, average, span, window)


def _market(name: str, of: str, window: str) -> FeatureSpec:
    return _price(f"market_{name}", f"mean over the other coins of {of}", "as there", window, _NO_MARKET)


RETURNS = (("15m", 1), ("30m", 2), ("1h", 4), ("90m", 6), ("3h", 12), ("6h", 24), ("8h", 32), ("12h", 48),
           ("24h", 96), ("48h", 192), ("7d", 672))  # fmt: skip
"""Label and number of bars of each return over a span."""
RANGES = (("1h", 4), ("8h", 32), ("24h", 96), ("7d", 672))

FEATURES: tuple[FeatureSpec, ...] = (
    *(_return(label, steps) for label, steps in RETURNS),
    *(
        _price(
            f"return_15m_lag{lag}",
            f"the return of the bar {lag} before the newest / {_SIGMA}, cut at ±10",
            _DEVIATIONS,
            f"{15 * (lag + 1)}m",
            f"{_CARRIED}; 0 where there is none",
        )
        for lag in (1, 2)
    ),
    _decaying("1h", 4, "5h"),
    _decaying("2h", 8, "10h"),
    _decaying("4h", 16, "20h"),
    _distance("6h", "mean of ln close over the last 24 bars", 24, "6h"),
    _distance("24h", "mean of ln close over the last 96 bars", 96, "24h"),
    _distance("4d", "mean of ln close over the last 384 bars", 384, "4d"),
    *(
        _price(
            f"rises_{label}",
            f"(bars that rose - bars that fell) / bars, over the last {steps}",
            "share, -1 to 1",
            label,
            _GAP,
        )
        for label, steps in (("1h", 4), ("8h", 32), ("24h", 96))
    ),
    *(
        _price(
            f"range_position_{label}",
            f"(2 ln close - highest - lowest) / (highest - lowest) of ln high and ln low over {steps} bars",
            "-1 to 1",
            label,
            f"{_LEFT_OUT}; 0 where there is no range",
        )
        for label, steps in RANGES
    ),
    _price(
        "close_location",
        "((close - low) - (high - close)) / (high - low) of the newest bar",
        "-1 to 1",
        "15m",
        "0 where the bar has no range",
    ),
    _price("close_location_1h", "mean of `close_location` over 4 bars", "-1 to 1", "1h", _LEFT_OUT),
    _price(
        "wick",
        f"(lower wick - upper wick of the newest bar, in ln) / {_SIGMA}, cut at ±10",
        _DEVIATIONS,
        "15m",
        "0 where the open is absent",
    ),
    _price("wick_1h", "mean of `wick` over 4 bars", _DEVIATIONS, "1h", _LEFT_OUT),
    _price(
        "range_ratio",
        "ln(high / low) of the newest bar / its mean over 24 h, at most 10",
        "ratio",
        "24h",
        f"{_LEFT_OUT}; 1 where no bar has a range",
        "kept",
    ),
    _price(
        "range_ratio_1h",
        "mean of ln(high / low) over 4 bars / over 24 h, at most 10",
        "ratio",
        "24h",
        f"{_LEFT_OUT}; 1 where no bar has a range",
        "kept",
    ),
    _price(
        "volatility",
        f"ln({_SIGMA}), σ being the root mean square of 15-minute log returns, at least 1e-5",
        "log",
        "24h",
        _GAP,
        "kept",
    ),
    _price(
        "volatility_ratio_1h",
        f"ln(σ(1h) / {_SIGMA}), at least -5",
        "log ratio",
        "24h",
        f"{_GAP}; 0 without one",
        "kept",
    ),
    _price(
        "volatility_ratio_4h",
        f"ln(σ(4h) / {_SIGMA}), at least -5",
        "log ratio",
        "24h",
        f"{_GAP}; 0 without one",
        "kept",
    ),
    _price(
        "volatility_ratio_7d",
        f"ln({_SIGMA} / σ(7d))",
        "log ratio",
        "7d",
        f"{_GAP}; 0 where 7 d hold fewer than 192 returns",
        "kept",
    ),
    _price("skewness_24h", f"mean of (return / {_SIGMA})³ over 96 bars", "-", "24h", _GAP),
    _price("autocorrelation_8h", "Σ r[i] r[i-1] / Σ r² over 32 bars", "-1 to 1", "8h", _GAP, "kept"),
    _price("autocorrelation_24h", "Σ r[i] r[i-1] / Σ r² over 96 bars", "-1 to 1", "24h", _GAP, "kept"),
    _price(
        "variance_ratio_4h",
        f"mean of squared 4 h log returns over 24 h / (16 {_SIGMA}²), at most 10",
        "ratio",
        "28h",
        _CARRIED,
        "kept",
    ),
    _price("efficiency_2h", "Σ r / Σ |r| over 8 bars", "-1 to 1", "2h", f"{_GAP}; 0 without a move"),
    _price("efficiency_6h", "Σ r / Σ |r| over 24 bars", "-1 to 1", "6h", f"{_GAP}; 0 without a move"),
    _price(
        "volume_score",
        "(ln volume - its mean) / its standard deviation over 96 bars, cut at ±6",
        _DEVIATIONS,
        "24h",
        "0 where the volume is absent or zero",
        "kept",
    ),
    _price(
        "volume_ratio_1h",
        "ln(mean volume of 4 bars / of 96)",
        "log ratio",
        "24h",
        "bars without volume are left out; 0 without one",
        "kept",
    ),
    _price(
        "volume_ratio_4h",
        "ln(mean volume of 16 bars / of 96)",
        "log ratio",
        "24h",
        "bars without volume are left out; 0 without one",
        "kept",
    ),
    *(
        _price(
            f"signed_volume_{label}",
            f"mean of sign(r) · volume over {steps} bars / mean volume over 96, cut at ±10",
            "ratio",
            "24h",
            "bars without volume are left out; 0 without one",
        )
        for label, steps in (("15m", 1), ("1h", 4), ("4h", 16))
    ),
    *(
        _price(
            f"vwap_distance_{label}",
            f"(ln close - ln of the volume-weighted (high + low + close) / 3 over {steps} bars) "
            f"/ {_root(steps)}, cut at ±10",
            _DEVIATIONS,
            label,
            "bars without volume are left out; 0 without one",
        )
        for label, steps in (("4h", 16), ("24h", 96))
    ),
    _market("return_15m", "`return_15m`", "15m"),
    _market("return_30m", "`return_30m`", "30m"),
    _market("return_1h", "`return_1h`", "1h"),
    _market("return_6h", "`return_6h`", "6h"),
    _market("return_24h", "`return_24h`", "24h"),
    _market("average_distance_2h", "`average_distance_2h`", "10h"),
    _market("vwap_distance_4h", "`vwap_distance_4h`", "4h"),
    _market("wick", "`wick`", "15m"),
    _market("close_location_1h", "`close_location_1h`", "1h"),
    _market("efficiency_2h", "`efficiency_2h`", "2h"),
    _market("range_position_8h", "`range_position_8h`", "8h"),
    _price(
        "market_breadth_1h",
        "mean over the other coins of sign(`return_1h`)",
        "share, -1 to 1",
        "1h",
        _NO_MARKET,
    ),
    _price("lead_over_market_1h", "`return_1h` - `market_return_1h`", _DEVIATIONS, "1h", _NO_MARKET),
    _price(
        "leader_return_15m",
        "`return_15m` of BTC; for BTC, of ETH",
        _DEVIATIONS,
        "15m",
        "0 where it has no row",
    ),
    _price(
        "leader_return_1h", "`return_1h` of BTC; for BTC, of ETH", _DEVIATIONS, "1h", "0 where it has no row"
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
        "sentiment_momentum",
        "sentiment",
        "`sentiment_6h` - Σ s / (n + 1) over 24 h, the same weights without decay",
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
        "news_count_6h", "social", "ln(news in 6 h + 1), of the coin or of no coin", "log", "6h", "0"
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

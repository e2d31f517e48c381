"""What one feature is, and the candidates of the group `price`."""

from __future__ import annotations

from dataclasses import dataclass


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
    return _price(f"return_{label}", formula, _DEVIATIONS, label, f"{_CARRIED}; 0 where there is none")


def _distance(label: str, average: str, steps: int, window: str) -> FeatureSpec:
    formula = f"(ln close[t] - {average}) / {_root(steps)}, cut at ±10"
    return _price(f"average_distance_{label}", formula, _DEVIATIONS, window, _CARRIED)


def _decaying(label: str, span: int, window: str) -> FeatureSpec:
    average = f"Σ w ln close / Σ w, w = ({span - 1}/{span + 1})^age over the last {5 * span} bars"
    return _distance(label, average, span, window)


def _market(name: str, window: str) -> FeatureSpec:
    formula = f"mean over the other coins of `{name}`"
    return _price(f"market_{name}", formula, "as there", window, _NO_MARKET)


RETURNS = (("15m", 1), ("30m", 2), ("1h", 4), ("90m", 6), ("3h", 12), ("6h", 24), ("8h", 32), ("12h", 48),
           ("24h", 96), ("48h", 192), ("7d", 672))  # fmt: skip
"""Label and number of bars of each return over a span."""
RANGES = (("1h", 4), ("8h", 32), ("24h", 96), ("7d", 672))
MARKET_MEANS = (
    ("return_15m", "15m"), ("return_30m", "30m"), ("return_1h", "1h"), ("return_6h", "6h"),
    ("return_24h", "24h"), ("average_distance_2h", "10h"), ("vwap_distance_4h", "4h"), ("wick", "15m"),
    ("close_location_1h", "1h"), ("efficiency_2h", "2h"), ("range_position_8h", "8h"),
)  # fmt: skip
"""Which features of the other coins are averaged, and their windows."""
LEADER_RETURNS = ("15m", "1h", "3h", "6h", "24h")
LEADS = ("3h", "24h")
"""Over which spans the leader's return is a feature, and the distance from it."""

PRICE_FEATURES: tuple[FeatureSpec, ...] = (
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
            f"(bars that rose - bars that fell) / bars with one before them, over the last {steps}",
            "share, -1 to 1",
            label,
            f"{_GAP}; 0 without one",
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
    _price("wick_1h", f"mean of `wick` over 4 bars, each by its own {_SIGMA}", _DEVIATIONS, "1h", _LEFT_OUT),
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
    *(
        _price(
            f"volatility_ratio_{label}",
            f"ln(σ({label}) / {_SIGMA}), at least -5",
            "log ratio",
            "24h",
            f"{_GAP}; 0 without one",
            "kept",
        )
        for label in ("1h", "4h")
    ),
    _price(
        "volatility_ratio_7d",
        f"ln({_SIGMA} / σ(7d))",
        "log ratio",
        "7d",
        f"{_GAP}; 0 where 7 d hold fewer than 192 returns",
        "kept",
    ),
    _price(
        "skewness_24h",
        f"mean of (return / {_SIGMA} at its bar)³ over 96 bars",
        "-",
        "24h",
        f"{_GAP}; 0 without one",
    ),
    *(
        _price(
            f"autocorrelation_{label}",
            f"Σ r[i] r[i-1] / Σ r[i]² over {steps} bars, cut at ±1",
            "-1 to 1",
            label,
            f"{_GAP}; 0 without a move",
            "kept",
        )
        for label, steps in (("8h", 32), ("24h", 96))
    ),
    _price(
        "variance_ratio_4h",
        f"mean of squared 4 h log returns over 24 h / (16 {_SIGMA}²), at most 10",
        "ratio",
        "28h",
        f"{_CARRIED}; an unknown return counts as 0",
        "kept",
    ),
    _price("efficiency_2h", "Σ r / Σ abs(r) over 8 bars", "-1 to 1", "2h", f"{_GAP}; 0 without a move"),
    _price("efficiency_6h", "Σ r / Σ abs(r) over 24 bars", "-1 to 1", "6h", f"{_GAP}; 0 without a move"),
    _price(
        "volume_score",
        "(ln volume - its mean) / its standard deviation over those of 96 bars that had trade, cut at ±6",
        _DEVIATIONS,
        "24h",
        "0 where the volume is absent or zero, or all are alike",
        "kept",
    ),
    *(
        _price(
            f"volume_ratio_{label}",
            f"ln(mean volume of {steps} bars / of 96)",
            "log ratio",
            "24h",
            "absent volumes are left out; 0 without trade",
            "kept",
        )
        for label, steps in (("1h", 4), ("4h", 16))
    ),
    *(
        _price(
            f"signed_volume_{label}",
            f"mean of sign(r) · volume over {steps} bar{'s' if steps > 1 else ''} / mean volume over 96, "
            "cut at ±10",
            "ratio",
            "24h",
            "absent volumes and returns across a gap are left out; 0 without trade",
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
            "absent volumes are left out; 0 without trade",
        )
        for label, steps in (("4h", 16), ("24h", 96))
    ),
    *(_market(name, window) for name, window in MARKET_MEANS),
    _price(
        "market_breadth_1h",
        "mean over the other coins of sign(`return_1h`)",
        "share, -1 to 1",
        "1h",
        _NO_MARKET,
    ),
    _price("lead_over_market_1h", "`return_1h` - `market_return_1h`", _DEVIATIONS, "1h", _NO_MARKET),
    *(
        _price(
            f"leader_return_{label}",
            f"`return_{label}` of BTC; for BTC, of ETH",
            _DEVIATIONS,
            label,
            "0 where it has no row",
        )
        for label in LEADER_RETURNS
    ),
    *(
        _price(
            f"lead_over_leader_{label}",
            f"`return_{label}` - `leader_return_{label}`",
            _DEVIATIONS,
            label,
            "0 where the leader has no row",
        )
        for label in LEADS
    ),
)

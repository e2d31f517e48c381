"""What an ordinary model does on the same rows: XGBoost on 38 price features, all earlier rows alike.

    python -m tests.bench.plain_baseline --prices FILE... --symbols BTC,ETH --horizon 1h \\
        --test-from 2023-04-01 --test-to 2024-01-01 --ours DIR

`DIR` is the output of `cryptocast evaluate` on the same question. Prints both, and paired tests: McNemar
over all rows, and a bootstrap of whole days for the accuracy of the surest 5 %, thresholds of both fixed
before the test. Bars of other lengths are left out. The paired rows are left in `DIR/paired.parquet` for
`tests.bench.pooled_lead`.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cryptocast.features.labels import labels
from cryptocast.series import BarSeries, Bools, Floats, Ints
from cryptocast.train.backtest import horizon_seconds
from cryptocast.train.dataset import Examples
from cryptocast.train.files import read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.statistics import mcnemar
from cryptocast.train.walkforward import COVERAGES, calibrate_spans, fit_spans, refit_times
from tests.bench.question import interval_of

PLAIN = FitRules(
    rounds=300, learning_rate=0.05, subsample=0.8, colsample=0.8, min_child_weight=50.0, l2=1.0,
    max_bin=256, mirror=0.0, mirror_beyond_hour=0.0, half_life_days=0.0,
    trees_per_round=1, colsample_node=1.0,
)  # fmt: skip
PAIRED = "paired.parquet"
RETURNS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96, 192, 672)


def plain_features(bars: dict[str, BarSeries], interval_s: int) -> dict[str, pd.DataFrame]:
    """38 columns per coin, indexed by POSIX seconds of the close."""
    first = min(int(series.opened_s[0]) for series in bars.values())
    last = max(int(series.opened_s[-1]) for series in bars.values())
    index = np.arange(first, last + 1, interval_s)
    frames = {
        symbol: pd.DataFrame(
            {name: getattr(series, name) for name in ("open", "high", "low", "close", "volume")},
            index=series.opened_s,
        ).reindex(index)
        for symbol, series in bars.items()
    }
    moves = {symbol: np.log(frame["close"]).diff() for symbol, frame in frames.items()}
    scaled = {symbol: move / move.rolling(96, min_periods=48).std() for symbol, move in moves.items()}
    return {
        symbol: _columns(
            frame, moves[symbol], [scaled[other] for other in bars if other != symbol], interval_s
        )
        for symbol, frame in frames.items()
    }


def _columns(bar: pd.DataFrame, move: pd.Series, others: list[pd.Series], interval_s: int) -> pd.DataFrame:
    close = np.log(bar["close"])
    sigma = {w: move.rolling(w, min_periods=w // 2).std() for w in (4, 8, 16, 32, 96, 672)}
    out = {f"return_{w}": (close - close.shift(w)) / (sigma[96] * np.sqrt(w)) for w in RETURNS}
    out |= {f"sigma_{w}": np.log(sigma[w] / sigma[672]) for w in (4, 8, 16, 32, 96)}
    out["sigma"] = np.log(sigma[96])
    for w in (4, 16, 96, 672):
        high, low = bar["high"].rolling(w).max(), bar["low"].rolling(w).min()
        out[f"position_{w}"] = (bar["close"] - low) / (high - low)
    span = np.log(bar["high"] / bar["low"]) / sigma[96]
    out |= {"range_1": span, "range_4": span.rolling(4).mean()}
    volume = np.log(bar["volume"].where(bar["volume"] > 0))
    for w in (96, 672):
        rolled = volume.rolling(w, min_periods=w // 2)
        out[f"volume_{w}"] = (volume - rolled.mean()) / rolled.std()
    for w in (4, 16):
        out[f"volume_ratio_{w}"] = np.log(bar["volume"].rolling(w).mean() / bar["volume"].rolling(96).mean())
    for w in (14, 28):
        ups, downs = (side.clip(lower=0).ewm(alpha=1 / w).mean() for side in (move, -move))
        out[f"rsi_{w}"] = ups / (ups + downs)
    for w in (16, 96):
        out[f"average_{w}"] = (close - close.ewm(span=w).mean()) / (sigma[96] * np.sqrt(w))
    market = pd.concat(others, axis=1).mean(axis=1) if others else move * np.nan
    out |= {f"market_{w}": market.rolling(w).sum() / np.sqrt(w) for w in (1, 4)}
    angle = 2 * np.pi * ((bar.index + interval_s) % 86_400) / 86_400
    out |= {"sin": np.sin(angle), "cos": np.cos(angle)}
    # Stamped at the open until here: the frame is made first and moved to the close as a whole, because
    # given another index pandas would align, and every row would know the bar after its own.
    frame = pd.DataFrame(out, index=bar.index)
    frame.index = frame.index + interval_s
    return frame[bar["close"].notna().to_numpy()].replace([np.inf, -np.inf], np.nan)


def plain_examples(bars: dict[str, BarSeries], horizon_s: int, interval_s: int) -> Examples:
    parts: list[tuple[npt.NDArray[np.str_], Ints, npt.NDArray[np.float32], Floats]] = []
    for symbol, frame in plain_features(bars, interval_s).items():
        as_of = frame.index.to_numpy(np.int64)
        move = labels(bars[symbol], as_of, horizon_s)
        keep = np.isfinite(move) & (move != 0)
        x = frame.to_numpy(np.float32)[keep]
        parts.append((np.full(int(keep.sum()), symbol), as_of[keep], x, move[keep]))
    symbols, as_of, x, move = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((symbols, as_of))
    x, move = x[order], move[order]
    features = tuple(frame.columns)
    return Examples(
        horizon_s, symbols[order], as_of[order], x, move > 0, move, x[:, 0].astype(np.float64), features
    )


def top(rank: Floats, coverage: float) -> Bools:
    return np.asarray(rank >= 1 - coverage)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    for name in ("symbols", "horizon", "test-from", "test-to", "ours"):
        parser.add_argument(f"--{name}", required=True)
    told = parser.parse_args()
    ours = pd.read_parquet(Path(told.ours) / "forecasts.parquet")
    ours["as_of"] = ours["as_of"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    begin, end = (datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (told.test_from, told.test_to))
    np.seterr(divide="ignore", invalid="ignore")
    symbols, horizon_s = told.symbols.split(","), horizon_seconds(told.horizon)
    files = read_prices(told.prices)
    interval_s = interval_of(files, symbols)
    bars = {symbol: series for (symbol, interval), series in files.series.items() if interval == interval_s}
    examples = plain_examples(bars, horizon_s, interval_s)
    refits = refit_times(begin, end, "quarterly")
    spans = fit_spans(examples, symbols, refits, int(end.timestamp()), PLAIN, workers=1, select=False)
    walked = calibrate_spans(spans)
    tested = examples.take(walked.rows)
    theirs = pd.DataFrame(
        {"symbol": tested.symbols, "as_of": tested.as_of, "p_plain": walked.p_up, "rank_plain": walked.rank}
    )
    both = ours.merge(theirs, on=["symbol", "as_of"])
    both.to_parquet(Path(told.ours) / PAIRED)
    print(f"{len(both)} rows in both")
    for line in compared(both, horizon_s, horizon_s // interval_s):
        print(line)


def compared(both: pd.DataFrame, horizon_s: int, overlap: int) -> list[str]:
    up, as_of = both["up"].to_numpy(), both["as_of"].to_numpy(np.int64)
    right = (both["p_up"].to_numpy() > 0.5) == up
    plain = (both["p_plain"].to_numpy() > 0.5) == up
    test = mcnemar(right, plain, as_of, max(1, overlap))
    lines = [f"all: ours {right.mean():.2%}, plain {plain.mean():.2%}, paired p {test.p_value:.4f}"]
    for coverage in COVERAGES:
        one, other = top(both["rank"].to_numpy(), coverage), top(both["rank_plain"].to_numpy(), coverage)
        share = block_difference(right, one, plain, other, as_of // max(86_400, 2 * horizon_s))
        # The same share of calls on both sides, cut on the test itself as the published figures were.
        sure, sure_plain = (np.abs(both[name].to_numpy() - 0.5) for name in ("p_up", "p_plain"))
        flat = right[sure >= np.quantile(sure, 1 - coverage)].mean()
        flat_plain = plain[sure_plain >= np.quantile(sure_plain, 1 - coverage)].mean()
        lines.append(
            f"surest {coverage:.0%}, fixed before: ours {right[one].mean():.2%} of {one.sum()}, plain "
            f"{plain[other].mean():.2%} of {other.sum()}, P(not better) {share:.4f}; "
            f"cut on the test: {flat:.2%}, {flat_plain:.2%}"
        )
    return lines


def block_difference(right: Bools, one: Bools, plain: Bools, other: Bools, block: Ints) -> float:
    """The share of bootstrapped histories, whole days redrawn, in which the plain model is not beaten."""
    _, where = np.unique(block, return_inverse=True)
    hits, calls = np.bincount(where, right & one), np.bincount(where, one)
    hits_plain, calls_plain = np.bincount(where, plain & other), np.bincount(where, other)
    drawn = np.random.default_rng(5).integers(0, len(calls), (2_000, len(calls)))
    ours = hits[drawn].sum(axis=1) / np.maximum(calls[drawn].sum(axis=1), 1)
    theirs = hits_plain[drawn].sum(axis=1) / np.maximum(calls_plain[drawn].sum(axis=1), 1)
    return float(np.mean(ours <= theirs))


if __name__ == "__main__":
    main()

"""Which bar length an evaluation is on, out of files that hold several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryptocast.errors import BadInput
from cryptocast.series import BarSeries
from cryptocast.train.files import PriceFiles
from cryptocast.train.splits import DAY_S


def bar_interval(
    files: PriceFiles, symbols: Sequence[str], window: tuple[int, int], horizon_s: int, asked: int | None
) -> int:
    """The bars' own length: the finest that every evaluated coin has to the end of the test window.

    Where none reaches its end, the finest that every coin has inside it; or what was `asked` for. `window` is
    [first, last) in POSIX seconds. Raises `BadInput` that says what the files hold.
    """
    known = sorted({symbol for symbol, _ in files.series})
    if absent := [symbol for symbol in symbols if symbol not in known]:
        raise BadInput(f"no price file has bars of {', '.join(absent)}; they hold {', '.join(known)}")
    if not symbols:
        raise BadInput("--symbols names no coin")
    begin, end = window
    found = []
    for interval_s in sorted({interval for _, interval in files.series}):
        spans = [files.series.get((symbol, interval_s)) for symbol in symbols]
        if all(span is not None and _covers(span, begin, end) for span in spans):
            found.append(interval_s)
    found.sort(key=lambda one: any(not reaches(files.series[symbol, one], end) for symbol in symbols))
    chosen = asked or next(iter(found), None)
    if chosen is None:
        raise BadInput(_why_none(files, symbols, begin, end))
    fitting = [interval_s for interval_s in found if horizon_s % interval_s == 0]
    if asked is None and horizon_s % chosen and fitting:
        chosen = fitting[0]
    if horizon_s % chosen:
        length = f"--interval {chosen}" if asked else f"the files' bar interval of {chosen} s"
        raise BadInput(
            f"a horizon of {horizon_s} s is no multiple of {length}; "
            "nothing can be said about a close that no bar has"
        )
    return chosen


def _why_none(files: PriceFiles, symbols: Sequence[str], begin: int, end: int) -> str:
    """Why no bar length serves for every coin, and what to do."""
    held = "; ".join(f"{symbol} at {step} s {_range(one)}" for (symbol, step), one in files.series.items())
    of = {symbol: [one for (name, _), one in files.series.items() if name == symbol] for symbol in symbols}
    if without := [symbol for symbol in symbols if not any(_inside(one, begin, end) for one in of[symbol])]:
        return f"the files hold no bars of {', '.join(without)} in the test window; they hold {held}"
    first = {symbol: min(int(one.opened_s[0]) for one in of[symbol]) for symbol in symbols}
    if late := [symbol for symbol in symbols if first[symbol] >= begin]:
        told = ", ".join(f"the first bar of {symbol} opens at {_moment(first[symbol])}" for symbol in late)
        return (
            f"the test begins at {_moment(begin)}, and {told}: begin it later (--test-from), with a history "
            f"to learn from before it, or leave {', '.join(late)} out (--symbols)"
        )
    return (
        f"no bar length is one that all of {', '.join(symbols)} have before the test window and inside it; "
        f"the files hold {held}. --interval joins finer bars to longer ones"
    )


def _inside(series: BarSeries, begin: int, end: int) -> bool:
    return bool(((series.opened_s >= begin) & (series.opened_s < end)).any())


def _covers(series: BarSeries, begin: int, end: int) -> bool:
    return _inside(series, begin, end) and int(series.opened_s[0]) < begin


def reaches(series: BarSeries, end: int) -> bool:
    """Whether its bars go on to the end of the test window, but for a day."""
    return int(series.opened_s[-1]) + series.interval_s > end - DAY_S


def _range(series: BarSeries) -> str:
    return f"from {_moment(series.opened_s[0])} to {_moment(series.opened_s[-1])}"


def _moment(posix_s: int) -> str:
    return str(np.datetime64(int(posix_s), "s"))

"""Drawings of a page as SVG, for light and dark screens, and the tables beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from cryptocast.page import number, percent, span, table

_W, _H = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 28, 16, 44
_WIDE, _NAMES = 640, 250
"""Drawings with names beside them: their width, and that of the names."""
_LEAST_SPAN = 0.1
"""An axis of shares spans 10 points or more: a finer one makes noise look like a finding."""

Point = tuple[float, float]


def curve(
    title: str,
    points: Sequence[Point],
    x_label: str,
    y_label: str,
    *,
    intervals: Sequence[tuple[float, float, float]] = (),
    aim: float | None = None,
    diagonal: bool = False,
) -> str:
    """Points joined by a line, shares on both axes; `intervals` are (x, low, high), `aim` a level."""
    if not points:
        return ""
    xs = [x for x, _ in points]
    ys = [y for _, y in points] + [end for _, low, high in intervals for end in (low, high)]
    if diagonal:
        xs, ys = xs + ys, ys + xs
    if aim is not None:
        ys.append(aim)
    x_ticks, y_ticks = _ticks(min(xs), max(xs)), _ticks(min(ys), max(ys))
    at = _scale(x_ticks, y_ticks)
    parts = [_axes(x_ticks, y_ticks, at, x_label, y_label)]
    if aim is not None:
        parts.append(_line([at(x_ticks[0], aim), at(x_ticks[-1], aim)], "aim"))
    if diagonal:
        low, high = max(x_ticks[0], y_ticks[0]), min(x_ticks[-1], y_ticks[-1])
        parts.append(_line([at(low, low), at(high, high)], "aim"))
    parts += [_line([at(x, low), at(x, high)], "span") for x, low, high in intervals]
    drawn = [at(x, y) for x, y in sorted(points)]
    parts.append(_line(drawn, "mark"))
    parts += [f"<circle class=dot cx={x:.1f} cy={y:.1f} r=3.5 />" for x, y in drawn]
    return _svg(title, "".join(parts), _H)


def bars(title: str, named: Sequence[tuple[str, float]], unit: str = "") -> str:
    """One horizontal bar a name, the longest first as given; no bar is negative."""
    largest = max((value for _, value in named), default=0.0) or 1.0
    parts = []
    for i, (name, value) in enumerate(named):
        y = _TOP + 22 * i
        width = (_WIDE - _NAMES - 82) * value / largest
        parts.append(
            f"<text x={_NAMES - 8} y={y + 11} text-anchor=end>{escape(name)}</text>"
            f"<rect class=bar x={_NAMES} y={y} width={width:.1f} height=14 rx=2 />"
            f"<text x={_NAMES + 6 + width:.1f} y={y + 11}>{number(value)}{escape(unit)}</text>"
        )
    return _svg(title, "".join(parts), _TOP + 22 * len(named) + 8, _WIDE)


def swarm(title: str, named: Sequence[tuple[str, Sequence[Point]]], x_label: str) -> str:
    """One row of dots a name. A dot is (x, share): where it lies, and from 0 (blue) to 1 (red) its colour."""
    largest = max((abs(x) for _, dots in named for x, _ in dots), default=0.0) or 1.0
    middle, half = (_NAMES + _WIDE - _RIGHT) / 2, (_WIDE - _RIGHT - _NAMES) / 2 - 6
    height = _TOP + 26 * len(named)
    parts = [f"<line class=grid x1={middle} x2={middle} y1={_TOP - 8} y2={height} />"]
    for i, (name, dots) in enumerate(named):
        y = _TOP + 26 * i + 8
        parts.append(f"<text x={_NAMES - 8} y={y + 4} text-anchor=end>{escape(name)}</text>")
        stacked: dict[int, int] = {}
        for x, share in dots:
            cx = middle + half * x / largest
            level = stacked[round(cx / 5)] = stacked.get(round(cx / 5), -1) + 1
            offset = (level + 1) // 2 * (2.4 if level % 2 else -2.4)
            parts.append(
                f"<circle cx={cx:.1f} cy={y + max(-11.0, min(11.0, offset)):.1f} r=2.2 "
                f"fill='color-mix(in oklab,var(--down) {100 * share:.0f}%,var(--mark))' />"
            )
    for x, anchor in ((-largest, "start"), (0.0, "middle"), (largest, "end")):
        at = middle + half * x / largest
        parts.append(f"<text x={at:.1f} y={height + 14} text-anchor={anchor}>{x:.2g}</text>")
    parts.append(f"<text x={middle} y={height + 32} text-anchor=middle>{escape(x_label)}</text>")
    return _svg(title, "".join(parts), height + 40, _WIDE)


def coverage_curve(rows: Sequence[Mapping[str, Any]], aim: float) -> str:
    """Accuracy against coverage, with intervals: `rows` hold coverage, accuracy, ci95."""
    points = [(one["coverage"], one["accuracy"]) for one in rows]
    intervals = [(one["coverage"], *one["ci95"]) for one in rows if None not in one["ci95"]]
    return curve("Accuracy against coverage", points, "share called", "right", intervals=intervals, aim=aim)


def reliability_curve(rows: Sequence[Mapping[str, float]]) -> str:
    """What was said against what came true; the dashed line is honesty."""
    points = [(one["p_up"], one["share_up"]) for one in rows]
    return curve("Reliability", points, "probability of up that was said", "came true", diagonal=True)


def _svg(title: str, inner: str, height: float, width: int = _W) -> str:
    return (
        f"<svg viewBox='0 0 {width} {height:.0f}' width={width} role=img aria-label='{escape(title)}'>"
        f"<title>{escape(title)}</title>{inner}</svg>"
    )


def _line(points: Sequence[Point], kind: str) -> str:
    return f"<polyline class={kind} points='{' '.join(f'{x:.1f},{y:.1f}' for x, y in points)}' />"


def _scale(x_ticks: Sequence[float], y_ticks: Sequence[float]) -> Callable[[float, float], Point]:
    x0, x1, y0, y1 = x_ticks[0], x_ticks[-1], y_ticks[0], y_ticks[-1]

    def at(x: float, y: float) -> Point:
        return (
            _LEFT + (x - x0) / (x1 - x0) * (_W - _LEFT - _RIGHT),
            _H - _BOTTOM - (y - y0) / (y1 - y0) * (_H - _TOP - _BOTTOM),
        )

    return at


def _axes(
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    at: Callable[[float, float], Point],
    x_label: str,
    y_label: str,
) -> str:
    parts = []
    for x in x_ticks:
        px, py = at(x, y_ticks[0])
        parts.append(f"<text x={px:.1f} y={py + 16:.1f} text-anchor=middle>{_share(x, x_ticks)}</text>")
    for y in y_ticks:
        px, py = at(x_ticks[0], y)
        parts.append(
            f"<line class=grid x1={px:.1f} x2={_W - _RIGHT} y1={py:.1f} y2={py:.1f} />"
            f"<text x={px - 6:.1f} y={py + 4:.1f} text-anchor=end>{_share(y, y_ticks)}</text>"
        )
    parts.append(
        f"<text x={(_LEFT + _W - _RIGHT) / 2} y={_H - 8} text-anchor=middle>{escape(x_label)}</text>"
    )
    middle = (_TOP + _H - _BOTTOM) / 2
    parts.append(
        f"<text transform='translate(13 {middle}) rotate(-90)' text-anchor=middle>{escape(y_label)}</text>"
    )
    return "".join(parts)


def _ticks(low: float, high: float) -> list[float]:
    """Round shares that enclose [low, high], four to eight of them, from 0 to 1 at most."""
    if (spare := _LEAST_SPAN - (high - low)) > 0:
        low = min(max(low - spare / 2, 0.0), 1.0 - _LEAST_SPAN)
        high = low + _LEAST_SPAN
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def _share(value: float, ticks: Sequence[float]) -> str:
    digits = 0 if ticks[1] - ticks[0] >= 0.00999 else 1
    return f"{100 * value:.{digits}f}%"


def coverage_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Accuracy at each coverage, thresholds fixed beforehand, as report.json and card.json hold it."""
    free = [one.get("best_free") for one in rows]
    told = ("best baseline there",) if any(free) else ()
    return table(
        (
            "aimed at",
            "coverage",
            "calls",
            "independent calls",
            "accuracy",
            "95% interval",
            "threshold",
            *told,
        ),
        [
            (
                percent(one["coverage_target"], 0),
                percent(one["coverage"]),
                f"{one['n']:,}",
                f"{one['n_independent']:,}",
                percent(one["accuracy"]),
                span(one["ci95"]),
                percent(one["threshold"], 2),
                *((f"{percent(best['accuracy'])}, {best['name']}" if best else "-",) if told else ()),
            )
            for one, best in zip(rows, free, strict=True)
        ],
    )


def month_table(
    rows: Sequence[Mapping[str, Any]], more: Sequence[tuple[str, str, Callable[[Any], str]]]
) -> str:
    """Every month's forecasts, and `more` of it: a column's heading, its key in a row, how it is written."""
    head = ("month", "forecasts", "accuracy", "Brier score", *(title for title, _, _ in more))
    told = [
        (
            one["month"],
            f"{one['n']:,}",
            percent(one["accuracy"]),
            f"{one['brier']:.5f}",
            *(written(one[name]) for _, name, written in more),
        )
        for one in rows
    ]
    return table(head, told)

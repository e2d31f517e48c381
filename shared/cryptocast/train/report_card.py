"""card.html: a report in plain words and drawings, one file without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.2rem .8rem .2rem 0;text-align:right}
td:first-child,th:first-child{text-align:left}th{border-bottom:1px solid #8888}h2{margin-top:2rem}
svg{max-width:100%;height:auto}.said{font-size:1.15rem}
"""
_W, _H, _PAD = 520, 260, 46


def report_card(report: Mapping[str, Any]) -> str:
    """The page. Every text of the report is escaped."""
    window = report["data_window"]
    title = f"{', '.join(report['symbols'])}, {report['horizon']} ahead"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p class=said>{escape(_headline(report))}</p>",
        f"<p>Out of sample from {escape(window['test_from'][:10])} to {escape(window['test_to'][:10])}, a "
        f"new model {escape(window['refit'])}, fitted on {escape(', '.join(window['fitted_symbols']))} since "
        f"{escape(window['since'][:10])}. Bars of {report['interval_s']} s.</p>",
        "<h2>The surest calls</h2>",
        _selective(report["selective"]),
        _against_coverage(report),
        "<h2>Against what costs nothing</h2>",
        _rows(("baseline", "accuracy"), [(k, _pct(v)) for k, v in report["baselines"].items()]),
        "<h2>Calibration</h2>",
        f"<p>Brier {report['brier']:.5f} (0.25 says nothing), log loss {report['log_loss']:.5f}, expected "
        f"calibration error {report['ece']:.4f}.</p>",
        _reliability(report["reliability"]),
        "<h2>Month by month</h2>",
        _months(report["months"]),
        "<h2>Could it be luck?</h2>",
        _tests(report),
        "<h2>After costs</h2>",
        _costs(report["after_costs"]),
        "<h2>For what, and for what not</h2>",
        "<p>To rank moments by how sure a direction is, beside the figures above. Not for trading decisions, "
        "not for other horizons or bar lengths than these, and no promise about a market that changes. This "
        "is no financial advice.</p>",
        "<h2>What was treated</h2>",
        "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in report["notes"] or ["nothing"]) + "</ul>",
    ]
    head = f"<meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _headline(report: Mapping[str, Any]) -> str:
    low, high = report["accuracy_ci95"]
    return (
        f"{_pct(report['accuracy'])} of all {report['n']:,} calls were right "
        f"(95 % interval {_pct(low)} to {_pct(high)}). {report['target']['said']}."
    )


def _selective(rows: Sequence[Mapping[str, Any]]) -> str:
    return _rows(
        ("aimed at", "called", "calls", "independent", "right", "95 % interval", "threshold"),
        [
            (
                _pct(one["coverage_target"], 0),
                _pct(one["coverage"]),
                f"{one['n']:,}",
                f"{one['n_independent']:,}",
                _pct(one["accuracy"]),
                f"{_pct(one['ci95'][0])} to {_pct(one['ci95'][1])}",
                f"{one['threshold']:.4f}",
            )
            for one in rows
        ],
    )


def _months(rows: Sequence[Mapping[str, Any]]) -> str:
    return _rows(
        ("month", "calls", "right", "Brier", "surest 5 %", "right"),
        [
            (
                one["month"],
                f"{one['n']:,}",
                _pct(one["accuracy"]),
                f"{one['brier']:.5f}",
                f"{one['top5_n']:,}",
                _pct(one["top5_accuracy"]),
            )
            for one in rows
        ],
    )


def _tests(report: Mapping[str, Any]) -> str:
    corrected = report["trials_corrected"]
    return _rows(
        ("test", "statistic", "p", f"p, {report['trials']} trials"),
        [
            (
                name.replace("_", " "),
                _number(test["statistic"]),
                _number(test["p_value"]),
                _number(corrected.get(name)),
            )
            for name, test in report["tests"].items()
        ],
    )


def _costs(costs: Mapping[str, Any]) -> str:
    rows = [("all", _number(costs["gross_bps"]), _number(costs["net_bps"]))]
    rows += [
        (_pct(one["coverage_target"], 0), _number(one["gross_bps"]), _number(one["net_bps"]))
        for one in costs["selective"]
    ]
    said = f"<p>Fee {costs['fee_bps']:g} basis points a side; {escape(costs['said'])}.</p>"
    return said + _rows(("surest", "before costs, bp a call", "after costs"), rows)


def _against_coverage(report: Mapping[str, Any]) -> str:
    points = [(one["coverage"], one["accuracy"]) for one in report["selective"] if one["accuracy"]]
    points.append((1.0, report["accuracy"]))
    return _chart("Accuracy against coverage", points, "coverage", "accuracy", reference=0.65)


def _reliability(rows: Sequence[Mapping[str, float]]) -> str:
    points = [(one["p_up"], one["share_up"]) for one in rows]
    return _chart("Reliability", points, "said", "came true", diagonal=True)


def _chart(
    title: str,
    points: Sequence[tuple[float, float]],
    x_label: str,
    y_label: str,
    *,
    reference: float | None = None,
    diagonal: bool = False,
) -> str:
    """A small line chart as SVG; axes fit the points."""
    if not points:
        return ""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    ys_all = [*ys, *([reference] if reference else []), *(xs if diagonal else [])]
    x0, x1, y0, y1 = min(xs), max(xs) + 1e-9, min(ys_all), max(ys_all) + 1e-9

    def at(x: float, y: float) -> str:
        return (
            f"{_PAD + (x - x0) / (x1 - x0) * (_W - 2 * _PAD):.1f},"
            f"{_H - _PAD - (y - y0) / (y1 - y0) * (_H - 2 * _PAD):.1f}"
        )

    lines = []
    if reference:
        lines.append((at(x0, reference), at(x1, reference)))
    if diagonal:
        low, high = max(x0, y0), min(x1, y1)
        lines.append((at(low, low), at(high, high)))
    dashed = "".join(
        f"<polyline points='{a} {b}' fill=none stroke=#999 stroke-dasharray=4 />" for a, b in lines
    )
    path = " ".join(at(x, y) for x, y in sorted(points))
    dots = "".join(
        f"<circle cx={p.split(',')[0]} cy={p.split(',')[1]} r=3 fill=#3b7dd8 />" for p in path.split()
    )
    return (
        f"<svg viewBox='0 0 {_W} {_H}' width={_W} role=img aria-label='{escape(title)}'>{dashed}"
        f"<polyline points='{path}' fill=none stroke=#3b7dd8 stroke-width=2 />{dots}"
        f"<g font-size=12 fill=currentColor><text x={_PAD} y=16>{escape(title)}</text>"
        f"<text x={_PAD} y={_H - 24}>{x0:.3f}</text><text x={_W - _PAD} y={_H - 24} text-anchor=end>{x1:.3f}"
        f"</text><text x={_W / 2} y={_H - 8} text-anchor=middle>{escape(x_label)}</text>"
        f"<text x=4 y={_H - _PAD}>{y0:.3f}</text><text x=4 y={_PAD}>{y1:.3f}</text>"
        f"<text x=4 y={_H / 2}>{escape(y_label)}</text></g></svg>"
    )


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _pct(value: float | None, digits: int = 1) -> str:
    return "none" if value is None else f"{100 * value:.{digits}f} %"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"

"""card.html: a report in plain words and drawings, one file without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptocast.page import bullets, heading, number, page, paragraph, percent, span, table
from cryptocast.train.drawing import coverage_curve, coverage_table, month_table, reliability_curve
from cryptocast.train.report import without_p

_SUREST = (("surest 5%", "top5_n", "{:,}".format), ("right", "top5_accuracy", percent))


def report_card(report: Mapping[str, Any]) -> str:
    """The page. Every text of the report is escaped."""
    title = f"{', '.join(report['symbols'])}, {report['horizon']} ahead"
    parts = [
        paragraph(_headline(report), "said"),
        paragraph(_of_what(report)),
        heading("The surest calls"),
        coverage_table(report["selective"]),
        *_served(report["served"]),
        _against_coverage(report),
        heading("Against what costs nothing"),
        table(("baseline", "accuracy"), [(k, percent(v)) for k, v in report["baselines"].items()]),
        heading("Calibration"),
        paragraph(
            f"Brier {report['brier']:.5f} (0.25 says nothing), log loss {report['log_loss']:.5f}, expected "
            f"calibration error {report['ece']:.4f}."
        ),
        reliability_curve(report["reliability"]),
        heading("Month by month"),
        month_table(report["months"], _SUREST),
        heading("Could it be luck?"),
        _tests(report),
        *(paragraph(f"{why[0].upper()}{why[1:]}.") for why in without_p(report)),
        heading("After costs"),
        _costs(report["after_costs"]),
        heading("For what, and for what not"),
        paragraph(
            "To rank moments by how sure a direction is, beside the figures above. Not for trading "
            "decisions, not for other horizons or bar lengths than these, and no promise about a market that "
            "changes. This is no financial advice."
        ),
        heading("What was treated"),
        bullets(report["notes"] or ["nothing"]),
    ]
    return page(title, parts)


def _of_what(report: Mapping[str, Any]) -> str:
    window = report["data_window"]
    models = "one model throughout" if window["refit"] == "never" else f"a new model {window['refit']}"
    return (
        f"Out of sample from {window['test_from'][:10]} to {window['until'][:10]}, {models} "
        f"({report['recipe']}), fitted on {', '.join(window['fitted_symbols'])} since {window['since'][:10]}."
        f" Bars of {report['interval_s']} s."
    )


def _served(served: Mapping[str, Any] | None) -> list[str]:
    if served is None:
        return []
    calls = served["calls"]
    return [
        paragraph(
            f"By each version's own threshold, {calls['n']:,} calls ({percent(calls['coverage'])} "
            f"of all) were right in {percent(calls['accuracy'])}, 95% interval {span(calls['ci95'])}."
        )
    ]


def _headline(report: Mapping[str, Any]) -> str:
    low, high = report["accuracy_ci95"]
    return (
        f"{percent(report['accuracy'])} of all {report['n']:,} calls were right "
        f"(95% interval {percent(low)} to {percent(high)}). {report['target']['said']}"
    )


def _tests(report: Mapping[str, Any]) -> str:
    corrected = report["trials_corrected"]
    return table(
        ("test", "statistic", "p", f"p, {report['trials']} trials"),
        [
            (
                name.replace("_", " "),
                number(test["statistic"]),
                number(test["p_value"]),
                number(corrected.get(name)),
            )
            for name, test in report["tests"].items()
        ],
    )


def _costs(costs: Mapping[str, Any]) -> str:
    rows = [("all", number(costs["gross_bps"]), number(costs["net_bps"]))]
    rows += [
        (percent(one["coverage_target"], 0), number(one["gross_bps"]), number(one["net_bps"]))
        for one in costs["selective"]
    ]
    said = paragraph(f"Fee {costs['fee_bps']:g} basis points a side; {costs['said']}.")
    return said + table(("surest", "before costs, bp a call", "after costs"), rows)


def _against_coverage(report: Mapping[str, Any]) -> str:
    """Both axes are shares: of all calls, and of those that were right."""
    rows = [one for one in report["selective"] if one["accuracy"] is not None]
    rows.append({"coverage": 1.0, "accuracy": report["accuracy"], "ci95": report["accuracy_ci95"]})
    return coverage_curve(rows, report["target"]["accuracy"])

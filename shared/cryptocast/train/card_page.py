"""card.html of a model version, out of what card.json says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptocast.features.words import in_words
from cryptocast.page import bullets, heading, number, page, paragraph, percent, span, table
from cryptocast.train.drawing import (
    bars,
    coverage_curve,
    coverage_table,
    month_table,
    reliability_curve,
    swarm,
)
from cryptocast.train.figures import figures_table


def card_page(card: Mapping[str, Any]) -> str:
    """The page. Every text of the card is escaped."""
    calibration = card["calibration"]
    base_rate = calibration["base_rate"] if calibration else None
    parts = [
        paragraph(card["verdict"], "said"),
        *([paragraph(card["skill"]["said"], "said")] if card["skill"] else []),
        *([paragraph(calibration["said"], "said" if base_rate is not None else "")] if calibration else []),
        paragraph(card["target"]["said"], "said"),
        paragraph(f"{card['what']} {card['how']}"),
        heading("For what, and for what not"),
        paragraph(card["for"]),
        paragraph(f"Not for: {card['not_for']}"),
        bullets(card["limits"]),
        heading("What it was made from"),
        _data(card["data"]),
        heading("Held-out test, on time that it had not seen"),
        figures_table(card["held_out"], card["intervals"]),
        *(paragraph(said, "quiet") for said in card["methods"].values()),
        *(_curves(card) if base_rate is None else _no_curves(card, base_rate)),
        heading("Month by month"),
        paragraph(
            "Walk-forward months were forecast by models of earlier data only; the two numbers of the "
            "calibration were fitted on them.",
            "quiet",
        ),
        month_table(card["months"], [("95% interval", "ci95", span), ("slice", "kind", str)]),
        *_importance(card["importance"], base_rate is not None),
        heading("When it abstains"),
        _abstains(card["abstains"]),
        heading("Tests for leaks"),
        _self_tests(card["self_tests"]),
    ]
    return page(card["title"], parts)


def _data(data: Mapping[str, Any]) -> str:
    rows = [
        ("data", str(data["label"])),
        ("coins", ", ".join(data["coins"])),
        ("since", _moment(data["since"])),
        ("fitted until", _moment(data["fitted_until"])),
        ("held out until", _moment(data["held_out_until"])),
        ("rows fitted on", f"{data['rows']:,}"),
        ("code revision", str(data["code_revision"])),
    ]
    return table((), rows, words=(1,))


def _moment(iso: str | None) -> str:
    return "unknown" if iso is None else f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M} UTC"


def _curves(card: Mapping[str, Any]) -> list[str]:
    called = [one for one in card["coverage"] if one["accuracy"] is not None]
    return [
        heading("Accuracy against coverage"),
        paragraph(
            "Each threshold was fixed on the slice before. Bars and intervals: 95%, by block bootstrap as "
            "above. Dashed: the target.",
            "quiet",
        ),
        coverage_curve(called, card["target"]["accuracy"]),
        coverage_table(card["coverage"]),
        heading("Reliability"),
        reliability_curve(card["reliability"]),
    ]


def _no_curves(card: Mapping[str, Any], base_rate: float) -> list[str]:
    """One probability for every row is one point: words say it better."""
    rows, ups = sum(one["n"] for one in card["reliability"]), card["held_out"].get("share_up")
    came_true = "" if ups is None else f" {percent(ups)} of the {rows:,.0f} held-out rows went up."
    return [
        heading("Accuracy against coverage, and reliability"),
        paragraph(
            f"No row is surer than another, so there is no curve to draw: each gets {percent(base_rate)}."
            + came_true
        ),
    ]


def _importance(rows: Sequence[Mapping[str, Any]], ignored: bool) -> list[str]:
    by_gain = sorted(rows, key=lambda one: -float(one["gain"]))
    unused = "The calibration leaves all of this out: what follows moves no forecast of this version."
    return [
        heading("What it goes by"),
        *([paragraph(unused)] if ignored else []),
        paragraph("Share of all gain while it was fitted, in percent.", "quiet"),
        bars("Gain by feature", [(in_words(one["feature"]), 100 * one["gain"]) for one in by_gain]),
        paragraph(
            "Contributions (SHAP) on held-out rows: a dot is a row, to the right it spoke for up. Red: the "
            "feature was high among these rows, blue: low.",
            "quiet",
        ),
        swarm(
            "Contributions by feature",
            [(in_words(one["feature"]), one["dots"]) for one in rows],
            "log-odds of up, before calibration",
        ),
        table(
            ("feature", "name", "mean |contribution|", "share of gain", "more of it speaks for"),
            [
                (
                    in_words(one["feature"]),
                    one["feature"],
                    number(one["contribution"]),
                    percent(one["gain"]),
                    "up" if one["leans"] > 0.3 else "down" if one["leans"] < -0.3 else "it depends",
                )
                for one in rows
            ],
            words=(1,),
        ),
    ]


def _abstains(abstain: Mapping[str, Any] | None) -> str:
    if abstain is None:
        return paragraph("Never.")
    return paragraph(f"Below a confidence of {percent(abstain['threshold'], 2)}. {abstain['rule']}.")


def _self_tests(rows: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("test", "", "what was found"),
        [(one["name"], "passed" if one["passed"] else "FAILED", one["said"]) for one in rows],
        words=(1, 2),
    )

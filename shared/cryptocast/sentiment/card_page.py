"""card.html of a sentiment model, out of what card.json says. What a model's card lacks is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptocast.page import Cell, Noted, bullets, heading, number, page, paragraph, percent, table

_COUNT = "_texts"
"""`stocktwits_texts` counts the texts behind every figure that begins with `stocktwits_`."""
_DATA = {"stocktwits": "StockTwits", "twitter": "Twitter", "reddit_sides": "Reddit, own labels"}
_FIGURES = {
    "accuracy": ("Accuracy", "Share of texts that were read right.", "higher"),
    "two_way_accuracy": (
        "Accuracy, two classes",
        "Share of texts read right as bearish or bullish, neutral not allowed as an answer.",
        "higher",
    ),
    "three_way_accuracy": (
        "Accuracy, three classes",
        "Share of texts read right as bearish, neutral or bullish.",
        "higher",
    ),
    "macro_f1": (
        "Macro F1",
        "Mean of the classes' F1 scores, from 0 to 1: rare classes count alike.",
        "higher",
    ),
    "two_way_macro_f1": (
        "Macro F1, two classes",
        "Mean of the F1 scores of bearish and bullish, from 0 to 1.",
        "higher",
    ),
    "majority_accuracy": (
        "Baseline: majority class",
        "Accuracy of always naming the most frequent class.",
        "to beat",
    ),
}
"""Key without its data set: the field's name, what it means, which way is better."""

_MADE = {
    "made": "Made at",
    "vocabulary": "Words and word parts that it knows",
    "word_pairs": "Slots for pairs of words",
    "weights_of_logits": "Weights that join its two parts",
    "weights": "Stored as",
    "epochs": "Passes over the training texts, first and second stage",
    "went_on_from": "Went on from",
    "phrases": "Phrases of our own among them",
    "lexicon": "Sentences filled with VADER's words",
    "posts": "Crypto posts with soft labels, at most",
    "words": "Weight of each of VADER's words",
    "teacher": "Teacher (knowledge distillation)",
    "folds": "Teachers, each without one part of the labelled texts",
    "share": "Weight of the teachers' soft labels against the given ones",
    "batch": "Batch size",
    "rate": "Learning rate, first stage",
    "seed": "Random seed",
    "few": "Labelled texts when it went on; 0: all",
    "penalty": "Penalty on large weights (L2)",
    "neutral_weight": "Weight of a neutral text in training",
    "processor": "Quantised for",
    "reduced_range": "Seven bits a weight, for processors without VNNI",
}
"""Key of what a training or an export was given: what it means."""


def card_page(card: Mapping[str, Any]) -> str:
    """The page. Every text of the card is escaped."""
    held_out = card.get("held_out") or {}
    parts = [
        paragraph(f"Version {card['version']}", "said"),
        paragraph(card["what"]),
        heading("For what, and for what not"),
        paragraph(card["for"]),
        paragraph(f"Not for: {card['not_for']}"),
        bullets(card["limits"]),
        heading("What it is"),
        _named({"size": _size(card), "made": card.get("created_at"), **(card.get("how") or {})}),
        *_section("What it was made from", card.get("source")),
        *_section("Texts it was trained on", card.get("data")),
        *_section("Licences", card.get("licences")),
        *_figures(held_out),
        *_confusion(held_out.get("confusion") or {}),
        *_agreement(held_out.get("agreement_with_float")),
    ]
    return page(str(card.get("title") or card["version"]), parts)


def _size(card: Mapping[str, Any]) -> str | None:
    size = card.get("model_bytes")
    return None if size is None else f"{size / 1e6:.1f} MB"


def _section(title: str, named: Mapping[str, Any] | None) -> list[str]:
    return [heading(title), _named(named)] if named else []


def _named(named: Mapping[str, Any]) -> str:
    rows = [(_name(name), _words(value)) for name, value in named.items() if value is not None]
    return table((), rows, words=(1,))


def _name(key: str) -> str:
    """A key in words; the name of a file or a module stays as it is."""
    return _MADE.get(key, key if "." in key else key.replace("_", " "))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_words(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_words, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _figures(held_out: Mapping[str, Any]) -> list[str]:
    """Each figure beside the data set that it is of and how many texts that has."""
    rows: list[tuple[Cell, ...]] = []
    for counted in (name for name in held_out if name.endswith(_COUNT)):
        data = counted.removesuffix(_COUNT)
        for name, value in held_out.items():
            if name.startswith(f"{data}_") and name != counted:
                said = number(value) if name.endswith("f1") else percent(value)
                told, better = _told(name.removeprefix(f"{data}_"))
                rows.append((_DATA.get(data, _plain(data)), told, said, better, f"{held_out[counted]:,}"))
    if not rows:
        return []
    quoted = [paragraph(str(held_out["held_out"]), "quiet")] if held_out.get("held_out") else []
    return [
        heading("On texts that it had not seen"),
        *quoted,
        table(("data set", "figure", "value", "better", "texts"), rows, words=(1, 3)),
    ]


def _told(name: str) -> tuple[Noted, str]:
    """A figure's name with what it means, and which way is better; its key where it has no words here."""
    title, means, better = _FIGURES.get(name, (_plain(name), "", ""))
    return Noted(title, means), better


def _plain(name: str) -> str:
    return name.strip("_").replace("_", " ").replace("f1", "F1")


def _confusion(tables: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[str]:
    if not tables:
        return []
    parts = [heading("What it takes for what"), paragraph("Rows are the truth, columns the answer.", "quiet")]
    for title, rows in tables.items():
        answers = list(next(iter(rows.values())))
        told = [(truth, *(f"{counts[one]:,}" for one in answers)) for truth, counts in rows.items()]
        parts += [paragraph(title), table(("truth", *answers), told)]
    return parts


def _agreement(found: Mapping[str, Any] | None) -> list[str]:
    if not found:
        return []
    rows = [
        ("Texts compared", f"{found['texts']:,}", ""),
        ("Same answer", percent(found["argmax"]), "higher"),
        ("Mean shift of a probability, from 0 to 1", number(found["mean_shift"]), "lower"),
        ("Recall lost by the worst class", percent(found["recall_loss"]), "lower"),
    ]
    return [heading("int8 against float"), table(("figure", "value", "better"), rows, words=(2,))]

"""card.html of a sentiment model, out of what card.json says. What a model's card lacks is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptocast.page import bullets, heading, number, page, paragraph, percent, table

_COUNT = "_texts"
"""`stocktwits_texts` counts the texts behind every figure that begins with `stocktwits_`."""


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
    rows = [(name.replace("_", " "), _words(value)) for name, value in named.items() if value is not None]
    return table(("what", ""), rows, words=(1,))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_words(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_words, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _figures(held_out: Mapping[str, Any]) -> list[str]:
    """Each figure beside the data set that it is of and how many texts that has."""
    rows = []
    for counted in (name for name in held_out if name.endswith(_COUNT)):
        data = counted.removesuffix(_COUNT)
        for name, value in held_out.items():
            if name.startswith(f"{data}_") and name != counted:
                said = number(value) if name.endswith("f1") else percent(value)
                rows.append(
                    (data.replace("_", " "), _plain(name.removeprefix(data)), said, f"{held_out[counted]:,}")
                )
    if not rows:
        return []
    quoted = [paragraph(str(held_out["held_out"]), "quiet")] if held_out.get("held_out") else []
    return [
        heading("On texts that it had not seen"),
        *quoted,
        table(("texts", "figure", "", "n"), rows, words=(1,)),
    ]


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
        ("texts compared", f"{found['texts']:,}"),
        ("the same answer", percent(found["argmax"])),
        ("mean shift of a probability", number(found["mean_shift"])),
        ("recall lost by the worst class", percent(found["recall_loss"])),
    ]
    return [heading("int8 against float"), table(("figure", ""), rows)]

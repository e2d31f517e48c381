"""A page of HTML with nothing from elsewhere and no script, for light and dark screens: words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--ink:#131a24;--quiet:#566073;--line:#dfe3e9;--mark:#1d4ed8;
--down:#b3263f}
@media(prefers-color-scheme:dark){:root{--ground:#121821;--ink:#e7ecf3;--quiet:#9aa7b8;--line:#2b3646;
--mark:#8ab4ff;--down:#ff8fa3}}
body{font:16px/1.55 system-ui,sans-serif;max-width:58rem;margin:2rem auto;padding:0 1rem;
background:var(--ground);color:var(--ink)}
h1{font-size:1.6rem;line-height:1.25}h2{margin:2.2rem 0 .5rem;font-size:1.15rem}p{max-width:46rem}
table{border-collapse:collapse;margin:.5rem 0 1.2rem;font-variant-numeric:tabular-nums;font-size:.92rem}
td,th{padding:.25rem 1.1rem .25rem 0;text-align:right;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{text-align:left}td.words,th.words{text-align:left}
th{color:var(--quiet);font-weight:600;vertical-align:bottom}td{vertical-align:top}
td{white-space:nowrap}td.words,td:first-child{white-space:normal}td:has(small){min-width:12rem}
td small{display:block;max-width:26rem;color:var(--quiet);font-size:.85em;line-height:1.4}
.wide{overflow-x:auto}
svg{display:block;max-width:100%;height:auto;margin:.4rem 0 1rem}
svg text{font:12px system-ui,sans-serif;fill:var(--quiet)}
.said{font-size:1.12rem}.quiet{color:var(--quiet);font-size:.9rem}
.grid{stroke:var(--line)}.mark{stroke:var(--mark);fill:none;stroke-width:2}.dot{fill:var(--mark)}
.aim{stroke:var(--quiet);stroke-dasharray:5 4;fill:none}.span{stroke:var(--mark);stroke-width:1.5;opacity:.55}
.bar{fill:var(--mark)}
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """A cell of a table with a line of explanation under it."""

    text: str
    note: str


Cell = str | Noted


def page(title: str, parts: Sequence[str]) -> str:
    """The whole document. `parts` are HTML already."""
    head = (
        "<meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    body = f"<h1>{escape(title)}</h1>{''.join(parts)}"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>\n"


def paragraph(text: str, kind: str = "") -> str:
    """Escaped text; `kind` is `said`, `quiet` or nothing."""
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>"


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def bullets(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], words: Sequence[int] = ()) -> str:
    """Numbers are set to the right; the columns `words` to the left, like the first. `head` may be empty."""

    def cells(tag: str, row: Sequence[Cell]) -> str:
        return "".join(
            f"<{tag}{' class=words' if i in words else ''}>{_cell(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )

    top = f"<tr>{cells('th', head)}</tr>" if head else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<div class=wide><table>{top}{body}</table></div>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return escape(cell.text) + (f"<small>{escape(cell.note)}</small>" if cell.note else "")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as the dashboard writes it too: `52.3%`."""
    return "none" if value is None else f"{100 * value:.{digits}f}%"


def number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def span(ends: Sequence[float | None] | None) -> str:
    """An interval of shares in words."""
    if ends is None or ends[0] is None or ends[1] is None:
        return "none"
    return f"{percent(ends[0])} to {percent(ends[1])}"

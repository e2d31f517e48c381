"""What a news item looks like on its site: its address, its RSS item, its page."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from local.replay.clock import iso
from local.replay.world import Document

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def key_of(document: Document) -> str:
    """What tells items of one day apart in their addresses."""
    return hashlib.sha256(document.external_id.encode()).hexdigest()[:10]


def path_of(document: Document) -> str:
    """`/<publisher>/<year>/<month>/<day>/<slug>-<key>`: the publisher stays visible in every address."""
    day = datetime.fromtimestamp(document.published_s, tz=UTC)
    return (
        f"/{_slug(document.source)}/{day:%Y/%m/%d}/{_slug(document.title)[:80].strip('-')}-{key_of(document)}"
    )


def rss_date(moment_s: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment_s, tz=UTC))


def http_date(moment_s: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment_s, tz=UTC), usegmt=True)


def cdata(text: str) -> str:
    inside = _NOT_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inside}]]>"


def coindesk_item(document: Document, link: str) -> str:
    return f"""    <item>
      <title>{cdata(document.title)}</title>
      <link>{escape(link)}</link>
      <media:content url="{escape(link)}/image.png?w=1920&amp;h=1080" type="image/*" medium="image"/>
      <guid isPermaLink="false">{escape(document.external_id)}</guid>
      <pubDate>{rss_date(document.published_s)}</pubDate>
      <description>{cdata(document.body)}</description>
      <dc:creator>{escape(document.author)}</dc:creator>
      <content:encoded/>
      <dc:description/>
      <category domain="https://www.coindesk.com/">News</category>
    </item>
"""


def cryptoslate_item(document: Document, link: str) -> str:
    return f"""    <item>
      <title>{escape(_NOT_XML.sub("", document.title), quote=False)}</title>
      <link>{escape(link)}</link>
      <dc:creator>{cdata(document.author)}</dc:creator>
      <pubDate>{rss_date(document.published_s)}</pubDate>
      <category>{cdata("News")}</category>
      <guid isPermaLink="false">{escape(document.external_id)}</guid>
      <description>{cdata(_paragraph(document.body))}</description>
      <content:encoded>{cdata(_paragraph(document.body))}</content:encoded>
    </item>
"""


def page(document: Document, link: str) -> str:
    """HTML with JSON-LD `NewsArticle` and the text in `<article>`."""
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": document.title,
        "description": document.body,
        "datePublished": iso(document.published_s, milliseconds=True),
        "dateModified": iso(document.published_s, milliseconds=True),
        "author": [{"@type": "Person", "name": document.author}],
        "publisher": {"@type": "Organization", "name": document.channel},
        "mainEntityOfPage": {"@type": "WebPage", "@id": link},
        "articleBody": document.body,
    }
    script = json.dumps([{"@context": "https://schema.org", "@type": "WebSite"}, told]).replace(
        "<", "\\u003c"
    )
    title = escape(document.title)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{escape(link)}"><meta name="description" content="{escape(document.body)}">
<script type="application/ld+json">{script}</script></head>
<body><nav><p>Markets Business Policy</p></nav>
<main><article class="sc-x1y2z3"><h1>{title}</h1>{_paragraph(escape(document.body))}</article></main>
<footer><p>This page was made by a replay server.</p></footer></body></html>
"""


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>"


def _slug(text: str) -> str:
    return _NOT_SLUG.sub("-", text.lower()).strip("-") or "untitled"

"""The two news sites and the news list, read by the libraries the collectors read them with."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import feedparser
import pytest
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from tests.integration.replay.conftest import NOON, Asker
from tests.unit.replay.recorded import START, WALL_STREET

COINDESK = "/coindesk/arc/outboundfeeds/rss/"
CRYPTOSLATE = "/cryptoslate/feed/"
LIST = "/coindesk-data/news/v1/article/list"


@pytest.mark.parametrize("path", [COINDESK, COINDESK.rstrip("/"), CRYPTOSLATE])
def test_a_feed_is_well_formed_newest_first_and_leads_back_here(recorded: Asker, path: str) -> None:
    answer = recorded.get(path)
    assert "xml" in answer.headers["content-type"]
    fromstring(answer.content)
    feed = feedparser.parse(answer.content)
    assert feed.version == "rss20" and not feed.bozo and len(feed.entries) == 10
    published = [entry.published_parsed for entry in feed.entries]
    assert published == sorted(published, reverse=True)
    for entry in feed.entries:
        assert entry.link.startswith(f"{recorded.server.url}/{path.split('/')[1]}/{entry.author.lower()}/")
        assert entry.id
        # CoinDesk's items end with an empty dc:description, which feedparser takes for the summary.
        assert bool(entry.summary) == (path == CRYPTOSLATE)


def test_a_feed_answers_not_modified_until_something_appears(recorded: Asker) -> None:
    recorded.at(START + timedelta(hours=20))
    first = recorded.get(COINDESK)
    for name, header in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        again = recorded.http.get(COINDESK, headers={name: first.headers[header]})
        assert again.status_code == 304 and not again.content
    recorded.at(START + timedelta(hours=26))
    later = recorded.http.get(COINDESK, headers={"if-none-match": first.headers["etag"]})
    assert later.status_code == 200 and later.headers["etag"] != first.headers["etag"]
    both = {"if-none-match": '"other"', "if-modified-since": later.headers["last-modified"]}
    assert recorded.http.get(COINDESK, headers=both).status_code == 200


def test_cryptoslate_is_paged_to_its_end(recorded: Asker) -> None:
    ids = []
    for page in range(1, 9):
        answer = recorded.get(CRYPTOSLATE, paged=page)
        if answer.status_code == 404:
            break
        ids += [entry.id for entry in feedparser.parse(answer.content).entries]
    assert len(ids) == len(set(ids)) == 31
    assert answer.status_code == 404


def test_a_page_says_the_same_as_its_item(recorded: Asker) -> None:
    entry = feedparser.parse(recorded.get(CRYPTOSLATE).content).entries[3]
    answer = recorded.http.get(entry.link)
    tree = LexborHTMLParser(answer.content)
    told = json.loads(tree.css_first('script[type="application/ld+json"]').text())
    article = next(node for node in told if node["@type"] == "NewsArticle")
    assert article["headline"] == entry.title
    assert (
        article["articleBody"]
        == article["description"]
        == entry.summary.removeprefix("<p>").removesuffix("</p>")
    )
    assert (
        article["datePublished"][:10]
        == f"{entry.published_parsed.tm_year}-01-{entry.published_parsed.tm_mday:02}"
    )
    assert tree.css_first("article p").text() == article["articleBody"]


def test_a_page_is_not_there_before_its_item_and_odd_paths_are_not_found(recorded: Asker) -> None:
    link = feedparser.parse(recorded.get(COINDESK).content).entries[0].link
    recorded.at(START + timedelta(minutes=30))
    assert recorded.http.get(link).status_code == 404
    for path in (
        "/coindesk/x",
        "/coindesk/a/2022/13/45/x-1",
        "/nobody/a/2022/01/03/x",
        "/coindesk/a/99999/1/1/x",
    ):
        assert recorded.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/robots.txt", "/coindesk/robots.txt", "/cryptoslate/robots.txt"])
def test_robots_txt_allows_feeds_and_articles(recorded: Asker, path: str) -> None:
    text = recorded.get(path).text
    assert "User-agent: *" in text and "Disallow: /sponsored/" in text
    assert not re.search(r"Disallow: /\s*$", text, re.MULTILINE)


def test_the_news_list_is_walked_back_by_to_ts(recorded: Asker) -> None:
    found, to_s = {}, int(NOON.timestamp())
    for _ in range(12):
        page = recorded.json(LIST, lang="EN", source_ids="coindesk,cryptoslate", limit=10, to_ts=to_s)
        assert page["Err"] == {}
        assert all(item["PUBLISHED_ON"] <= to_s for item in page["Data"])
        found |= {item["GUID"]: item for item in page["Data"]}
        if len(page["Data"]) < 10:
            break
        to_s = page["Data"][-1]["PUBLISHED_ON"]
    items = list(found.values())
    assert len(items) == 63
    assert all(item["CREATED_ON"] >= item["PUBLISHED_ON"] + 3_600 for item in items)
    feed = {entry.id: entry for entry in feedparser.parse(recorded.get(COINDESK).content).entries}
    for guid, entry in feed.items():
        assert (found[guid]["URL"], found[guid]["TITLE"]) == (entry.link, entry.title)


def test_the_news_list_keeps_to_the_sources_asked(recorded: Asker) -> None:
    page = recorded.json(LIST, lang="EN", source_ids="cryptoslate", limit=100)
    assert {item["SOURCE_DATA"]["SOURCE_KEY"] for item in page["Data"]} == {"cryptoslate"}
    assert recorded.json(LIST, lang="DE")["Data"] == []
    assert recorded.json(LIST, 400, limit=101)["Err"]["other_info"]["param"] == "limit"
    assert recorded.json(LIST, 400, limit="many")["Data"] == []


def test_a_report_that_was_revised_is_not_out_on_its_day(recorded: Asker) -> None:
    recorded.at(START + timedelta(hours=23))
    titles = [item["TITLE"] for item in recorded.json(LIST, limit=100)["Data"]]
    assert titles and WALL_STREET not in titles
    recorded.at(START + timedelta(days=1, hours=16))
    assert WALL_STREET in [item["TITLE"] for item in recorded.json(LIST, limit=100)["Data"]]


def test_simulated_news_is_labelled_in_every_item(simulated: Asker) -> None:
    feed = feedparser.parse(simulated.get(COINDESK).content)
    assert len(feed.entries) == 25
    assert all(entry.author == "simulated" and "(simulated)" in entry.title for entry in feed.entries)
    assert "simulated data" in feed.feed.subtitle

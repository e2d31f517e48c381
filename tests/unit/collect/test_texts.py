from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocast.collect.cleaning import clean
from cryptocast.collect.mentions import mentions
from cryptocast.collect.pages import page_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Bitcoin \n\t rises  ", "Bitcoin rises"),
        ("<p>Bitcoin <b>rises</b></p><script>alert(1)</script>", "Bitcoin rises"),
        ("AT&amp;T &#8217;s coin", "AT&T ’s coin"),
        ("nul\x00 bell\x07 zero\u200bwidth \u202eright-to-left", "nul bell zerowidth right-to-left"),
        ("half a pair \ud800 here", "half a pair here"),
        ("<style>p{}</style>", ""),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("", ""),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text, 300) == cleaned


def test_text_is_cut_at_a_word() -> None:
    assert clean("one two three four", 15) == "one two three"
    assert clean("x" * 5_000_000, 300) == "x" * 300
    assert clean("0 0", 2) == "0"


@given(st.text(max_size=400), st.integers(1, 200))
def test_cleaned_text_fits_the_store_whatever_comes_in(text: str, longest: int) -> None:
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert "\x00" not in cleaned
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Bitcoin rises, BTC at a high", ("BTC",)),
        ("Ethereum's merge and Solana", ("ETH", "SOL")),
        ("SOL and DOT rally", ("SOL", "DOT")),
        ("$sol to the moon, also $ada", ("SOL", "ADA")),
        ("the sol of the shoe, a dot, a link, the uni", ()),
        ("CLICK THIS LINK FOR FREE DOT", ()),
        ("Bitcoin Cash and Ethereum Classic split", ()),
        ("Bitcoin Cash falls, Bitcoin does not", ("BTC",)),
        ("bitcoins and rebitcoin", ()),
        ("Ripple wins in court", ("XRP",)),
        ("Avalanche opens a bridge; Cardano ships", ("ADA", "AVAX")),
        ("ETHICS first", ()),
        ("XBT/USD (AAVE).", ("BTC", "AAVE")),
        ("", ()),
    ],
)
def test_a_text_names_coins(text: str, symbols: tuple[str, ...]) -> None:
    assert mentions(text) == symbols


JSON_LD = '<script type="application/ld+json">%s</script>'
ARTICLE = "<article><h1>T</h1><p>First.</p><div><p>Second.</p></div></article>"


@pytest.mark.parametrize(
    "told",
    [
        '{"@type": "NewsArticle", "description": "D", "articleBody": "B"}',
        '[{"@type": "WebSite"}, {"@type": ["Thing", "NewsArticle"], "description": "D", "articleBody": "B"}]',
        '{"@graph": [{"@type": "Person"}, {"@type": "Article", "description": "D", "articleBody": "B"}]}',
    ],
)
def test_a_page_is_read_from_its_json_ld(told: str) -> None:
    page = page_text(f"<html><head>{JSON_LD % told}</head><body>{ARTICLE}</body></html>".encode())
    assert (page.summary, page.full_text) == ("D", "B")


@pytest.mark.parametrize(
    "head",
    [
        "",
        JSON_LD % "{broken",
        JSON_LD % ("[" * 50_000),
        JSON_LD % '{"@type": "NewsArticle", "description": 7, "articleBody": {"a": 1}}',
        JSON_LD % '{"@type": null, "@graph": "x"}',
        JSON_LD % "7",
    ],
)
def test_without_usable_json_ld_the_paragraphs_of_article_are_read(head: str) -> None:
    page = page_text(f"<html><head>{head}</head><body><p>Menu.</p>{ARTICLE}</body></html>".encode())
    assert (page.summary, page.full_text) == ("", "First.\nSecond.")


@given(st.binary(max_size=500))
def test_any_bytes_are_a_page(body: bytes) -> None:
    page_text(body)


@pytest.mark.parametrize(
    "text",
    [
        "Ada wrote the first program",
        "Ada Lovelace, ADA Lovelace and the machine",
        "The site must meet the ADA compliance rules",
        "one more thing: this is the one",
        "The DOT grants money for roads",
        "Follow the LINK in bio",
        "LINK below, thank me later",
        "The sun god is called Sol",
        "I passed my UNI exam and unite with friends",
        "A dot on the map",
        "She linked the dots",
        "The hack may have a ripple effect on lenders",
        "Rate fears send RIPPLE-EFFECTS through markets",
        "Its default could ripple through the financial system",
        "An avalanche of withdrawals hits lenders",
        "My coins are lost in the ether",
        "I just sent all my crypto into the ether",
        "If you lose the key you’re SOL",
        "A chainlink fence around the mine",
        "Named after Gerolamo Cardano",
        "A polygon mesh of polygon shapes",
        "The polygon count of a Polygon-shaped model",
        "Sewn after a polkadot pattern",
        "I rented out my flat on Air BnB",
        "The Department of Government Efficiency (DOGE) cuts jobs",
    ],
)
def test_a_word_or_a_person_is_no_coin(text: str) -> None:
    assert mentions(text) == ()


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("ADA is up 4 % since Monday", ("ADA",)),
        ("I moved my ADA and DOT to a wallet", ("DOT", "ADA")),
        ("LINK and UNI follow", ("LINK", "UNI")),
        ("SOL rallies", ("SOL",)),
        ("$link to the moon", ("LINK",)),
        ("The ripple effect of Ripple's case", ("XRP",)),
        ("An avalanche of users comes to Avalanche", ("AVAX",)),
        ("An avalanche of Bitcoin", ("BTC",)),
        ("Set up an Avalanche wallet", ("AVAX",)),
        ("Polygon's shape, and Ripples of Ripple", ("MATIC", "XRP")),
    ],
)
def test_the_bare_symbol_still_names_the_coin(text: str, symbols: tuple[str, ...]) -> None:
    assert set(mentions(text)) == set(symbols)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("DOGE cuts losses as the market recovers", "DOGE"),
        ("Doge cut its losses to 3%", "DOGE"),
        ("Ripple through its ODL product moved $1B", "XRP"),
        ("Ripple across Asia: a bank joins its network", "XRP"),
        ("RIPPLE THROUGH ITS PRODUCT MOVED $1B", "XRP"),
        ("ripple through its product moved a billion", "XRP"),
        ("Into the Ether, a podcast, has a guest", "ETH"),
        ("An Avalanche of $500M TVL", "AVAX"),
        ("Avalanche warning: token slips below support", "AVAX"),
        ("Avalanche victims of exploit repaid", "AVAX"),
        ("Avalanche kills its old bridge", "AVAX"),
        ("Solana Beach validator raises $10M", "SOL"),
        ("Polygon shapes its roadmap", "MATIC"),
        ("Polygon counts a million users", "MATIC"),
        ("Polkadot patterns point to a breakout", "DOT"),
    ],
)
def test_a_name_in_front_of_a_verb_still_names_the_coin(text: str, symbol: str) -> None:
    assert mentions(text) == (symbol,)

"""Phrases of the simulated texts, by leaning: 1 bullish, 0 neutral, -1 bearish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WHO = (
    "analysts at a trading desk",
    "an exchange's research team",
    "on-chain analysts",
    "a derivatives desk",
    "a fund manager",
    "market makers",
    "long-term holders",
    "a mining pool",
)

HEADLINES: Mapping[int, Sequence[str]] = {
    1: (
        "{coin} rallies {percent}% as buyers return, {who} say",
        "{coin} breaks out above resistance after ${millions}M inflow",
        "Bullish momentum builds for {coin} as open interest climbs",
        "{coin} hits a {days}-day high while shorts are liquidated",
        "Institutions add {coin}: funds see ${millions}M of inflows in a week",
        "{coin} upgrade goes live smoothly and {symbol} gains {percent}%",
        "{who} turn optimistic on {coin}, see strong support",
        "{coin} adoption grows as payments firm adds support for {symbol}",
    ),
    0: (
        "{coin} trades sideways as traders await the Fed",
        "What {who} expect of {coin} this week",
        "{coin} developers publish roadmap for the next release",
        "Exchange lists new {symbol} pairs",
        "{coin} volumes steady after quiet weekend",
        "A look at {coin} staking and fees, {days} days on",
        "{coin} foundation names new director",
        "Regulator opens consultation that mentions {coin}",
    ),
    -1: (
        "{coin} tumbles {percent}% as leveraged longs are wiped out",
        "{coin} slides below support; {who} warn of further losses",
        "Bearish signal for {coin} as ${millions}M leaves funds",
        "{coin} hit by sell-off amid fears of tighter regulation",
        "Hack drains ${millions}M from protocol, {symbol} drops {percent}%",
        "{coin} falls to a {days}-day low as demand fades",
        "{who} cut their {coin} targets after weak data",
        "Lawsuit weighs on {coin}; {symbol} loses {percent}%",
    ),
}

BODIES: Mapping[int, Sequence[str]] = {
    1: (
        "{symbol} gained {percent}% as spot demand outpaced selling, and {who} said the trend looks strong.",
        "Funding stayed moderate while open interest rose, a healthy sign for the rally, {who} said.",
        "Wallets accumulated {symbol} for {days} days in a row and exchange balances fell.",
    ),
    0: (
        "The price of {symbol} was little changed over the day and volumes were near their average.",
        "{who} said they wait for clearer signs before they change their positions.",
        "The proposal for {coin} will be discussed over the next {days} days.",
    ),
    -1: (
        "{symbol} lost {percent}% in heavy trading and ${millions}M of long positions were liquidated.",
        "{who} said that weak demand and outflows may push {coin} lower still.",
        "Exchange balances rose for {days} days as holders moved coins to sell.",
    ),
}

POST_TITLES: Mapping[int, Sequence[str]] = {
    1: (
        "{symbol} to the moon, just bought more",
        "Why I am bullish on {coin} for the next {days} days",
        "{coin} looks ready to break out, who else is holding?",
        "Diamond hands: up {percent}% on {symbol} and not selling",
        "Finally green! {coin} pumping hard",
    ),
    0: (
        "Daily discussion: {coin}",
        "How do you store your {symbol}?",
        "Question about {coin} fees",
        "What is your average price for {symbol}?",
        "Newbie here, how does {coin} staking work?",
    ),
    -1: (
        "{symbol} is dumping again, should I sell?",
        "I lost {percent}% on {coin} this week, bear market is here",
        "{coin} looks weak, this crash is not over",
        "Be careful: scam warning and panic selling in {symbol}",
        "Sold all my {coin}, too much fear",
    ),
}

POST_BODIES: Mapping[int, Sequence[str]] = {
    1: (
        "Been accumulating for {days} days. The chart looks great and buyers are back.",
        "Strong volume, higher lows. I think we go up {percent}% from here.",
        "Everyone was scared last week and now look at it. LFG.",
    ),
    0: (
        "I read the docs but I am still not sure. Any pointers are welcome.",
        "Just curious what people here think, no financial advice.",
        "",
    ),
    -1: (
        "Support is gone and whales are selling. I expect another {percent}% drop.",
        "Liquidated again. I am done with leverage for {days} days at least.",
        "This rug pull feeling again. Stay safe out there.",
    ),
}

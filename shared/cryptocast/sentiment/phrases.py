"""Crypto's language as training texts: phrases of our own, put together at random.

None of them is a case of `tests/model`. Finance headlines and equity messages lack these words.
"""

from __future__ import annotations

import random

from cryptocast.sentiment.turns import SLOTS, TURNED_DOWN, TURNED_UP

COINS = (
    "bitcoin",
    "btc",
    "$BTC",
    "ethereum",
    "eth",
    "$ETH",
    "solana",
    "SOL",
    "$SOL",
    "cardano",
    "ADA",
    "$ADA",
    "polkadot",
    "DOT",
    "avalanche",
    "AVAX",
    "chainlink",
    "LINK",
    "doge",
    "dogecoin",
    "$DOGE",
    "matic",
    "XRP",
    "litecoin",
    "LTC",
    "aave",
    "uniswap",
    "crypto",
    "this coin",
    "my alts",
    "the market",
    "shiba",
    "luna",
    "BNB",
)
BULLISH = (
    "{c} to the moon 🚀🚀",
    "just bought more {c}, HODL",
    "{c} breaking out, new ATH soon",
    "{c} is pumping hard 📈",
    "never selling my {c} 💎🙌",
    "buy the dip on {c}, easy gains",
    "loading up on {c} before the next leg up",
    "{c} hit a new all time high today",
    "so glad i held {c}, finally in profit",
    "{c} mooning lol, lambo when",
    "up 40% on {c} this week",
    "institutions keep accumulating {c}",
    "{c} adoption keeps growing, very bullish",
    "WAGMI {c} holders 🔥",
    "{c} looks ready to explode upwards",
    "stop spreading FUD, {c} is stronger than ever",
    "{c} bounced off support nicely",
    "shorts on {c} got liquidated, bulls in control",
    "{c} soars past resistance",
    "i love {c}, best investment i ever made",
    "{c} is massively undervalued right now",
    "green candles everywhere for {c} 🟢",
    "{c} is the future of money",
    "told you {c} would recover",
    "major bank starts offering {c} to its clients",
    "country approves {c} as legal tender",
    "{c} rallies as regulators approve the fund",
    "the {c} upgrade went great, fees are much lower",
    "i'm not worried about {c}, it never looked better",
    "{c} isn't dead, it's just getting started",
    "stacking {c} every week and sleeping well 😎",
    "{c} will not stay this cheap for long",
    "bears got rekt on {c} 😂",
    "this {c} bull run is only beginning",
    "thank you {c}, my loan is paid off",
    "whales are buying {c} 🐳",
    "{c} jumps after strong network growth",
    "don't panic, {c} always comes back stronger",
    "{c} gains double digits",
    "holding {c} long term, very confident",
    "the {c} team delivers, great project and community",
)
BEARISH = (
    "{c} is dumping hard 📉",
    "got rekt on {c}, lost everything",
    "{c} is a scam, stay away",
    "{c} rug pull, devs gone with the money",
    "sold all my {c}, this is going to zero",
    "{c} crashing again 😭",
    "{c} bagholders coping hard",
    "{c} looks like a dead cat bounce, more pain ahead",
    "exchange hacked, {c} withdrawals frozen",
    "down 40% on {c} this week",
    "i regret buying {c} at the top",
    "{c} is a ponzi and it will collapse",
    "NGMI if you still hold {c}",
    "{c} breaks support, next stop much lower",
    "longs on {c} got liquidated, bears in control",
    "{c} is going nowhere, worst investment i ever made",
    "{c} bubble is about to burst",
    "blood everywhere, {c} red again 🔴",
    "{c} is overvalued garbage",
    "lost my savings on {c}, i feel sick",
    "government bans {c} trading",
    "{c} plunges after the lawsuit",
    "{c} fees are insane and the network is down again",
    "shorting {c} here, top is in 🐻",
    "{c} is dead 💀",
    "can't believe i fell for the {c} hype",
    "{c} isn't coming back, accept it",
    "not buying {c}, it will keep falling",
    "{c} slides to its lowest in months",
    "whales are selling {c}, get out",
    "scammers drained my {c} wallet",
    "support ignores me, my {c} is stuck and gone",
    "to the moon? more like to the ground with {c}",
    "oh great, {c} down again, just what i needed 🙄",
    "yeah sure {c} will recover, any day now lol",
    "regulators sue {c} founders for fraud",
    "another {c} exploit, millions stolen",
    "{c} tumbles as sellers take over",
    "i don't trust {c} any more",
    "bear market is here, {c} will bleed for a year",
    "{c} holders panic sell",
)
NEUTRAL = (
    "how do i move {c} to a hardware wallet?",
    "what time does the {c} conference start?",
    "{c} daily discussion thread",
    "can someone explain how {c} staking works",
    "which exchange do you use for {c}?",
    "{c} wallet address formats explained",
    "weekly {c} newsletter, issue {n}",
    "{c} developers publish meeting notes",
    "is {c} taxed as property in my country?",
    "{c} is trading at {n} dollars",
    "the {c} foundation will hold a call on monday",
    "comparing {c} transaction types",
    "looking for a tutorial on {c} nodes",
    "new to {c}, where do i start reading?",
    "{c} version {n} release notes",
    "list of {c} block explorers",
    "{c} price unchanged today",
    "survey: how long have you known about {c}?",
    "question about {c} seed phrases",
    "the {c} podcast returns next week",
    "what is the difference between {c} and its fork?",
    "{c} moves sideways in quiet trading",
    "company names a new head of its {c} desk",
    "an overview of {c} documentation",
    "exchange lists {c} trading pair on tuesday",
    "how are {c} transaction fees calculated?",
    "{c} conference agenda published",
    "i sent {c} to another wallet yesterday",
    "here is the {c} whitepaper",
    "central bank to publish a paper about {c}",
)
ENDS = ("", "", "", "", ".", "!", "...", " lol", " imo", " today", " guys", " tbh", "!!", " right now")


def phrases(count: int, seed: int) -> tuple[list[str], list[int]]:
    """`count` texts and their labels (0 bearish, 1 neutral, 2 bullish), the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    texts, labels = [], []
    for i in range(count):
        label = i % 3
        text = chance.choice((BEARISH + TURNED_DOWN, NEUTRAL, BULLISH + TURNED_UP)[label])
        text = text.format(c=chance.choice(COINS), n=chance.randint(2, 900), **_turn(chance))
        if label != 1:
            text += chance.choice(ENDS)
        texts.append(chance.choice((text, text, text.capitalize(), text.upper())))
        labels.append(label)
    return texts, labels


def _turn(chance: random.Random) -> dict[str, str]:
    """One word for each slot of `TURNED_UP` and `TURNED_DOWN`."""
    return {name: chance.choice(words) for name, words in SLOTS.items()}

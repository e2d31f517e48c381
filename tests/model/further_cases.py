"""Behavioural cases written before the model that they judge was trained, and changed in nothing since.

Their pass rate says how the shipped model does on phrasings that nobody tuned it for:
`python -m tests.model.further_cases` prints each case and the rate; docs/sentiment.md quotes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptocast.sentiment.default import FOLDER
from cryptocast.sentiment.scorer import Scorer

UP = (
    "Finally back in the green after two brutal years",
    "Solana is eating everyone's lunch, what a run",
    "Grabbed some cheap LINK during the flush, sitting pretty now",
    "The capitulation phase is behind us and charts are healing",
    "Short sellers are getting squeezed to death 🔥",
    "Aave hits its best week since launch",
)
DOWN = (
    "Woke up to half my stack gone, devastated",
    "Developers abandoned it, chart is a straight line to the floor",
    "I can't sleep, every hour it gets worse",
    "The honeymoon is over for DOT, buyers have vanished",
    "Another bridge drained overnight, users left with nothing",
    "Ether sinks as funds pull out their money",
)
NEGATED = (
    ("Nobody should fear this correction", "Everybody should fear this correction"),
    ("The upgrade did not fail", "The upgrade did fail"),
    ("I have no regrets about buying", "I have many regrets about buying"),
    ("There is no scandal around this project", "There is a scandal around this project"),
    ("The bulls have won", "The bulls have not won"),
)
SARCASM = (
    ("My pick went well this month", "My pick went so well this month that I am eating rice 🙃"),
    ("Fantastic entry, I am up a lot", "Fantastic entry, I bought the exact top 🤡"),
    ("Thanks for the tip, made money", "Thanks for the tip, lost money /s"),
)
NEUTRAL = (
    "Does anyone know a block explorer for Avalanche?",
    "The report covers the third quarter and has 40 pages",
    "AMA with the wallet team on Friday at 16:00 UTC",
    "A short history of proof of stake",
    "Registration for the hackathon is open until 5 May",
)
MOVES = (
    ("Chainlink adds 6 percent", "Chainlink sheds 6 percent"),
    ("LTC is higher this morning", "LTC is lower this morning"),
    ("AVAX: +14%", "AVAX: -14%"),
    ("Dogecoin extends its advance", "Dogecoin extends its decline"),
)
ELSEWHERE = ("Il treno parte alle otto", "会议将于周二举行", "A reunião é na terça-feira")


def results(scorer: Scorer) -> Iterator[tuple[str, str, bool]]:
    """Group, text and whether the model reads it as meant; the limits are those of test_default_model.py."""

    def lean(text: str) -> float:
        bearish, _, bullish = scorer.score([text])[0]
        return float(bullish - bearish)

    yield from (("up", text, lean(text) > 0.1) for text in UP)
    yield from (("down", text, lean(text) < -0.1) for text in DOWN)
    yield from (("negation", f"{a} | {b}", lean(a) > lean(b)) for a, b in NEGATED)
    yield from (("sarcasm", f"{a} | {b}", lean(a) > lean(b) + 0.1) for a, b in SARCASM)
    yield from (("neutral", text, int(scorer.score([text])[0].argmax()) == 1) for text in NEUTRAL)
    yield from (("move", f"{a} | {b}", lean(a) > lean(b) + 0.1) for a, b in MOVES)
    yield from (("language", t, float(scorer.score([t])[0, [0, 2]].max()) < 0.9) for t in ELSEWHERE)


def main() -> None:
    found = list(results(Scorer.load(FOLDER)))
    for group, text, passed in found:
        print(f"{'read ' if passed else 'MISREAD'} {group}: {text}")
    print(f"{sum(passed for *_, passed in found)} of {len(found)}")


if __name__ == "__main__":
    main()

"""General turns of speech as training texts, whichever words fill them.

An end turns what ended, a feeling tells a side, a "not" or "no" turns what it governs, and those who buy or
sell may come back. None of them is a case of `tests/model`.
"""

from __future__ import annotations

from collections.abc import Mapping

ILLS = (
    "crash",
    "bear market",
    "winter",
    "correction",
    "downtrend",
    "slump",
    "bloodbath",
    "liquidation wave",
    "drama",
    "sell-off",
    "turmoil",
    "downturn",
    "storm",
    "scare",
    "nightmare",
    "negativity",
)
BOONS = ("rally", "bull run", "uptrend", "party", "hype", "easy money", "recovery", "alt season")
ENDED = ("is over", "has ended", "is finished", "is behind us", "has run its course", "is history now")
FRIGHT = (
    "afraid",
    "terrified",
    "anxious",
    "nervous",
    "frightened",
    "stressed",
    "desperate",
    "worried sick",
    "fearful",
    "alarmed",
    "shaken",
    "spooked",
    "horrified",
    "in despair",
    "depressed",
)
CALM = (
    "calm",
    "relaxed",
    "confident",
    "excited",
    "hopeful",
    "relieved",
    "thrilled",
    "optimistic",
    "euphoric",
    "happy",
    "cheerful",
    "delighted",
    "grateful",
    "fearless",
)
BUYERS = (
    "bulls",
    "dip buyers",
    "big players",
    "institutions",
    "bids",
    "investors",
    "whales with fresh money",
)
SELLERS = ("bears", "sellers", "shorts", "short sellers", "scammers", "doubters")
RETURN = (
    "returning",
    "stepping in again",
    "taking over",
    "in charge again",
    "coming back",
    "waking up",
    "winning",
)
LEAVE = ("leaving", "giving up", "running out of steam", "on the retreat", "nowhere to be seen", "losing")
FLIGHT = (
    "rushing for the exit",
    "selling in fear",
    "dumping everything",
    "running for the hills",
    "cashing out at a loss",
)
RUSH = ("buying with both hands", "piling in", "holding tight", "celebrating", "adding to their bags")
CROWD = ("traders", "holders", "people", "my friends", "all of twitter", "retail", "the whole forum")
TURNED_UP = (
    "{buyers} are {back}",
    "{buyers} are {back}, {c} turns up",
    "{sellers} are {leave}, {c} can breathe",
    "the {ill} {ended}, {buyers} are {back}",
    "{crowd} are {rush}, i feel {calm}",
    "{crowd} are {rush}",
    "the fud about {c} did not work, price climbs",
    "{c} shrugs off the fud",
    "euphoria around {c}, {crowd} are {rush}",
    "i am {calm}, {c} did it",
    "panic subsides, {c} steadies and climbs",
    "the {ill} {ended}",
    "the {c} {ill} {ended}, time to recover",
    "looks like the {ill} {ended} for {c}",
    "no more {ill}, {c} is healing",
    "{c} survived the {ill} and came out stronger",
    "fear around {c} is fading, demand returns",
    "i feel {calm} about {c}",
    "everybody here is {calm}, {c} looks strong",
    "so {calm} about my {c} position",
    "i am not {fright}, {c} will be fine",
    "nothing to be {fright} about, {c} is solid",
    "{c} did not crash, it held",
    "no reason to sell {c}",
    "{c} never let me down",
    "{c} can't be stopped",
    "the {c} team did nothing wrong, funds were never at risk",
    "i was wrong to doubt {c}",
    "no longer bearish on {c}",
    "critics said {c} was dead, they were wrong",
    "sellers are exhausted, {c} turns up",
    "{c} shakes off the bad news",
    "losses on {c} are recovered",
)
TURNED_DOWN = (
    "{sellers} are {back}",
    "{sellers} are {back}, {c} turns down",
    "{buyers} are {leave}, {c} is sinking",
    "the {boon} {ended}, {sellers} are {back}",
    "{crowd} are {flight}, i feel {fright}",
    "{crowd} are {flight}",
    "so much fud about {c}, price suffers",
    "fear and panic around {c}, {crowd} are {flight}",
    "panic spreads through {c}",
    "{c} panic everywhere, i feel {fright}",
    "dread, fear and anxiety, {c} is collapsing",
    "the {boon} {ended}",
    "the {c} {boon} {ended}, get out",
    "looks like the {boon} {ended} for {c}",
    "no more {boon}, {c} is fading",
    "{c} could not keep the {boon} going",
    "confidence in {c} is gone, demand dries up",
    "i feel {fright} about {c}",
    "people here are {fright}, {c} looks weak",
    "so {fright} about my {c} position",
    "i am {fright}, what if {c} keeps dropping",
    "i'm not {calm} about {c} at all",
    "can't look at my {c} any more, my stomach hurts",
    "this {c} drop makes me {fright}",
    "{c} did not recover, it failed again",
    "no reason to buy {c}",
    "{c} never delivers",
    "{c} can't hold its gains",
    "the {c} team did nothing, promises were never kept",
    "i was wrong to believe in {c}",
    "no longer bullish on {c}",
    "buyers are exhausted, {c} turns down",
    "gains on {c} are wiped out",
    "my wonderful {c} melted again, lovely 🙃",
    "what a brilliant way to lose money, {c} 👏",
)
SLOTS: Mapping[str, tuple[str, ...]] = {
    "ill": ILLS,
    "boon": BOONS,
    "ended": ENDED,
    "fright": FRIGHT,
    "calm": CALM,
    "buyers": BUYERS,
    "sellers": SELLERS,
    "back": RETURN,
    "leave": LEAVE,
    "flight": FLIGHT,
    "rush": RUSH,
    "crowd": CROWD,
}
"""What may stand for each name in braces."""

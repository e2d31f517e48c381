"""Which inputs each feature reads."""

from __future__ import annotations

from collections.abc import Iterable

from cryptocast.features.spec import FEATURES, MISSING_INPUTS

_GROUPS = {feature.name: feature.group for feature in FEATURES}
_OF_OTHER_COINS = ("market_", "leader_", "lead_over_")
_TEXTS = {"posts_ratio_3h": {"posts"}, "news_count_6h": {"news"}}


def inputs_of(features: Iterable[str]) -> frozenset[str]:
    """The names of `MISSING_INPUTS` that at least one of `features` reads; all, for an unknown feature."""
    return frozenset().union(*(_inputs(name) for name in features))


def _inputs(feature: str) -> set[str]:
    group = _GROUPS.get(feature)
    if group == "time":
        return set()
    if group == "price":
        # A bar without volume was made of quotes, and has no range of its own either.
        return {"bars", "volume"} | ({"market"} if feature.startswith(_OF_OTHER_COINS) else set())
    if group == "sentiment":
        return {"news", "posts", "sentiment"}
    return _TEXTS.get(feature, set(MISSING_INPUTS))

"""CoinGecko: the price of every coin in one call, to check the exchange's or to stand in for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptocast.collect.http import Fetcher
from cryptocast.collect.parsing import mapping, moment_of_text, number, refused
from cryptocast.collect.source import Collected, Spend, free
from cryptocast.domain import COINS, Quote
from cryptocast.errors import InvalidRecord, SettingsError, SourceUnavailable

NAME = "coingecko"


@dataclass(frozen=True, slots=True)
class Plan:
    """A base and the header its keys go into: a key at the other base is an error, so they stay together."""

    base_url: str
    key_header: str | None


PLANS: Mapping[str, Plan] = {
    "keyless": Plan("https://api.coingecko.com/api/v3", None),
    "demo": Plan("https://api.coingecko.com/api/v3", "x-cg-demo-api-key"),
    "pro": Plan("https://pro-api.coingecko.com/api/v3", "x-cg-pro-api-key"),
}


class CoinGecko:
    """`GET /coins/markets`: price and `last_updated` of all coins, one call whatever their number."""

    name = NAME

    def __init__(
        self, fetcher: Fetcher, plan: str = "keyless", key: str | None = None, base_url: str | None = None
    ) -> None:
        # A key says that there is a plan; demo is the free one, and a key without its plan would go unused.
        chosen = PLANS["demo" if plan == "keyless" and key else plan]
        if chosen.key_header and not key and base_url is None:
            raise SettingsError(f"COINGECKO_PLAN is {plan}: set COINGECKO_API_KEY, or take the plan keyless")
        self._fetcher = fetcher
        self._base_url = base_url or chosen.base_url
        self._headers = {chosen.key_header: key} if chosen.key_header and key else {}

    def quotes(self, symbols: Sequence[str], spend: Spend = free) -> Collected[Quote]:
        """The latest price of each coin in USD; a coin that is not in the answer is named as missing.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        symbol_of = {COINS[symbol].coingecko_id: symbol for symbol in symbols}
        params: dict[str, str | int] = {
            "vs_currency": "usd",
            "ids": ",".join(symbol_of),
            "per_page": 250,
            "page": 1,
        }
        url = f"{self._base_url}/coins/markets"
        answer = self._fetcher.get(NAME, url, params=params, headers=self._headers, spend=spend).json()
        if not isinstance(answer, list):
            raise SourceUnavailable(NAME, "answers no list of coins")
        collected: Collected[Quote] = Collected()
        unanswered = dict(symbol_of)
        for raw in answer[: 2 * len(symbol_of)]:
            try:
                item = mapping(raw, "coin")
                symbol = unanswered.pop(str(item.get("id")), None)
                if symbol is not None:
                    collected.records.append(_quote(symbol, item))
            except InvalidRecord as error:
                collected.rejected.append(refused("quotes", NAME, str(error), raw))
        collected.missing += [f"{NAME}: no {symbol}" for symbol in unanswered.values()]
        return collected


def _quote(symbol: str, item: Mapping[str, object]) -> Quote:
    return Quote(
        symbol=symbol,
        price=number(item.get("current_price"), "current_price"),
        quoted_at=moment_of_text(item.get("last_updated"), "last_updated"),
        source=NAME,
    )

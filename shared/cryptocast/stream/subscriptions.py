"""What one connection asked for, as it is kept in Redis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cryptocast.domain import Horizon


@dataclass(frozen=True, slots=True)
class Subscription:
    """Empty `symbols` or `horizons` mean all. Not `active` means connected and silent."""

    symbols: frozenset[str] = frozenset()
    horizons: frozenset[str] = frozenset()
    active: bool = False

    def wants(self, symbol: str, horizon: str | None = None) -> bool:
        """Whether this coin, and this horizon where one is given, was asked for."""
        if not self.active or (self.symbols and symbol not in self.symbols):
            return False
        return horizon is None or not self.horizons or horizon in self.horizons

    def to_json(self) -> dict[str, Any]:
        return {
            "active": self.active,
            "symbols": sorted(self.symbols),
            "horizons": [h.value for h in Horizon if h.value in self.horizons],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Self:
        """What `to_json` wrote; anything else is a connection that has not subscribed."""
        if not isinstance(value, Mapping) or not value.get("active"):
            return cls()
        return cls(_words(value.get("symbols")), _words(value.get("horizons")), active=True)


def _words(value: object) -> frozenset[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return frozenset(str(v) for v in value)
    return frozenset()

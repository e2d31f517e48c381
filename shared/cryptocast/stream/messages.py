"""What travels on the WebSocket: JSON, one message a frame, in both directions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from cryptocast.domain import COINS, DataLabel, Horizon
from cryptocast.serve import schemas

FRAME_BYTES = 32 * 1024
"""API Gateway closes a connection that is sent a larger frame."""
INBOUND_BYTES = 4 * 1024
"""No client message needs more; a longer one is refused unread."""

_Symbol = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=16)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Subscribe(_Message):
    """Ask for coins and horizons; replaces what was subscribed before. Empty means all."""

    action: Literal["subscribe"]
    symbols: list[_Symbol] = Field(default_factory=list, max_length=len(COINS))
    horizons: list[Horizon] = Field(default_factory=list, max_length=len(Horizon))


class Unsubscribe(_Message):
    """Stay connected, get nothing."""

    action: Literal["unsubscribe"]


class Ping(_Message):
    """Keeps an idle connection open (API Gateway closes it after 10 minutes); answered by `pong`.

    Or by `not_subscribed` where the connection is not known any more: nothing would come on it.
    """

    action: Literal["ping"]


ClientMessage = Annotated[Subscribe | Unsubscribe | Ping, Field(discriminator="action")]
CLIENT_MESSAGE: TypeAdapter[Subscribe | Unsubscribe | Ping] = TypeAdapter(ClientMessage)


class Subscribed(_Message):
    """The subscription as it now stands. The present state follows at once, as price and forecast."""

    type: Literal["subscribed"] = "subscribed"
    symbols: list[str]
    horizons: list[Horizon]


class Unsubscribed(_Message):
    type: Literal["unsubscribed"] = "unsubscribed"


class Pong(_Message):
    type: Literal["pong"] = "pong"


class PriceMessage(_Message):
    """A new close of one coin."""

    type: Literal["price"] = "price"
    price: schemas.Price
    data_label: DataLabel


class ForecastMessage(_Message):
    """A new forecast of one coin and horizon; the same body as in the REST API."""

    type: Literal["forecast"] = "forecast"
    forecast: schemas.Forecast


class CycleMessage(_Message):
    """A cycle has ended: everything of `as_of` that was to come has come."""

    type: Literal["cycle"] = "cycle"
    as_of: datetime
    finished_at: datetime | None = None
    data_label: DataLabel
    missing: list[str] = Field(default_factory=list, description="Sources and inputs that were absent.")


RefusalCode = Literal["bad_message", "unknown_coin", "not_subscribed"]
"""Every `code` that an `ErrorMessage` may carry."""


class ErrorMessage(_Message):
    """The last client message was refused, and why."""

    type: Literal["error"] = "error"
    error: schemas.Problem


ServerMessage = Annotated[
    Subscribed | Unsubscribed | Pong | PriceMessage | ForecastMessage | CycleMessage | ErrorMessage,
    Field(discriminator="type"),
]
SERVER_MESSAGE: TypeAdapter[
    Subscribed | Unsubscribed | Pong | PriceMessage | ForecastMessage | CycleMessage | ErrorMessage
] = TypeAdapter(ServerMessage)

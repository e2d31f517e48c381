"""What `make up SOURCE=…` collects from, decided before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx

from cryptocast.domain import COINS, DEFAULT_SYMBOLS, DataLabel, floor_to_grid

_PROBE_URL = "https://api.coingecko.com/api/v3/ping"
_PROBE_TIMEOUT_S = 3.0
_SPEEDS = "1 is real time, 1000 passes a week in ten minutes."


@dataclass(frozen=True)
class Choice:
    """A decided source. `why` is one plain sentence for the status."""

    label: DataLabel
    why: str
    symbols: tuple[str, ...]
    speed: float
    start: datetime | None = None
    """Where the clock starts; None means the real time."""
    data: Path | None = None

    @property
    def profile(self) -> str:
        """The name of the folder that keeps this source's data."""
        if self.label is DataLabel.LIVE or (
            self.label is DataLabel.SIMULATED and self.speed == 1 and not self.start
        ):
            return str(self.label)
        mark = sha256(f"{self.data}|{','.join(self.symbols)}".encode()).hexdigest()[:8]
        began = f"{self.start:%Y%m%d}" if self.start else "hurried"
        return f"{self.label}-{began}-{mark}"


class WrongChoice(SystemExit):
    """The command line asks for something that cannot be; the message says what to do."""


def price_source_answers(timeout_s: float = _PROBE_TIMEOUT_S) -> bool:
    try:
        return httpx.get(_PROBE_URL, timeout=timeout_s).status_code == 200
    except httpx.HTTPError:
        return False


def speed_of(text: str) -> float:
    """SPEED as a number; raises WrongChoice."""
    try:
        return float(text)
    except ValueError:
        raise WrongChoice(f"SPEED={text} is no number: {_SPEEDS}") from None


def choose(source: str, data: str | None, start: str | None, speed: float, coins: str | None) -> Choice:
    """Turn the command line into a `Choice`; raises WrongChoice (a SystemExit) with what to do."""
    if speed <= 0:
        raise WrongChoice(f"SPEED must be above 0: {_SPEEDS}")
    asked = _known(coins) if coins else None
    symbols = asked or DEFAULT_SYMBOLS
    if source == "replay":
        return _replay(data, start, speed, asked)
    if source == "live":
        if speed != 1:
            raise WrongChoice("SPEED needs a replayed or simulated market: live time cannot be hurried.")
        return Choice(DataLabel.LIVE, "live, as asked", symbols, 1)
    began = _moment(start) if start else None
    if source == "simulated":
        return Choice(DataLabel.SIMULATED, "simulated, as asked", symbols, speed, began)
    if source != "auto":
        raise WrongChoice(f"SOURCE={source} is unknown: take auto, live, simulated or replay.")
    if speed == 1 and not start and price_source_answers():
        return Choice(DataLabel.LIVE, "live: CoinGecko answered", symbols, 1)
    why = "simulated: CoinGecko did not answer within 3 s, so the market and the texts are generated"
    if speed != 1 or start:
        why = "simulated: SPEED and FROM need a market that can be hurried"
    return Choice(DataLabel.SIMULATED, why, symbols, speed, began)


def _known(coins: str) -> tuple[str, ...]:
    """`btc, eth` as symbols. Raises WrongChoice: the functions would refuse them, minutes later."""
    symbols = tuple(dict.fromkeys(c.strip().upper() for c in coins.split(",") if c.strip()))
    unknown = [symbol for symbol in symbols if symbol not in COINS]
    if unknown or not symbols:
        what = f"unknown: {', '.join(unknown)}" if unknown else "no coin is named"
        raise WrongChoice(f"COINS={coins}: {what}; known are {', '.join(COINS)}.")
    return symbols


def _replay(data: str | None, start: str | None, speed: float, asked: tuple[str, ...] | None) -> Choice:
    if not data:
        raise WrongChoice("SOURCE=replay needs DATA=<folder> and FROM=<date> (README.md has the format).")
    folder = Path(data).expanduser().resolve()
    if not (folder / "prices").is_dir():
        raise WrongChoice(f"DATA={data}: there is no folder 'prices' in it (README.md has the format).")
    if not start:
        raise WrongChoice("SOURCE=replay needs FROM=<date> too, e.g. FROM=2021-10-12.")
    symbols = asked or _symbols_at(folder, start)
    return Choice(DataLabel.REPLAY, f"replay of {folder.name}", symbols, speed, _moment(start), folder)


def _symbols_at(folder: Path, start: str) -> tuple[str, ...]:
    """The known coins that have 15-minute bars at `start` and still two months later."""
    from local.replay.dataset import symbols_with_bars

    begin = _moment(start)
    later = symbols_with_bars(folder, begin + timedelta(days=60))
    found = tuple(
        symbol for symbol in symbols_with_bars(folder, begin) if symbol in later and symbol in COINS
    )
    if not found:
        raise WrongChoice(f"FROM={start}: no coin has 15-minute bars then; name another date or COINS=….")
    return found


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongChoice(f"FROM={text} is no date; write it as 2021-10-12.") from None
    return floor_to_grid(moment.replace(tzinfo=moment.tzinfo or UTC))

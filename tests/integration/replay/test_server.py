"""The server itself: its clock, its faults, its command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from local.replay import ReplayServer
from local.replay.simulated import Simulated
from tests.integration.replay.conftest import NOON, SIMULATED_NOW, Asker
from tests.unit.replay.recorded import START, write_folder

ROOT = Path(__file__).parents[3]
MARKETS = "/coingecko/api/v3/coins/markets?vs_currency=usd"
QUESTIONS = (
    MARKETS,
    "/coingecko/api/v3/coins/solana/market_chart/range?vs_currency=usd&from={before}&to={after}",
    "/cryptocompare/data/v2/histominute?fsym=SOL&tsym=USD&limit=2000&aggregate=15&toTs={after}",
    "/cryptocompare/data/v2/histohour?fsym=BTC&tsym=USD&limit=2000&toTs={after}",
    "/coindesk-data/index/cc/v1/historical/hours?market=cadli&instrument=BTC-USD&limit=2000&to_ts={after}",
    "/coindesk-data/news/v1/article/list?lang=EN&limit=100&to_ts={after}",
    "/coinbase/products/SOL-USD/candles?granularity=900&start={near}&end={after}",
    "/coindesk/arc/outboundfeeds/rss/",
    "/cryptoslate/feed/",
    "/arctic-shift/api/posts/search?subreddit=Bitcoin&limit=100&before={after}",
)


def asked(asker: Asker, question: str, now: datetime) -> httpx.Response:
    seconds = int(now.timestamp())
    times = {"before": seconds - 86_400, "near": seconds - 86_400, "after": seconds + 2 * 86_400}
    return asker.http.get(question.format(**times))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("hours", [3, 30.1, 47.99])
def test_nothing_is_told_of_what_comes_after_the_clock(recorded: Asker, question: str, hours: float) -> None:
    """The answer at a moment is the same whether the future is in the files or not; no stamp is later."""
    now = START + timedelta(hours=hours)
    recorded.at(now)
    answer = asked(recorded, question, now)
    assert answer.status_code == 200, answer.text
    text = re.sub(r'"ID": ?\d+', "", answer.text)
    stamps = [int(found) for found in re.findall(r"\b16[45]\d{7}\b", text)]
    stamps += [int(found) / 1_000 for found in re.findall(r"\b16[45]\d{10}\b", text)]
    assert max(stamps, default=0) <= now.timestamp()


@pytest.mark.parametrize("question", [q for q in QUESTIONS if "/coinbase" in q or "/cryptocompare" in q])
def test_bars_told_later_agree_with_those_told_before(recorded: Asker, question: str) -> None:
    """Closed bars are final."""
    told = []
    for hours in (20, 22):
        now = START + timedelta(hours=hours)
        recorded.at(now)
        answer = asked(recorded, question, now).json()
        rows = answer if isinstance(answer, list) else answer["Data"]["Data"]
        told.append([row for row in rows if isinstance(row, list) or row["close"] > 0])
    before, after = told
    assert before and all(row in after for row in before)
    assert len(after) > len(before)


def test_the_clock_is_told_and_set(recorded: Asker) -> None:
    told = recorded.json("/_clock")
    assert told["now"] == NOON.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (told["label"], told["symbols"]) == ("replay", ["BTC", "ETH", "SOL"])
    for wrong in ({"now": "noon"}, {"then": 1}, {"now": 5}, []):
        assert recorded.http.post("/_clock", json=wrong).status_code == 400
    assert recorded.http.post("/_clock", content=b"{").status_code == 400
    assert recorded.json("/_clock") == told
    recorded.http.post("/_clock", json={"now": None}).raise_for_status()
    assert abs(recorded.server.clock.now_s() - time.time()) < 5


def test_faults_come_as_often_as_told_and_only_there(recorded: Asker) -> None:
    fault = {"path_prefix": "/coingecko", "status": 429, "times": 2, "headers": {"Retry-After": "7"}}
    recorded.http.post("/_faults", json=fault).raise_for_status()
    first = recorded.http.get(MARKETS)
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert recorded.http.get("/cryptoslate/feed/").status_code == 200
    assert [recorded.http.get(MARKETS).status_code for _ in range(2)] == [429, 200]
    assert recorded.json("/_faults") == {"pending": []}
    assert recorded.http.post("/_faults", json={"path_prefix": "x"}).status_code == 400


def test_kinds_of_faults(recorded: Asker) -> None:
    def answer(**fault: object) -> httpx.Response:
        recorded.http.post("/_faults", json={"path_prefix": "/coingecko", **fault}).raise_for_status()
        return recorded.http.get(MARKETS, timeout=0.5)

    with pytest.raises(json.JSONDecodeError):
        answer(kind="garbage").json()
    assert "html" in answer(kind="html").headers["content-type"]
    assert len(answer(kind="huge", megabytes=3).content) > 3_000_000
    assert answer(kind="empty").content == b""
    assert answer(body='{"price": -1}', status=200).json() == {"price": -1}
    with pytest.raises(httpx.ReadTimeout):
        answer(kind="timeout")
    with pytest.raises(httpx.RemoteProtocolError):
        answer(kind="disconnect")
    assert recorded.http.get(MARKETS).status_code == 200


def test_requests_are_counted_by_path(recorded: Asker) -> None:
    for _ in range(3):
        recorded.http.get(MARKETS)
    assert recorded.json("/_requests") == {"/coingecko/api/v3/coins/markets": 3}


def test_a_stalled_answer_does_not_keep_the_server_from_stopping() -> None:
    server = ReplayServer(Simulated(seed=1), now=SIMULATED_NOW).start()
    httpx.post(f"{server.url}/_faults", json={"path_prefix": "/coingecko", "kind": "timeout"})
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{server.url}{MARKETS}", timeout=0.2)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/_clock")


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    children: list[subprocess.Popen[str]] = []
    yield children
    for child in children:
        child.terminate()
        child.wait(timeout=10)


@pytest.mark.parametrize("source", ["simulated", "replay"])
def test_the_command_tells_its_port(
    tmp_path: Path, started: list[subprocess.Popen[str]], source: str
) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "local.replay", "--port", "0", "--port-file", str(port_file)]
    command += ["--source", source, "--now", (NOON if source == "replay" else SIMULATED_NOW).isoformat()]
    if source == "replay":
        command += ["--data", str(write_folder(tmp_path / "recorded"))]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ))
    started.append(child)
    assert child.stdout is not None
    port = int(child.stdout.readline().removeprefix("port "))
    assert port == int(port_file.read_text())
    assert source in child.stdout.readline()
    deadline = time.monotonic() + 10
    while True:
        try:
            assert httpx.get(f"http://127.0.0.1:{port}/_clock").json()["label"] == source
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "replay"], "--data"),
        (["--source", "replay", "--data", "."], "no prices"),
        (["--source", "replay", "--data", "{folder}"], "--now"),
    ],
)
def test_the_command_says_what_it_lacks(tmp_path: Path, arguments: list[str], words: str) -> None:
    folder = str(write_folder(tmp_path / "recorded"))
    command = [sys.executable, "-m", "local.replay", *(a.format(folder=folder) for a in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr

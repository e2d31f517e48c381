"""`make smoke`: the stack up on free ports in a folder of its own, one cycle, every door tried, down.

Prints one line a check and exits non-zero at the first that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import websockets

from cryptocast.domain import BAR_INTERVAL_S, Horizon, floor_to_grid
from cryptocast.features.spec import FEATURE_NAMES
from local.bootstrap import bring_up
from local.processes import end_in_order
from local.sources import choose
from local.stack import Stack, running

HISTORY_DAYS = 60
"""Enough for every horizon to be trained; six months would only take longer."""


class CheckFailed(AssertionError):
    """What was expected and what came."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the stack's data here")
    args = parser.parse_args()
    end_in_order()
    choice = choose("simulated", None, None, 1.0, "BTC,ETH,SOL")
    with (
        tempfile.TemporaryDirectory(prefix="cryptocast-smoke-") as scratch,
        running(choice, args.folder or Path(scratch)) as stack,
    ):
        try:
            _run(stack)
        except CheckFailed as failure:
            print(f"FAIL  {failure}", flush=True)
            sys.exit(1)
    print("smoke: every check passed", flush=True)


def _run(stack: Stack) -> None:
    began = time.monotonic()
    bring_up(stack, lambda what: print(f"...   {what}", flush=True), HISTORY_DAYS)
    _check("servers, deploy, backfill, first models", lambda: f"{time.monotonic() - began:.0f} s")
    _check("one cycle through the deployed state machine", lambda: _cycle(stack))
    for name, check in _HTTP_CHECKS.items():
        _check(name, lambda check=check: check(stack))  # type: ignore[misc]
    _check("WebSocket: subscribe, forecast and price arrive", lambda: asyncio.run(_stream(stack)))
    _check("dashboard is served with its configuration", lambda: _dashboard(stack))


def _check(name: str, work: Callable[[], str]) -> None:
    try:
        found = work()
    except CheckFailed:
        raise
    except Exception as error:
        raise CheckFailed(f"{name}: {type(error).__name__}: {error}") from error
    print(f"ok    {name}: {found}", flush=True)


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise CheckFailed(message)


def _cycle(stack: Stack) -> str:
    as_of = floor_to_grid(stack.clock.now())
    since = as_of - timedelta(seconds=BAR_INTERVAL_S)
    result = stack.cycles().run(as_of, since, stack.clock.now())
    return f"{result.seconds:.1f} s for {as_of:%Y-%m-%d %H:%M}"


def _get(stack: Stack, path: str) -> Any:
    answer = httpx.get(f"{stack.api_url}{path}", timeout=30)
    expect(answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()


def _post(stack: Stack, path: str, body: dict[str, Any]) -> Any:
    answer = httpx.post(f"{stack.api_url}{path}", json=body, timeout=30)
    expect(answer.status_code == 200, f"POST {path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()


def _health(stack: Stack) -> str:
    body = _get(stack, "/v1/health?deep=true")
    expect(body["status"] in ("ok", "degraded"), f"health: {body}")
    return f"{body['status']}, data {body['data_label']}"


def _forecasts(stack: Stack) -> str:
    body = _get(stack, "/v1/forecasts")
    expect(body["data_label"] == "simulated", f"simulated data must be labelled so: {body['data_label']}")
    found = {(f["symbol"], f["horizon"]) for coin in body["coins"] for f in coin["forecasts"]}
    wanted = {(s, str(h)) for s in stack.choice.symbols for h in Horizon}
    expect(found == wanted, f"forecasts for {sorted(found)}, not for {sorted(wanted - found)}")
    return f"{len(found)} forecasts"


def _one_coin(stack: Stack) -> str:
    symbol = stack.choice.symbols[0]
    body = _get(stack, f"/v1/forecasts/{symbol}")
    forecasts = body["coin"]["forecasts"]
    expect(len(forecasts) == len(Horizon), f"a forecast per horizon wanted: {body}")
    expect(all(0 <= f["p_up"] <= 1 for f in forecasts), f"p_up out of range: {body}")
    return ", ".join(f"{f['horizon']} {f['call']} {f['p_up']:.2f}" for f in forecasts)


def _bars(stack: Stack) -> str:
    body = _get(stack, f"/v1/bars/{stack.choice.symbols[0]}?limit=10")
    expect(len(body["bars"]) == 10, f"10 bars wanted, {len(body['bars'])} came")
    return f"10 bars, the last from {body['bars'][-1]['source']}"


def _closes(stack: Stack) -> str:
    coins = _get(stack, "/v1/closes?limit=10")["coins"]
    expect([c["symbol"] for c in coins] == list(stack.choice.symbols), f"every coin wanted: {coins}")
    expect(all(len(c["closes"]) == 10 for c in coins), f"10 closes of each wanted: {coins}")
    return f"10 closes of {len(coins)} coins"


def _documents(stack: Stack) -> str:
    body = _get(stack, "/v1/documents?limit=5")
    expect(len(body["documents"]) == 5, f"5 documents wanted: {body}")
    return body["documents"][0]["title"][:50]


def _features(stack: Stack) -> str:
    body = _get(stack, f"/v1/features/{stack.choice.symbols[0]}")
    found = len(body["features"])
    expect(found == len(FEATURE_NAMES), f"{len(FEATURE_NAMES)} candidate features wanted, {found} came")
    return f"{found} candidate features"


def _models(stack: Stack) -> str:
    body = _get(stack, "/v1/models")
    expect(len(body["champions"]) >= len(Horizon), f"a champion per horizon wanted: {body}")
    return ", ".join(str(m["version"]) for m in body["champions"])


def _card(stack: Stack) -> str:
    page = httpx.get(f"{stack.api_url}/v1/models/1h/card", timeout=30)
    expect(page.status_code == 200, f"GET a card: {page.status_code} {page.text[:300]}")
    expect("<h1>" in page.text, f"a page wanted: {page.text[:300]}")
    expect("script" not in page.headers["content-security-policy"], "a card may run no script")
    body = _get(stack, "/v1/models/1h/card?format=json")
    expect(body["data"]["label"] == "simulated", f"simulated data must be labelled so: {body['data']}")
    return str(body["title"])


def _predict(stack: Stack) -> str:
    row = _get(stack, f"/v1/features/{stack.choice.symbols[0]}")
    values = {f["name"]: f["value"] for f in row["features"]}
    body = _post(stack, "/v1/predict", {"horizon": "1h", "features": values})
    expect(0 <= body["p_up"] <= 1, f"p_up out of range: {body}")
    return f"p_up {body['p_up']:.3f}"


def _sentiment(stack: Stack) -> str:
    texts = ["Bitcoin surges to a new high", "Exchange hacked, prices crash"]
    body = _post(stack, "/v1/sentiment", {"texts": texts})
    scores = body["sentiments"]
    expect(len(scores) == 2, f"two scores wanted: {body}")
    expect(scores[0]["p_bullish"] > scores[1]["p_bullish"], f"a surge must be more bullish: {scores}")
    return f"{scores[0]['label']} / {scores[1]['label']}"


def _docs(stack: Stack) -> str:
    paths = _get(stack, "/openapi.json")["paths"]
    expect("/v1/forecasts" in paths, f"no /v1/forecasts in the OpenAPI document: {sorted(paths)}")
    page = httpx.get(f"{stack.api_url}/docs", timeout=30)
    expect(page.status_code == 200, f"GET /docs: {page.status_code}")
    return f"{len(paths)} paths"


def _unknown_coin(stack: Stack) -> str:
    answer = httpx.get(f"{stack.api_url}/v1/forecasts/NOPE", timeout=30)
    expect(answer.status_code == 404, f"an unknown coin must be 404, not {answer.status_code}")
    return str(answer.json()["error"]["message"])


def _unknown_path(stack: Stack) -> str:
    wanted = {"GET": (404, "not_found"), "DELETE": (405, "method_not_allowed")}
    for method, path in (("GET", "/v1/nothing"), ("DELETE", "/v1/forecasts")):
        answer = httpx.request(method, f"{stack.api_url}{path}", timeout=30)
        found = (answer.status_code, answer.json().get("error", {}).get("code"))
        expect(found == wanted[method], f"{method} {path}: {found} came, {wanted[method]} wanted")
    return "both refused in the documented body"


_HTTP_CHECKS: dict[str, Callable[[Stack], str]] = {
    "GET /v1/health": _health,
    "GET /v1/forecasts": _forecasts,
    "GET /v1/forecasts/{symbol}": _one_coin,
    "GET /v1/bars/{symbol}": _bars,
    "GET /v1/closes": _closes,
    "GET /v1/documents": _documents,
    "GET /v1/features/{symbol}": _features,
    "GET /v1/models": _models,
    "GET /v1/models/{horizon}/card": _card,
    "POST /v1/predict": _predict,
    "POST /v1/sentiment": _sentiment,
    "GET /docs, /openapi.json": _docs,
    "GET /v1/forecasts/NOPE": _unknown_coin,
    "GET /v1/nothing, DELETE /v1/forecasts": _unknown_path,
}


async def _stream(stack: Stack) -> str:
    symbol = stack.choice.symbols[0]
    async with websockets.connect(stack.stream_url, open_timeout=30) as socket:
        await socket.send(json.dumps({"action": "subscribe", "symbols": [symbol], "horizons": ["1h"]}))
        seen: list[str] = []
        while not {"forecast", "price"} <= set(seen):
            message = json.loads(await asyncio.wait_for(socket.recv(), 30))
            seen.append(message["type"])
        as_of = floor_to_grid(stack.clock.now())
        await asyncio.to_thread(
            stack.cycles().run, as_of, as_of - timedelta(seconds=BAR_INTERVAL_S), stack.clock.now()
        )
        pushed: list[str] = []
        while "forecast" not in pushed:
            pushed.append(json.loads(await asyncio.wait_for(socket.recv(), 30))["type"])
    return f"on subscribe: {', '.join(seen)}; after a cycle: {', '.join(pushed)}"


def _dashboard(stack: Stack) -> str:
    page = httpx.get(stack.dashboard_url, timeout=10)
    expect(page.status_code == 200 and "<div id" in page.text, f"no page: {page.status_code}")
    config = httpx.get(f"{stack.dashboard_url}/config.json", timeout=10).json()
    expect(config["apiUrl"] == stack.api_url, f"wrong configuration: {config}")
    return stack.dashboard_url


if __name__ == "__main__":
    main()

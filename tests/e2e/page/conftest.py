"""The page as built, served as on a laptop, over the real API, stream, stores and registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cryptocast.domain import BAR_INTERVAL_S, DEFAULT_SYMBOLS, DataLabel
from cryptocast.registry.bucket import Bucket
from cryptocast.serve.http import Deps, create_app
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.stream.push import publish
from local import dashboard
from tests.e2e.page import market
from tests.e2e.page.gateway import Gateway, serving

FRONTEND = Path(__file__).parents[3] / "frontend"
BROWSE = Path(__file__).with_name("browse.mjs")
AS_OF = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no browser: install chromium, or name one in CHROMIUM")
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, built into a folder of its own."""
    if shutil.which("node") is None or not (FRONTEND / "node_modules" / "vite").exists():
        pytest.skip("the frontend is not installed: run make setup")
    folder = tmp_path_factory.mktemp("page")
    command = ["npx", "vite", "build", "--logLevel", "error", "--emptyOutDir", "--outDir", str(folder)]
    subprocess.run(command, cwd=FRONTEND, check=True, capture_output=True)
    return folder


class Stack:
    """One deployment: what `cycle` writes, the page shows."""

    def __init__(self, db: Database, online: OnlineStore, bucket: Bucket, label: DataLabel) -> None:
        self.db, self.online, self.bucket, self.label = db, online, bucket, label
        self.as_of = AS_OF
        self.now = AS_OF + timedelta(minutes=3)
        self.missing: list[str] = []
        self.trained = True
        self.past_cycles = 0
        deps = Deps(online, db, DEFAULT_SYMBOLS, label, lambda: self.now, "2021-10-12", bucket)
        self.gateway = Gateway(create_app(deps), online, lambda: self.now, self.next_cycle)

    def cycle(self) -> None:
        market.write_bars(self.db, self.as_of)
        market.write_prices(self.online, self.as_of)
        if self.trained:
            versions = self._versions()
            if self.past_cycles:
                market.write_past(self.db, self.as_of, self.label, versions, self.past_cycles)
            market.write_forecasts(self.db, self.online, self.as_of, self.label, versions)
        window = market.window_of(self.as_of, self.now)
        given: dict[str, Any] = {"data_label": self.label, "missing": self.missing}
        publish(self.online, self.gateway, window, DEFAULT_SYMBOLS, **given)

    def next_cycle(self) -> None:
        step = timedelta(seconds=BAR_INTERVAL_S)
        self.as_of, self.now = self.as_of + step, self.now + step
        self.cycle()

    def _versions(self) -> dict[Any, str]:
        if not hasattr(self, "_known"):
            self._known = market.write_models(self.bucket, AS_OF, self.label)
        return self._known


@pytest.fixture
def make_stack(db: Database, online: OnlineStore, bucket: Bucket) -> Callable[..., Stack]:
    def make(label: DataLabel = DataLabel.LIVE) -> Stack:
        return Stack(db, online, bucket, label)

    return make


@pytest.fixture
def browse(built: Path, chromium: str, tmp_path: Path) -> Callable[..., None]:
    """Open the page of a stack in a browser and run the checks of one story in browse.mjs."""

    def run(story: str, stack: Stack, *, api_address: str | None = None) -> None:
        with ExitStack() as servers:
            address = servers.enter_context(serving(stack.gateway.app))
            app = dashboard.create_app(built, f"http://{api_address or address}", f"ws://{address}/stream")
            page = servers.enter_context(serving(app))
            given = {
                "story": story,
                "page": f"http://{page}",
                "gateway": f"http://{address}",
                "now": stack.now.isoformat(),
                "chromium": chromium,
                "shots": os.environ.get("PAGE_SHOTS", str(tmp_path)),
            }
            command = ["node", str(BROWSE), json.dumps(given)]
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{story}:\n{done.stdout}\n{done.stderr}"

    return run

"""`python -m local.replay`: serve a folder of recorded data, or a simulated market."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.replay.clock import Clock, iso, parse_moment
from local.replay.server import ReplayServer
from local.replay.world import World


def main() -> None:
    given = _arguments()
    world = _world(given)
    now = parse_moment(given.now) if given.now else None
    if now is None and given.source == "replay":
        raise SystemExit("a replay needs --now: the moment it begins at, e.g. --now 2022-01-05T00:00:00Z")
    server = ReplayServer(world, port=given.port, now=now, running_bars=given.running_bars)
    if given.port_file:
        Path(given.port_file).write_text(str(server.port))
    print(f"port {server.port}", flush=True)
    print(
        f"{world.label}: {iso(world.first_s)} to {iso(world.last_s)}, {', '.join(world.symbols)}", flush=True
    )
    server.serve()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.replay", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port and prints it")
    parser.add_argument("--port-file", help="also write the bound port here")
    parser.add_argument("--source", choices=("replay", "simulated"), default="simulated")
    parser.add_argument("--data", help="the folder of recorded data (prices/, documents/)")
    parser.add_argument("--now", help="where the clock stands; without it a simulated clock runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--running-bars", action="store_true", help="serve the bar that runs at the clock too"
    )
    return parser.parse_args()


def _world(given: argparse.Namespace) -> World:
    if given.source == "simulated":
        from local.replay.simulated import Simulated

        simulated = Simulated(seed=given.seed)
        simulated.warm((parse_moment(given.now) if given.now else Clock().now()).timestamp())
        return simulated
    from local.replay.dataset import Dataset

    if not given.data:
        raise SystemExit("a replay needs --data: the folder of recorded data")
    try:
        dataset = Dataset(Path(given.data), seed=given.seed)
    except FileNotFoundError as error:
        raise SystemExit(str(error)) from None
    dataset.warm()
    return dataset


if __name__ == "__main__":
    main()

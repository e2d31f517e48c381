"""A local server that stands in for every vendor, over recorded or simulated data."""

from local.replay.server import ReplayServer

__all__ = ["ReplayServer"]

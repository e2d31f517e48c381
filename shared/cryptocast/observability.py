"""Logs and metrics, through Powertools. Nothing is made at import."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger


@cache
def get_logger() -> Logger:
    """The structured logger; one JSON object a line, with the cycle's `as_of` appended by handlers."""
    return Logger(service="cryptocast")

"""Every answer that is not 2xx: one body, a stable code, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cryptocast.domain import DataLabel
from cryptocast.errors import (
    BadInput,
    CorruptArtifact,
    CryptocastError,
    ModelNotFound,
    NotEnoughData,
    SettingsError,
    StoreUnavailable,
)
from cryptocast.observability import get_logger
from cryptocast.registry import layout
from cryptocast.serve.schemas import ErrorAnswer, Problem
from cryptocast.store.feature_rows import KEPT_DAYS

_RETRY = "Try again in a minute; GET /v1/health?deep=true says what is down."
_ROUTES = "See /docs for what there is."
_JSON = "Send one JSON object, with the header content-type: application/json."
_CORRECT = "Correct the named fields; /docs has an example."
# By a part of pydantic's name of the fault.
_HINTS = (
    ("datetime", "Give times as 2024-01-01T12:15:00Z (in an address a + is written %2B)."),
    ("timezone", "Give times with their zone, as 2024-01-01T12:15:00Z."),
    ("json", _JSON),
    ("attributes_type", _JSON),
    (
        "too_many_texts",
        "Send fewer or shorter ones. `cryptocast sentiment score --in TEXTS.parquet --out SCORED.parquet` "
        "scores the column `text` of whole files, offline.",
    ),
    # Only a card's `version` has a pattern.
    (
        "string_pattern_mismatch",
        "Give a version such as 20240101T000000Z-1a2b3c4d of a price model, or minilm-finance-7fc89aff of "
        "the sentiment model; GET /v1/models has those that serve.",
    ),
)
_WORDS = {"string_pattern_mismatch": "not of the form of a version"}
"""In place of pydantic's own words, which are a regular expression."""
_HTTP = {
    # Only a body is refused so: numbers too long, nested too deep, or not UTF-8.
    400: ("bad_request", "The body is no JSON that can be read.", _JSON),
    404: ("not_found", "There is nothing at this address.", _ROUTES),
    405: ("method_not_allowed", "This address does not take this method.", _ROUTES),
    413: ("too_large", "The request is larger than 256 KB.", "Send fewer or shorter texts."),
}
# By class, the first that fits: status, code, what to do. The message is the error's own, save of these:
# what a store or a setting says of itself (hosts, users) is for the log.
_SAID = {
    StoreUnavailable: "A store does not answer",
    SettingsError: "This deployment's settings are wrong",
}
_OURS: Sequence[tuple[type[CryptocastError], int, str, str]] = (
    (StoreUnavailable, 503, "store_unavailable", _RETRY),
    (ModelNotFound, 503, "no_model", "GET /v1/models lists what there is; train one or wait for training."),
    (CorruptArtifact, 503, "corrupt_model", "`cryptocast models list` says which it is."),
    (NotEnoughData, 404, "not_enough_data", "Wait for more history; a backfill brings it sooner."),
    (SettingsError, 500, "internal_error", "Whoever runs it finds in its log what to set."),
    (BadInput, 422, "bad_request", "Correct the request; /docs has an example."),
    (CryptocastError, 500, "internal_error", _RETRY),
)


class ApiError(Exception):
    """Ends a request with `status` and the uniform error body."""

    def __init__(self, status: int, code: str, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, what_to_do=what_to_do)


def no_registry() -> ApiError:
    """What a route that needs the registry says where this deployment has none."""
    return ApiError(
        503, "no_model", "There is no model registry here.", "Set REGISTRY_BUCKET and train a model."
    )


def no_feature_row(symbol: str, as_of: datetime | None, instead: str = "") -> ApiError:
    """What a route says where a coin has no feature row at `as_of`, or none at all (None).

    `instead` is what else the route takes. Nobody here knows whether a backfill runs, so the advice holds
    whether one does or not.
    """
    when = "yet"
    what_to_do = "The next cycle that finds 24 h of bars builds it; a backfill brings bars sooner."
    if as_of is not None:
        when = f"at {as_of.astimezone(UTC).isoformat()}"
        what_to_do = (
            f"Each cycle builds the rows of its own moments and they are kept for {KEPT_DAYS} days; "
            "a backfill brings bars and builds none. "
            "Leave as_of out for the newest row."
        )
    message = f"There is no feature row of {symbol} {when}."
    return ApiError(404, "not_enough_data", message, f"{what_to_do} {instead}".rstrip())


@contextmanager
def corrupt_is_rolled_back(name: str) -> Iterator[None]:
    """Where the champion of `name` is corrupt, the request ends with the command that applies to it.

    With `--to`, which works too where champion.json cannot be read or serves because of a rollback.
    """
    try:
        yield
    except CorruptArtifact as error:
        _log(error)
        raise ApiError(
            503,
            "corrupt_model",
            f"{shown(str(error), 500)}.",
            f"Roll back: `cryptocast models rollback {layout.option(name)} --to VERSION`, "
            "one of `cryptocast models list`.",
        ) from None


def _log(error: Exception) -> None:
    get_logger().warning("request failed", extra={"reason": f"{type(error).__name__}: {error}"})


def answer(status: int, problem: Problem, label: DataLabel) -> JSONResponse:
    """The uniform error body as a response."""
    body = ErrorAnswer(error=problem, data_label=label).model_dump(mode="json")
    return JSONResponse(body, status, headers={"Retry-After": "60"} if status == 503 else None)


def shown(text: str, most: int) -> str:
    """At most `most` characters of a client's own; half a surrogate pair fits no answer and is escaped."""
    return text[:most].encode(errors="backslashreplace").decode()


def of_error(error: CryptocastError) -> tuple[int, Problem]:
    """The status and the words for one of our errors."""
    status, code, what_to_do = next((s, c, w) for kind, s, c, w in _OURS if isinstance(error, kind))
    said = next((words for kind, words in _SAID.items() if isinstance(error, kind)), shown(str(error), 500))
    return status, Problem(code=code, message=f"{said}.", what_to_do=what_to_do)


def add_handlers(app: FastAPI, label: DataLabel) -> None:
    """Make every error of `app` that we know end in the uniform body; `Unexpected` does so with the rest."""

    def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, CryptocastError)  # noqa: S101 - registered for this class
        _log(error)
        return answer(*of_error(error), label)

    def api(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)  # noqa: S101 - registered for this class
        return answer(error.status, error.problem, label)

    def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        return answer(422, _invalid(error.errors()), label)

    def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        given = ("bad_request", str(error.detail), _ROUTES)
        code, message, what_to_do = _HTTP.get(error.status_code, given)
        status = 422 if error.status_code == 400 else error.status_code
        return answer(status, Problem(code=code, message=message, what_to_do=what_to_do), label)

    handlers = {CryptocastError: ours, ApiError: api, RequestValidationError: invalid, HTTPException: http}
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


class Unexpected:
    """What nobody foresaw ends in the uniform body too.

    A middleware, because a handler for `Exception` answers outside every middleware: without CORS's header
    a page elsewhere may not read the answer, and takes the API for one that is gone.
    """

    def __init__(self, app: ASGIApp, label: DataLabel) -> None:
        self._app = app
        self._label = label

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            get_logger().error("unexpected error", exc_info=error)
            words = "Something went wrong here, not with your request."
            problem = Problem(code="internal_error", message=words, what_to_do=_RETRY)
            await answer(500, problem, self._label)(scope, receive, send)


def _no_json(error: Any) -> str:
    """Python's words for what is wrong there hold nothing of the body; its place is counted from 0."""
    what = str(error["ctx"]["error"]).rstrip(": ").removesuffix(" at")
    return f"The body is not JSON: {what[:1].lower()}{what[1:]}, at character {error['loc'][-1] + 1}"


def _invalid(errors: Sequence[Any]) -> Problem:
    """At most five faults, each as `where: what`; never the value, which may be anything."""
    said = []
    for error in errors[:5]:
        where = ".".join(shown(str(part), 64) for part in error["loc"] if part != "body")
        if error["type"] == "json_invalid":
            said.append(_no_json(error))
            continue
        what = _WORDS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
        said.append(f"{where}: {what}" if where else what)
    if len(errors) > 5:
        said.append(f"and {len(errors) - 5} more")
    return Problem(
        code="bad_request",
        message="; ".join(said) + ".",
        what_to_do=next(
            (hint for kind, hint in _HINTS if any(kind in str(e["type"]) for e in errors)), _CORRECT
        ),
    )

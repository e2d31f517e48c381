"""The card of a registered model: what it is for and what it is worth, as it was registered."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_champion, read_file, read_manifest, read_named_manifest
from cryptocast.registry.manifest import Manifest
from cryptocast.serve import examples
from cryptocast.serve.deps import DepsOf
from cryptocast.serve.problems import ApiError, corrupt_is_rolled_back, no_registry

router = APIRouter(prefix="/v1/models")

_HEADERS = {
    # The card is one file without script; whatever else a file in the bucket holds is not run.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}
_ASK_AGAIN = {"Cache-Control": "no-cache"}
"""Without a version it is the champion's, and that changes."""
_RESTORE = "Restore the object's first version in the registry's bucket, or ask for another `version`."
_HORIZONS = [horizon.value for horizon in Horizon]

HorizonText = Annotated[
    str, Path(max_length=16, description="How far ahead.", json_schema_extra={"enum": [*_HORIZONS]})
]
Version = Annotated[
    str | None,
    Query(
        pattern=r"^\d{8}T\d{6}Z-[0-9a-f]{8}$",
        description="A registered version; the champion where it is absent.",
        examples=["20240101T000000Z-1a2b3c4d"],
    ),
]
SentimentVersion = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$",
        description="A registered version; the champion where it is absent.",
        examples=["minilm-finance-7fc89aff"],
    ),
]
Form = Annotated[Literal["html", "json"], Query(alias="format", description="Both forms say the same.")]


@router.get("/sentiment/card", tags=["models"], responses=examples.SENTIMENT_CARD)
def get_sentiment_card(deps: DepsOf, version: SentimentVersion = None, form: Form = "html") -> Response:
    """The model card of the sentiment champion, or of another `version`, as a page or as JSON.

    As with a price model's card, it is the file as it was registered, its SHA-256 checked.
    """
    return _answer(deps.bucket, layout.SENTIMENT, version, form)


@router.get("/{horizon}/card", tags=["models"], responses=examples.CARD)
def get_model_card(
    deps: DepsOf, horizon: HorizonText, version: Version = None, form: Form = "html"
) -> Response:
    """The model card of a horizon's champion, or of another `version`, as a page or as JSON.

    It is the file as it was registered, its SHA-256 checked against the version's manifest; so it has none
    of the fields of the other answers. Its `data.label` says which data the model was made from.
    """
    if deps.bucket is None:
        raise no_registry()
    return _answer(deps.bucket, layout.price_model(_known_horizon(horizon)), version, form)


def _answer(bucket: Bucket | None, name: str, version: str | None, form: str) -> Response:
    if bucket is None:
        raise no_registry()
    body = _card(
        bucket,
        _manifest(bucket, name, version),
        layout.CARD_PAGE if form == "html" else layout.CARD_DATA,
    )
    headers = _HEADERS | (_ASK_AGAIN if version is None else _FOR_A_WHILE)
    return Response(body, headers=headers, media_type="text/html" if form == "html" else "application/json")


def _known_horizon(text: str) -> Horizon:
    if text not in _HORIZONS:
        raise ApiError(
            404,
            "unknown_horizon",
            f"{text!r} is not a horizon that is forecast here.",
            f"Use one of: {', '.join(_HORIZONS)}.",
        )
    return Horizon(text)


def _manifest(bucket: Bucket, name: str, version: str | None) -> Manifest:
    """Of `version`, or of the champion, then the one that was promoted."""
    if version is None:
        with corrupt_is_rolled_back(name):
            return read_named_manifest(bucket, name, read_champion(bucket, name)[0])
    try:
        return read_manifest(bucket, name, version)
    except CorruptArtifact as error:
        raise ApiError(503, "corrupt_model", f"{error}.", _RESTORE) from None
    except ModelNotFound:
        kind, _, horizon = name.rpartition("/")
        told = f"`cryptocast models list --horizon {horizon}` all." if kind else "without `version` its card."
        raise ApiError(
            404,
            "unknown_version",
            f"{horizon} has no version {version}.",
            f"GET /v1/models names those in use, {told}",
        ) from None


def _card(bucket: Bucket, manifest: Manifest, file: str) -> bytes:
    try:
        return read_file(bucket, manifest, file)
    except ModelNotFound as error:
        raise ApiError(
            404, "no_card", f"{error}.", "It was registered without a card; `version` asks for another's."
        ) from None
    except CorruptArtifact as error:
        raise ApiError(
            503,
            "corrupt_card",
            f"{error}.",
            _RESTORE,
        ) from None

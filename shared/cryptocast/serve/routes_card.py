"""The card of a registered price model: what it is for and what it is worth, as it was registered."""

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
from cryptocast.serve.problems import ApiError, no_registry

router = APIRouter(prefix="/v1/models")

_HEADERS = {
    # The card is one file without script; whatever else a file in the bucket holds is not run.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=300",
}
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
Form = Annotated[Literal["html", "json"], Query(alias="format", description="Both forms say the same.")]


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
    manifest = _manifest(deps.bucket, _known_horizon(horizon), version)
    body = _card(deps.bucket, manifest, layout.CARD_PAGE if form == "html" else layout.CARD_DATA)
    return Response(body, headers=_HEADERS, media_type="text/html" if form == "html" else "application/json")


def _known_horizon(text: str) -> Horizon:
    if text not in _HORIZONS:
        raise ApiError(
            404,
            "unknown_horizon",
            f"{text!r} is not a horizon that is forecast here.",
            f"Use one of: {', '.join(_HORIZONS)}.",
        )
    return Horizon(text)


def _manifest(bucket: Bucket, horizon: Horizon, version: str | None) -> Manifest:
    """Of `version`, or of the champion, then the one that was promoted."""
    name = layout.price_model(horizon)
    if version is None:
        return read_named_manifest(bucket, name, read_champion(bucket, name)[0])
    try:
        return read_manifest(bucket, name, version)
    except ModelNotFound:
        raise ApiError(
            404,
            "unknown_version",
            f"{horizon.value} has no version {version}.",
            f"GET /v1/models names those in use, `cryptocast models list --horizon {horizon.value}` all.",
        ) from None


def _card(bucket: Bucket, manifest: Manifest, file: str) -> bytes:
    try:
        return read_file(bucket, manifest, file)
    except ModelNotFound as error:
        raise ApiError(
            404, "no_card", f"{error}.", "It was registered without a card; ask for another `version`."
        ) from None
    except CorruptArtifact as error:
        raise ApiError(
            503,
            "corrupt_card",
            f"{error}.",
            "Restore the object's first version in the registry's bucket, or ask for another `version`.",
        ) from None

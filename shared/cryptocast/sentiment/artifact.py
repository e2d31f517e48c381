"""The files of a sentiment model version, checked before anything in them is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cryptocast.errors import CorruptArtifact

LABELS = ("bearish", "neutral", "bullish")
FILES = ("model.onnx", "tokenizer.json", "golden.json")
CARD, CARD_PAGE = "card.json", "card.html"
"""For people; checked and published with the others where the manifest names them."""


class SentimentManifest(BaseModel):
    """What the scorer needs of manifest.json; the registry's manifest may say more."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str = Field(pattern="^sentiment$")
    version: str = Field(min_length=1)
    labels: tuple[str, ...]
    """Of the logits, in their order: bearish, neutral and bullish, in any order."""
    max_tokens: int = Field(gt=0, le=512)
    stand_in: bool = False
    sha256: Mapping[str, str]


class Golden(BaseModel):
    """Texts with the probabilities this version gave when it was made, in the order of `LABELS`."""

    model_config = ConfigDict(frozen=True)

    tolerance: float = Field(gt=0, le=0.2)
    texts: tuple[str, ...] = Field(min_length=1)
    probabilities: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class SentimentArtifact:
    """Checked files: each has the SHA-256 that the manifest says."""

    manifest: SentimentManifest
    golden: Golden
    files: Mapping[str, bytes]


def read_artifact(source: Path | Mapping[str, bytes]) -> SentimentArtifact:
    """Read and check a folder, or file contents by name, `manifest.json` among them.

    Raises `CorruptArtifact` that names the file and both hashes.
    """
    manifest = _manifest(_read(source, "manifest.json"))
    files = {}
    for name in (*FILES, *(card for card in (CARD, CARD_PAGE) if card in manifest.sha256)):
        body = _read(source, name)
        found, expected = hashlib.sha256(body).hexdigest(), manifest.sha256.get(name, "none")
        if found != expected:
            raise CorruptArtifact(f"{name}: SHA-256 is {found}, the manifest says {expected}; refused")
        files[name] = body
    return SentimentArtifact(manifest, _golden(files["golden.json"]), files)


def _read(source: Path | Mapping[str, bytes], name: str) -> bytes:
    try:
        return (source / name).read_bytes() if isinstance(source, Path) else source[name]
    except (OSError, KeyError):
        raise CorruptArtifact(f"{name}: the sentiment model has no such file") from None


def _manifest(body: bytes) -> SentimentManifest:
    try:
        manifest = SentimentManifest.model_validate_json(body)
    except ValidationError as error:
        raise CorruptArtifact(f"manifest.json: {_first(error)}") from None
    if sorted(manifest.labels) != sorted(LABELS):
        raise CorruptArtifact(f"manifest.json: labels are {list(manifest.labels)}, not {list(LABELS)}")
    return manifest


def _golden(body: bytes) -> Golden:
    try:
        golden = Golden.model_validate_json(body)
    except ValidationError as error:
        raise CorruptArtifact(f"golden.json: {_first(error)}") from None
    if len(golden.texts) != len(golden.probabilities):
        raise CorruptArtifact("golden.json: not as many probabilities as texts")
    return golden


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"


def to_json(document: Mapping[str, Any]) -> bytes:
    """The one way these files are written, so that the same content has the same hash."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()

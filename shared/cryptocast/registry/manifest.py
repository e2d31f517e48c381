"""What a model version says of itself. Written once, beside its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from cryptocast.domain import DataLabel, Horizon
from cryptocast.errors import CorruptArtifact


class DataWindow(BaseModel):
    """The time a model was made from: the ends say when the last label was known."""

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime
    fit_until: AwareDatetime
    """The model's trees saw no label that was known only after this."""
    until: AwareDatetime
    """The end of the held-out slice, which was used once, for the metrics and the gate."""
    symbols: tuple[str, ...] = ()
    rows: int = 0
    """How many the model was fitted on, those left out by thinning not counted."""


class Calibration(BaseModel):
    """p_up = 1 / (1 + exp(-(a * margin + b))), Platt's form."""

    model_config = ConfigDict(frozen=True)

    method: str = "platt"
    a: float = Field(default=1.0, allow_inf_nan=False)
    b: float = Field(default=0.0, allow_inf_nan=False)


class Abstain(BaseModel):
    """Below `threshold` (confidence, from 0.5 to 1) the call is abstain; `rule` says how it was fixed."""

    model_config = ConfigDict(frozen=True)

    threshold: float = Field(ge=0.5, le=1.0)
    rule: str
    coverage: float | None = None
    """The share of the calibration slice that lay at or above the threshold."""
    tested: bool | None = None
    """Whether a test that passed fixed the threshold; None where the version is older than this field."""


class Skill(BaseModel):
    """A model's Brier score on unseen rows beside that of a constant. Not surely lower shows none.

    The rows are the calibration slice, by its fold's model, and the held-out slice.
    """

    model_config = ConfigDict(frozen=True)

    shown: bool
    p_value: float
    """Of the paired test that the model's is the lower one, one-sided."""
    brier: float
    constant: float
    """The share of ups among the rows fitted on, said of every row; a mean, as both slices have their own."""
    constant_brier: float
    rows: int


class Manifest(BaseModel):
    """One model version. `version` and `sha256` are filled in by `publish`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    """`prices` or `sentiment`."""
    horizon: Horizon | None = None
    version: str = ""
    created_at: AwareDatetime
    title: str = ""
    stand_in: bool = False
    """True where the model only keeps a place until the real one is there."""
    data_label: DataLabel | None = None
    data_window: DataWindow | None = None
    code_revision: str = "unknown"
    trigger: str = ""
    """Why it was made: the operator, or an alarm's words."""
    params: Mapping[str, Any] = Field(default_factory=dict)
    feature_names: tuple[str, ...] = ()
    feature_version: str = ""
    bias: float | None = None
    """Of a price model: the margin in log-odds that it expects before it knows any feature."""
    calibration: Calibration | None = None
    abstain: Abstain | None = None
    skill: Skill | None = None
    """None where it was not measured. Serving does not look at it: a model that shows none was registered
    with an `abstain` that no confidence reaches."""
    metrics: Mapping[str, Any] = Field(default_factory=dict)
    """Of this very model, on rows after its window: the held-out slice."""
    walk_forward: Mapping[str, float] = Field(default_factory=dict)
    """Out of fold, on the calibration slice."""
    sha256: Mapping[str, str] = Field(default_factory=dict)

    def to_json(self) -> bytes:
        return (self.model_dump_json(indent=1) + "\n").encode()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def parse_manifest(body: bytes, where: str) -> Manifest:
    """Raises `CorruptArtifact` that names `where` and what is wrong."""
    try:
        return Manifest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "the file"
        raise CorruptArtifact(f"{where}: not a manifest: {at}: {first['msg']}") from None


def make_version(created_at: datetime, files: Mapping[str, bytes]) -> str:
    """`20220331T120000Z-1a2b3c4d`: sorts by time, and differs where a file differs."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}:{sha256(files[name])}\n".encode())
    return f"{created_at:%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:8]}"

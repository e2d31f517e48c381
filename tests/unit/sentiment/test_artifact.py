"""A file that is absent, altered, swapped or not what its name says is refused, by name and hashes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cryptocast.errors import CorruptArtifact
from cryptocast.sentiment.artifact import CARD, FILES, LABELS, read_artifact
from cryptocast.sentiment.card import card_files
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.sentiment.standin_onnx import build_onnx
from tests.unit.sentiment.artifacts import constant_artifact, word_tokenizer, write_artifact


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "copy"))


def rewrite_manifest(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_refused_with_both_hashes(copy, name):
    body = bytearray((copy / name).read_bytes())
    expected = hashlib.sha256(body).hexdigest()
    body[len(body) // 2] ^= 1
    (copy / name).write_bytes(body)
    with pytest.raises(CorruptArtifact) as raised:
        Scorer.load(copy)
    message = str(raised.value)
    assert name in message
    assert expected in message
    assert hashlib.sha256(body).hexdigest() in message


def test_swapped_files_are_refused(copy):
    model, tokenizer = (copy / "model.onnx").read_bytes(), (copy / "tokenizer.json").read_bytes()
    (copy / "model.onnx").write_bytes(tokenizer)
    (copy / "tokenizer.json").write_bytes(model)
    with pytest.raises(CorruptArtifact, match=r"model\.onnx: SHA-256 is"):
        Scorer.load(copy)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_an_absent_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(CorruptArtifact, match=f"{name}: the sentiment model has no such file"):
        Scorer.load(copy)


def test_a_file_that_the_manifest_does_not_name_is_refused(copy):
    rewrite_manifest(copy, sha256={})
    with pytest.raises(CorruptArtifact, match="the manifest says none"):
        Scorer.load(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ["up", "flat", "down"]}, "labels are"),
        ({"kind": "prices"}, "kind"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"version": ""}, "version"),
    ],
)
def test_a_manifest_of_something_else_is_refused(copy, changes, message):
    rewrite_manifest(copy, **changes)
    with pytest.raises(CorruptArtifact, match=message):
        Scorer.load(copy)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"\xff\xfe"])
def test_a_manifest_that_is_not_one_is_refused(copy, body):
    (copy / "manifest.json").write_bytes(body)
    with pytest.raises(CorruptArtifact, match=r"manifest\.json"):
        Scorer.load(copy)


def test_a_model_that_is_not_onnx_is_refused_even_with_the_right_hash(tmp_path):
    write_artifact(tmp_path, b"not a model", word_tokenizer(), ["a"], [[0, 1, 0]])
    with pytest.raises(CorruptArtifact, match=r"model\.onnx: ONNX Runtime cannot load it"):
        Scorer.load(tmp_path)


@pytest.mark.parametrize("body", [b"not a tokenizer", b"{}", b"\xff"])
def test_a_tokenizer_that_is_none_is_refused_even_with_the_right_hash(tmp_path, body):
    model = build_onnx(np.zeros((2, 3)), np.zeros(3), np.ones(2))
    write_artifact(tmp_path, model, body, ["a"], [[0, 1, 0]])
    with pytest.raises(CorruptArtifact, match=r"tokenizer\.json: not a tokenizer"):
        Scorer.load(tmp_path)


def test_a_machine_that_computes_something_else_is_noticed_by_the_golden_texts(tmp_path):
    constant_artifact(tmp_path, [0, 0, 0], LABELS, golden=[0.5, 0.2, 0.3])
    with pytest.raises(CorruptArtifact, match=r"golden texts are off by 0\.167"):
        Scorer.load(tmp_path)


def test_a_model_that_cannot_score_its_golden_texts_is_refused(tmp_path):
    model = build_onnx(np.zeros((2, 3)), np.zeros(3), np.ones(2))
    write_artifact(tmp_path, model, word_tokenizer("hello"), ["hello"], [[1 / 3, 1 / 3, 1 / 3]])
    with pytest.raises(CorruptArtifact, match="golden texts"):
        Scorer.load(tmp_path)


def test_file_contents_by_name_load_as_a_folder_does():
    contents = {file.name: file.read_bytes() for file in FOLDER.iterdir() if file.is_file()}
    loaded = Scorer.load(contents)
    text = ["Shares rise on strong results"]
    assert loaded.score(text).tolist() == Scorer.load(str(FOLDER)).score(text).tolist()


def test_a_card_that_the_manifest_names_is_checked_and_published_with_the_rest(copy):
    card = card_files(json.loads((copy / "manifest.json").read_text()))[CARD]
    hashes = json.loads((copy / "manifest.json").read_text())["sha256"]
    (copy / "card.json").write_bytes(card)
    assert CARD not in read_artifact(copy).files
    rewrite_manifest(copy, sha256={**hashes, CARD: hashlib.sha256(card).hexdigest()})
    assert json.loads(read_artifact(copy).files[CARD])["not_for"].startswith("Trading")
    (copy / "card.json").write_bytes(card + b" ")
    with pytest.raises(CorruptArtifact, match=r"card\.json: SHA-256 is"):
        read_artifact(copy)

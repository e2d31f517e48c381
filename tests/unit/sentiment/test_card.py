"""The card of a sentiment model as a page: what card.json says, escaped, with nothing from elsewhere."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cryptocast.errors import CorruptArtifact
from cryptocast.sentiment.artifact import LABELS, read_artifact
from cryptocast.sentiment.card import card_files
from cryptocast.sentiment.default import FOLDER
from cryptocast.sentiment.standin_onnx import build_onnx
from cryptocast.sentiment.writing import write_cards, write_model
from cryptocast.serve.card_example import SENTIMENT_CARD_DATA
from tests.unit.sentiment.artifacts import word_tokenizer

MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
AGREEMENT = {"texts": 600, "argmax": 0.991, "mean_shift": 0.004, "recall_loss": 0.0}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A model that is written as an export is, with an export's few figures."""
    said = {
        "title": "<b>a model</b> & co",
        "source": {"model": "some/<i>model</i>", "licence": "MIT"},
        "metrics": {"agreement_with_float": AGREEMENT, "agreement_on_labelled": True},
    }
    model = build_onnx(np.zeros((2, 3)), np.zeros(3), np.ones(2))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    kind = {"name": "exported", "labels": LABELS, "max_tokens": 128, "created_at": now}
    write_model(tmp_path, model, word_tokenizer(), **kind, said=said)
    return tmp_path


def test_the_model_that_ships_has_the_page_of_its_own_figures() -> None:
    files = read_artifact(FOLDER).files
    assert {name: files[name] for name in ("card.json", "card.html")} == card_files(MANIFEST)
    html = files["card.html"].decode()
    assert MANIFEST["version"] in html
    assert "Not for: Trading decisions" in html
    assert "Apache-2.0" in html
    assert "<td>stocktwits_bull_bear_train_val.parquet</td><td class=words>StockTwits messages on US" in html
    assert "20.9 MB" in html
    assert "<td>StockTwits</td><td class=words>Accuracy, two classes<small>" in html
    assert "<td>78.5%</td><td class=words>higher</td><td>1,342</td>" in html
    assert "<td>Reddit, own labels</td><td class=words>Macro F1, two classes<small>" in html
    assert "<td>0.8465</td><td class=words>higher</td><td>60</td>" in html
    assert not [raw for raw in ("two way", "three way", "argmax", "majority accuracy") if raw in html]
    assert "<tr><td>bearish</td><td>166</td><td>32</td><td>9</td></tr>" in html
    assert "<td>Same answer</td><td>99.9%</td>" in html
    assert "<td>Phrases of our own among them</td><td class=words>6,000</td>" in html
    assert not [key for key in MANIFEST["params"] if f"<td>{key.replace('_', ' ')}</td>" in html]


def test_the_example_of_the_api_has_a_cards_fields() -> None:
    card = json.loads((FOLDER / "card.json").read_text())
    assert SENTIMENT_CARD_DATA.keys() == card.keys()
    for name in ("how", "source", "licences", "data", "held_out"):
        assert SENTIMENT_CARD_DATA[name].keys() <= card[name].keys()


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    html = (FOLDER / "card.html").read_text()
    assert not [word for word in ("<script", "src=", "href=", "url(", "@import", "http") if word in html]


def test_an_exported_model_gets_a_page_too_and_what_is_said_of_it_is_escaped(written: Path) -> None:
    html = read_artifact(written).files["card.html"].decode()
    assert "&lt;b&gt;a model&lt;/b&gt; &amp; co" in html
    assert "some/&lt;i&gt;model&lt;/i&gt;" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<td>Same answer</td><td>99.1%</td>" in html
    assert "What it takes for what" not in html


def test_an_altered_page_is_refused(written: Path) -> None:
    page = written / "card.html"
    page.write_bytes(page.read_bytes().replace(b"99.1%", b"99.9%"))
    with pytest.raises(CorruptArtifact, match=r"card\.html: SHA-256 is"):
        read_artifact(written)


def test_new_figures_change_the_cards_and_no_version(written: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "copy"))
    before = read_artifact(folder)
    write_cards(folder, {"news_accuracy": 0.5, "news_texts": 1200})
    after = read_artifact(folder)
    assert after.manifest.version == before.manifest.version
    assert json.loads(after.files["card.json"])["held_out"]["agreement_with_float"] == AGREEMENT
    page = after.files["card.html"].decode()
    assert "<td>news</td><td class=words>Accuracy<small>" in page
    assert "<td>50.0%</td><td class=words>higher</td><td>1,200</td>" in page

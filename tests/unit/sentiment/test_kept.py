"""Weights that were kept are gone on from only where nothing that they came from was set otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentiment_training.kept import file_name

SETTINGS = {"epochs": [3, 1], "phrases": 6000, "lexicon": 12000, "start": None}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("sentiment", "documents"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "texts.parquet").write_bytes(b"12345")
    return tmp_path


def test_the_same_settings_and_data_have_the_same_name(data: Path) -> None:
    name = file_name("first", data, SETTINGS)
    assert name == file_name("first", data, dict(reversed(SETTINGS.items())))
    assert name.startswith("first-")
    assert name != file_name("more", data, SETTINGS)


@pytest.mark.parametrize(
    "other", [{"epochs": [1, 1]}, {"phrases": 1}, {"lexicon": 0}, {"start": "minilm-finance-1"}]
)
def test_another_setting_has_another_name(data: Path, other: dict[str, object]) -> None:
    assert file_name("first", data, {**SETTINGS, **other}) != file_name("first", data, SETTINGS)


@pytest.mark.parametrize("folder", ["sentiment", "documents"])
def test_other_data_have_another_name(data: Path, folder: str) -> None:
    before = file_name("first", data, SETTINGS)
    (data / folder / "texts.parquet").write_bytes(b"123456")
    longer = file_name("first", data, SETTINGS)
    (data / folder / "more.parquet").write_bytes(b"")
    assert len({before, longer, file_name("first", data, SETTINGS)}) == 3

"""Which sentiment model `make up` lets serve: README says the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cryptocast.domain import DataLabel
from cryptocast.sentiment import default, standin
from cryptocast.sentiment.scorer import Scorer
from local import bootstrap


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The operator's commands that were asked for."""
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "cryptocast", lambda _stack, *words: commands.append(words))
    return commands


def stack(label: DataLabel) -> Any:
    return SimpleNamespace(choice=SimpleNamespace(label=label))


def test_invented_texts_are_scored_by_the_stand_in_which_says_that_it_is_one(
    asked: list[tuple[str, ...]],
) -> None:
    bootstrap._score(stack(DataLabel.SIMULATED), None)
    assert asked == [("sentiment", "publish", str(standin.FOLDER)), ("score",)]
    assert Scorer.load(standin.FOLDER).manifest.stand_in


@pytest.mark.parametrize("label", [DataLabel.LIVE, DataLabel.REPLAY])
def test_real_texts_are_scored_by_the_transformer_that_ships(
    asked: list[tuple[str, ...]], label: DataLabel
) -> None:
    bootstrap._score(stack(label), None)
    assert asked[0] == ("sentiment", "publish-default")
    assert not Scorer.load(default.FOLDER).manifest.stand_in

"""Turns of speech keep a word's sign or turn it, and the label says which."""

from __future__ import annotations

import pytest

from sentiment_training.lexicon import NO_LONGER, OVER, Words, texts, words_of

LEXICON = {
    "grim": -2.0,
    "scornful": -1.5,
    "glad": 2.0,
    "cheerful": 2.5,
    "meh": -0.3,
    "sadly": -2.0,
    ":)": 2.0,
}
DOWN, UP = Words({"badword": 1.0}, {"badfelt": 1.0}), Words({"goodword": 1.0}, {"goodfelt": 1.0})


def test_weak_words_adverbs_and_signs_are_left_out_and_feelings_are_told_by_their_ending():
    down, up = words_of(LEXICON, {}, 1.0)
    assert (set(down.every), set(down.felt)) == ({"grim", "scornful"}, {"scornful"})
    assert (set(up.every), set(up.felt)) == ({"glad", "cheerful"}, {"cheerful"})


def test_a_word_that_posts_use_is_chosen_oftener():
    seldom, often = (words_of(LEXICON, seen, 1.0)[0].every["grim"] for seen in ({}, {"grim": 99}))
    assert often == pytest.approx(10 * seldom)


def test_texts_are_the_same_for_the_same_seed_and_half_of_each_side():
    made = texts(400, 3, DOWN, UP)
    assert made == texts(400, 3, DOWN, UP)
    assert made[0] != texts(400, 4, DOWN, UP)[0]
    assert made[1].count(0) == made[1].count(2) == 200


def test_a_word_alone_keeps_its_sign_and_no_more_of_it_turns_it():
    labels: dict[str, set[int]] = {}
    for text, label in zip(*texts(20_000, 0, DOWN, UP), strict=True):
        labels.setdefault(text, set()).add(label)
    assert labels["badword"] == labels["no more goodword"] == {0}
    assert labels["goodword"] == labels["no more badword"] == {2}


def test_every_turn_that_turns_a_sign_has_a_slot_for_the_word():
    assert all("{w}" in turn for turn in OVER)
    assert all("{f}" in turn for turn in NO_LONGER)

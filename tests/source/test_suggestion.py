"""A word that was mistyped leads to the one that was meant, and another word to none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.source.suggestion import did_you_mean

KEYS = ["minReplicas", "maxReplicas", "metrics", "memory", "model", "scaleDownAfter", "cpu", "accelerator", "args"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("minReplcias", "minReplicas"),
        ("min_replicas", "minReplicas"),
        ("MINREPLICAS", "minReplicas"),
        ("min-replica", "minReplicas"),
        ("c-p-u", "cpu"),
        ("metric", "metrics"),
        ("memroy", "memory"),
        ("acelerators", "accelerator"),
        ("gpu", "cpu"),
        ("mem", "memory"),
        ("accel", "accelerator"),
        ("m", None),
        ("me", None),
        ("livenessProbe", None),
        ("volumes", None),
        ("", None),
        ("---", None),
        ("\0", None),
        ("x" * 100_000, None),
    ],
)
def test_the_choice_that_was_meant(word: str, meant: str | None) -> None:
    assert did_you_mean(word, KEYS) == meant
    assert did_you_mean(word, set(KEYS)) == meant
    assert did_you_mean(word, reversed(KEYS)) == meant


def test_no_choice_is_no_suggestion() -> None:
    assert did_you_mean("cpu", []) is None


@given(st.text(), st.lists(st.text()))
def test_a_suggestion_is_always_a_choice(word: str, choices: list[str]) -> None:
    assert did_you_mean(word, choices) in {None, *choices}


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20), st.lists(st.text()))
def test_a_word_that_is_a_choice_but_for_its_case_is_suggested(word: str, choices: list[str]) -> None:
    found = did_you_mean(word.swapcase(), [word, *choices])
    assert found is not None

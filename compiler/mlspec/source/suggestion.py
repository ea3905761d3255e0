"""A word that is not among the choices in; the choice that was meant out."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_WORD = 64
_SHORTEST_ABBREVIATION = 3


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """The choice nearest to a word that was mistyped or abbreviated, or None where none is near.

    Letter case and separators do not count (`min_replicas` is `minReplicas`). Otherwise a third of the letters may
    differ, in the optimal string alignment distance: an exchange of neighbours is one mistake.
    """
    from rapidfuzz.distance import OSA  # 20 ms, for findings only

    asked = _letters(word)
    if not asked or len(word) > _LONGEST_WORD:
        return None
    limit = max(1, len(asked) // 3)
    ranked = sorted((OSA.distance(asked, _letters(choice), score_cutoff=limit), choice) for choice in choices)
    if ranked and ranked[0][0] <= limit:
        return ranked[0][1]
    completions = [choice for _, choice in ranked if _letters(choice).startswith(asked)]
    return completions[0] if len(completions) == 1 and len(asked) >= _SHORTEST_ABBREVIATION else None


def meant_or_all(word: str, choices: Iterable[str], there_are: str = "there are") -> str:
    """For a message that says what is not there: the choice that was meant, else all that are."""
    known = sorted(choices)
    near = did_you_mean(word, known)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"{there_are}: {', '.join(known)}" if known else "there is none at all"


def _letters(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())

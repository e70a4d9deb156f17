"""What a field's check raises: the rule in a sentence, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.config.positions import Path


class Wrong(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A value that breaks a rule. No part of it ever shows a secret.

    ``under`` stands beside the caret, ``advice`` below the lines. ``inside`` is the path, within the value, of the
    guilty token.
    """

    def __init__(self, message: str, *, under: str = "", advice: str = "", inside: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.under = under
        self.advice = advice
        self.inside = inside


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The word that was most probably meant; None where none is near. Case does not count."""
    known = {candidate.casefold(): candidate for candidate in words}
    found = get_close_matches(word.casefold(), known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str], *, quote: str = '"') -> str:
    """``did you mean "that"?``, or nothing where no word is near."""
    near = nearest(word, words)
    return f"did you mean {quote}{near}{quote}?" if near else ""


def one_from(words: Iterable[str]) -> str:
    """``it is one of "this", "that"``."""
    return "it is one of " + ", ".join(f'"{word}"' for word in words)

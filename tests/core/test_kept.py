"""What is kept is computed once, and gone with whoever computed it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from bot.core.kept import kept


class Doubling:
    """Doubles numbers, and remembers which it was asked for."""

    def __init__(self, at_most: int | None = None) -> None:
        self.asked: list[int] = []
        self.double = kept(self._double, at_most)

    def _double(self, number: int) -> int:
        self.asked.append(number)
        return 2 * number


@pytest.fixture
def never_looked_for() -> Iterator[None]:
    """Rings stay while the test runs."""
    gc.disable()
    yield
    gc.enable()


def test_each_answer_is_computed_once() -> None:
    doubling = Doubling()
    assert [doubling.double(number) for number in (1, 2, 1)] == [2, 4, 2]
    assert doubling.asked == [1, 2]


def test_of_many_questions_the_last_are_kept() -> None:
    doubling = Doubling(at_most=1)
    assert [doubling.double(number) for number in (1, 2, 2, 1)] == [2, 4, 4, 2]
    assert doubling.asked == [1, 2, 1]


@pytest.mark.usefixtures("never_looked_for")
def test_nothing_holds_whoever_nobody_else_holds() -> None:
    doubling = Doubling()
    doubling.double(1)
    seen = ref(doubling)
    del doubling
    assert seen() is None


def test_who_is_gone_cannot_be_asked() -> None:
    double = Doubling().double
    with pytest.raises(ReferenceError, match="gone"):
        double(1)

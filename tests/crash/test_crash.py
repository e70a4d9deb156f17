"""Whatever dies, everything is told once: a few deaths of the thousand that ``python -m tests.crash`` makes."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from bot.sandbox import Sandbox, World
from tests.crash.campaign import Figures, Wish, hold, shown, trials
from tests.crash.evidence import lost_answers, told_twice
from tests.crash.scene import MORNING, Scene
from tests.crash.services import Item
from tests.crash.shared import How
from tests.crash.trials import Result

MAIL = b"Message-ID: <one@example.com>\r\n\r\nHello\r\n"


def well(figures: Figures, kills: int) -> None:
    """The campaign had its kills, and nothing is wrong."""
    assert not figures.problems, shown(figures)
    assert figures.kills >= kills


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_on_sqlite() -> None:
    well(hold(Wish(kills=24, scenes=1, seed=11)), 24)


@pytest.mark.slow
@pytest.mark.postgres
def test_nothing_is_lost_or_doubled_by_two_processes_on_postgresql() -> None:
    well(hold(Wish(kills=10, store="postgres", processes=2, scenes=1, seed=12)), 10)


# ── the harness itself ───────────────────────────────────────────────────────────────────────────────────────


def item(life: str = "a", *, kind: str = "mail", content: Any = MAIL, lost: bool = False) -> Item:
    """The same message, sent by a life."""
    return Item(kind, life, "one@example.com", content, lost=lost)


@pytest.mark.parametrize(
    ("first", "killed", "words"),
    [
        (item(), {}, ["mail doubled though it was answered: one@example.com"]),
        (item(lost=True), {}, []),
        (item(), {"a": set()}, []),
        (item(), {"a": {("mail", "<one@example.com>")}}, ["mail doubled though it was answered: one@example.com"]),
        (item(content=MAIL + b"!", lost=True), {}, ["mail differs the second time: one@example.com"]),
        (item(kind="slack", content={}, lost=True), {}, ["Slack post doubled: one@example.com"]),
    ],
)
def test_a_double_is_right_only_where_the_answer_was_lost_and_the_bytes_are_the_same(
    first: Item, killed: dict[str, set[tuple[str, str]]], words: list[str]
) -> None:
    second = item("b", kind=first.kind, content={} if first.kind == "slack" else MAIL)
    assert told_twice([first, second], killed) == words


def test_what_a_life_sent_before_its_last_message_was_answered() -> None:
    assert lost_answers([item("a"), item("a"), item("b")], {"a": set()}) == {1}


def test_the_first_kills_walk_through_every_boundary_and_the_same_seed_draws_the_same() -> None:
    scene = Scene(
        Sandbox(World(1, MORNING.date()), now=lambda: MORNING), [MORNING], boundaries=7, syscalls=30, took=1.0
    )
    drawn, again = (list(islice(trials([scene], seed=3, syscalls=True), 300)) for _ in range(2))
    firsts = [trial.kills[0] for _, trial in drawn]
    assert {kill.deadly["boundary"] for kill in firsts if kill.kind == "boundary"} == set(range(1, 8))
    points = {(kill.deadly["syscall"], kill.deadly["how"]) for kill in firsts if kill.kind == "syscall"}
    assert points == {(at, how) for at in range(1, 31) for how in How}
    assert [trial for _, trial in drawn] == [trial for _, trial in again]


def test_without_a_compiler_there_are_no_system_call_kills() -> None:
    scene = Scene(
        Sandbox(World(1, MORNING.date()), now=lambda: MORNING), [MORNING], boundaries=7, syscalls=30, took=1.0
    )
    drawn = islice(trials([scene], seed=3, syscalls=False), 50)
    assert {kill.kind for _, trial in drawn for kill in trial.kills} == {"boundary", "instant"}


def test_what_is_wrong_is_shown_with_its_trial() -> None:
    figures = Figures()
    figures.add(Result(7, kills=[("instant", "send", "some instant")], problems=["event lost: x"]))
    assert "1 kills in 1 trials" in shown(figures)
    assert "trial 7:\n  event lost: x" in shown(figures)

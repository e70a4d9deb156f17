"""The nine situations read as they were reviewed; ``python -m tests.situations --write`` rewrites what is golden."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from bot.adapters.slack_plain import forms
from tests.servers.block_kit import problems
from tests.situations.golden import GOLDEN, messages
from tests.situations.living import ONE_DAY, Bot, Situation, Told
from tests.situations.stories import SITUATIONS, worst_day

NAMES = [make.__name__.replace("_", "-") for make in SITUATIONS]


@cache
def told(name: str) -> Mapping[str, Told]:
    return messages([name])


@pytest.mark.parametrize("name", NAMES)
def test_what_readers_get_is_what_was_reviewed_and_slack_takes_it(name: str) -> None:
    """The golden files were read as prose and looked at as pictures; a change to one is a change to what people get."""
    made = {f"{message}.{end}": text for message, one in told(name).items() for end, text in one.files().items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.glob(f"{name}*")}
    assert {end: text.splitlines() for end, text in made.items()} == {
        end: text.splitlines() for end, text in kept.items()
    }
    for one in told(name).values():
        assert all(problems(form) == [] for post in one.slack for form in forms(post["text"], post["blocks"]))


def test_each_situation_has_its_name_and_nothing_else_is_golden() -> None:
    situations: list[Situation] = [make() for make in SITUATIONS]
    assert [situation.name for situation in situations] == NAMES
    of_none = [path.name for path in GOLDEN.iterdir() if not path.name.startswith(tuple(NAMES))]
    assert of_none == []


def test_the_worst_day_has_more_than_three_hundred_events() -> None:
    situation = worst_day()
    bot = Bot(situation)
    for morning in situation.mornings():
        bot.run(morning)
    assert len(bot.store.events(start=situation.last - ONE_DAY)) > 300


def test_the_thread_shows_tokens_over_days() -> None:
    (one,) = told("ordinary-day").values()
    charts = [block for post in one.slack for block in post["blocks"] if block["type"] == "data_visualization"]
    bar, line = charts
    assert (bar["chart"]["type"], line["chart"]["type"]) == ("bar", "line")
    assert [series["name"] for series in line["chart"]["series"]] == [
        "Kestrel Code", "Marlin", "Roost", "Tern CLI",
    ]  # fmt: skip
    assert line["chart"]["axis_config"]["x_label"] == "As of 2026-11-04T02:15:41.208Z or later"

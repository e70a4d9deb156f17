from __future__ import annotations

from dataclasses import replace

from bot.core.event import handle
from bot.core.ranking import Dataset
from bot.core.view import handle_of
from tests.builders import DAY, event
from tests.scenes import CLI, YESTERDAY, cli, patterns


def test_a_view_knows_its_snapshots_and_dataset() -> None:
    view = cli(previous=None)
    assert [shown.end_date for shown in view.snapshots] == [DAY, DAY.replace(day=3)]
    assert view.dataset is Dataset.APPS


def test_any_name_that_an_item_has_borne_makes_it_followed() -> None:
    view = cli(names={"x": ("New", "Marlin")})
    assert view.names_of("x", "New") == ("New", "New", "Marlin")
    assert view.is_followed("x", "New")
    assert not view.is_followed("y", "New")


def test_followed_names_that_nothing_bears_are_noted_whatever_name_it_bore() -> None:
    assert cli().unmatched() == ()
    names = {"harrier": ("Harrier", "Heron"), "tern": ("Tern CLI",)}
    followed = replace(CLI, follow=patterns("heron", "id:tern", "Nob*dy", "Gone\n"))
    assert cli(watchlist=followed, names=names).unmatched() == (
        '"Nob*dy" matches nothing yet',
        '"Gone" matches nothing yet',
    )
    assert cli(watchlist=followed, current=None).unmatched() == ()


def test_a_window_is_named_by_the_days_that_it_has() -> None:
    assert cli().window(DAY) == "7 days to Tue 10 Nov"
    assert cli().window(YESTERDAY) == "7 days to Mon 9 Nov"
    assert cli(current=None).window(DAY) == "7 days to Tue 10 Nov"


def test_a_stored_event_has_its_handle_and_another_the_one_it_would_get() -> None:
    assert handle_of(event(id="abc")) == "abc"
    assert handle_of(event()) == handle(event().key)

"""What a digest of models says of the catalogue; without one it says what it always said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.core import naming
from bot.core.catalogue import Catalogue, Listing, Spell
from bot.core.digest import Digest
from bot.core.event import Event
from bot.core.view import View
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import DAY, MODELS, B, snapshot
from tests.listings import listing
from tests.scenes import LAST_WEEK, YESTERDAY, digest, entry, leader

CHECKED = DAY + timedelta(days=1)
SLUGS = [f"lab/model-{number}" for number in range(8)]
ROWS = [(slug, slug, (900 - place) * B) for place, slug in enumerate(SLUGS)]


def listed(number: int, **changes: object) -> Listing:
    usual = {"id": f"lab/m{number}", "canonical_slug": SLUGS[number], "name": f"Lab: Model {number}"}
    return listing(**{**usual, **changes})


def spell(number: int, start: int = 30, end: int = 0, **changes: object) -> Spell:
    return Spell(listed(number, **changes), CHECKED - timedelta(days=start), CHECKED - timedelta(days=end))


def dearer(number: int) -> tuple[Spell, Spell]:
    """A model that cost 0.30 a week ago."""
    return spell(number, 30, 3, input_price=Decimal("0.0000003")), spell(number, 2)


def view(catalogue: Catalogue | None, *events: Event, follow: str = "") -> View:
    own = replace_names(events)
    plain = View(
        watchlist=Watchlist("models", "Models", MODELS, (), follow=(Pattern(follow),) if follow else ()),
        new=False,
        current=snapshot(MODELS, DAY, ROWS),
        previous=snapshot(MODELS, YESTERDAY, ROWS),
        compared=snapshot(MODELS, LAST_WEEK, ROWS),
        events=own,
        names={},
        catalogue=catalogue,
    )
    return naming.named([plain], {})[0]


def replace_names(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(replace(event, name=event.item, watchlist="models", board=MODELS.key) for event in events)


def told(catalogue: Catalogue | None, *events: Event) -> Digest:
    return digest(view(catalogue, *events))


def test_without_a_catalogue_there_are_slugs_and_no_prices() -> None:
    plain = told(None, entry(item=SLUGS[3]))
    (section,) = plain.sections
    assert plain.prices == section.price_changes == ""
    assert {(line.name == line.item, line.price, line.context) for line in section.top} == {(True, "", "")}
    assert section.news[0].head.startswith(SLUGS[3])


def test_names_prices_and_contexts_of_what_is_known() -> None:
    (section,) = told(Catalogue(CHECKED, [spell(0), spell(1, end=2)])).sections
    assert [(line.name, line.price, line.context) for line in section.top[:3]] == [
        ("Model 0", "0.10 / 0.40", "262k"),
        ("Model 1", "", "262k"),
        (SLUGS[2], "", ""),
    ]


def test_a_day_before_the_first_catalogue_has_its_names_and_no_prices() -> None:
    """What costs how much then nobody knows, nor whether a new #1 was listed."""
    before = Catalogue(None, [spell(0), spell(1)])
    found = told(before, leader(item=SLUGS[0]))
    (section,) = found.sections
    assert found.headline.startswith("New #1 in Models: Model 0, ")
    assert [(line.name, line.price, line.context) for line in section.top[:3]] == [
        ("Model 0", "", ""),
        ("Model 1", "", ""),
        (SLUGS[2], "", ""),
    ]
    assert (found.prices, section.price_changes) == ("", "")
    assert "catalogue" not in section.news[0].detail


def test_the_day_of_the_prices_is_said_once() -> None:
    catalogue = Catalogue(CHECKED, [spell(0)])
    assert told(catalogue).prices == "Prices are list prices on 11 Nov 2026, in dollars per million tokens."


def test_a_changed_price_is_a_clause_of_the_news_else_a_sentence_under_the_table() -> None:
    catalogue = Catalogue(CHECKED, [*dearer(0), *dearer(3)])
    (section,) = told(catalogue, entry(item=SLUGS[3])).sections
    assert section.news[0].detail.endswith(" Price changed since last week: 0.30 → 0.10 in.")
    assert section.price_changes == "Price changed since last week: Model 0 0.30 → 0.10 in."


def test_many_changed_prices_are_counted() -> None:
    catalogue = Catalogue(CHECKED, [one for number in range(7) for one in dearer(number)])
    (section,) = told(catalogue).sections
    assert section.price_changes.endswith("Model 4 0.30 → 0.10 in; 2 others.")


def test_a_section_without_a_board_names_no_changes() -> None:
    empty = replace(view(Catalogue(CHECKED, list(dearer(0)))), current=None)
    plain = digest(empty)
    assert (plain.sections[0].price_changes, plain.prices) == ("", "")


class TestNewLeader:
    """A #1 that is new to the catalogue, or not in it, says so."""

    def detail(self, *spells: Spell, day: date = CHECKED, **changes: object) -> str:
        event = leader(item=SLUGS[0], **changes)
        return told(Catalogue(day, spells), event).sections[0].news[0].detail

    def test_new(self) -> None:
        detail = self.detail(spell(0, 2, created=DAY - timedelta(days=1)))
        assert detail.endswith(" New to OpenRouter's catalogue of models since Mon 9 Nov.")

    def test_known(self) -> None:
        assert "catalogue" not in self.detail(spell(0))

    def test_not_in_it(self) -> None:
        assert self.detail().endswith(" Not in OpenRouter's catalogue of models.")

    def test_an_old_catalogue_can_not_know(self) -> None:
        assert "catalogue" not in self.detail(day=DAY - timedelta(days=1))

    def test_only_a_leader(self) -> None:
        event = entry(item=SLUGS[0])
        assert "catalogue" not in told(Catalogue(CHECKED, []), event).sections[0].news[0].detail


def test_a_display_name_is_followed_where_it_was_borne() -> None:
    followed = view(Catalogue(CHECKED, [spell(2)]), follow="model 2")
    assert [(row.item, row.name) for row in digest(followed).sections[0].standing] == [(SLUGS[2], "Model 2")]

"""What every Store keeps of the catalogue of models."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.app.ports import Store
from bot.core.catalogue import Catalogue
from bot.core.ranking import MODEL_DAY
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.listings import listing

ITEM = "oriole/swift-4-20260801"
DEAR = Decimal("0.0000003")


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def known(store: Store, until: date) -> Catalogue:
    found = store.catalogue(until)
    assert found is not None
    return found


class CatalogueContract:
    """Listings and their changes."""

    def test_there_is_none_before_it_came(self, store: Store) -> None:
        assert (store.catalogued(), store.catalogue(DAY)) == (None, None)
        store.keep_listings([listing()], DAY)
        assert store.catalogued() == DAY

    def test_days_before_it_came_have_the_names_that_came_first(self, store: Store) -> None:
        store.keep_listings([listing()], DAY)
        other = listing(id="x/y", canonical_slug="x/y", name="X: Why")
        store.keep_listings([listing(name="Oriole: Swift 5"), other], later(1))
        store.keep_listings([listing(name="Oriole: Swift 5"), replace(other, name="X: Other")], later(2))
        before = known(store, later(-1))
        assert (before.day, before.size, before.price(ITEM)) == (None, 0, "")
        assert before.names([ITEM, "x/y"]) == {ITEM: "Swift 4", "x/y": "Why"}
        first = known(store, DAY)
        assert (first.day, first.size, first.price(ITEM), first.price("x/y")) == (DAY, 1, "0.10 / 0.40", "")
        assert first.names([ITEM, "x/y"]) == {ITEM: "Swift 4", "x/y": "Why"}

    def test_every_figure_comes_back_as_it_was(self, store: Store) -> None:
        odd = listing(created=None, context_length=10**12, input_price=Decimal("1e-12"), output_price=None)
        store.keep_listings([odd], DAY)
        found = known(store, later(9)).find(ITEM)
        assert found is not None
        assert (found.listing, found.since, found.current) == (odd, DAY, True)

    def test_a_change_is_known_from_its_day_on(self, store: Store) -> None:
        for day in range(4):
            store.keep_listings([listing(input_price=DEAR)], later(day))
        for day in range(4, 8):
            store.keep_listings([listing()], later(day))
        assert known(store, later(3)).price(ITEM) == "0.30 / 0.40"
        assert known(store, later(7)).price(ITEM) == "0.10 / 0.40"
        assert known(store, later(7)).price_change(ITEM) == "0.30 → 0.10 in"

    def test_one_that_vanished_and_returned_unchanged_was_there_all_along(self, store: Store) -> None:
        other = listing(id="x/y", canonical_slug="x/y")
        for day in range(9):
            store.keep_listings([other, *([] if day in (3, 4) else [listing(created=None)])], later(day))
        found = known(store, later(8)).find(ITEM)
        assert found is not None
        assert (found.since, found.current, found.week_ago) == (DAY, True, listing(created=None))

    def test_one_that_is_gone_stays_known(self, store: Store) -> None:
        store.keep_listings([listing()], DAY)
        store.keep_listings([], later(1))
        gone = known(store, later(1))
        assert (gone.names([ITEM]), gone.price(ITEM), gone.size) == ({ITEM: "Swift 4"}, "", 0)

    def test_kept_twice_on_a_day_the_later_counts(self, store: Store) -> None:
        store.keep_listings([listing(input_price=DEAR)], DAY)
        store.keep_listings([listing()], DAY)
        assert known(store, DAY).price(ITEM) == "0.10 / 0.40"

    def test_a_clock_that_was_set_back_spoils_nothing(self, store: Store) -> None:
        store.keep_listings([listing()], DAY)
        store.keep_listings([listing(), listing(id="x/y", canonical_slug="x/y")], later(-2))
        store.keep_listings([listing(input_price=DEAR)], later(-2))
        assert known(store, DAY).price(ITEM) == "0.10 / 0.40"

    def test_a_clock_that_was_ahead_hides_nothing_from_those_that_are_right(self, store: Store) -> None:
        store.keep_listings([listing(input_price=DEAR)], DAY)
        store.keep_listings([listing(), listing(id="x/y", canonical_slug="x/y")], later(400))
        assert (store.catalogued(), store.catalogued(later(399)), store.catalogued(later(-1))) == (
            later(400),
            DAY,
            None,
        )
        store.keep_listings([listing(), listing(id="x/y", canonical_slug="x/y")], later(1))
        assert (known(store, later(1)).price(ITEM), known(store, later(1)).size) == ("0.10 / 0.40", 2)
        assert known(store, later(400)).price(ITEM) == "0.10 / 0.40"

    def test_models_are_found_by_every_name_that_they_were_listed_by(self, store: Store) -> None:
        store.save([snapshot(MODEL_DAY, DAY, [(ITEM, ITEM, 5)]), snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 5)])])
        store.keep_listings([listing(name="Oriole: Quick 4")], DAY)
        store.keep_listings([listing()], later(1))
        names = {ITEM: (ITEM, "Oriole: Swift 4", "Swift 4", "Oriole: Quick 4", "Quick 4")}
        assert store.names([ITEM]) == names
        assert store.names() == {**names, "10": ("Hermes",)}
        assert [(match.item, match.name) for match in store.find("quick")] == [(ITEM, ITEM)]
        assert store.sightings([ITEM], DAY) == {}

    def test_a_transaction_takes_it_back(self, store: Store) -> None:
        with suppress(KeyError), store.transaction() as tx:
            tx.keep_listings([listing()], DAY)
            raise KeyError
        assert store.catalogued() is None

    def test_strangers_text_is_kept(self, store: Store) -> None:
        store.keep_listings([listing(name="a\0b\ud800 “π”")], DAY)
        store.keep_listings([listing(name="a\0b\ud800 “π”")], later(1))
        found = known(store, later(1)).find(ITEM)
        assert found is not None
        assert (found.listing.name, found.since) == ("a\ufffdb\ufffd “π”", date(2026, 8, 1))

"""The catalogue: which listing a ranked model has, what it is called, costs and reads, and what changed in a week."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.core.catalogue import (
    Catalogue,
    Spell,
    context,
    context_length,
    dollars,
    every_name,
    price,
    prices,
    rankable,
    short_name,
    shrunk,
)
from tests.builders import DAY
from tests.listings import listing

ITEM = "oriole/swift-4-20260801"


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def seen(start: int, end: int, **changes: object) -> Spell:
    """Swift 4 as it was listed from so many days ago to so many."""
    return Spell(listing(**changes), ago(start), ago(end))


class TestJoin:
    """A permaslug finds the listing with its canonical slug and its variant."""

    def test_the_plain_model_and_its_variant_are_two(self) -> None:
        free = listing(id="oriole/swift-4:free", name="Oriole: Swift 4 (free)", input_price=Decimal(0))
        catalogue = Catalogue(DAY, [seen(0, 0), Spell(free, DAY, DAY)])
        found = [catalogue.find(item) for item in (ITEM, f"{ITEM}:free", f"{ITEM}:nitro", "oriole/swift-4")]
        assert [one and one.listing.id for one in found] == ["oriole/swift-4", "oriole/swift-4:free", None, None]

    def test_aliases_and_batch_variants_are_left_out_and_an_id_counts_once(self) -> None:
        listings = [
            listing(),
            listing(id="~oriole/latest"),
            listing(id="oriole/swift-4:batch"),
            listing(name="Again"),
        ]
        assert rankable(listings) == [listing()]

    def test_what_came_after_the_day_is_not_known_on_it(self) -> None:
        spells = [seen(9, 4), seen(3, 0, name="Oriole: Swift Four")]
        assert Catalogue(ago(4), spells).names([ITEM]) == {ITEM: "Swift 4"}
        assert Catalogue(DAY, spells).names([ITEM]) == {ITEM: "Swift Four"}


class TestFlapping:
    """A listing that was gone and returned was there all along."""

    def test_one_that_is_gone_keeps_its_name_but_has_no_price(self) -> None:
        catalogue = Catalogue(DAY, [seen(9, 1)])
        assert (catalogue.names([ITEM]), catalogue.context(ITEM)) == ({ITEM: "Swift 4"}, "262k")
        assert (catalogue.price(ITEM), catalogue.price_change(ITEM), catalogue.size) == ("", "", 0)

    def test_one_that_returned_under_another_price_is_not_new(self) -> None:
        spells = [seen(30, 20, created=None), seen(0, 0, created=None, input_price=Decimal("0.000002"))]
        catalogue = Catalogue(DAY, spells)
        assert not catalogue.is_new(ITEM, DAY)
        assert catalogue.price_change(ITEM) == ""

    def test_of_two_ids_with_one_key_the_one_that_is_still_there_counts(self) -> None:
        moved = listing(id="oriole/swift", name="Oriole: Swift")
        catalogue = Catalogue(DAY, [seen(2, 1), Spell(moved, ago(9), DAY)])
        assert catalogue.names([ITEM]) == {ITEM: "Swift"}


class TestNew:
    """New is what has been listed for less than a week, by its own date or by when it was first seen."""

    @pytest.mark.parametrize(
        ("created", "first", "new"),
        [
            (ago(6), 0, True),
            (ago(7), 0, False),
            (None, 6, True),
            (None, 7, False),
            (date(2099, 1, 1), 7, False),
            (date(2099, 1, 1), 3, True),
        ],
    )
    def test_by_the_earlier_of_both(self, created: date | None, first: int, new: bool) -> None:
        assert Catalogue(DAY, [seen(first, 0, created=created)]).is_new(ITEM, DAY) is new

    def test_what_is_not_listed_is_not_called_new(self) -> None:
        assert not Catalogue(DAY, []).is_new(ITEM, DAY)


class TestNames:
    """Display names without their lab, told apart where they read alike."""

    def test_alike_names_bear_their_labs(self) -> None:
        other = listing(id="lumen/swift-4", canonical_slug="lumen/swift-4-1", name="Lumen: Swift 4")
        catalogue = Catalogue(DAY, [seen(0, 0), Spell(other, DAY, DAY)])
        assert catalogue.names([ITEM, "lumen/swift-4-1", "x"]) == {
            ITEM: "Oriole: Swift 4",
            "lumen/swift-4-1": "Lumen: Swift 4",
        }

    def test_then_their_variants(self) -> None:
        free = Spell(listing(id="oriole/swift-4:free"), DAY, DAY)
        assert Catalogue(DAY, [seen(0, 0), free]).names([ITEM, f"{ITEM}:free"]) == {
            ITEM: "Oriole: Swift 4",
            f"{ITEM}:free": "Oriole: Swift 4 (free)",
        }

    def test_and_else_their_slugs(self) -> None:
        dated = Spell(listing(id="oriole/swift-4-b", canonical_slug="oriole/swift-4-2"), DAY, DAY)
        assert Catalogue(DAY, [seen(0, 0), dated]).names([ITEM, "oriole/swift-4-2"]) == {}

    @pytest.mark.parametrize(
        ("name", "short"),
        [("Oriole: Swift 4", "Swift 4"), ("Swift 4", "Swift 4"), (": x", ": x"), ("Oriole:  ", "Oriole:  ")],
    )
    def test_short(self, name: str, short: str) -> None:
        assert short_name(name) == short

    def test_patterns_know_both_forms(self) -> None:
        assert every_name(["Oriole: Swift 4", "Swift 4"]) == ("Oriole: Swift 4", "Swift 4")


class TestPrices:
    """Exact decimals, or nothing; never what a stranger made up."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("0.0000001", Decimal("0.0000001")),
            ("1e-7", Decimal("1e-7")),
            ("0", Decimal(0)),
            ("-1", None),
            ("1.01", None),
            ("NaN", None),
            ("Infinity", None),
            ("1e9", None),
            ("0x1", None),
            ("", None),
            ("٠.١", None),
            ("9" * 5000, None),
            (0.1, None),
            (None, None),
        ],
    )
    def test_reading(self, text: object, value: Decimal | None) -> None:
        assert price(text) == value

    @pytest.mark.parametrize(
        ("per_million", "text"),
        [
            ("0.1", "0.10"),
            ("0.0896", "0.0896"),
            ("0.1792", "0.179"),
            ("1.25", "1.25"),
            ("10", "10.00"),
            ("150", "150.00"),
            ("0.00001", "0.00001"),
            ("0", "0.00"),
        ],
    )
    def test_writing(self, per_million: str, text: str) -> None:
        assert dollars(Decimal(per_million) / 10**6) == text

    def test_both_prices(self) -> None:
        cents = Decimal("0.0000001")
        cases = [(cents, 4 * cents), (Decimal(0), Decimal(0)), (None, None), (cents, None), (Decimal(0), None)]
        written = [prices(listing(input_price=first, output_price=second)) for first, second in cases]
        assert written == ["0.10 / 0.40", "free", "", "0.10 / –", "0.00 / –"]

    @pytest.mark.parametrize(
        ("before", "change"),
        [
            ({"input_price": Decimal("0.0000003")}, "0.30 → 0.10 in"),
            (
                {"input_price": Decimal("0.0000003"), "output_price": Decimal("0.000001")},
                "0.30 → 0.10 in, 1.00 → 0.40 out",
            ),
            ({"input_price": Decimal("0.0000001000001")}, ""),
            ({"input_price": None}, ""),
            ({"context_length": 8192}, ""),
        ],
    )
    def test_a_change_within_a_week(self, before: dict[str, object], change: str) -> None:
        assert Catalogue(DAY, [seen(9, 5, **before), seen(4, 0)]).price_change(ITEM) == change

    def test_no_change_is_told_where_the_week_before_is_not_known(self) -> None:
        dear = {"input_price": Decimal("0.0000003")}
        assert Catalogue(DAY, [seen(20, 8, **dear), seen(0, 0)]).price_change(ITEM) == ""
        assert Catalogue(DAY, [seen(6, 0)]).price_change(ITEM) == ""
        assert Catalogue(DAY, [seen(9, 0)]).price_change(ITEM) == ""
        assert Catalogue(DAY, []).price_change(ITEM) == ""

    def test_what_is_not_listed_has_none(self) -> None:
        assert (Catalogue(DAY, []).price("x"), Catalogue(DAY, []).context("x")) == ("", "")


@pytest.mark.parametrize(
    ("value", "kept_as"), [(8192, 8192), (0, None), (-1, None), (True, None), (10**13, None), ("8192", None)]
)
def test_a_context_length_is_a_bounded_whole_number(value: object, kept_as: int | None) -> None:
    assert context_length(value) == kept_as


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (None, ""),
        (512, "512"),
        (8192, "8k"),
        (262_144, "262k"),
        (1_048_576, "1M"),
        (1_500_000, "1.5M"),
        (10_900_000, "10M"),
    ],
)
def test_a_context_length_is_rounded_down(tokens: int | None, text: str) -> None:
    assert context(tokens) == text


def test_less_than_half_is_doubted_and_nothing_always() -> None:
    assert [shrunk(*sizes) for sizes in ((0, 0), (1, 0), (50, 100), (49, 100))] == [True, False, False, True]


class TestLater:
    """What came later has names for the days before, and nothing else."""

    def test_a_name_holds_of_days_before_it_was_known(self) -> None:
        early = Catalogue(None, [Spell(listing(name="Oriole: Swift 5"), DAY, DAY), seen(9, 1)])
        assert early.names([ITEM]) == {ITEM: "Swift 4"}
        assert (early.find(ITEM), early.price(ITEM), early.context(ITEM), early.size) == (None, "", "", 0)
        assert (early.price_change(ITEM), early.is_new(ITEM, DAY)) == ("", False)

    def test_what_was_known_then_is_called_as_it_was_called_then(self) -> None:
        spells = [seen(9, 5), Spell(listing(name="Oriole: Swift 5"), DAY, DAY)]
        assert Catalogue(ago(4), spells).names([ITEM]) == {ITEM: "Swift 4"}

    def test_what_was_not_listed_yet_has_a_name_beside_what_was(self) -> None:
        other = Spell(listing(id="x/y", canonical_slug="x/y", name="X: Why"), DAY, DAY)
        known = Catalogue(ago(4), [seen(9, 0), other])
        assert known.names([ITEM, "x/y"]) == {ITEM: "Swift 4", "x/y": "Why"}
        assert (known.price("x/y"), known.size) == ("", 1)

"""Prices and contexts in the tables of models: where there is room, in every form, and said once of which day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.catalogue import Catalogue
from bot.core.digest import Digest
from bot.core.text import width
from tests.adapters.rendered import rendered
from tests.core.test_pricing import CHECKED, dearer, spell, view
from tests.scenes import cli, digest, entry

NOTE = "Prices are list prices on 11 Nov 2026, in dollars per million tokens."


@pytest.fixture
def models() -> Digest:
    dear = spell(
        1, name="Lab: " + "W" * 60, input_price=Decimal("0.00015"), output_price=Decimal("0.0006"), context_length=10**9
    )
    free = spell(2, input_price=Decimal(0), output_price=Decimal(0))
    shown = view(Catalogue(CHECKED, [*dearer(0), dear, free, spell(3, end=1)]), follow="Model 3")
    board = shown.watchlist
    return digest(cli(events=(entry(),)), shown, replace(shown, watchlist=replace(board, id="again", title="Again")))


def test_the_plain_text_keeps_its_width(models: Digest) -> None:
    text = rendered(models).text
    assert max(width(line) for line in text.splitlines()) <= 78
    assert " Tokens  Change      $ in / out   Ctx\n" in text
    assert " 900B      0%     0.10 / 0.40  262k\n" in text
    assert " 899B      0% 150.00 / 600.00 1000M\n" in text
    assert " 898B      0%            free  262k\n" in text
    assert " ".join(text.split()).count(NOTE) == 1
    assert "Price changed since last week: Model 0 0.30 → 0.10 in." in " ".join(text.split())


def test_the_mail_has_columns_of_their_own(models: Digest) -> None:
    html = rendered(models).html
    assert html.count("$ in / out per 1M</th>") == 2
    assert ">150.00 / 600.00</td>" in html
    assert html.count(NOTE) == 1


def test_each_reply_in_the_thread_says_of_which_day_its_prices_are(models: Digest) -> None:
    replies = [part.markup for part in rendered(models).slack if "$ in / out\tContext" in part.markup]
    assert len(replies) == 2
    assert all(NOTE in reply and "\tfree\t262k\n" in reply for reply in replies)


def test_a_table_of_apps_has_no_such_columns() -> None:
    message = rendered(digest(cli()))
    assert "$ in" not in message.text + message.html + "".join(part.markup for part in message.slack)


def test_where_no_price_is_shown_none_is_explained() -> None:
    """The table of a section of which nothing is said is left out, and with it the note."""
    quiet = view(Catalogue(CHECKED, [spell(0)]))
    unpriced = view(Catalogue(CHECKED, [spell(3, end=1)]), follow="Model 3")
    for told in (digest(cli(events=(entry(),)), quiet), digest(unpriced)):
        message = rendered(told)
        assert "list prices" not in message.text + message.html + "".join(part.markup for part in message.slack)

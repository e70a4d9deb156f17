"""The catalogue of models: a row for each form that a listing has had, and one for each day of which there is one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select

from bot.adapters.store.columns import storable
from bot.adapters.store.statements import insert_missing, upsert
from bot.adapters.store.tables import CATALOGUE_DAY, LISTING
from bot.core.catalogue import Catalogue, Listing, Spell, every_name, key

CHUNK = 500
"""How many values are named in one statement, well below what either database takes."""
_FIGURES = ("canonical_slug", "name", "created", "context_length", "input_price", "output_price")


def keep(connection: Connection, listings: Iterable[Listing], day: date) -> None:
    """See Store.keep_listings. The transaction must be in turn: what is read has to hold until it is written."""
    earlier = select(LISTING).where(LISTING.c.seen_from <= day).order_by(LISTING.c.seen_from)
    newest = {row.id: row for row in connection.execute(earlier)}
    same: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for listing in listings:
        values = _values(listing)
        known = newest.get(values["id"])
        if known and all(known._mapping[name] == values[name] for name in _FIGURES):  # noqa: SLF001  (its public name)
            same.append({"its_id": known.id, "its_start": known.seen_from, "day": max(day, known.seen_to)})
        else:
            changed.append({**values, "seen_from": day, "seen_to": day})
    if same:
        row = (LISTING.c.id == bindparam("its_id")) & (LISTING.c.seen_from == bindparam("its_start"))
        connection.execute(LISTING.update().where(row).values(seen_to=bindparam("day")), same)
    if changed:
        columns = ["seen_to", *_FIGURES]
        connection.execute(upsert(connection, LISTING, ["id", "seen_from"], columns), changed)
    connection.execute(insert_missing(connection, CATALOGUE_DAY), {"day": day})


def newest_day(connection: Connection, until: date = date.max) -> date | None:
    """The newest day up to ``until`` of which there is a catalogue."""
    found: date | None = connection.execute(
        select(func.max(CATALOGUE_DAY.c.day)).where(CATALOGUE_DAY.c.day <= until)
    ).scalar()
    return found


def catalogue(connection: Connection, until: date) -> Catalogue | None:
    """See Store.catalogue."""
    day = newest_day(connection, until)
    earlier = LISTING.alias("earlier")
    first = ~exists().where(earlier.c.id == LISTING.c.id, earlier.c.seen_from < LISTING.c.seen_from)
    wanted = first if day is None else or_(LISTING.c.seen_from <= day, first)
    spells = [
        Spell(_listing(row), row.seen_from, row.seen_to) for row in connection.execute(select(LISTING).where(wanted))
    ]
    return Catalogue(day, spells) if day or spells else None


def names(connection: Connection, items: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names by which the catalogue has called these items, newest first; items it never knew are left out."""
    wanted = {item: key(item) for item in items}
    slugs = sorted({slug for slug, _ in wanted.values()})
    columns = select(LISTING.c.id, LISTING.c.canonical_slug, LISTING.c.name)
    called: dict[tuple[str, str], list[str]] = {}
    for start in range(0, len(slugs), CHUNK):
        query = columns.where(LISTING.c.canonical_slug.in_(slugs[start : start + CHUNK]))
        for row in connection.execute(query.order_by(LISTING.c.seen_from.desc(), LISTING.c.id)):
            called.setdefault((row.canonical_slug, row.id.partition(":")[2]), []).append(row.name)
    return {item: every_name(called[its]) for item, its in wanted.items() if its in called}


def _values(listing: Listing) -> dict[str, Any]:
    return {
        "id": storable(listing.id),
        "canonical_slug": storable(listing.canonical_slug),
        "name": storable(listing.name),
        "created": listing.created,
        "context_length": listing.context_length,
        "input_price": _text(listing.input_price),
        "output_price": _text(listing.output_price),
    }


def _listing(row: Row[Any]) -> Listing:
    return Listing(
        row.id,
        row.canonical_slug,
        row.name,
        row.created,
        row.context_length,
        _price(row.input_price),
        _price(row.output_price),
    )


def _text(price: Decimal | None) -> str | None:
    return None if price is None else f"{price.normalize():f}"


def _price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

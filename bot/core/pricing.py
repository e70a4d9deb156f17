"""What a digest says of the catalogue: list prices, price changes, and a #1 that is new to it.

Of a model that the catalogue does not know, nothing is said but that, and that only where it takes #1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core import text, wording
from bot.core.event import Event, Kind
from bot.core.view import View

CHANGES = 5
"""Price changes that a section names."""
CHANGED = "Price changed since last week"


def note(views: Sequence[View]) -> str:
    """What the prices shown are, and of which day; empty where none is."""
    priced = [view.catalogue for view in views if view.catalogue and view.current and view.current.entries]
    days = [catalogue.day for catalogue in priced if catalogue.day]
    return f"Prices are list prices on {wording.full_day(max(days))}, in dollars per million tokens." if days else ""


def remark(event: Event, view: View) -> str:
    """What closes the news of an event, each sentence after a space: a #1 new to the catalogue, a changed price."""
    if view.catalogue is None:
        return ""
    change = view.catalogue.price_change(event.item)
    said = [_newcomer(event, view), f"{CHANGED}: {change}." if change else ""]
    return "".join(f" {sentence}" for sentence in said if sentence)


def _newcomer(event: Event, view: View) -> str:
    """That a new #1 is new to the catalogue, or not in it; the latter is known only of a catalogue of its time."""
    catalogue = view.catalogue
    if catalogue is None or event.kind is not Kind.NEW_LEADER:
        return ""
    listed = catalogue.find(event.item)
    if listed is None:
        known = catalogue.day is not None and catalogue.day >= event.date
        return "Not in OpenRouter's catalogue of models." if known else ""
    new = catalogue.is_new(event.item, event.date)
    return f"New to OpenRouter's catalogue of models since {wording.day(listed.since)}." if new else ""


def changes(view: View, items: Iterable[str]) -> str:
    """The price changes among these items in one sentence; empty where there are none."""
    if view.catalogue is None or view.current is None:
        return ""
    said = []
    for item in dict.fromkeys(items):
        change, entry = view.catalogue.price_change(item), view.current.entry(item)
        if change and entry:
            said.append(f"{text.clean(entry.name)} {change}")
    more = [wording.count(len(said) - CHANGES, "other")] if len(said) > CHANGES else []
    return f"{CHANGED}: {'; '.join([*said[:CHANGES], *more])}." if said else ""

"""Where the reader's own and followed items stand, and the top of the board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.core import sparkline, text, wording
from bot.core.absence import Reading, absent
from bot.core.digest import Standing
from bot.core.ranking import By, Entry, Snapshot
from bot.core.table_line import TableLine
from bot.core.view import View
from bot.core.watchlist import Pattern

NO_BASE = "no base"
"""The change of an item that the window before does not list."""
SPARK_DAYS = 7
"""Days of tokens that a line draws."""


def standings(view: View) -> tuple[Standing, ...]:
    """A line for each item of ``mine`` and ``follow``, in the order in which the watchlist names them.

    A pattern that matches nothing that is listed gets a line too, and says so. Without a board there are none.
    """
    current = view.current
    if current is None:
        return ()
    shown: dict[str, Standing] = {}
    for pattern, mine in _patterns(view):
        found = [
            entry for entry in current.entries if pattern.matches(entry.item, view.names_of(entry.item, entry.name))
        ]
        for entry in found:
            shown.setdefault(entry.item, _listed(view, current, entry, mine=mine))
        gone = list(_gone(view, current, pattern))
        for entry in gone:
            shown.setdefault(
                entry.item, _unlisted(current, entry.item, entry.name, mine=mine, was=f"was #{entry.rank}")
            )
        if not found and not gone:
            item, name = _known(view, pattern)
            shown.setdefault(item, _unlisted(current, item, name, mine=mine, was=""))
    return tuple(shown.values())


def top(view: View, count: int) -> tuple[TableLine, ...]:
    """The board's first ``count`` lines."""
    current = view.current
    return tuple(_line(view, entry) for entry in current.entries[:count]) if current else ()


def table_line(view: View, entry: Entry, *, no_base: str) -> TableLine:
    """The entry in a table of its board, without its share; ``no_base`` is the change of what was not listed before."""
    before = view.previous.rank(entry.item) if view.previous else None
    glyph, move = wording.rank_move(entry.rank, before)
    return TableLine(
        rank=entry.rank,
        glyph=glyph,
        was=str(before) if "→" in move else "",
        item=entry.item,
        name=text.clean(entry.name),
        tokens=wording.tokens(entry.tokens),
        change=_change(view, entry, no_base),
        followed=view.is_followed(entry.item, entry.name),
        price=view.catalogue.price(entry.item) if view.catalogue else "",
        context=view.catalogue.context(entry.item) if view.catalogue else "",
    )


def passing(view: View, *, mine: bool = True) -> tuple[Entry, Entry, bool] | None:
    """(own item, the other, whether the own one passed it) of the first of ``mine`` that changed places with another.

    Both are listed on both days; of several, the other is the one next to the own item now. Without ``mine`` of the
    first item that is followed.
    """
    current, previous = view.current, view.previous
    if current is None or previous is None:
        return None
    for entry in current.entries:
        names = view.names_of(entry.item, entry.name)
        if not (view.watchlist.is_mine if mine else view.watchlist.is_followed)(entry.item, names):
            continue
        other = _passed(entry, current, previous)
        if other:
            return entry, other, other.rank > entry.rank
    return None


def _changed_places(ahead: Entry, behind: Entry, current: Snapshot, previous: Snapshot) -> str:
    """The figures of two items that changed places, on both days."""
    days = [
        f"{wording.day(snapshot.end_date)}: {_figure(ahead, snapshot)}, {_figure(behind, snapshot)}"
        for snapshot in (previous, current)
    ]
    return f"{text.clean(ahead.name)} passed {text.clean(behind.name)}. {'. '.join(days)}."


def _figure(entry: Entry, snapshot: Snapshot) -> str:
    tokens = wording.exact(snapshot.tokens(entry.item) or 0)
    return f"{text.clean(entry.name)} #{snapshot.rank(entry.item)} with {tokens}"


def _passed(entry: Entry, current: Snapshot, previous: Snapshot) -> Entry | None:
    """Who changed places with the entry; the nearest, in the direction in which it moved itself."""
    before = previous.rank(entry.item)
    if before is None or before == entry.rank:
        return None
    rose = entry.rank < before
    others = current.entries[entry.rank :] if rose else tuple(reversed(current.entries[: entry.rank - 1]))
    for other in others:
        rank = previous.rank(other.item)
        if rank is not None and (rank < before if rose else rank > before):
            return other
    return None


def _patterns(view: View) -> Iterator[tuple[Pattern, bool]]:
    for pattern in view.watchlist.mine:
        yield pattern, True
    for pattern in view.watchlist.follow:
        yield pattern, False


def _gone(view: View, current: Snapshot, pattern: Pattern) -> Iterator[Entry]:
    """Items of the pattern that the base of ranks lists, and this board does not."""
    for entry in view.previous.entries if view.previous else ():
        absent_now = entry.item not in current.by_item
        if absent_now and pattern.matches(entry.item, view.names_of(entry.item, entry.name)):
            yield entry


def _known(view: View, pattern: Pattern) -> tuple[str, str]:
    """(item, name) of what a pattern means that is not listed: by a name borne before, else the pattern's text."""
    matches = [(item, names[0]) for item, names in view.names.items() if names and pattern.matches(item, names)]
    return matches[0] if len(matches) == 1 else (pattern.text, pattern.text)


def _listed(view: View, current: Snapshot, entry: Entry, *, mine: bool) -> Standing:
    previous = view.previous
    before = previous.rank(entry.item) if previous else None
    glyph, rank = wording.rank_move(entry.rank, before)
    gaps = [_gap(entry, other) for other in _neighbours(current, entry, both=mine)]
    if previous and before is None:
        gaps.insert(0, f"{absent(previous)} before")
    return Standing(
        item=entry.item,
        name=text.clean(entry.name),
        mine=mine,
        glyph=glyph,
        rank=rank,
        tokens=wording.tokens(entry.tokens),
        change=_change(view, entry),
        gap=", ".join(gaps),
        proof=_proof(entry, current, previous) if mine and previous else "",
        spark=_spark(view, current, entry),
    )


def _spark(view: View, current: Snapshot, entry: Entry) -> str:
    """The item's tokens on each of the last seven days, the digest's the last."""
    known = {snapshot.end_date: snapshot.tokens(entry.item) for snapshot in view.recent}
    return sparkline.of_tokens(
        [known.get(current.end_date - timedelta(days=back)) for back in reversed(range(SPARK_DAYS))]
    )


def _proof(entry: Entry, current: Snapshot, previous: Snapshot) -> str:
    other = _passed(entry, current, previous)
    if other is None:
        return ""
    ahead, behind = (entry, other) if entry.rank < other.rank else (other, entry)
    return _changed_places(ahead, behind, current, previous)


def _unlisted(current: Snapshot, item: str, name: str, *, mine: bool, was: str) -> Standing:
    return Standing(item, text.clean(name), mine, "", absent(current), "", "", was)


def _neighbours(current: Snapshot, entry: Entry, *, both: bool) -> list[Entry]:
    """Who stands next to the entry: the one ahead; behind the reader's own, or behind #1, also the next."""
    behind = current.entries[entry.rank : entry.rank + 1] if both or entry.rank == 1 else ()
    ahead = current.entries[entry.rank - 2 : entry.rank - 1] if entry.rank > 1 else ()
    return [*behind, *ahead]


def _gap(entry: Entry, other: Entry) -> str:
    distance = wording.distance(abs(entry.tokens - other.tokens))
    name = text.clean(other.name)
    if entry.tokens == other.tokens:
        return f"level with {name}"
    return f"{distance} {'ahead of' if entry.rank < other.rank else 'behind'} {name}"


def _change(view: View, entry: Entry, no_base: str = NO_BASE) -> str:
    if view.compared is None:
        return ""
    return wording.percent(entry.tokens, view.compared.tokens(entry.item)) or no_base


def _share(view: View, entry: Entry) -> str:
    """A lab's part of all tokens; those of models outside the daily lists count in the whole."""
    part = view.current.share(entry.item) if view.current and view.watchlist.board.by is By.AUTHOR else None
    return "" if part is None else wording.share(part)


def _line(view: View, entry: Entry) -> TableLine:
    line = replace(table_line(view, entry, no_base=NO_BASE), share=_share(view, entry))
    if view.previous and view.previous.rank(entry.item) is None:
        return replace(line, was=Reading.of(view.previous).narrow)
    return line

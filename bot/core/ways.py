"""What is said of an item's way: climbs, drops, moves, overtakes, milestones, shares and new names."""

from __future__ import annotations

from fractions import Fraction

from bot.core import absence, parts, text, wording
from bot.core.event import Event, Kind
from bot.core.view import View


def _within_days(event: Event) -> str:
    return f"within {wording.count(int(event.rule.get('over_days') or 0), 'day')}"


def climbs(event: Event) -> str:
    """Such as "climbs to #12"."""
    return f"climbs to #{event.rank}"


def drops(event: Event) -> str:
    """Such as "drops to #24"."""
    return f"drops to #{event.rank}"


def climbed(event: Event, view: View) -> str:
    """Such as "#22 → #12 within 7 days, 402B (+8%)."; drops too."""
    way = f"#{event.evidence.get('base_rank')} → #{event.rank} {_within_days(event)}"
    return f"{way}, {parts.amount(event)}.{parts.since(event, view)}"


def also_climbed(event: Event, _view: View, title: str) -> str:
    """Such as "up from #22 within 7 days"."""
    way = "up" if event.kind is Kind.CLIMBED else "down"
    return f"{way} from #{event.evidence.get('base_rank')} {_within_days(event)}{parts.within(title)}"


def passed(event: Event, limit: int = text.NAME_LIMIT) -> str:
    """Whom an overtaking item passed; empty for any other event."""
    other = event.evidence.get("passed")
    return text.clean(other["name"], limit) if other else ""


def passes(event: Event, limit: int = text.NAME_LIMIT) -> str:
    """Such as "passes Marlin for #4"; without the rank where others stand between the two."""
    next_one = event.rank is not None and event.evidence["passed"]["rank"] == event.rank + 1
    return f"passes {passed(event, limit)}" + (f" for #{event.rank}" if next_one else "")


def overtook(event: Event, view: View) -> str:
    """Such as "#5 → #4, 1.84T (+6%), 51B ahead."."""
    move = parts.move(event) if event.previous_rank else f"{parts.then(event, view)} #{event.rank}"
    lead = (event.tokens or 0) - int(event.evidence["passed"]["tokens"])
    ahead = f"{wording.distance(lead)} ahead" if lead else "level with it"
    return f"{move}, {parts.amount(event)}, {ahead}.{parts.since(event, view)}"


def also_overtook(event: Event, _view: View, title: str) -> str:
    """Such as "past Marlin"."""
    return f"past {passed(event)}{parts.within(title)}"


def _threshold(event: Event) -> str:
    return f"{wording.limit(int(event.evidence.get('threshold') or 0))} tokens"


def reaches(event: Event) -> str:
    """Such as "reaches 1T tokens"."""
    return f"reaches {_threshold(event)}"


def reached(event: Event, view: View) -> str:
    """Such as "1.02T (+6%) in 7 days, now #4."."""
    span = "in a day" if event.window_days == 1 else f"in {event.window_days} days"
    return f"{parts.amount(event)} {span}, {parts.then(event, view)} #{event.rank}.{parts.since(event, view)}"


def also_reached(event: Event, _view: View, title: str) -> str:
    """Such as "beyond 1T tokens"."""
    return f"beyond {_threshold(event)}{parts.within(title)}"


def _points(event: Event) -> str:
    """By how many points a share moved: "2.4"."""
    return wording.points_apart(_moved(event))


def _moved(event: Event) -> Fraction:
    return Fraction(event.evidence.get("points") or 0)


def gains(event: Event) -> str:
    """Such as "gains 2.4 points of share"."""
    return f"{'loses' if event.evidence.get('direction') == 'down' else 'gains'} {_points(event)} points of share"


def share(event: Event, view: View) -> str:
    """Such as "10.8% → 13.2% of all tokens within 7 days, now #2."."""
    before, after = (Fraction(event.evidence.get(name) or 0) / 100 for name in ("base_share", "share"))
    base, now = wording.shares_apart(before, after, _moved(event))
    moved = f"{base} → {now} of all tokens {_within_days(event)}"
    return f"{moved}, {parts.then(event, view)} #{event.rank}.{parts.since(event, view)}"


def also_share(event: Event, _view: View, title: str) -> str:
    """Such as "+2.4 points of share"."""
    sign = wording.MINUS if event.evidence.get("direction") == "down" else "+"
    return f"{sign}{_points(event)} points of share{parts.within(title)}"


def moves(event: Event) -> str:
    """Such as "rises to #4", "falls to #11", "comes in at #9", "is no longer listed", "is no longer in the top 200"."""
    if event.rank is None:
        return f"is {absence.now(event).gone}"
    if event.previous_rank is None:
        return f"comes in at #{event.rank}"
    return f"{'rises' if event.rank < event.previous_rank else 'falls'} to #{event.rank}"


def also_moved(event: Event, view: View, title: str) -> str:
    """Such as "#5 → #4"."""
    return f"{parts.figures(event, view).partition(',')[0].rstrip('.')}{parts.within(title)}"


def _names(event: Event) -> tuple[str, str]:
    """(old name, new name), as they came."""
    return text.clean(str(event.evidence.get("old_name"))), text.clean(str(event.evidence.get("new_name")))


def is_called(event: Event) -> str:
    """Such as "was called Marlin before", said of an item that is shown by its new name."""
    old, new = _names(event)
    return f"is now called {new}" if parts.name(event) == old else f"was called {old} before"


def renamed(event: Event, view: View) -> str:
    """Such as "now #5, 1.79T (+1%)."."""
    return f"{parts.then(event, view)} #{event.rank}, {parts.amount(event)}.{parts.since(event, view)}"


def also_renamed(event: Event, _view: View, title: str) -> str:
    """Such as "formerly Marlin"."""
    return f"formerly {_names(event)[0]}{parts.within(title)}"

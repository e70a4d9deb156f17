"""A briefing in words: the week in three lines, its headline and what stands beside it, and how to read the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from bot.core import arrivals, pricing, text, wording
from bot.core.market import Market, Shift, markets, moved, shifts
from bot.core.ranking import Dataset, Entry, author_of
from bot.core.view import View
from bot.core.week import Arrivals, Week
from bot.core.week_boards import boards, movers

LINES = 3
TOP = 5
"""Ranks of a board of apps of which a line says whether they changed."""
NAME = 28
"""Characters of a name within a line."""
LEAST_HEADED = 1
"""Points of share that make a headline."""
_ROUTER = "OpenRouter is one router, not the market."


def week(views: Sequence[View], day: date) -> Week:
    """What a briefing on the week that ends on ``day`` says."""
    found = markets(views)
    came = [one for view in views if (one := _arrivals(view, day))]
    return Week(
        span=span(views, day),
        lines=tuple(_lines(views, found))[:LINES],
        boards=boards(views, found),
        arrivals=tuple(came),
        how=_how(views, found, day),
    )


def headline(views: Sequence[View]) -> str:
    """Such as "Oriole gains 4.4 points of OpenRouter in a week; Northwind still leads"; empty without such news."""
    for market in markets(views):
        lab = market.mover()
        if lab and abs(moved(lab)) >= LEAST_HEADED:
            verb = "gains" if moved(lab) > 0 else "loses"
            within = wording.count(market.models.watchlist.board.step.days, "day")
            span = "in a week" if within == "7 days" else f"within {within}"
            gain = f"{verb} {wording.points_apart(moved(lab))} points of OpenRouter {span}"
            return f"{_name(lab)} {gain}{_leads(market, lab)}"
    return ""


def lead(views: Sequence[View], week: Week, headed: str, *, late: str) -> str:
    """The sentences beside a briefing's headline: the first climb, how many arrived, and which days it is about."""
    facts = [late.removesuffix(".")] if late else []
    facts += [*_climb(views, headed), *_stayed(week.arrivals), week.span]
    return f"{'. '.join(facts)}."


def span(views: Sequence[View], day: date) -> str:
    """The days that the boards shown are about, and what they are held against: "9 to 15 November 2026, against …"."""
    view = next((one for one in views if one.current), None)
    if view is None or view.current is None:
        return wording.full_day(day)
    first = view.current.start_date
    days = wording.days(first, day)
    if view.compared is None:
        return f"{days}; the days before are not stored"
    before = view.watchlist.board.step.days
    against = "the week before" if before == 7 else f"the {before} days before"
    return f"{days}, against {against}"


# ── the three lines ──────────────────────────────────────────────────────────────────────────────────────────


def _lines(views: Sequence[View], found: Sequence[Market]) -> Iterator[str]:
    for market in found[:1]:
        yield _share(market)
        yield _first(market)
    apps = [(view, view.current.leader) for view in views if view.dataset is Dataset.APPS and view.current]
    listed = [(view, first) for view, first in apps if first]
    if not found and len(listed) == 1:
        ((view, first),) = listed
        yield from (_leader(view, first), *_top(view), *_largest(view))
        return
    for view, first in listed:
        yield f"{view.title}: {' '.join([_leader(view, first), *_top(view), *_largest(view)])}"


def _share(market: Market) -> str:
    """Such as "Oriole 9.6% → 14.0% of all tokens, nearly all of it Swift 4 (5.3% → 9.1%, now #2)."."""
    if market.labs.compared is None:
        return "By how much the labs' shares changed is not known: the window before is not stored."
    lab = market.mover()
    if lab is None or lab.before is None:
        return "No lab's share of all tokens moved by half a point."
    before, now = wording.shares_apart(lab.before, lab.now, moved(lab))
    way = f"{_name(lab)} {before} → {now} of all tokens"
    model = market.behind(lab)
    return f"{way}{_explained(lab, model)}." if model else f"{way}."


def _explained(lab: Shift, model: Shift) -> str:
    part = moved(model) / moved(lab)
    much = "more than all" if part > Fraction(21, 20) else "nearly all" if part >= Fraction(4, 5) else "most"
    was = f"{model.base.absent} before, " if model.before is None else f"{wording.share(model.before)} → "
    return f", {much} of it {_name(model)} ({was}{wording.share(model.now)}, now #{model.entry.rank})"


def _first(market: Market) -> str:
    """Such as "Northwind keeps #1 with Gale 3 Flash: 12.2% (+0.4 pt). OpenRouter as a whole: 71.4T tokens, +3%."."""
    view = market.models
    leader = view.current.leader if view.current else None
    if leader is None or view.current is None:
        return "OpenRouter as a whole: no figures."
    now = view.current.share(leader.item) or Fraction(0)
    before = view.compared.share(leader.item) if view.compared else None
    change = "" if before is None else f" ({wording.points(100 * (now - before))})"
    first = f"{_holder(market, leader.item)} #1 with {text.clean(leader.name, NAME)}: {wording.share(now)}{change}."
    total = view.current.total_tokens
    grown = wording.percent(total, view.compared.total_tokens if view.compared else None) or "change not known"
    return f"{first} OpenRouter as a whole: {wording.tokens(total)} tokens, {grown}."


def _holder(market: Market, item: str) -> str:
    """The lab of #1, and whether it had that before: "Northwind keeps"."""
    lab = text.clean(market.lab(item), NAME)
    former = market.models.previous.leader if market.models.previous else None
    if former is None:
        return f"{lab} has"
    return f"{lab} {'keeps' if author_of(former.item) == author_of(item) else 'takes'}"


def _leader(view: View, entry: Entry) -> str:
    """Such as "Harrier keeps #1 with 7.21T tokens (+2%)."."""
    former = view.previous.leader if view.previous else None
    verb = "has" if former is None else "keeps" if former.item == entry.item else "takes"
    change = wording.percent(entry.tokens, view.compared.tokens(entry.item) if view.compared else None)
    from_whom = f" from {text.clean(former.name, NAME)}" if former and verb == "takes" else ""
    grown = f" ({change})" if change else ""
    return f"{text.clean(entry.name, NAME)} {verb} #1{from_whom} with {wording.tokens(entry.tokens)} tokens{grown}."


def _top(view: View) -> Iterator[str]:
    """What changed among the first five, or that nothing did."""
    if view.current is None or view.previous is None:
        return
    now, then = view.current.entries[:TOP], view.previous.entries[:TOP]
    if [entry.item for entry in now] == [entry.item for entry in then]:
        yield f"No change in the top {len(now)}."
        return
    ways = []
    for entry in now:
        before = view.previous.rank(entry.item)
        if before != entry.rank:
            ways.append(f"{text.clean(entry.name, NAME)} {f'#{before} → ' if before else 'new at '}#{entry.rank}")
    yield f"In the top {len(now)}: {wording.listing(ways, 3)}."


def _largest(view: View) -> Iterator[str]:
    climbed, _ = movers(view)
    if climbed:
        yield f"{climbed[0]}, the largest climb."


# ── beside the headline, and below the boards ────────────────────────────────────────────────────────────────


def _leads(market: Market, lab: Shift) -> str:
    """How the headline about a lab goes on: who leads."""
    current, previous = market.labs.current, market.labs.previous
    first = current.leader if current else None
    former = previous.leader if previous else None
    if first is None or former is None:
        return ""
    if first.item == lab.entry.item:
        return " and still leads" if former.item == first.item else " and takes the lead"
    return f"; {text.clean(first.name, NAME)} {'still' if former.item == first.item else 'now'} leads"


def _climb(views: Sequence[View], headed: str) -> Iterator[str]:
    """The largest climb of a model within the first ten, which the headline does not name."""
    for market in markets(views)[:1]:
        previous = market.models.previous
        ways = []
        for shift in shifts(market.models):
            before = previous.rank(shift.entry.item) if previous else None
            name = text.clean(shift.entry.name, NAME)
            if before and shift.entry.rank <= 10 and before > shift.entry.rank and name not in headed:
                ways.append(
                    (shift.entry.rank - before, shift.entry.rank, f"{name} from #{before} to #{shift.entry.rank}")
                )
        if ways:
            yield min(ways)[2]


def _stayed(came: Sequence[Arrivals]) -> Iterator[str]:
    number = sum(one.number for one in came)
    if number:
        noun = "newcomer" if number == 1 else "newcomers"
        yield f"{wording.in_words(number).capitalize()} {noun} arrived and stayed"


def _arrivals(view: View, day: date) -> Arrivals | None:
    """Of labs there is nothing to say: their boards have no edge that one comes and goes over."""
    return None if view.watchlist.board.noun == "Lab" else arrivals.arrivals(view, day)


def _how(views: Sequence[View], found: Sequence[Market], day: date) -> str:
    """How the figures are to be read; what every message says of tokens is in its source."""
    said = []
    if any(view.dataset is Dataset.MODELS for view in views):
        said.append(
            "Share: of all tokens through OpenRouter in those days, models outside the daily top 50 included; pt: "
            "percentage points. A lab's share is that of its listed models."
        )
    said.append(_ROUTER)
    bases = {view.previous.end_date for view in views if view.previous}
    if bases:
        said.append(f"Ranks are held against {wording.listing([wording.day(base) for base in sorted(bases)])}.")
    if found and (prices := pricing.note(views)):
        said.append(prices)
    if day - timedelta(days=6) == day - timedelta(days=day.weekday()):
        said.append("Weeks run Monday to Sunday, UTC.")
    return " ".join(said)


def _name(shift: Shift) -> str:
    return text.clean(shift.entry.name, NAME)

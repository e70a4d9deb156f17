"""What a template may use: a digest as plain dicts, lists, strings and numbers. These names are kept (SemVer).

``digest``    the digest, field by field (``bot.core.digest``), dates as YYYY-MM-DD
``excerpt``   its short form for the parent of a thread (``bot.core.excerpt``)
``scopes``    windows and bases, each with its boards as (title, address)
``tops``      the sections whose boards are shown
``proofs``    ``id``, ``head`` (who does what, may be empty) and ``text`` of what is told; in slack_why also the
              figures of what was revised
``unproved``  how many proofs are left out; ``check`` lists their events
``revised``   the figures of each of ``digest.revisions`` in the same form
``check``     the command that lists the events told
``full``      HTML only: false where the page would be too large with its tables
``pictures``  HTML only: the charts that could be drawn: ``src``, ``alt``, ``title`` and ``kind`` (ranks, spike)
``labs``      slack_week only: the boards of a briefing that no watchlist has
``section``   slack_top only
``courses``   slack_top only: tokens over days, for a chart: ``title``, ``as_of`` (of the earliest of the figures),
              ``names``, and ``rows``, each a ``day`` with the ``tokens`` of every name; None where there is none
``not_evaluated`` slack_why only: the sections in which something was not
``last``      slack_why only: whether it is the last of these parts

Of very many lines ``digest`` and ``tops`` have the most important ones; ``more_standing`` and ``more_news`` of a
section and ``more_revisions`` of the digest say how many more there are and where, else they are empty
(``bot.core.caps``).

``slack_revised``, the reply in the thread of a message that is revised, has ``subject``, ``revisions`` (field by field
as in ``digest.revisions``) and ``more_revisions``, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from bot.app.records import Attachment
from bot.core import caps, wording
from bot.core.charts import Chart, Picture, TokenChart
from bot.core.digest import Digest, Revision, Section
from bot.core.excerpt import excerpt, scopes_of

Context = Mapping[str, Any]


def context_of(digest: Digest) -> Context:
    """The context of every template, without the names that only some have."""
    shown = caps.capped(digest)
    proofs, unproved = caps.proofs(digest)
    values: dict[str, Any] = {
        "digest": _fields(shown),
        "excerpt": asdict(excerpt(digest)),
        "scopes": [asdict(scope) for scope in scopes_of(digest.sections)],
        "tops": [asdict(section) for section in _tops(shown)],
        "proofs": [asdict(proof) for proof in proofs],
        "unproved": unproved,
        "revised": [
            {"id": line.id, "head": line.said.removesuffix("."), "text": f"{line.figures} {line.why}".strip()}
            for line in shown.revisions
        ],
        "check": _check_command(digest),
    }
    return {name: _plain(value) for name, value in values.items()}


def pictures_context(pictures: Sequence[tuple[Picture, Attachment]]) -> list[Context]:
    """The pictures as the HTML shows them."""
    values = [
        {"src": f"cid:{attachment.cid}", "alt": chart.alt, "title": chart.title, "kind": chart.kind}
        for chart, attachment in pictures
    ]
    return [_plain(value) for value in values]


def courses_context(charts: Sequence[Chart]) -> Mapping[str, Context]:
    """The courses of tokens that slack_top shows, by watchlist."""
    return {chart.watchlist: _plain(_course_values(chart)) for chart in charts if isinstance(chart, TokenChart)}


def _course_values(chart: TokenChart) -> Context:
    tokens = zip(*chart.tokens, strict=True)
    rows = [
        {"day": day, "tokens": [wording.tokens(count) for count in counts]}
        for day, counts in zip(chart.days, tokens, strict=True)
    ]
    return {"title": chart.title, "as_of": chart.as_of, "names": chart.names, "rows": rows}


def revised_context(revisions: Sequence[Revision], subject: str) -> Context:
    """The context of the reply in the thread of a message that is revised."""
    shown, more = caps.revised(revisions)
    values = {"revisions": [asdict(revision) for revision in shown], "more_revisions": more, "subject": subject}
    return {name: _plain(value) for name, value in values.items()}


def _fields(digest: Digest) -> dict[str, Any]:
    """The digest field by field, but for its whole boards, a file of their own, and for what is drawn of it."""
    values = asdict(replace(digest, tables=(), charts=()))
    del values["tables"], values["charts"]
    return values


def _tops(digest: Digest) -> Iterator[Section]:
    """The sections whose boards are shown: those of which something is said; of a quiet digest, all."""
    for section in digest.sections:
        spoken = section.standing or section.news or section.passed or section.new or digest.is_quiet
        if spoken and section.top:
            yield section


def _check_command(digest: Digest) -> str:
    dates = [news.date for section in digest.sections for news in section.news]
    dates += [revision.date for revision in digest.revisions]
    if not dates or any(row.moves for section in digest.sections for row in section.standing):
        dates += [*digest.days, digest.day]
    return caps.events_of(dates)


def _plain(value: Any) -> Any:
    """Dates as text, tuples as lists, and no control character in any string: those make Slack's line markup."""
    if isinstance(value, str):
        return "".join(char if char.isprintable() or char > "\x9f" else " " for char in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value

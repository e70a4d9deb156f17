"""Turns a digest into a message: Jinja templates in a sandbox, the user's before the bundled ones.

A template gets plain values only (dicts, lists, strings, numbers) and can't drop the source, which is appended after
rendering. Where a user's template fails, the bundled one is used instead and the failure is reported. The bundled ones
are rendered here, a user's in a process of their own (``render_apart``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from bot.adapters import provenance, sheet
from bot.adapters.pictures import Draw, drawn, shown
from bot.adapters.plain_page import page_of_lines, page_of_text
from bot.adapters.render_apart import LIMITS, Job, Limits, Tried, UserTemplates
from bot.adapters.render_context import Context, context_of, courses_context, pictures_context, revised_context
from bot.adapters.render_engine import Engine
from bot.app.records import Attachment, Message, SlackPart
from bot.core import caps, text
from bot.core.charts import Picture
from bot.core.digest import Digest, Provenance, Revision
from bot.core.specimens import specimens
from bot.errors import TemplateError

TEXT = "digest.txt.j2"
HTML = "digest.html.j2"
SLACK_PARENT = "slack_parent.j2"
SLACK_TOP = "slack_top.j2"
SLACK_WHY = "slack_why.j2"
SLACK_WEEK = "slack_week.j2"
SLACK_DIARY = "slack_diary.j2"
SLACK_REVISED = "slack_revised.j2"
HTML_LIMIT = 88_500
"""Bytes of a page: with its last lines (``email_footer``) a mail has less than 90 kB, and Gmail cuts off what is beyond
about 102 kB."""
COLUMNS = 78
"""The width of plain text."""
_NOTICE_LINE = 1500
"""Characters of a line in a notice to the operator."""
PROOFS = 20
"""Proofs in one part of a thread."""
_PLAIN_LIMIT = HTML_LIMIT // 8
"""Characters of plain text as a page: each takes five bytes at most, escaped or encoded."""

Report = Callable[[TemplateError], None]
_GivenUp = MutableMapping[str, TemplateError]
_Pictures = Sequence[tuple[Picture, Attachment]]


class JinjaRenderer:
    """Renders with the templates in ``user`` (if given), file by file before those in ``bundled``.

    ``warnings`` is told, in a sentence with file and line, when a user's template failed and the bundled one was used.
    ``limits`` are those of the user's.
    ``draw`` makes the pictures of the HTML; without it there are none.
    """

    def __init__(
        self,
        bundled: Path,
        user: Path | None = None,
        *,
        warnings: Callable[[str], None] | None = None,
        limits: Limits = LIMITS,
        draw: Draw | None = None,
    ) -> None:
        self._warn = warnings
        self._draw = draw
        self._bundled = Engine([bundled])
        self._users = UserTemplates(user, self._bundled, limits=limits) if user else None

    def render(self, digest: Digest, *, key: str, now: datetime) -> Message:
        """The digest in every form, each part with its source. Raises TemplateError if a bundled template fails."""
        pictures = drawn(digest.charts, self._draw, key=key, warn=self._warn) if self._draw else ()
        return self._message(digest, key, now, self._falling_back(), {}, pictures=tuple(pictures))

    def notice(self, subject: str, lines: Sequence[str], *, key: str, now: datetime) -> Message:
        """A note to the operator: no figures, so no source, and no template that could fail."""
        kept = [text.clean(line, _NOTICE_LINE) for line in lines]
        plain = "\n\n".join(text.fill(line, COLUMNS) for line in kept) + "\n"
        markup = "\n".join([f"# {subject}", *(f"* {line}" for line in kept)])
        page = page_of_lines(subject, kept)
        return Message(key, now.date(), now, subject, f"{subject}\n\n{plain}", page, (SlackPart(markup),))

    def correction(
        self, revisions: Sequence[Revision], subject: str, provenance: Provenance, *, key: str, now: datetime
    ) -> Message:
        """What OpenRouter revised of one message, for its thread. Raises TemplateError if a bundled template fails."""
        return self._correction(
            revisions, subject, provenance, key=key, now=now, report=self._falling_back(), given_up={}
        )

    def check(self) -> tuple[TemplateError, ...]:
        """What fails of the user's templates when made-up digests, ordinary and extreme ones, are rendered.

        One that takes too long on one of them is not tried on the others. Raises TemplateError if a bundled one fails.
        """
        found: dict[str, TemplateError] = {}
        given_up: dict[str, TemplateError] = {}

        def collect(error: TemplateError) -> None:
            found.setdefault(str(error), error)

        for digest in specimens():
            now = datetime.combine(digest.day, time(), UTC)
            pictures = drawn(digest.charts, lambda _chart: b"", key="check")
            self._message(digest, "check", now, collect, given_up, pictures=tuple(pictures))
            if digest.revisions:
                subject, source = digest.headline, digest.provenance
                self._correction(
                    digest.revisions, subject, source, key="check", now=now, report=collect, given_up=given_up
                )
        return tuple(found.values())

    def _falling_back(self) -> Report:
        """What tells ``warnings``, each thing once."""
        told: set[str] = set()

        def report(error: TemplateError) -> None:
            if self._warn and str(error) not in told:
                told.add(str(error))
                self._warn(f"{error}. The bundled template was used instead.")

        return report

    def _message(
        self,
        digest: Digest,
        key: str,
        now: datetime,
        report: Report,
        given_up: _GivenUp,
        *,
        pictures: _Pictures,
    ) -> Message:
        source = digest.provenance
        context = context_of(digest)
        of_page = {"pictures": pictures_context(pictures)}
        pages = [Job(HTML, {**of_page, "full": full}, page=True) for full in (True, False)]
        parts = list(_parts(digest, context))
        plain_text, full, small, *slack = self._tried(context, [Job(TEXT), *pages, *parts], given_up)
        plain = self._chosen(context, Job(TEXT), plain_text, report)
        page = self._page(digest, {**context, **of_page}, plain, (full, small), report)
        return Message(
            key=key,
            day=digest.day,
            created_at=now,
            subject=f"SAMPLE: {digest.headline}" if source.sample else digest.headline,
            text=provenance.in_text(plain, source),
            html=page,
            slack=tuple(
                SlackPart(provenance.in_slack(self._chosen(context, part, tried, report), source))
                for part, tried in zip(parts, slack, strict=True)
            ),
            source=provenance.text_source(source),
            sheet=sheet.sheet_of(digest.tables),
            attachments=shown([attachment for _, attachment in pictures], page),
        )

    def _correction(
        self,
        revisions: Sequence[Revision],
        subject: str,
        source: Provenance,
        *,
        key: str,
        now: datetime,
        report: Report,
        given_up: _GivenUp,
    ) -> Message:
        subject = text.clean(subject, _NOTICE_LINE)
        shown, more = caps.revised(revisions)
        plain = "\n\n".join([*map(_revised, shown), *([more] if more else [])])
        context, job = revised_context(revisions, subject), Job(SLACK_REVISED)
        (tried,) = self._tried(context, [job], given_up)
        markup = self._chosen(context, job, tried, report)
        return Message(
            key=key,
            day=max((revision.date for revision in revisions), default=now.date()),
            created_at=now,
            subject=f"SAMPLE: {subject}" if source.sample else subject,
            text=provenance.in_text(f"{text.fill(subject, COLUMNS)}\n\n{plain}", source),
            html=provenance.in_html(page_of_text(subject, plain, limit=_PLAIN_LIMIT), source),
            slack=(SlackPart(provenance.in_slack(markup, source)),),
            source=provenance.text_source(source),
        )

    def _tried(self, context: Context, jobs: Sequence[Job], given_up: _GivenUp) -> list[Tried]:
        """What the user's templates yield of all jobs."""
        return self._users.try_all(context, jobs, given_up) if self._users else [None] * len(jobs)

    def _chosen(self, context: Context, job: Job, tried: Tried, report: Report) -> str:
        """What the user's template yielded, or where that failed the bundled one, whose failure is raised."""
        if isinstance(tried, str):
            return tried
        if tried:
            report(tried)
        return self._bundled.text(job.name, {**context, **job.more})

    def _page(self, digest: Digest, context: Context, plain: str, tried: Sequence[Tried], report: Report) -> str:
        """The HTML within its limit: with all tables, else without (``tried`` has both), else the plain text."""
        for attempt in tried:
            if not isinstance(attempt, str):
                if attempt:
                    report(attempt)
                break
            page = provenance.in_html(attempt, digest.provenance)
            if len(page.encode()) <= HTML_LIMIT:
                return page
        else:
            report(TemplateError(f"{HTML}: it yields more than {HTML_LIMIT} bytes"))
        return self._bundled_page(digest, context) or provenance.in_html(
            page_of_text(digest.headline, plain, limit=_PLAIN_LIMIT), digest.provenance
        )

    def _bundled_page(self, digest: Digest, context: Context) -> str:
        """The page, without its tables if it is too large with them; empty if it is too large then, too."""
        for full in (True, False):
            finished = provenance.in_html(self._bundled.page(HTML, {**context, "full": full}), digest.provenance)
            if len(finished.encode()) <= HTML_LIMIT:
                return finished
        return ""


def _revised(revision: Revision) -> str:
    """A revision in plain text: what was told and what holds, then the figures with its handle."""
    figures = " ".join(part for part in (revision.figures, revision.why, f"[{revision.id}]") if part)
    return f"{text.fill(revision.text, COLUMNS)}\n{text.fill(figures, COLUMNS)}"


def _parts(digest: Digest, context: Context) -> Iterator[Job]:
    """Which template yields which part: the parent, then the boards (of a quiet digest none), then the proofs.

    The board of a new watchlist that the parent shows whole is not repeated.
    """
    yield Job(SLACK_PARENT)
    if digest.diary:
        yield Job(SLACK_DIARY)
    shown = next((section.watchlist for section in digest.sections if section.new), "")
    courses = courses_context(digest.charts)
    opening: Sequence[Mapping[str, Any]] = context["excerpt"]["opening"]
    for section in () if digest.is_quiet and not digest.week else context["tops"]:
        if section["watchlist"] != shown or opening != section["top"]:
            yield Job(SLACK_TOP, {"section": section, "courses": courses.get(section["watchlist"])})
    if digest.week:
        boards: Sequence[Mapping[str, Any]] = context["digest"]["week"]["boards"]
        yield Job(SLACK_WEEK, {"labs": [board for board in boards if not board["watchlist"]]})
    proofs: Sequence[Mapping[str, Any]] = [*context["proofs"], *context["revised"]]
    unevaluated = [section for section in context["digest"]["sections"] if section["not_evaluated"]]
    for start in range(0, max(len(proofs), bool(unevaluated)), PROOFS):
        last = start + PROOFS >= len(proofs)
        page = proofs[start : start + PROOFS]
        yield Job(SLACK_WHY, {"proofs": page, "last": last, "not_evaluated": unevaluated if last else []})

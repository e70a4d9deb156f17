"""Turns a digest into a message: Jinja templates in a sandbox, the user's before the bundled ones.

A template gets plain values only (dicts, lists, strings, numbers) and can't drop the source, which is appended after
rendering. Where a user's template fails, the bundled one is used instead and the failure is reported.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import css_inline
import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from bot.adapters import provenance
from bot.adapters.pictures import Draw, drawn, shown
from bot.adapters.render_context import Context, context_of, pictures_context, revised_context
from bot.app.records import Attachment, Message, SlackPart
from bot.core import caps, text
from bot.core.charts import Chart
from bot.core.digest import Digest, Provenance, Revision
from bot.core.specimens import specimens
from bot.errors import TemplateError

TEXT = "digest.txt.j2"
HTML = "digest.html.j2"
SLACK_PARENT = "slack_parent.j2"
SLACK_TOP = "slack_top.j2"
SLACK_WHY = "slack_why.j2"
SLACK_REVISED = "slack_revised.j2"
HTML_LIMIT = 90_000
"""Bytes of a mail's HTML: Gmail cuts off what is beyond about 102 kB."""
OUTPUT_LIMIT = 1_000_000
"""Characters that a template may yield."""
COLUMNS = 78
"""The width of plain text."""
_NOTICE_LINE = 1500
"""Characters of a line in a notice to the operator."""
PROOFS = 20
"""Proofs in one part of a thread."""
_PLAIN_LIMIT = HTML_LIMIT // 8
"""Characters of plain text as a page: each takes five bytes at most, escaped or encoded."""
_PLAIN_PAGE = (
    '<html lang="en"><head><title>{headline}</title></head><body>'
    '<p>{headline}</p><pre style="white-space:pre-wrap">{text}</pre></body></html>'
)

Report = Callable[[TemplateError], None]


class JinjaRenderer:
    """Renders with the templates in ``user`` (if given), file by file before those in ``bundled``.

    ``warnings`` is told, in a sentence with file and line, when a user's template failed and the bundled one was used.
    ``draw`` makes the pictures of the HTML; without it there are none.
    """

    def __init__(
        self,
        bundled: Path,
        user: Path | None = None,
        *,
        warnings: Callable[[str], None] | None = None,
        draw: Draw | None = None,
    ) -> None:
        self._warn = warnings
        self._draw = draw
        self._folders = (user, bundled) if user else (bundled,)
        chains = [self._folders, (bundled,)] if user else [(bundled,)]
        self._text = [_environment(folders, autoescape=False) for folders in chains]
        self._html = [_environment(folders, autoescape=True) for folders in chains]
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)

    def render(self, digest: Digest, *, key: str, now: datetime) -> Message:
        """The digest in every form, each part with its source. Raises TemplateError if a bundled template fails."""
        drawing = drawn(digest.charts, self._draw, key=key, warn=self._warn) if self._draw else ()
        return self._message(digest, key, now, self._fall_back, pictures=tuple(drawing))

    def notice(self, subject: str, lines: Sequence[str], *, key: str, now: datetime) -> Message:
        """A note to the operator: no figures, so no source, and no template that could fail."""
        kept = [text.clean(line, _NOTICE_LINE) for line in lines]
        plain = "\n\n".join(text.fill(line, COLUMNS) for line in kept) + "\n"
        markup = "\n".join([f"# {subject}", *(f"* {line}" for line in kept)])
        page = f"<!doctype html>{_plain_page(subject, plain)}"
        return Message(key, now.date(), now, subject, f"{subject}\n\n{plain}", page, (SlackPart(markup),))

    def correction(
        self, revisions: Sequence[Revision], subject: str, provenance: Provenance, *, key: str, now: datetime
    ) -> Message:
        """What OpenRouter revised of one message, for its thread. Raises TemplateError if a bundled template fails."""
        return self._correction(revisions, subject, provenance, key=key, now=now, report=self._fall_back)

    def check(self) -> tuple[TemplateError, ...]:
        """What fails of the user's templates when made-up digests, ordinary and extreme ones, are rendered.

        Raises TemplateError if a bundled template fails.
        """
        found: dict[str, TemplateError] = {}

        def collect(error: TemplateError) -> None:
            found.setdefault(str(error), error)

        for digest in specimens():
            now = datetime.combine(digest.day, time(), UTC)
            pictures = drawn(digest.charts, lambda _chart: b"", key="check")
            self._message(digest, "check", now, collect, pictures=tuple(pictures))
            if digest.revisions:
                source = digest.provenance
                self._correction(digest.revisions, digest.headline, source, key="check", now=now, report=collect)
        return tuple(found.values())

    def _fall_back(self, error: TemplateError) -> None:
        if self._warn:
            self._warn(f"{error}. The bundled template was used instead.")

    def _message(
        self, digest: Digest, key: str, now: datetime, report: Report, *, pictures: Sequence[tuple[Chart, Attachment]]
    ) -> Message:
        source = digest.provenance
        context = context_of(digest)
        plain = self._first(TEXT, context, report)
        page = self._page(digest, {**context, "pictures": pictures_context(pictures)}, plain, report)
        return Message(
            key=key,
            day=digest.day,
            created_at=now,
            subject=f"SAMPLE: {digest.headline}" if source.sample else digest.headline,
            text=provenance.in_text(plain, source),
            html=page,
            slack=tuple(
                SlackPart(provenance.in_slack(self._first(name, part, report), source))
                for name, part in _parts(digest, context)
            ),
            source=provenance.text_source(source),
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
    ) -> Message:
        subject = text.clean(subject, _NOTICE_LINE)
        shown, more = caps.revised(revisions)
        plain = "\n\n".join([*map(_revised, shown), *([more] if more else [])])
        markup = self._first(SLACK_REVISED, revised_context(revisions, subject), report)
        return Message(
            key=key,
            day=max((revision.date for revision in revisions), default=now.date()),
            created_at=now,
            subject=f"SAMPLE: {subject}" if source.sample else subject,
            text=provenance.in_text(f"{text.fill(subject, COLUMNS)}\n\n{plain}", source),
            html=provenance.in_html(f"<!doctype html>{_plain_page(subject, plain)}", source),
            slack=(SlackPart(provenance.in_slack(markup, source)),),
            source=provenance.text_source(source),
        )

    def _first(self, name: str, context: Context, report: Report) -> str:
        """What the user's template yields, or where that fails the bundled one, whose failure is raised."""
        *users, bundled = self._text
        for environment in users:
            try:
                return self._render(environment, name, context)
            except TemplateError as error:
                report(error)
        return self._render(bundled, name, context)

    def _page(self, digest: Digest, context: Context, plain: str, report: Report) -> str:
        """The HTML within its limit: with all tables, else without, else the plain text as a page."""
        *users, bundled = self._html
        for environment in users:
            try:
                page = self._fitting(environment, digest, context)
            except TemplateError as error:
                report(error)
                continue
            if page:
                return page
            report(TemplateError(f"{HTML}: it yields more than {HTML_LIMIT} bytes"))
        return self._fitting(bundled, digest, context) or provenance.in_html(
            _plain_page(digest.headline, plain), digest.provenance
        )

    def _fitting(self, environment: jinja2.Environment, digest: Digest, context: Context) -> str:
        """The page, without its tables if it is too large with them; empty if it is too large then, too."""
        for full in (True, False):
            page = self._inlined(self._render(environment, HTML, {**context, "full": full}))
            finished = provenance.in_html(page, digest.provenance)
            if len(finished.encode()) <= HTML_LIMIT:
                return finished
        return ""

    def _inlined(self, page: str) -> str:
        try:
            return self._inliner.inline(page)
        except css_inline.InlineError as error:
            raise TemplateError(f"{HTML}: its styles can't be inlined: {error}") from error

    def _render(self, environment: jinja2.Environment, name: str, context: Context) -> str:
        try:
            rendered = "".join(_capped(environment.get_template(name).generate(context)))
            rendered.encode()  # half a surrogate pair, which a template can write, could be neither stored nor sent
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{error.filename or error.name}:{error.lineno}: {error.message}") from error
        except Exception as error:  # a template is a program: whatever it raises is about the template
            raise TemplateError(f"{self._place(error, name)}: {type(error).__name__}: {error}") from error
        if len(rendered) > OUTPUT_LIMIT:
            raise TemplateError(f"{name}: it yields more than {OUTPUT_LIMIT} characters")
        return rendered

    def _place(self, error: Exception, name: str) -> str:
        """File and line of the template at which it failed; the template's name where it was not found."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self._folders):
                return f"{frame.filename}:{frame.lineno}"
        return name


def _capped(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces up to the first beyond the limit."""
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size > OUTPUT_LIMIT:
            return


def _environment(folders: Sequence[Path], *, autoescape: bool) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(link=_link, bold=_bold)
    environment.filters.update(fill=text.fill, fit=text.fit, left=text.left, right=text.right)
    return environment


def _link(label: str, url: str) -> str:
    """A link in Slack's line markup."""
    return f"\x02{label}\x1f{url}\x03"


def _bold(words: str) -> str:
    """Bold in Slack's line markup."""
    return f"\x0e{words}\x0f"


def _plain_page(headline: str, plain: str) -> str:
    cut = plain if len(plain) <= _PLAIN_LIMIT else f"{plain[:_PLAIN_LIMIT]}\n… (all of it: the text part of this mail)"
    return _PLAIN_PAGE.format(headline=escape(headline), text=escape(cut))


def _revised(revision: Revision) -> str:
    """A revision in plain text: what was told and what holds, then the figures with its handle."""
    figures = " ".join(part for part in (revision.figures, revision.why, f"[{revision.id}]") if part)
    return f"{text.fill(revision.text, COLUMNS)}\n{text.fill(figures, COLUMNS)}"


def _parts(digest: Digest, context: Context) -> Iterator[tuple[str, Context]]:
    """Which template yields which part: the parent, then the boards (of a quiet digest none), then the proofs.

    The board of a new watchlist that the parent shows whole is not repeated.
    """
    yield SLACK_PARENT, context
    shown = next((section.watchlist for section in digest.sections if section.new), "")
    opening: Sequence[Mapping[str, Any]] = context["excerpt"]["opening"]
    for section in () if digest.is_quiet else context["tops"]:
        if section["watchlist"] != shown or opening != section["top"]:
            yield SLACK_TOP, {**context, "section": section}
    proofs: Sequence[Mapping[str, Any]] = [*context["proofs"], *context["revised"]]
    unevaluated = [section for section in context["digest"]["sections"] if section["not_evaluated"]]
    for start in range(0, max(len(proofs), bool(unevaluated)), PROOFS):
        last = start + PROOFS >= len(proofs)
        page = proofs[start : start + PROOFS]
        yield SLACK_WHY, {**context, "proofs": page, "last": last, "not_evaluated": unevaluated if last else []}

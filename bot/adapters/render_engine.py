"""One folder of templates after another in Jinja's sandbox, and a failure as file, line and reason.

The bundled templates are rendered with it in the bot's process, a user's in one of their own (``render_child``), which
is why it knows nothing of digests.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import css_inline
import jinja2
from jinja2 import meta
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.core import text
from bot.errors import TemplateError

OUTPUT_LIMIT = 1_000_000
"""Characters that a template may yield."""


class OverLimitError(Exception):
    """A template is stopped while it is rendered; the words are the reason."""


class Engine:
    """The templates in ``folders``, of each name the first that is there. ``output`` is how much one may yield."""

    def __init__(self, folders: Sequence[Path], *, output: int = OUTPUT_LIMIT) -> None:
        self.folders = tuple(folders)
        self._output = output
        self._plain = _environment(self.folders, autoescape=False)
        self._html = _environment(self.folders, autoescape=True)
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)

    def text(self, name: str, context: Mapping[str, Any]) -> str:
        """What the template yields. Raises TemplateError."""
        return self._render(self._plain, name, context)

    def page(self, name: str, context: Mapping[str, Any]) -> str:
        """What the template of an HTML page yields, its styles inlined. Raises TemplateError."""
        page = self._render(self._html, name, context)
        try:
            return self._inliner.inline(page)
        except css_inline.InlineError as error:
            raise TemplateError(f"{name}: its styles can't be inlined: {error}") from error

    def named_in(self, name: str) -> frozenset[str]:
        """The templates that this one includes, imports or extends, as far as it names them in so many words.

        Raises TemplateError.
        """
        try:
            source = self._plain.get_template(name).filename or ""
            tree = self._plain.parse(Path(source).read_text(encoding="utf-8"))
        except (jinja2.TemplateError, OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{name}: {type(error).__name__}: {error}") from error
        return frozenset(found for found in meta.find_referenced_templates(tree) if found)

    def _render(self, environment: jinja2.Environment, name: str, context: Mapping[str, Any]) -> str:
        try:
            rendered = "".join(_capped(environment.get_template(name).generate(context), self._output))
            rendered.encode()  # half a surrogate pair, which a template can write, could be neither stored nor sent
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{error.filename or error.name}:{error.lineno}: {error.message}") from error
        except OverLimitError as error:
            raise TemplateError(f"{self._place(error, name)}: {error}") from error
        except MemoryError as error:
            raise TemplateError(f"{self._place(error, name)}: it needs more memory than it may have") from error
        except Exception as error:  # a template is a program: whatever it raises is about the template
            raise TemplateError(f"{self._place(error, name)}: {type(error).__name__}: {error}") from error
        if len(rendered) > self._output:
            raise TemplateError(f"{name}: it yields more than {self._output} characters")
        return rendered

    def _place(self, error: Exception, name: str) -> str:
        """File and line of the template at which it failed; the template's name where it was not found."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self.folders):
                return f"{frame.filename}:{frame.lineno}"
        return name


def _capped(pieces: Iterator[str], limit: int) -> Iterator[str]:
    """The pieces up to the first beyond the limit."""
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size > limit:
            return


def _environment(folders: Sequence[Path], *, autoescape: bool) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(autoescape=autoescape),
    )
    environment.globals.update(link=_link, bold=_bold)
    environment.filters.update(fill=text.fill, fit=text.fit, left=text.left, right=text.right)
    return environment


class _Compiled(jinja2.BytecodeCache):
    """The code of each template as it was last compiled: to compile one takes longer than to render it.

    It is for environments that are alike in all but their folders: filters are looked up when code is made of them.
    """

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives the bucket its code, if the template still reads as it did. Its key has the template's file."""
        checksum, code = self._code.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the bucket's code."""
        if bucket.code:
            self._code[bucket.key] = (bucket.checksum, bucket.code)


@cache
def _compiled(*, autoescape: bool) -> _Compiled:  # noqa: ARG001  (it tells one from the other)
    """The one for the engines of this process: code that escapes is not that which does not."""
    return _Compiled()


def _link(label: str, url: str) -> str:
    """A link in Slack's line markup."""
    return f"\x02{label}\x1f{url}\x03"


def _bold(words: str) -> str:
    """Bold in Slack's line markup."""
    return f"\x0e{words}\x0f"

"""The last lines of a mail: what is attached, why it came, and how to leave the list.

They are text, not links: who gets a mail forwarded can do nothing on its owner's behalf.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.adapters import provenance
from bot.core.text import fill

_COLUMNS = 78


def footer(channel: str, *, rhythm: str, leave: str, attached: str) -> tuple[str, ...]:
    """The lines. ``rhythm`` is when mails come (bot.core.due), ``leave`` an address; empty parts are left out."""
    when = f" {rhythm}" if rhythm else ""
    reason = f'You get this{when} because you are on the list "{channel}". To leave it, write to {leave}.'
    return (attached, reason) if attached else (reason,)


def in_text(text: str, lines: Sequence[str]) -> str:
    """The plain text with the lines below it."""
    filled = "".join(f"{fill(line, _COLUMNS)}\n" for line in lines)
    return f"{text.rstrip()}\n\n{filled}"


def in_html(page: str, lines: Sequence[str]) -> str:
    """The page with the lines below its source."""
    return provenance.below(page, lines)

"""Plain text as a page: for a notice, a reply, and a digest that is too large in its own form. No template makes it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_PAGE = Markup(
    "<!DOCTYPE html>\n"
    '<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{headline}</title>'
    "<style>"
    "@media (max-width: 520px) {{\n"
    ".in, .foot-in {{ padding-left: 18px !important; padding-right: 18px !important; }} }}\n"
    "@media (prefers-color-scheme: dark) {{\n"
    "body, .page {{ background: #171a1f !important; color: #e6e9ed !important; }}\n"
    ".foot {{ color: #a3acb8 !important; }} }}</style></head>\n"
    '<body style="margin:0;background:#ffffff;color:#171b21">\n'
    '<table role="presentation" class="page" width="100%" style="background:#ffffff;color:#171b21"><tbody><tr>'
    '<td align="center" style="padding:0"><table role="presentation" width="640" style="width:100%;max-width:640px">'
    '<tbody><tr><td class="in" style="padding:24px 36px 0;font-family:{font};font-size:15px;line-height:22px;'
    'word-break:break-word">\n{body}\n</td></tr></tbody></table></td></tr></tbody></table>\n</body></html>'
)
_TEXT = Markup('<pre style="white-space:pre-wrap;font-size:12px;line-height:18px">{}</pre>')
_HEADLINE = Markup("<p><strong>{}</strong></p>\n")
_PARAGRAPH = Markup("<p>{}</p>")


def page_of_text(headline: str, text: str, *, limit: int) -> str:
    """The text with its line breaks, or the first ``limit`` characters of it and where the others are.

    The headline stands above it, unless the text begins with it.
    """
    cut = text if len(text) <= limit else f"{text[:limit]}\n… (all of it: the text part of this mail)"
    body = _TEXT.format("\n".join(line.rstrip() for line in cut.rstrip().split("\n")))
    begins = " ".join(text[: 2 * len(headline)].split()).startswith(headline)
    return _page(headline, body if begins else _HEADLINE.format(headline) + body)


def page_of_lines(headline: str, lines: Sequence[str]) -> str:
    """The headline, and each line as a paragraph, which breaks where the window ends."""
    return _page(headline, _HEADLINE.format(headline) + Markup("\n").join(_PARAGRAPH.format(line) for line in lines))


def _page(headline: str, body: Markup) -> str:
    return str(_PAGE.format(headline=headline, font=_FONT, body=body))

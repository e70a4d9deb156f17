"""Where the figures come from, put under every part of every form after rendering: no template can leave it out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from bot.core.digest import SAMPLE, Provenance
from bot.core.text import fill

_COLUMNS = 78
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SMALL = f"margin:0 0 6px;{_FONT};font-size:12px;line-height:18px;word-break:break-word;color:#5a6472"
_BANNER = (
    f"margin:0;padding:9px 16px;{_FONT};font-size:13px;line-height:18px;font-weight:700;text-align:center;"
    "letter-spacing:0.4px;background:#ffd75e;color:#2b2200"
)


def text_source(provenance: Provenance) -> str:
    """The last lines of a plain text. A citation stays on one line, to the letter."""
    urls = " ".join(citation.url for citation in provenance.citations)
    lines = [
        *(citation.text for citation in provenance.citations),
        *fill(f"Checked {provenance.checked}. {urls}", _COLUMNS).split("\n"),
        *fill(provenance.caveat, _COLUMNS).split("\n"),
        *fill(provenance.scope, _COLUMNS).split("\n"),
    ]
    lines += [SAMPLE] if provenance.sample else []
    return "".join(f"{line}\n" for line in lines)


def in_text(body: str, provenance: Provenance) -> str:
    """The plain text with the source as its last lines."""
    shown = "\n".join(line.rstrip() for line in body.strip("\n").split("\n")).rstrip()
    whole = f"{shown}\n\n{text_source(provenance)}"
    return f"{SAMPLE}\n\n{whole}" if provenance.sample else whole


def in_slack(markup: str, provenance: Provenance) -> str:
    """A Slack part with the source as its last run of small print; an empty line keeps it apart from the part's own."""
    body = markup.strip("\n")
    lines = [f"\x02{citation.text}\x1f{citation.url}\x03" for citation in provenance.citations]
    lines.append(f"Checked {provenance.checked}. {provenance.caveat} {provenance.scope}")
    if provenance.sample:
        first, _, rest = body.partition("\n")
        header, body = (f"{first}\n", rest) if first.startswith("# ") else ("", body)
        body = f"{header}~ {SAMPLE}\n{body}"
        lines.append(SAMPLE)
    return body.rstrip("\n") + "\n\n" + "\n".join(f"~ {line}" for line in lines)


def in_html(page: str, provenance: Provenance) -> str:
    """A whole page (with ``<body>`` and, at its end, ``</body>``) with the source before its end."""
    cited = [
        Markup('<a href="{}" style="color:#5a6472;text-decoration:underline" class="foot">{}</a>').format(
            citation.url, citation.text
        )
        for citation in provenance.citations
    ]
    lines = [
        *cited,
        Markup("Checked {}. {} {}").format(provenance.checked, provenance.caveat, provenance.scope),
    ]
    banner = Markup('<p style="{}">{}</p>').format(_BANNER, SAMPLE) if provenance.sample else Markup("")
    opening, closing = _body(page)
    return f"{page[:opening]}{banner}{page[opening:closing]}{_small_print(lines)}{banner}{page[closing:]}"


def below(page: str, lines: Sequence[str]) -> str:
    """A whole page with further small print at its end, in the style of the source."""
    _, closing = _body(page)
    return f"{page[:closing]}{_small_print(lines)}{page[closing:]}"


def _small_print(lines: Sequence[str]) -> Markup:
    """Paragraphs in the column of the page's card; they are escaped unless they are markup."""
    paragraphs = Markup("").join(Markup('<p class="foot" style="{}">{}</p>').format(_SMALL, line) for line in lines)
    return Markup(
        '<table role="presentation" width="100%"><tbody><tr><td align="center" style="padding:18px 0 6px">'
        '<table role="presentation" width="640" style="width:100%;max-width:640px"><tbody><tr>'
        '<td class="foot-in" style="padding:0 36px">{}</td></tr></tbody></table></td></tr></tbody></table>'
    ).format(paragraphs)


def _body(page: str) -> tuple[int, int]:
    """Where the body's content begins and ends; all of a page that has none."""
    start, end = _BODY.search(page), page.rfind("</body>")
    opening = start.end() if start else 0
    return opening, end if end >= opening else len(page)

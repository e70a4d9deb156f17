from __future__ import annotations

from bot.adapters.provenance import in_html, in_slack, in_text
from bot.core.digest import CAVEAT, SAMPLE, SCOPE, Citation, Provenance

SOURCE = Provenance((Citation("Source: <x>, as of then.", "https://openrouter.ai/apps"),), "11 Nov 2026")
SAMPLED = Provenance(SOURCE.citations, SOURCE.checked, sample=True)


def test_text_ends_with_the_source() -> None:
    assert in_text("\nbody  \n\n", SOURCE).startswith("body\n\nSource: <x>, as of then.\nChecked 11 Nov 2026. https://")
    assert in_text("body", SOURCE).endswith(f"{SCOPE}\n")
    assert in_text("body", SAMPLED).split("\n")[0] == SAMPLE


def test_a_slack_part_ends_with_a_run_of_small_print_of_its_own() -> None:
    own, small = in_slack("# head\n~ small\n", SOURCE).split("\n\n")
    assert own == "# head\n~ small"
    assert small == (
        f"~ \x02Source: <x>, as of then.\x1fhttps://openrouter.ai/apps\x03\n~ Checked 11 Nov 2026. {CAVEAT} {SCOPE}"
    )


def test_a_part_without_a_header_is_marked_on_its_first_line() -> None:
    assert in_slack("* news", SAMPLED).startswith(f"~ {SAMPLE}\n* news\n\n")
    assert in_slack("# head\n* news", SAMPLED).startswith(f"# head\n~ {SAMPLE}\n* news\n\n")


def test_a_page_has_its_source_before_its_end_and_escaped() -> None:
    page = in_html("<html><body class='x'><p>news</p></body></html>", SAMPLED)
    assert page.endswith("</p></body></html>")
    assert "Source: &lt;x&gt;, as of then.</a>" in page
    assert page.count(SAMPLE) == 2
    assert page.index(SAMPLE) < page.index("news") < page.index(CAVEAT)


def test_a_page_without_a_body_has_it_all_the_same() -> None:
    assert CAVEAT in in_html("news", SOURCE)
    assert in_html("</body><body>news", SOURCE).index("news") < in_html("</body><body>news", SOURCE).index(CAVEAT)

"""The drawing of Slack messages, with which they are reviewed: it shows all that is in them."""

from __future__ import annotations

import json
import re
import struct
from html import unescape
from pathlib import Path

import pytest

from tests.servers.block_kit import words
from tests.slack_page import chromium, main, page, picture

GOLDEN = sorted((Path(__file__).parent / "situations" / "golden").glob("*.slack.json"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_every_word_of_the_blocks_is_on_the_page(golden: Path) -> None:
    posts = json.loads(golden.read_text())
    drawn = page(posts)
    seen = " ".join(unescape(re.sub("<[^>]*>", "", drawn)).split())
    parsed = re.compile(r"<(https://[^|>]+)\|([^>]+)>")
    for post in posts:
        for text in words(post["blocks"]):
            plain = text if text.startswith("https://") else unescape(parsed.sub(r"\2", text))
            assert " ".join(plain.split()) in (unescape(drawn) if text.startswith("https://") else seen)
        for address, _ in parsed.findall(json.dumps(post["blocks"])):
            assert f'href="{address}"' in drawn


def test_a_block_that_rankbot_does_not_post_is_an_error() -> None:
    with pytest.raises(KeyError):
        page([{"text": "x", "blocks": [{"type": "carousel"}]}])


@pytest.mark.slow
@pytest.mark.parametrize("width", [760, 480])
def test_chromium_draws_it(tmp_path: Path, width: int) -> None:
    if not chromium():
        pytest.skip("Chromium is not installed")
    source, png = tmp_path / "digest.slack.json", tmp_path / "page.png"
    source.write_text(GOLDEN[0].read_text())
    assert main([str(source)]) == 0
    picture(tmp_path / "digest.slack.html", png, width=width, height=900)
    assert struct.unpack(">II", png.read_bytes()[16:24]) == (width, 900)

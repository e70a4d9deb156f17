"""A digest of labs in every form: a column with the share of all tokens, and only there."""

from __future__ import annotations

from bot.core.digest import Digest
from bot.core.ranking import MODEL_DAY, Board, By, Dataset, sum_days
from bot.core.text import width
from bot.core.watchlist import Watchlist
from tests.adapters.rendered import models, plain, rendered, words
from tests.builders import B, event, snapshot
from tests.core.rules.days import ago
from tests.scenes import digest, ide, patterns

LABS = Board(Dataset.MODELS, 1, by=By.AUTHOR)
ROWS = [("z-ai/1", "", 60 * B), ("x-ai/1", "", 30 * B), (f"{'w' * 50}/1", "", 4 * B)]


def labs() -> Digest:
    """Three labs, one of which is followed, and a tenth of the tokens outside the lists."""
    windows = [sum_days(LABS, [snapshot(MODEL_DAY, ago(back), ROWS, other_tokens=6 * B)]) for back in (0, 1, 7)]
    watched = Watchlist("labs", "Labs", LABS, (), follow=patterns("w*"))
    news = event(watchlist="labs", board=LABS.key, item="z-ai", name="z-ai", rank=1)
    return digest(ide(watchlist=watched, current=windows[0], previous=windows[1], compared=windows[2], events=(news,)))


def test_the_text_has_a_column_of_shares_within_its_width() -> None:
    text = rendered(labs()).text
    table = text[text.index("Top 3, Labs") :].split("\n")[1:5]
    assert [line.split()[-1] for line in table] == ["Share", "60.0%", "30.0%", "4.0%"]
    assert table[0].split()[2:] == ["Lab", "Tokens", "Change", "Share"]
    assert max(width(line) for line in text.split("\n")) <= 78
    assert len({width(line) for line in table}) == 1


def test_the_mail_and_the_thread_have_it_too() -> None:
    message = rendered(labs())
    for form in (words(message.html), plain(message.slack[1].markup)):
        assert all(word in form for word in ("Lab", "Share", "60.0%", "30.0%", "4.0%"))


def test_what_is_no_lab_has_no_such_column() -> None:
    message = rendered(models())
    forms = (message.text, message.html, *(part.markup for part in message.slack))
    assert not any("Share" in form for form in forms)

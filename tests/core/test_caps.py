"""What a form shows of very much, and how it says where the rest is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import caps
from bot.core.caps import capped, proofs
from bot.core.digest import Digest, Revision, Standing
from bot.core.event import Event
from bot.core.wording import listing
from tests.builders import DAY
from tests.scenes import CLI, YESTERDAY, calm, cli, correction, digest, entry, patterns
from tests.ways import moved


def entries(number: int) -> tuple[Event, ...]:
    return tuple(entry(item=f"i{place}", id=f"e{place}", name=f"N{place}", rank=place + 1) for place in range(number))


def rows(number: int, *, mine: int = -1, moves: int = -1) -> tuple[Standing, ...]:
    """So many lines, of which one may be the reader's own and one may tell a move."""
    plain = digest(calm()).sections[0].standing[0]
    proof = digest(cli(events=(moved(),))).sections[0].standing[0].moves
    return tuple(
        replace(plain, item=f"r{place}", mine=place == mine, moves=proof if place == moves else ())
        for place in range(number)
    )


def standing(*lines: Standing) -> Digest:
    told = digest(calm())
    return replace(told, sections=(replace(told.sections[0], standing=lines),))


def test_what_fits_is_left_as_it_is() -> None:
    told = digest(cli(events=entries(caps.NEWS)), corrections=[correction()])
    assert capped(told) == told
    assert capped(standing(*rows(caps.STANDING))) == standing(*rows(caps.STANDING))
    assert proofs(told)[1] == 0


def test_of_very_much_news_the_strongest_is_shown_and_the_rest_is_counted_with_its_command() -> None:
    told = digest(calm(events=entries(caps.NEWS + 14)))
    (section,) = capped(told).sections
    assert section.news == told.sections[0].news[: caps.NEWS]
    assert section.more_news == "and 14 more: rankbot events --date 2026-11-10"
    assert len(told.stated) == caps.NEWS + 14


def test_the_command_covers_every_day_of_the_digest() -> None:
    told = digest(calm(events=entries(caps.NEWS + 1)), days=(DAY - timedelta(days=2), YESTERDAY, DAY))
    assert capped(told).sections[0].more_news == "and 1 more: rankbot events --from 2026-11-08 --to 2026-11-10"
    assert capped(replace(told, days=())).sections[0].more_news == "and 1 more: rankbot events --date 2026-11-10"


def test_of_very_many_lines_the_readers_own_come_first_then_what_moved() -> None:
    lines = rows(caps.STANDING + 3, mine=caps.STANDING + 2, moves=caps.STANDING + 1)
    (section,) = capped(standing(*lines)).sections
    assert [row.item for row in section.standing] == [
        *(f"r{place}" for place in range(caps.STANDING - 2)),
        f"r{caps.STANDING + 1}",
        f"r{caps.STANDING + 2}",
    ]
    assert section.more_standing == "and 3 more: rankbot top cli-agents -n 200"


def test_of_very_many_revisions_the_first_are_shown() -> None:
    told = digest(calm(), corrections=[correction(item=f"r{place}", id=f"r{place}") for place in range(22)])
    shown = capped(told)
    assert shown.revisions == told.revisions[: caps.REVISIONS]
    assert shown.more_revisions == "and 2 more: rankbot events --date 2026-11-09"
    assert caps.revised(()) == ((), "")


def test_the_command_of_revisions_covers_those_left_out() -> None:
    plain: Revision = digest(calm(), corrections=[correction()]).revisions[0]
    older = [replace(plain, date=DAY - timedelta(days=back)) for back in range(25)]
    assert caps.revised(older)[1] == "and 5 more: rankbot events --from 2026-10-17 --to 2026-10-21"


def test_proofs_of_what_is_shown_come_before_all_others_and_keep_the_order_of_the_lines() -> None:
    told = digest(calm(events=entries(70)), calm(watchlist=replace(CLI, id="b"), events=entries(0)))
    moves = digest(cli(events=(moved(),))).sections[0].standing
    mixed = replace(told, sections=(replace(told.sections[0], standing=moves * 3), told.sections[1]))
    shown, left = proofs(mixed)
    assert [proof.id for proof in shown[3:]] == [f"e{place}" for place in range(len(shown) - 3)]
    assert [proof.id for proof in shown[:3]] == ["m0ve"] * 3
    assert (len(shown), left) == (caps.PROOFS, 70 + 3 - caps.PROOFS)


def test_every_proof_has_a_handle_or_says_what_to_ask() -> None:
    """Who changed places is proved under the move of the reader's own; where that is no event, by what explains it."""
    figures = (
        "Kestrel Code passed Marlin. Mon 9 Nov: Kestrel Code #5 with 1,781,000,000,000, Marlin #4 with "
        "1,786,000,000,000. Tue 10 Nov: Kestrel Code #4 with 1,842,000,000,000, Marlin #5 with 1,791,000,000,000."
    )
    ((one,), _) = proofs(digest(cli(events=(moved(),))))
    assert (one.id, one.head, one.text) == ("m0ve", "Kestrel Code rises to #4", figures)
    ((one,), _) = proofs(digest(cli()))
    assert (one.id, one.text) == ("", f"{figures} Check: rankbot explain --item kestrel --date 2026-11-10")


def test_of_very_many_names_that_match_nothing_the_first_are_said() -> None:
    names = [f"Nobody {letter}" for letter in "ABCDEFGHIJKL"]
    for number, last in (
        (10, '"Nobody J" matches nothing yet'),
        (12, "2 more names match nothing yet: rankbot status"),
    ):
        watchlist = replace(CLI, mine=(), follow=patterns(*names[:number]))
        (section,) = digest(calm(new=True, watchlist=watchlist)).sections
        assert len(section.not_evaluated) == min(number, 11), listing(section.not_evaluated)
        assert section.not_evaluated[-1] == last
    (section,) = digest(calm(new=True, watchlist=replace(CLI, mine=(), follow=patterns(*names[:11])))).sections
    assert section.not_evaluated[-1] == "1 more name matches nothing yet: rankbot status"

"""The proofs that templates show, and the command that lists what is told."""

from __future__ import annotations

from datetime import timedelta

from bot.adapters.render_context import context_of
from tests.builders import DAY
from tests.scenes import cli, digest, entry
from tests.ways import moved


def test_what_a_standing_line_tells_is_proved_with_its_handle() -> None:
    """Whom yours passed stands under the handle of its move, not in a proof without one."""
    proofs = context_of(digest(cli(events=(moved(), entry()))))["proofs"]
    assert proofs[0]["text"].startswith("Kestrel Code passed Marlin.")
    assert [(proof["id"], proof["head"]) for proof in proofs] == [
        ("m0ve", "Kestrel Code rises to #4"),
        ("q83d", "Sable enters the top 10"),
    ]


def test_the_command_covers_every_day_on_which_something_that_is_told_may_have_happened() -> None:
    days = (DAY - timedelta(days=2), DAY)
    assert context_of(digest(cli(events=(entry(),)), days=days))["check"] == "rankbot events --date 2026-11-10"
    assert context_of(digest(cli(events=(moved(),)), days=days))["check"] == (
        "rankbot events --from 2026-11-08 --to 2026-11-10"
    )
    assert context_of(digest(cli()))["check"] == "rankbot events --date 2026-11-10"

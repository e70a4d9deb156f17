"""What somebody reads at three in the morning: a feed that refuses the key, asks for a pause, or is broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from bot.adapters.store import open_store
from bot.sandbox import Sandbox
from bot.sandbox.failing import Failing
from tests.cli.bench import Bench

KEY = "Put a key that works where [openrouter] api_key points to (any OpenRouter key will do)"


@pytest.fixture
def failing(world: Sandbox, request: pytest.FixtureRequest) -> Iterator[None]:
    """The feed fails with the status that the test names."""
    usual = world.answer
    world.answer = Failing(request.param)
    yield
    world.answer = usual


@pytest.mark.parametrize("failing", [401], indirect=True)
@pytest.mark.usefixtures("failing")
class TestRefusedKey:
    """It is said once, with what to do, and needs somebody."""

    def test_check_online_says_it_once(self, bench: Bench) -> None:
        said = bench("check", "--online")
        assert said.code == 1
        assert said.flat.count("The feed does not accept the API key (401)") == 2  # where it is asked, and at the end
        assert KEY in said.flat
        assert "1 problem:" in said.err
        assert said.err.endswith("Next: put it right, then: rankbot check --online\n")

    def test_run_and_status(self, bench: Bench) -> None:
        bench("check", "--online")  # the catalogue was refused as well, which is one trouble
        said = bench("run")
        assert (said.code, KEY in said.flat) == (1, True)
        assert "run --now" not in said.out
        assert said.err.endswith("1 needs you, what is missing is asked for by the next run.\n")
        status = bench("status")
        assert status.code == 1
        assert status.out.startswith("NOT OK   1 needs you\n")
        assert status.flat.count("(401)") == 1


@pytest.mark.parametrize("failing", [429], indirect=True)
@pytest.mark.usefixtures("failing")
class TestPause:
    """It is obeyed, said, and nothing is to be put right."""

    def test_check_online_asks_no_more_and_says_to_wait(self, bench: Bench) -> None:
        said = bench("check", "--online")
        assert (said.code, "1 problem:" in said.err) == (75, True)
        assert said.err.endswith("Next: wait some minutes, then: rankbot check --online\n")

    def test_status_says_until_when(self, bench: Bench) -> None:
        assert bench("run").code == 75
        said = bench("status")
        assert said.code == 0
        assert "used today; none before Wed 11 Nov 05:01 UTC, as the feed asked" in said.flat
        assert bench("status", "--json").lines[0]["feed_paused_until"].startswith("2026-11-11T05:01:")
        assert said.out.startswith("OK   nothing evaluated yet, 1 is being retried; next: ")
        bench.now += timedelta(minutes=2)
        assert "as the feed asked" not in bench("status").flat
        assert bench("status", "--json").lines[0]["feed_paused_until"] is None

    def test_the_next_run_says_that_it_asked_nothing(self, bench: Bench) -> None:
        bench("run")
        assert "The feed asked to wait until 05:01 UTC; no request was made." in bench("run").flat


@pytest.mark.parametrize("failing", [500], indirect=True)
@pytest.mark.usefixtures("failing")
def test_a_broken_feed_is_retried(bench: Bench) -> None:
    said = bench("run")
    assert (said.code, "(500): “Internal Server Error”" in said.flat) == (75, True)
    assert "Nothing was sent.\n" in said.out
    assert bench("check", "--online").code == 75


def test_several_that_are_retried_and_an_answer_that_is_not_believed(ran: Bench) -> None:
    with closing(open_store(f"sqlite:///{ran.folder}/rankbot.db")) as store:
        store.quarantine("models:1d", ran.now.date(), "no meta", "x", ran.now)
        alone = ran("status").flat
        store.open_incident("feed:fails", "HTTP 503.", ran.now)
        store.open_incident("quarantine:x", "It is not believed.", ran.now)
        store.open_incident("templates", "One fails.", ran.now)
    assert "quarantined: models:1d to 2026-11-11: no meta" in alone
    said = ran("status")
    assert said.out.startswith("NOT OK   1 needs you, 2 are being retried\n")
    assert "quarantined:" not in said.out

"""Whose turn it is to serve a store, or to poll: one at a time, and gone with its holder, on both databases."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.adapters.store.turn import POLL_TRIES, PollTurn, Turn
from bot.errors import StoreError


def test_one_at_a_time(database_url: str) -> None:
    first, second = Turn(database_url, who="process 1 on a"), Turn(database_url, who="process 2 on b")
    assert first.take()
    assert not second.take()
    assert second.holder() == "process 1 on a"
    first.leave()
    assert second.take()
    assert first.holder() == "process 2 on b"
    first.leave()
    second.leave()


def test_nobody_is_named_before_anybody_has_it(database_url: str) -> None:
    first, second = Turn(database_url, who="process 1 on a"), Turn(database_url, who="process 2 on b", of="polling")
    assert first.holder() == "another process"
    assert second.take()
    assert first.holder() == "another process", "the turn to poll is not the turn to serve"
    first.leave()
    second.leave()


@pytest.mark.postgres
def test_who_serves_elsewhere_is_told_as_long_as_it_does(postgres_url: str) -> None:
    first, asking = Turn(postgres_url, who="process 1 on a"), Turn(postgres_url, who="process 2 on b")
    assert asking.elsewhere() == ""
    assert first.take()
    assert asking.elsewhere() == "process 1 on a"
    first.leave()
    assert asking.elsewhere() == ""
    asking.leave()


def test_of_a_file_nobody_is_told_for_its_lock_would_have_to_be_taken(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rankbot.db'}"
    first, asking = Turn(url, who="process 1 on a"), Turn(url, who="process 2 on b")
    assert first.take()
    assert asking.elsewhere() == ""
    first.leave()
    asking.leave()


def test_a_folder_where_no_lock_can_be_is_said(tmp_path: Path) -> None:
    turn = Turn(f"sqlite:///{tmp_path / 'rankbot.db'}", who="x")
    (tmp_path / "rankbot.db.serving").mkdir()
    with pytest.raises(StoreError, match=r"rankbot.db.serving can't be opened"):
        turn.take()
    assert turn.holder() == "another process"
    turn.leave()


def test_a_full_disk_costs_nobody_the_turn(tmp_path: Path) -> None:
    """What can't be written is only who has it."""
    (tmp_path / "rankbot.db.serving").symlink_to("/dev/full")
    turn = Turn(f"sqlite:///{tmp_path / 'rankbot.db'}", who="process 1 on a")
    assert [turn.take(), turn.take()] == [True, True]
    turn.leave()
    assert turn.take(), "it was left whole, so that it can be had again"
    turn.leave()


def test_a_disk_without_locks_is_said_and_nothing_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = Turn(f"sqlite:///{tmp_path / 'rankbot.db'}", who="process 1 on a")
    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", _no_locks)
        with pytest.raises(StoreError, match=r"rankbot.db.serving can't be locked: No locks available\."):
            turn.take()
    assert turn.take()
    turn.leave()


def _no_locks(_descriptor: int, _operation: int) -> None:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_a_turn_that_is_held_is_kept(database_url: str) -> None:
    first, second = Turn(database_url, who="process 1 on a"), Turn(database_url, who="process 2 on b")
    assert first.take()
    assert [first.take(), first.take(), second.take()] == [True, True, False]
    first.leave()
    assert second.take()
    second.leave()


@pytest.mark.postgres
def test_a_lost_connection_loses_the_turn_to_whoever_is_quicker(postgres_url: str) -> None:
    first, second = Turn(postgres_url, who="process 1 on a"), Turn(postgres_url, who="process 2 on b")
    assert first.take()
    end_connections(postgres_url)
    assert first.take()  # nobody was quicker
    assert not second.take()
    end_connections(postgres_url)
    assert second.take()
    assert not first.take()
    second.leave()
    assert first.take()
    first.leave()


class Interrupted(Turn):
    """One whose server restarts just before it asks for the lock, once."""

    restarts = ""

    def _try_session(self) -> bool:
        if self.restarts and self._connection is not None:
            end_connections(self.restarts)
            self.restarts = ""
        return super()._try_session()


@pytest.mark.postgres
def test_a_connection_that_is_lost_in_the_midst_of_it_is_made_anew(postgres_url: str) -> None:
    first, second = Turn(postgres_url, who="process 1 on a"), Interrupted(postgres_url, who="process 2 on b")
    assert [first.take(), second.take()] == [True, False]
    second.restarts = postgres_url
    with pytest.raises(StoreError):
        second.take()
    assert second.take()
    second.leave()
    first.leave()


def end_connections(url: str) -> None:
    """Ends every other connection to the database, as its restart would."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    ending = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        while connection.execute(ending).all():  # until they are gone
            pass
    engine.dispose()


class TestPolling:
    """One process polls at a time; another waits for it, but not for ever."""

    def turn(self, url: str, waits: list[float], *, then: object = None, stop: bool = False) -> PollTurn:
        """A turn that notes its ``waits``, and calls ``then`` at the third."""

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if callable(then) and len(waits) == 3:
                then()

        return PollTurn(url, who="process 2 on b", sleep=sleep, stop=lambda: stop)

    def test_it_comes_when_the_other_has_polled_and_goes_with_its_end(self, database_url: str) -> None:
        other, waits, beats = Turn(database_url, who="process 1 on a", of="polling"), list[float](), list[int]()
        assert other.take()
        with self.turn(database_url, waits, then=other.leave)(lambda: beats.append(1)) as mine:
            assert (mine, waits, len(beats)) == (True, [1, 1, 1], 3)
            assert not other.take()
        assert other.take()
        other.leave()

    @pytest.mark.parametrize(("stop", "waited"), [(True, 0), (False, POLL_TRIES)])
    def test_it_is_not_waited_for_for_ever(self, sqlite_url: str, stop: bool, waited: int) -> None:
        other, waits = Turn(sqlite_url, who="process 1 on a", of="polling"), list[float]()
        assert other.take()
        with self.turn(sqlite_url, waits, stop=stop)(lambda: None) as mine:
            assert (mine, len(waits)) == (False, waited)
        other.leave()

    def test_who_serves_may_poll_and_so_may_another(self, database_url: str) -> None:
        """Serving is for a process's life, polling for a minute: `rankbot run --now` goes beside `serve`."""
        serving = Turn(database_url, who="process 1 on a")
        assert serving.take()
        with self.turn(database_url, [])(lambda: None) as mine:
            assert mine
        serving.leave()

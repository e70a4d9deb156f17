"""A disk that is full, a store that is held or damaged, folders that can't be written, a clock that jumps.

Each is a real one. The command says it in a sentence and ends with the code that cron needs; when it is over, the next
run does all that was missed: readers then have what those of an undisturbed bot have.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.sandbox import Sandbox, World, last_completed_day
from tests.cli.bench import CONFIG, NOW, Bench, Said

BEFORE = ("run", "--date", "2026-11-09", "--send")
State = tuple[list[Any], list[Any], dict[str, str]]
"""Events, deliveries and digests: what may be lost or doubled."""
SYSTEM = Path("/sys")
"""A folder in which nobody may make a file, not even root."""
nobody_writes = pytest.mark.skipif(not SYSTEM.is_dir(), reason="this system has no folder that nobody may write")


def state(bench: Bench) -> State:
    """What a bot has detected and told."""
    events = [(line["key"], line["status"]) for line in bench("events", "--all", "--json").lines]
    sent = [(line["channel"], line["due_at"], line["status"]) for line in bench("deliveries", "--json").lines]
    return events, sent, digests(bench)


def digests(bench: Bench) -> dict[str, str]:
    """The files that readers have."""
    return {file.name: file.read_text(encoding="utf-8") for file in (bench.folder / "digests").glob("*")}


@pytest.fixture(autouse=True)
def _one_watchlist(bench: Bench, world: Sandbox) -> None:
    """One board on which something happens is enough, and quicker."""
    bench.configure(_models(world.url))


def _models(url: str) -> str:
    head, _, rest = CONFIG.partition("[watchlist.cli-agents]")
    return f"{head}[watchlist.models]{rest.partition('[watchlist.models]')[2]}".format(url=url)


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, State]:
    """What an undisturbed bot has, found out by the first test that asks."""
    return {}


@pytest.fixture
def wanted(bench: Bench, undisturbed: dict[str, State]) -> State:
    """What an undisturbed bot has after the two days; the bench is as after the first of them."""
    assert bench(*BEFORE).code == 0
    if not undisturbed:
        kept = bench.folder / "kept"
        shutil.copytree(bench.folder, kept)
        assert bench("run").code == 0
        undisturbed["is"] = state(bench)
        assert all(undisturbed["is"]), "nothing happened that could be lost"
        for name in ("rankbot.db", "rankbot.db-wal", "rankbot.db-shm", "digests"):
            _put_back(kept / name, bench.folder / name)
    return undisturbed["is"]


def _put_back(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy(source, target)


def assert_clear(said: Said, code: int, *words: str) -> None:
    """One failure, in sentences: what, where, and what to do."""
    assert said.code == code, said
    assert "Traceback" not in said.out + said.err
    for word in words:
        assert word in said.flat, said
    assert sum(line.startswith("rankbot: ") for line in said.err.splitlines()) == 1


# ── a full disk ──────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def room_for(pages: int) -> Iterator[None]:
    """Lets databases grow to so many pages, in each connection, and no further."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def pages(bench: Bench) -> int:
    """How many pages the store has."""
    with closing(sqlite3.connect(bench.folder / "rankbot.db")) as connection:
        (count,) = connection.execute("PRAGMA page_count").fetchone()
        return int(count)


def full_disk(bench: Bench, wanted: State, spare: int) -> int:
    """Runs with that much room left, then with enough; the code of the first run."""
    with room_for(pages(bench) + spare):
        said = bench("run")
    if said.code:
        assert_clear(said, 1, "rankbot.db` has no room left on its disk.", "Free some space")
    bench.now += timedelta(minutes=3)  # a delivery that was begun is its process's for two
    assert bench("run").code == 0
    assert state(bench) == wanted
    return said.code


def test_a_full_disk(bench: Bench, wanted: State) -> None:
    assert full_disk(bench, wanted, 0) == 1


@pytest.mark.slow
@pytest.mark.parametrize("spare", [1, 2, 4, 8, 12, 16, 20, 24])
def test_a_disk_that_fills_up_at_any_step(bench: Bench, wanted: State, spare: int) -> None:
    full_disk(bench, wanted, spare)


RUN = f"""import sys
from datetime import datetime
from bot.__main__ import main
sys.exit(main(["run"], clock=lambda: datetime.fromisoformat("{NOW.isoformat()}")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("spare", [None, 0, 64])
def test_a_disk_that_takes_no_larger_files(bench: Bench, wanted: State, spare: int | None) -> None:
    """A process of its own whose files may not grow: at all, beyond the store as it is, or much beyond it."""
    size = (bench.folder / "rankbot.db").stat().st_size // 1024
    kibibytes = 0 if spare is None else size + spare
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f {kibibytes}; exec '{sys.executable}' -c '{RUN}'"],
        cwd=bench.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    said = Said(done.returncode, done.stdout, done.stderr)
    if said.code:
        assert_clear(said, 1, "rankbot.db` can't be read or written: the disk reports an error. Look at the disk")
    assert bool(said.code) or spare == 64
    bench.now += timedelta(minutes=3)
    assert bench("run").code == 0
    assert state(bench) == wanted


# ── a held store ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_store_that_another_process_holds(bench: Bench, wanted: State) -> None:
    """The wait for one's turn is real: five seconds."""
    with closing(sqlite3.connect(bench.folder / "rankbot.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert_clear(bench("run"), 75, "rankbot.db` is held by another process.", "The next run tries again.")
        assert bench("events").code == 0
        other.execute("ROLLBACK")
    assert bench("run").code == 0
    assert state(bench) == wanted


# ── a damaged store ──────────────────────────────────────────────────────────────────────────────────────────


def _half(file: Path) -> None:
    with file.open("r+b") as content:
        content.truncate(file.stat().st_size // 2)


def _garbage(file: Path) -> None:
    file.write_bytes(b"not a database, but a shopping list" * 400)


def _zeros(file: Path) -> None:
    with file.open("r+b") as content:
        content.seek(4096)
        content.write(bytes(file.stat().st_size - 4096))


def _torn(file: Path) -> None:
    """A page in the middle, over and over."""
    with file.open("r+b") as content:
        for page in range(2, file.stat().st_size // 4096, 3):
            content.seek(page * 4096)
            content.write(b"\xa5" * 4096)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "truncated": (_half, "is damaged. Put it aside and restore a backup."),
    "overwritten": (_garbage, "is not an SQLite database. Look at [store] url"),
    "zeroed": (_zeros, "is damaged. Put it aside and restore a backup."),
    "torn": (_torn, "is damaged. Put it aside and restore a backup."),
    "a folder": (_folder, "is a folder. [store] url names a file."),
}


@pytest.mark.parametrize(
    "damage", [name if name == "truncated" else pytest.param(name, marks=pytest.mark.slow) for name in DAMAGES]
)
def test_a_damaged_store(bench: Bench, wanted: State, damage: str) -> None:
    """A copy of before, put in its place, and all that was missed is done."""
    spoil, words = DAMAGES[damage]
    store, backup = bench.folder / "rankbot.db", bench.folder / "backup.db"
    _copy(store, backup)
    spoil(store)
    for command in (("run",), ("status",), ("deliveries",)):
        assert_clear(bench(*command), 1, "rankbot.db`", words)
    assert set(digests(bench)) < set(wanted[2])
    for file in bench.folder.glob("rankbot.db*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    shutil.copy(backup, store)
    assert bench("run").code == 0
    assert state(bench) == wanted


def _copy(store: Path, backup: Path) -> None:
    """Has all of the store in its one file, and copies it."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(store, backup)


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_where_the_folder_of_digests_should_be(bench: Bench, wanted: State) -> None:
    shutil.move(bench.folder / "digests", bench.folder / "aside")
    (bench.folder / "digests").write_text("mine", encoding="utf-8")
    assert_undelivered(bench, "run")
    (bench.folder / "digests").unlink()
    shutil.move(bench.folder / "aside", bench.folder / "digests")
    retry_the_dead(bench)
    assert state(bench) == wanted


@nobody_writes
def test_digests_in_a_folder_that_may_not_be_written(bench: Bench, wanted: State) -> None:
    config = (bench.folder / "config.toml").read_text(encoding="utf-8")
    bench.configure(config.replace('type = "file"', f'type = "file"\ndirectory = "{SYSTEM}/digests"'))
    assert_undelivered(bench, "run")
    bench.configure(config)
    retry_the_dead(bench)
    assert state(bench) == wanted


def assert_undelivered(bench: Bench, *command: str) -> None:
    """The digest is dead, and kept; what to do is said, and said again by ``status``."""
    said = bench(*command)
    assert said.code == 1
    assert "it must be a folder in which rankbot may write." in said.flat
    for words in (said.flat, bench("status").flat):
        assert "the files could not be written: " in words
        assert "rankbot deliveries retry" in words
    assert "Traceback" not in said.err


def retry_the_dead(bench: Bench) -> None:
    """Sends what could not be delivered again."""
    for line in bench("deliveries", "--json").lines:
        if line["status"] == "dead":
            assert bench("deliveries", "retry", str(line["id"])).code == 0
    assert bench("status").code == 0


@nobody_writes
@pytest.mark.parametrize("command", [("run",), ("status",)])
def test_a_store_in_a_folder_that_may_not_be_written(bench: Bench, command: tuple[str, ...]) -> None:
    bench.add(f'[store]\nurl = "sqlite:///{SYSTEM}/rankbot.db"\n')
    assert_clear(bench(*command), 1, f"The store `{SYSTEM}/rankbot.db` can't be made: ", "Look at its folder.")


def test_a_store_in_a_file_instead_of_a_folder(bench: Bench) -> None:
    bench.add('[store]\nurl = "sqlite:///config.toml/rankbot.db"\n')
    assert_clear(bench("run"), 1, "config.toml/rankbot.db` can't be made: Not a directory.", "Look at its folder.")


@nobody_writes
@pytest.mark.parametrize("command", [("preview", "--html"), ("preview", "--slack")])
def test_what_is_to_be_written_where_nobody_may(bench: Bench, command: tuple[str, ...]) -> None:
    assert bench("run").code == 0
    said = bench(*command, str(SYSTEM / "copy"))
    assert said.code in (1, 2)
    assert str(SYSTEM / "copy") in said.err
    assert "Traceback" not in said.err


# ── a clock that jumps ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def true_time() -> dict[str, datetime]:
    """What time it is, whatever the bot's clock says."""
    return {"now": NOW}


@pytest.fixture
def timed(bench: Bench, true_time: dict[str, datetime]) -> Iterator[Bench]:
    """A bench whose feed has a clock of its own."""
    source = World(7, last_completed_day(NOW))
    with Sandbox(source, now=lambda: true_time["now"], limits=False) as sandbox:
        bench.configure(_models(sandbox.url))
        yield bench


def test_a_clock_that_jumps_an_hour_back_and_a_day_forward(timed: Bench, true_time: dict[str, datetime]) -> None:
    """Two true days, with runs between which the clock is wrong: each day is told once."""
    for day in range(2):
        for hours, jump in ((0, 0), (1, -1), (2, 24), (4, -1), (5, 0)):
            true_time["now"] = NOW + timedelta(days=day, hours=hours)
            timed.now = true_time["now"] + timedelta(hours=jump)
            said = timed("run")
            assert "Traceback" not in said.err
            assert said.code in ((0,) if jump < 24 else (0, 1, 75)), said
    assert sorted(name for name in digests(timed) if name.endswith(".txt")) == [
        "2026-11-10.txt",
        "2026-11-11.txt",
    ]
    assert {line["status"] for line in timed("deliveries", "--json").lines} == {"sent"}
    events = timed("events", "--json").lines
    assert {event["status"] for event in events} == {"told"}
    assert {event["date"] for event in events} == {"2026-11-10", "2026-11-11"}
    assert timed("status").code == 0

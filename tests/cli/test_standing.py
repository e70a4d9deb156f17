"""How the store stands, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.store.turn import Turn
from bot.app.records import Incident
from bot.cli.standing import StoreLook, failures, weight
from tests.cli.bench import Bench
from tests.databases import empty_postgres_url, migrated_postgres_url, postgres_server, postgres_url

__all__ = ["empty_postgres_url", "migrated_postgres_url", "postgres_server", "postgres_url"]
AT = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)


def test_all_that_is_known_of_a_store() -> None:
    shown = StoreLook("/data/rankbot.db", 18_000_000, "0007", bytes_a_year=6_100_000, disk_free_bytes=41 * 10**9)
    assert shown.words() == "/data/rankbot.db\n18 MB (+6.1 MB a year), schema 0007, free disk 41 GB"


def test_what_is_not_known_is_left_out_and_a_long_path_stands_alone() -> None:
    assert StoreLook("PostgreSQL", 900_000, "0007", kept=("boards kept for 90 days",)).words() == (
        "PostgreSQL, 0.9 MB, schema 0007, boards kept for 90 days"
    )
    assert StoreLook("/data" * 12, 900_000, "0007").words() == f"{'/data' * 12}\n0.9 MB, schema 0007"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0.0 MB"), (9_940_000, "9.9 MB"), (10**7, "10 MB"), (1_500_000_000, "1.5 GB"),
                         (2 * 10**12, "2.0 TB")],
)  # fmt: skip
def test_bytes_as_one_says_them(count: int, words: str) -> None:
    assert weight(count) == words


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("feed:fails", "feed failed"),
        ("catalogue:shrunk", "catalogue not believed"),
        ("quarantine:apps:coding:cli-agent:7d:2026-11-01", "answer for apps:coding:cli-agent:7d not believed"),
        ("delivery:team:118", "team not delivered"),
        ("refused:team", "team not to all"),
        ("evaluated:cli-agents", "cli-agents not evaluated"),
        ("composed:team", "team not composed"),
        ("templates", "templates failed"),
    ],
)
def test_the_trouble_that_ended_last(key: str, what: str) -> None:
    last = Incident(key, "HTTP 503", AT, AT + timedelta(minutes=40))
    assert failures(0, last) == f"none open; last ended 3 Nov 2026 ({what}, 40 min)"
    assert failures(2, last).startswith("2 open; last ended ")
    assert failures(0, None) == "none open"


def test_a_store_that_lets_go_of_what_is_old_says_so_instead_of_its_growth(bench: Bench) -> None:
    bench.add("\n[store]\nkeep_messages_days = 90\n")
    said = bench("status")
    assert "messages kept for 90 days" in said.flat
    assert " a year)" not in said.flat


@pytest.mark.postgres
def test_a_process_that_serves_a_shared_store_from_another_machine_is_told(bench: Bench, postgres_url: str) -> None:
    bench.add(f'\n[store]\nurl = "{postgres_url}"\n')
    other = Turn(postgres_url, who="process 7 on web-3")
    try:
        assert other.take()
        said = bench("status")
    finally:
        other.leave()
    assert "no process serves this configuration; process 7 on web-3 serves the store, rankbot" in said.flat
    assert "  store       PostgreSQL, " in said.out
    assert "free disk" not in said.out  # which is another machine's

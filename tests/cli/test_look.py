"""top, history, find, events and preview: what is stored, cited."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.store import open_store
from bot.app.records import NewDelivery, Settlement
from bot.cli import look
from bot.core.delivery import Step
from tests.builders import CLI_AGENTS, DAY, event
from tests.cli.bench import NOW, Bench
from tests.core.rules.days import ago

SOURCE = "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T05:00:00.000Z. SAMPLE DATA, not real rankings."


@pytest.fixture(autouse=True)
def _ran(ran: Bench) -> None:
    """A first run is behind us."""


class TestTop:
    """A board as it is stored."""

    def test_the_first_watchlists_board(self, bench: Bench) -> None:
        said = bench("top")
        assert said.out.splitlines()[0] == "Apps > Coding > CLI agents, 7-day totals, 7 days to Tue 10 Nov"
        assert len(said.out.splitlines()) == 14
        assert " ".join(said.out.splitlines()[-2:]) == SOURCE  # the citation on a line, and the mark of a sample
        assert max(map(len, said.out.splitlines())) <= 80
        assert "id 4410982" in said.out

    def test_by_watchlist_or_board_and_day(self, bench: Bench) -> None:
        assert "Models, daily totals" in bench("top", "models", "-n", "3").out
        assert bench("top", "apps:coding:cli-agent:popular:7d", "--date", "2026-11-03").out.count("\n") == 14

    def test_as_json(self, bench: Bench) -> None:
        first = bench("top", "--json", "-n", "2").lines[0]
        assert first["rank"] == 1
        assert first["tokens"].isdecimal()
        assert first["source"] == SOURCE

    def test_what_is_not_stored_is_said(self, bench: Bench) -> None:
        assert bench("top", "nonsense").code == 2
        said = bench("top", "apps:all:all:popular:30d")
        assert (said.code, "Nothing is stored of this board. Apps, 30-day totals. No watchlist" in said.flat) == (
            2,
            True,
        )


class TestHistory:
    """An item's ranks over time."""

    def test_drawn_on_each_board(self, bench: Bench) -> None:
        bench("backfill", "--from", "2026-10-20")
        said = bench("history", "kestrel code")
        assert "Kestrel Code (id 4410982) in Apps > Coding > CLI agents" in said.out
        assert "listed on 23 of 23 days" in said.out
        assert any(bar in said.out for bar in "▁█")
        assert SOURCE in said.flat
        assert max(map(len, said.out.splitlines())) <= 80

    def test_by_id_and_as_json(self, bench: Bench) -> None:
        lines = bench("history", "4410982", "--json").lines
        assert lines[-1]["date"] == "2026-11-10"
        assert {line["id"] for line in lines} == {"4410982"}

    def test_each_line_has_the_rank_of_the_day_before(self, bench: Bench) -> None:
        """The first one's as well, which is not among the lines; without that day, null."""
        bench("backfill", "--from", "2026-10-20")
        lines = bench("history", "4410982", "--json").lines
        dates = [line["date"] for line in lines]
        assert dates == sorted(dates)
        assert [line["previous_rank"] for line in lines[1:]] == [line["rank"] for line in lines[:-1]]
        assert bench("history", "4410982", "--days", "5", "--json").lines == lines[-5:]

    def test_what_is_not_there_is_said(self, bench: Bench) -> None:
        said = bench("history", "Nobody")
        assert (said.code, "rankbot find TEXT" in said.err) == (2, True)
        assert bench("history", " ").code == 2

    def test_what_is_no_longer_listed_is_said(self, bench: Bench) -> None:
        bench("backfill", "--from", "2026-10-20")
        then = {line["id"] for line in bench("top", "models", "--date", "2026-10-20", "-n", "50", "--json").lines}
        now = {line["id"] for line in bench("top", "models", "-n", "50", "--json").lines}
        gone = min(then - now)
        said = bench("history", gone, "--days", "1")
        assert said.code == 0
        assert (
            f"(id {gone}): on no watchlist's board, as far as it was read, in the last 1 day stored last #" in said.flat
        )
        assert "in Models, daily totals" in said.out
        assert "on no watchlist's board" not in bench("history", gone).out
        assert bench("history", gone, "--days", "1", "--json").out == ""


class TestFind:
    """Ids by name."""

    def test_a_part_of_a_name(self, bench: Bench) -> None:
        assert "id 3920117" in bench("find", "tern").out
        assert {line["name"] for line in bench("find", "tern cli", "--json").lines} == {"Tern CLI"}

    def test_no_match(self, bench: Bench) -> None:
        assert bench("find", "zzzz").code == 2

    def test_nothing_to_look_for(self, bench: Bench) -> None:
        said = bench("find", "")
        assert (said.code, "TEXT is empty." in said.err) == (2, True)


class TestEvents:
    """What was detected."""

    def test_as_lines_and_as_json(self, bench: Bench) -> None:
        for day in ("2026-11-05", "2026-11-06", "2026-11-07"):
            bench("run", "--date", day, "--send")
        everything = bench("events", "--all", "--json").lines
        assert everything
        assert set(everything[0]) >= {"id", "key", "date", "kind", "item", "evidence", "as_of", "status", "held_back"}
        shown = [
            line for line in bench("events", "--all").out.splitlines() if not line.startswith(("Source:", "SAMPLE"))
        ]
        assert len(shown) == len(everything)
        days = {line["date"] for line in bench("events", "--from", "2026-11-06", "--to", "2026-11-07", "--json").lines}
        assert days <= {"2026-11-06", "2026-11-07"}
        only = bench("events", "--watchlist", "models", "--date", "2026-11-10", "--json").lines
        assert {line["watchlist"] for line in only} <= {"models"}

    def test_no_events_is_a_word(self, bench: Bench) -> None:
        assert bench("events", "--date", "2026-11-10", "-w", "cli-agents").out == "No events.\n"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--date", "2026-11-10", "--from", "2026-11-01"), "--date is one day"),
            (("-w", "x"), "Watchlists here: cli-agents"),
            (("--from", "2026-11-02", "--to", "2026-11-01"), "--from 2026-11-02 is later than --to 2026-11-01."),
        ],
    )
    def test_what_does_not_fit_is_said(self, bench: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = bench("events", *arguments)
        assert (said.code, words in said.err) == (2, True)


class TestPreview:
    """A digest of a stored day, in every form."""

    def test_in_the_terminal_and_as_files(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        said = bench("preview", "--channel", "files", "--html", "a.html", "--slack", "a.json")
        assert said.code == 0
        assert "── files, Tue 10 Nov" in said.out
        assert "openrouter.ai/apps" in (bench.folder / "a.html").read_text()
        blocks = json.loads((bench.folder / "a.json").read_text())
        assert blocks[0]["blocks"][0]["type"] == "header"

    def test_it_is_shown_in_the_browser(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[str] = []

        def show(address: str) -> bool:
            opened.append(address)
            return True

        monkeypatch.setattr("webbrowser.open", show)
        assert bench("preview", "--open").err == ""
        bench("preview", "--open", "--html", "b.html")
        assert opened[0].endswith("/2026-11-10.html")
        assert opened[1].endswith("/b.html")

    def test_without_a_browser_it_is_said_where_the_page_is(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("webbrowser.open", lambda _address: False)
        said = bench("preview", "--open", "--html", "b.html")
        assert (said.code, said.err) == (0, "No browser can be opened here. The page is in b.html\n")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--channel", "x"), "Those that do: files."),
            (("--date", "2026-01-01"), "Nothing is stored of 2026-01-01"),
            (("--html", "no/where.html"), "can't be written"),
        ],
    )
    def test_what_does_not_fit_is_said(self, bench: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = bench("preview", *arguments)
        assert (said.code, words in said.err) == (2, True)


class TestNames:
    """What is shown is the newest name that held for two days."""

    @pytest.fixture
    def _renamed(self, bench: Bench, _ran: None) -> None:
        """On the newest day, Kestrel Code calls itself as the app before it has long been called."""
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            known = store.snapshot(CLI_AGENTS, DAY)
            assert known is not None
            entries = [
                replace(line, name="Otter CLI", tokens=line.tokens - 1) if line.item == "4410982" else line
                for line in known.entries
            ]
            store.save([replace(known, entries=tuple(entries), fetched_at=NOW + timedelta(days=1))])

    @pytest.mark.usefixtures("_renamed")
    def test_a_name_of_one_day_is_not_shown_yet_but_found(self, bench: Bench) -> None:
        names = {line["id"]: line["name"] for line in bench("top", "-n", "100", "--json").lines}
        assert names["4410982"] == "Kestrel Code"
        found = {line["id"]: line["name"] for line in bench("find", "otter", "--json").lines}
        assert found["4410982"] == "Kestrel Code"
        assert "Kestrel Code" in bench("find", "4410982").out
        assert "Kestrel Code (id 4410982)" in bench("history", "4410982").out

    def test_events_of_equal_names_are_told_apart(self, bench: Bench) -> None:
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            store.add_events([event(item=item, name="pi", date=ago(40)) for item in ("1", "2")])
        out = bench("events", "--date", str(ago(40))).out
        assert "pi (id 1)" in out
        assert "pi (id 2)" in out

    def test_what_later_days_of_a_digest_undid_waits_for_none(self, bench: Bench) -> None:
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            undone, waits = store.add_events([event(item=item, date=ago(40)) for item in ("1", "2")])
            late = NewDelivery("files", NOW + timedelta(days=1), DAY, "s", (Step(0, "digests", "{}"),))
            store.enqueue(late, [Settlement(undone.id, stated=False)], NOW)
        states = {line.split()[0]: line.rpartition("  ")[2] for line in bench("events").out.splitlines()}
        assert (states[undone.id], states[waits.id]) == ("netted out", "new")
        assert "netted out: other days of the same digest undid" in bench("explain", undone.id).flat
        assert "in no digest yet" in bench("explain", waits.id).flat


def test_names_never_reach_the_terminal_as_escapes(bench: Bench) -> None:
    said = bench("top", "-n", "100")
    assert "\x1b" not in said.out


def test_without_a_demo_there_is_none_to_look_at(bench: Bench) -> None:
    said = bench("events", "--demo")
    assert (said.code, "Run one: rankbot demo" in said.err) == (2, True)


class TestNamesOfModels:
    """Models are called as in the catalogue, and found by that name and by their slug."""

    def test_in_top_find_and_history(self, bench: Bench) -> None:
        first = bench("top", "models", "--json", "-n", "1").lines[0]
        assert first["name"] != first["id"]
        assert f"id {first['id']}" in bench("top", "models", "-n", "1").out
        found = bench("find", first["name"].upper(), "--json").lines
        assert (first["id"], first["name"]) in {(line["id"], line["name"]) for line in found}
        by_name, by_slug = (bench("history", text).out for text in (first["name"], first["id"]))
        assert by_name == by_slug
        assert by_name.startswith(f"{first['name']} (id {first['id']}) in Models")

    def test_they_can_be_followed_by_it(self, bench: Bench) -> None:
        name = bench("top", "models", "--json", "-n", "3").lines[2]["name"]
        bench.add(f'follow = ["{name}"]\n')
        assert f"{name} = id" not in bench("check", "--online").out
        assert bench("check", "--online").code == 0


def test_a_long_course_is_drawn_in_lines_of_nine_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    days = [ago(number) for number in range(99, -1, -1)]
    look._draw(days[-look.DAYS_ALONE :], "█" * look.DAYS_ALONE)
    assert capsys.readouterr().out == f"  {'█' * look.DAYS_ALONE}\n"
    look._draw(days, "█" * 63 + "▁" * 37)
    assert capsys.readouterr().out == f"   3 Aug 2026  {'█' * 63}\n   5 Oct 2026  {'▁' * 37}\n"


def test_ids_that_make_a_table_too_wide_are_left_out_and_it_is_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "wider terminal" not in bench("top", "models").out
    monkeypatch.setenv("COLUMNS", "80")
    said = bench("top", "models").out
    assert "id " not in said.partition("Their ids")[0]
    assert "Their ids: with --json, or in a wider terminal.\n" in said


def test_events_stand_below_their_day_where_a_terminal_is_narrow(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
        store.add_events([event(item=item, name=f"{item} " * 7, date=ago(40)) for item in ("first", "second")])
    monkeypatch.setenv("COLUMNS", "80")
    lines = bench("events", "--date", str(ago(40))).out.splitlines()
    assert lines[0] == "  Thu 1 Oct 2026"
    assert all(len(line) <= 80 for line in lines)
    assert " ".join(" ".join(lines).split()).count("first") == 7

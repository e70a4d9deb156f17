"""explain: why something was told, and why not. The golden texts were read; a change to one is a change to a proof."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.store import open_store
from bot.core.event import EventStatus
from bot.core.rules import RULES
from tests.builders import CLI_AGENTS
from tests.cli.bench import NOW, Bench
from tests.core.rules.days import ago

GOLDEN = Path(__file__).parent / "golden"
ASKED = {
    "new-leader": ("d363j",),
    "entered-top": ("n3x71",),
    "left-top": ("qej67",),
    "spike": ("g86n6",),
    "trending": ("fe9pt",),
    "held-back": ("8zyb5",),
    "nothing-told": ("--item", "Sable", "--date", "2026-11-08"),
    "told-and-held-back": ("--item", "Tern CLI", "--date", "2026-11-05", "-w", "cli-agents"),
    "models": ("--item", "owlery/tawnik-4.5-20260205", "--date", "2026-11-06", "-w", "models"),
    "as-in-a-backtest": ("--item", "3920117", "--date", "2026-11-10", "--from", "2026-10-20"),
}


@pytest.mark.parametrize("name", ASKED)
def test_explanations_read_as_reviewed(lived: Bench, name: str) -> None:
    said = lived("explain", *ASKED[name])
    assert (said.code, said.err) == (0, "")
    assert said.out == (GOLDEN / f"explain-{name}.txt").read_text(encoding="utf-8")


def recomputed(bench: Bench, of_a_kind: int | None = None) -> set[str]:
    """The kinds of a bot's events, all of which, or the first so many of each, are recomputed from their rows."""
    found: dict[str, list[str]] = {}
    for line in bench("events", "--all", "--json").lines:
        found.setdefault(line["kind"], []).append(line["id"])
    for event_id in (one for ids in found.values() for one in ids[:of_a_kind]):
        said = bench("explain", event_id)
        assert (said.code, "Recomputed from these rows: the same." in said.out) == (0, True), event_id
    return set(found)


def test_every_event_of_a_bot_is_recomputed_from_its_rows(lived: Bench) -> None:
    assert len(recomputed(lived)) == 6


def test_and_some_of_each_kind_of_a_bot_with_every_rule(every_rule: Bench) -> None:
    assert recomputed(every_rule, 2) == set(RULES)


@pytest.mark.slow
def test_and_all_of_them(every_rule: Bench) -> None:
    recomputed(every_rule)


OF_A_KIND = ("climbed", "dropped", "moved", "overtook", "milestone", "share", "renamed")


@pytest.mark.parametrize("kind", OF_A_KIND)
def test_the_first_of_each_further_kind_reads_as_reviewed(every_rule: Bench, kind: str) -> None:
    first = next(line for line in every_rule("events", "--json").lines if line["kind"] == kind)
    said = every_rule("explain", first["id"])
    assert (said.code, said.err) == (0, "")
    assert said.out == (GOLDEN / f"explain-{kind}.txt").read_text(encoding="utf-8")


def test_a_day_reads_as_reviewed_by_every_rule(every_rule: Bench) -> None:
    said = every_rule("explain", "--item", "Kestrel Code", "--date", "2026-08-29", "-w", "cli-agents")
    assert (said.code, said.err) == (0, "")
    assert said.out == (GOLDEN / "explain-every-rule.txt").read_text(encoding="utf-8")


def test_a_day_of_a_model_by_every_rule(every_rule: Bench) -> None:
    item = next(line["item"]["id"] for line in every_rule("events", "--json").lines if line["kind"] == "share")
    said = every_rule("explain", "--item", item, "--date", "2026-08-30", "-w", "models")
    assert (said.code, said.err) == (0, "")
    assert said.out == (GOLDEN / "explain-every-rule-models.txt").read_text(encoding="utf-8")


def test_events_of_every_kind_are_lined_up(every_rule: Bench) -> None:
    said = every_rule("events", "-w", "cli-agents")
    assert said.out == (GOLDEN / "events-every-rule.txt").read_text(encoding="utf-8")


def tampered(bench: Bench, event_id: str, **changes: object) -> None:
    """Changes what is stored of an event."""
    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
        event = store.event(event_id)
        assert event is not None
        store.change_events([replace(event, **changes)])  # type: ignore[arg-type]


class TestMismatch:
    """What is stored is held against its rows."""

    def test_a_number_that_they_do_not_give_is_an_error(self, lived: Bench) -> None:
        tampered(lived, "d363j", previous_rank=7)
        said = lived("explain", "D363J")
        assert said.code == 1
        assert "NOT the same when recomputed from its rows: previous rank: stored 7, recomputed 2" in said.flat
        assert "Please report this" in said.err
        assert lived("explain", "--item", "Harrier", "--date", "2026-11-06").code == 1

    def test_so_is_an_event_that_is_not_stored(self, lived: Bench) -> None:
        tampered(lived, "d363j", item="1")
        said = lived("explain", "--item", "Harrier", "--date", "2026-11-06")
        assert (said.code, "comes about, and is not stored" in said.flat) == (1, True)

    def test_rules_that_changed_since_are_none(self, lived: Bench) -> None:
        tampered(lived, "d363j", previous_rank=7)
        config = (lived.folder / "config.toml").read_text(encoding="utf-8")
        lived.configure(config.replace("left_top = true", "left_top = false"))
        said = lived("explain", "d363j")
        assert (said.code, "by other rules or names than today's" in said.flat) == (0, True)
        said = lived("explain", "--item", "Harrier", "--date", "2026-11-06")
        assert (said.code, "Judged by other rules than today's." in said.flat) == (0, True)


class TestRestated:
    """What was told, and what holds instead."""

    @pytest.fixture
    def _restated(self, lived: Bench) -> None:
        """OpenRouter restates the newest day: Tern CLI has no tokens to speak of. Nobody knows yet."""
        with closing(open_store(f"sqlite:///{lived.folder}/rankbot.db")) as store:
            known = store.snapshot(CLI_AGENTS, ago(4))
            assert known is not None
            first, second, *others = known.entries
            lines = [replace(second, rank=1, tokens=first.tokens), replace(first, rank=2), *others]
            later = replace(known, fetched_at=NOW, as_of="2026-11-12T05:00:00.000Z")
            store.save([replace(later, entries=tuple(lines))])

    @pytest.mark.usefixtures("_restated")
    def test_a_retracted_event_says_both(self, lived: Bench) -> None:
        assert lived("run", "--date", "2026-11-10", "--send").code in (0, 1, 75)
        with closing(open_store(f"sqlite:///{lived.folder}/rankbot.db")) as store:
            event = store.event("d363j")
            assert event is not None
            assert event.status is EventStatus.RETRACTED
        said = lived("explain", "d363j")
        assert said.code == 0
        assert "Taken back" not in said.out
        assert "status      taken back: OpenRouter revised that day" in said.out
        assert "was told    #1 with" in said.out
        assert "as of 2026-11-11T05:00:00.000Z" in said.out
        assert "holds now   #2 with" in said.out
        assert "as of 2026-11-12T05:00:00.000Z" in said.out

    def test_a_late_event_says_what_held_before(self, lived: Bench) -> None:
        before = {
            "rank": None,
            "tokens": None,
            "as_of": None,
            "came": [{"name": "Ibex", "tokens": "5"}],
            "gone": ["Roost"],
            "depth": None,
            "own_depth": 100,
        }
        tampered(lived, "g86n6", late=True, revised=before)
        said = lived("explain", "g86n6")
        assert "Found when the day had been judged before: it is told late." in said.flat
        assert "held before not stored" in said.flat
        assert "Ibex: above it now, not listed before Roost: above it before, no longer in the top 100" in said.flat


class TestDays:
    """How the day came to be judged."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--date", "2026-10-20"), "Before the watchlist's first day, 2026-11-03: judged now"),
            (("--date", "2026-10-20", "--from", "2026-10-18"), "As a backtest has it, from stored rows."),
            (
                ("--date", "2026-08-01"),
                "and nothing for that day. So it can't be judged. To fetch it: rankbot backfill",
            ),
            ((), "on Tue 10 Nov 2026: CLI agents tells"),
        ],
    )
    def test_what_was_not_judged_in_its_turn_says_so(
        self, lived: Bench, arguments: tuple[str, ...], words: str
    ) -> None:
        said = lived("explain", "--item", "Tern CLI", *arguments)
        assert (said.code, words in said.flat) == (0, True)

    def test_a_watchlist_that_has_not_run(self, bench: Bench) -> None:
        bench("run", "--dry-run")
        assert "The watchlist has not run yet: judged now" in bench("explain", "--item", "Tern CLI").flat

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "Give an event's ID, or an --item."),
            (("d363j", "--item", "Sable"), "Give an event's ID, or an --item."),
            (("d363j", "--date", "2026-11-06"), "--date, --watchlist and --from go with --item."),
            (("zzzzz",), "No event `zzzzz` is stored. Those that are: rankbot events --all."),
            (("--item", " "), "--item is empty."),
            (("--item", "nobody"), "Nothing stored is called `nobody`."),
            (("--item", "co"), "`co` means several items. Give an id: "),
            (("--item", "Sable", "-w", "x"), "Watchlists here: cli-agents, models."),
            (("--item", "Sable", "--date", "2026-11-01", "--from", "2026-11-02"), "is later than --date 2026-11-01."),
        ],
    )
    def test_what_does_not_fit_is_said(self, lived: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = lived("explain", *arguments)
        assert (said.code, words in said.flat) == (2, True)

    def test_an_empty_store_has_nothing_to_explain(self, bench: Bench) -> None:
        said = bench("explain", "--item", "Sable")
        assert (
            said.code,
            "of this board. Apps > Coding > CLI agents, 7-day totals. To begin: rankbot run" in said.flat,
        ) == (2, True)


def test_an_event_whose_boards_were_thinned_is_shown_as_stored(lived: Bench) -> None:
    """No mismatch, and no exit code that calls for somebody."""
    with closing(open_store(f"sqlite:///{lived.folder / 'rankbot.db'}")) as store:
        event = store.events(watchlist="cli-agents")[0]
        while store.thin(event.date + timedelta(days=1)):
            pass
    said = lived("explain", event.id)
    assert said.code == 0
    assert "Shown as stored: of the boards it was judged by, only some lines are kept" in said.flat

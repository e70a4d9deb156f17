"""Names and prices of models, from the sandbox over HTTP to what readers get; and the days on which they don't come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.troubles import CATALOGUE_FAILS
from bot.core.ranking import Board, Dataset
from bot.sandbox import Sandbox, World, last_completed_day
from bot.sandbox.answers import Answer, Request, endpoint
from bot.wiring import House, load_config

NOW = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
CONFIG = """
[openrouter]
api_key = "file:any.key"
base_url = "{url}"
requests_per_minute = 10000

[operator]
channels = ["ops"]

[channel.ops]
type = "file"
directory = "ops"

[channel.files]
type = "file"
directory = "digests"
when_quiet = "line"

[watchlist.models]
dataset = "models"
follow = ["*max*"]
"""
MODELS = Board(Dataset.MODELS)


class Bench:
    """A bot in a folder, and the world that it asks; ``spoil`` changes answers about the catalogue."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, NOW
        self.spoil: Callable[[Answer], Answer] = lambda answer: answer
        self.asked = 0
        self.sandbox = Sandbox(World(7, last_completed_day(NOW)), now=lambda: self.now, limits=False)
        self._plain = self.sandbox.answer
        self.sandbox.answer = self._answer

    def _answer(self, request: Request) -> Answer:
        answer = self._plain(request)
        if endpoint(request.path) != "models":
            return answer
        self.asked += 1
        return self.spoil(answer)

    def house(self) -> House:
        return House(load_config(self.folder / "config.toml"), clock=lambda: self.now, sleep=lambda _: None)

    def run(self) -> None:
        with self.house() as house:
            house.cycle().run()

    def told(self, channel: str, suffix: str) -> str:
        """The newest of its messages in a form."""
        files = sorted((self.folder / channel).glob(f"*{suffix}"), key=lambda file: (len(file.name), file.name))
        return files[-1].read_text(encoding="utf-8")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    with made.sandbox as sandbox:
        (tmp_path / "any.key").write_text("sk-invented")
        (tmp_path / "config.toml").write_text(CONFIG.format(url=sandbox.url))
        yield made


def refused(_answer: Answer) -> Answer:
    return Answer(502, {}, b"")


def malformed(_answer: Answer) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, b'{"data": [{"id": 5}]}')


def raised(answer: Answer) -> Answer:
    """Every price a quarter higher."""
    body = json.loads(answer.body)
    for model in body["data"]:
        model["pricing"] = {what: str(float(price) * 1.25) for what, price in model["pricing"].items()}
    return Answer(answer.status, answer.headers, json.dumps(body).encode())


def test_a_digest_has_names_prices_and_contexts_in_every_form(bench: Bench) -> None:
    bench.run()
    with bench.house() as house:
        leader = house.store.snapshot(Board(Dataset.MODELS, 1), last_completed_day(NOW))
        catalogue = house.store.catalogue(NOW.date())
    assert leader is not None
    assert catalogue is not None
    item = leader.entries[0].item
    for suffix in (".txt", ".html", ".slack.json"):
        told = bench.told("digests", suffix)
        assert catalogue.names([item])[item] in told
        assert catalogue.price(item) in told
        assert "Prices are list prices on 11 Nov 2026, in dollars per million tokens." in told
    assert "$ in / out per 1M" in bench.told("digests", ".html")


def test_a_price_that_changed_is_told_a_week_later_and_asked_for_once_a_day(bench: Bench) -> None:
    for day in range(9):
        bench.now = NOW + timedelta(days=day)
        if day >= 5:
            bench.spoil = raised
        bench.run()
    bench.run()
    assert bench.asked == 9
    assert "Price changed since last week: " in bench.told("digests", ".txt")


@pytest.mark.parametrize(("spoil", "incidents"), [(refused, []), (malformed, [CATALOGUE_FAILS])])
def test_without_it_the_digest_goes_out_with_slugs(
    bench: Bench, spoil: Callable[[Answer], Answer], incidents: list[str]
) -> None:
    bench.spoil = spoil
    bench.run()
    text = bench.told("digests", ".txt")
    assert "list prices" not in text
    assert "$ in / out" not in text
    with bench.house() as house:
        assert [incident.key for incident in house.store.incidents()] == incidents
    bench.spoil = lambda answer: answer
    bench.now += timedelta(hours=1)
    bench.run()
    with bench.house() as house:
        assert (house.store.catalogued(), house.store.incidents()) == (NOW.date(), [])
    assert (bench.folder / "ops").exists() is bool(incidents)
    if incidents:
        assert "models: `data[0].id` is not as documented" in bench.told("ops", ".txt")

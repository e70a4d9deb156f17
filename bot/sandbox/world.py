"""The generated world: invented apps and models with half a year of days, the same for the same seed and calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from bot.core.ranking import FIRST_DAY, MODEL_DEPTH, OTHER, Sort
from bot.core.taxonomy import CATEGORIES
from bot.sandbox.labs import LONGEST_LIFE, Model, launched
from bot.sandbox.market import AppMarket
from bot.sandbox.roster import App, apps
from bot.sandbox.source import AppRow, AppTable, AppView, ModelTable, timestamp

DAYS = 210
"""How many days a world has when it is made; it grows with the clock."""
FLOOR_A_DAY = 100_000_000
"""Boards end here, whole marketplace and categories alike: 0.7 B tokens for seven days, as observed."""
HIDING_HOUR = timedelta(hours=11, minutes=30)
"""When in the day apps are taken off the marketplace and renamed."""
FICKLE_MINUTES = 10


class World:
    """Invented figures from ``DAYS`` days before ``last_day`` on.

    A day's figures hang on the seed and the date alone: worlds that begin elsewhere agree where they overlap, and days
    after ``last_day`` come into being when they are asked for. Before the first day there is nothing.
    """

    kind = "generated"

    def __init__(self, seed: int, last_day: date) -> None:
        self.seed = seed
        self.first_day = max(FIRST_DAY, last_day - timedelta(days=DAYS - 1))
        self._apps = apps()
        self._market = AppMarket(seed, self._apps)
        self._tokens: list[list[int]] = [[0] for _ in self._apps]
        self._requests: list[list[int]] = [[0] for _ in self._apps]
        self._model_days: list[tuple[tuple[str, int], ...]] = []
        self._models: list[Model] = []
        self._living: list[tuple[Model, Iterator[int]]] = []
        self._launched_to = (0, 0)
        self._grown = 0
        self._lock = Lock()
        self._grow(last_day)

    @property
    def app_count(self) -> int:
        """How many apps there are, those below the floor included."""
        return len(self._apps)

    @property
    def model_count(self) -> int:
        """How many models are in use on the newest day, variants included."""
        newest = self.first_day + timedelta(days=self._grown - 1)
        return sum(model.born <= newest < model.born + timedelta(days=model.life_days) for model in self._models)

    # ── apps ─────────────────────────────────────────────────────────────────────────────────────────────────

    def apps(self, view: AppView, now: datetime) -> AppTable:
        """All apps of the view above the floor that are on the marketplace now."""
        self._grow(view.end)
        tags = _tags(view)
        floor = FLOOR_A_DAY * view.days
        today = (now - HIDING_HOUR).date()
        ranked = []
        for index, app in enumerate(self._apps):
            if (tags and tags.isdisjoint(app.tags)) or self._market.hidden(app, today):
                continue
            tokens = self._sum(self._tokens[index], view.start, view.end)
            if tokens < floor:
                continue
            weight = tokens if view.sort is Sort.POPULAR else self._growth(index, tokens, view)
            if weight > 0:
                ranked.append((-weight, app.app_id, index, tokens))
        ranked.sort()
        return AppTable([self._row(index, tokens, view, now) for _, _, index, tokens in ranked], timestamp(now))

    def _growth(self, index: int, tokens: int, view: AppView) -> int:
        """Three times the growth over the mean of the three windows before; a whole number, so that it is exact."""
        before = view.start - timedelta(days=1)
        return 3 * tokens - self._sum(self._tokens[index], view.start - timedelta(days=3 * view.days), before)

    def _row(self, index: int, tokens: int, view: AppView, now: datetime) -> AppRow:
        app = self._apps[index]
        requests = self._sum(self._requests[index], view.start, view.end)
        return AppRow(app.app_id, _name(app, view.end, now), tokens, requests)

    def _sum(self, totals: Sequence[int], start: date, end: date) -> int:
        """What the running totals grew by in a window; the part of it before the first day counts nothing."""
        until = max((end - self.first_day).days + 1, 0)
        return totals[until] - totals[max((start - self.first_day).days, 0)] if until else 0

    # ── models ───────────────────────────────────────────────────────────────────────────────────────────────

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The largest models of each day, then what the others sum up to."""
        self._grow(end)
        first = max(start, self.first_day)
        rows = [
            (first + timedelta(days=step), slug, tokens)
            for step in range((end - first).days + 1)
            for slug, tokens in self._model_days[(first - self.first_day).days + step]
        ]
        return ModelTable(rows, timestamp(now))

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]]:
        """The models that can be called now, newest first, with a router and an alias among them as in reality."""
        entries = [entry for model in self._models if (entry := model.entry(now.date()))]
        entries.sort(key=lambda entry: (-entry["created"], entry["id"]))
        no_price = {"prompt": "-1", "completion": "-1"}  # as the feed prices its routers
        router = {**_special("signpost/auto", "Signpost Auto Router"), "pricing": no_price}
        newest = next((entry for entry in entries if entry["pricing"]["prompt"] != "0"), router)
        alias = {**newest, **_special(f"~{newest['id'].partition('/')[0]}/latest", f"{newest['name']} (latest)")}
        return [*entries, alias, router]

    # ── growing ──────────────────────────────────────────────────────────────────────────────────────────────

    def _grow(self, until: date) -> None:
        """Makes the days up to ``until`` that are not there yet."""
        if (until - self.first_day).days < self._grown:
            return
        with self._lock:
            while (day := self.first_day + timedelta(days=self._grown)) <= until:
                self._add_apps(day)
                self._launch(day)
                self._model_days.append(_board({model.slug: next(tokens) for model, tokens in self._born(day)}))
                self._grown += 1

    def _add_apps(self, day: date) -> None:
        figures = self._market.on(day)
        for app, tokens, totals, requests in zip(self._apps, figures, self._tokens, self._requests, strict=True):
            totals.append(totals[-1] + tokens)
            requests.append(requests[-1] + -(-tokens // app.tokens_per_request))

    def _launch(self, day: date) -> None:
        """Brings in the models of the months up to that day; on the first day those of all months that still count."""
        if self._launched_to == (0, 0):
            earliest = self.first_day - timedelta(days=LONGEST_LIFE)
            self._launched_to = (earliest.year, earliest.month - 1)
        while self._launched_to < (day.year, day.month):
            year, month = self._launched_to
            self._launched_to = (year, month + 1) if month < 12 else (year + 1, 1)
            for model in launched(self.seed, *self._launched_to):
                self._models.append(model)
                self._living.append((model, self._from_first_day(model)))

    def _from_first_day(self, model: Model) -> Iterator[int]:
        tokens = model.days(self.seed)
        for _ in range((self.first_day - model.born).days):
            next(tokens)
        return tokens

    def _born(self, day: date) -> Iterator[tuple[Model, Iterator[int]]]:
        return (pair for pair in self._living if pair[0].born <= day)


def _board(figures: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """One day's rows: at most fifty models by tokens, ties by slug, then the rest in one row if there is any."""
    ranked = sorted((pair for pair in figures.items() if pair[1]), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(tokens for _, tokens in ranked[MODEL_DEPTH:])
    return (*ranked[:MODEL_DEPTH], (OTHER, rest)) if rest else tuple(ranked)


def _tags(view: AppView) -> set[str]:
    if view.subcategory:
        return {view.subcategory}
    return set(CATEGORIES[view.category]) if view.category else set()


def _name(app: App, end: date, now: datetime) -> str:
    if app.fickle:
        return app.names[now.minute // FICKLE_MINUTES % len(app.names)]
    day = end if app.by_window else (now - HIDING_HOUR).date()
    return app.names[(day.toordinal() + app.app_id) // app.name_days % len(app.names)]


def _special(identity: str, name: str) -> dict[str, Any]:
    return {
        "id": identity,
        "canonical_slug": identity,
        "name": name,
        "created": 1_735_689_600,
        "context_length": 1_048_576,
        "expiration_date": None,
    }

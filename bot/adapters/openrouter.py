"""OpenRouter's API as a Feed: app boards, model days, and the catalogue of models.

Each call asks once; the planner asks again in a later cycle. Whatever goes wrong is a FeedError whose message names the
endpoint, the board and the window, and says what to do. The API key is in no message, log line or repr.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.adapters.http import MAX_BYTES, Answer, HttpClient, NoAnswerError, Transport
from bot.adapters.openrouter_answer import AppAnswer, AppRow, Meta, ModelAnswer, ModelRow, read, read_bare, refusal
from bot.adapters.openrouter_catalogue import CatalogueAnswer, listings
from bot.adapters.openrouter_network import no_answer, no_client
from bot.core.catalogue import Listing
from bot.core.ranking import (
    APP_DEPTH,
    APP_PAGE,
    FIRST_DAY,
    MODEL_DAY,
    MODEL_DEPTH,
    OTHER,
    Board,
    Entry,
    Ranking,
)
from bot.errors import ConfigError, FeedMalformedError, FeedRefusedError

APPS_PATH = "/datasets/app-rankings"
MODELS_PATH = "/datasets/rankings-daily"
CATALOGUE_PATH = "/models"
ALL_MODELS = {"output_modalities": "all"}
"""Without it only models that write text are listed; the rankings also have those that embed and draw."""
SAMPLE_HEADER = "x-rankbot-sample"
"""A stand-in sends it with figures that it invented; see Ranking.sample."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer about one window."""

    meta: Meta
    rows: Sequence[AppRow]
    fetched_at: datetime
    sample: bool


class OpenRouterFeed:
    """See bot.app.ports.Feed. ``close`` it.

    ``api_key`` is called for each request, so that a changed secret takes effect without a restart. ``before_request``
    is called before each request and may wait (pacing) or raise (the budget): then nothing is sent. ``clock`` gives the
    aware UTC time; ``timeout_seconds`` is the deadline over each whole answer.

    Raises FeedPermanentError where ``base_url`` or the environment can't be used.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: Callable[[], str],
        clock: Callable[[], datetime],
        before_request: Callable[[], None],
        timeout_seconds: float,
        max_bytes: int = MAX_BYTES,
        transport: Transport | None = None,
    ) -> None:
        self.requests = 0
        self._api_key = api_key
        self._clock = clock
        self._before_request = before_request
        try:
            self._http = HttpClient(base_url, timeout_seconds=timeout_seconds, max_bytes=max_bytes, transport=transport)
        except NoAnswerError as error:
            raise no_client(error) from error

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        """An app board's ranking of the window that ends on ``end_date``, as it came: the gate judges it.

        Page two is asked for only if page one is full. Of two pages the earlier ``as_of`` and ``fetched_at`` count, for
        all figures are at least that fresh.
        """
        depth = min(depth, APP_DEPTH)  # no more can be asked for, so a longer board would seem exhaustive
        pages = [self._app_page(board, end_date, limit=min(depth, APP_PAGE), offset=0)]
        if depth > APP_PAGE and len(pages[0].rows) == APP_PAGE:
            pages.append(self._app_page(board, end_date, limit=depth - APP_PAGE, offset=APP_PAGE))
        return Ranking(
            board=board,
            start_date=pages[0].meta.start_date,
            end_date=pages[0].meta.end_date,
            as_of=min((page.meta.as_of for page in pages), key=datetime.fromisoformat),
            fetched_at=min(page.fetched_at for page in pages),
            depth=depth,
            entries=tuple(_app_entry(row) for page in pages for row in page.rows),
            sample=any(page.sample for page in pages),
        )

    def model_days(self, start: date, end: date) -> Sequence[Ranking]:
        """One ranking (board MODEL_DAY) for each day that the answer holds, oldest first.

        The feed names no ranks here: a model's rank is its place among the day's rows as they came.
        """
        what = f"rankings-daily ({start} to {end})"
        answer = self._get(MODELS_PATH, {"start_date": start.isoformat(), "end_date": end.isoformat()}, what)
        parsed = read(ModelAnswer, answer.body, what=what)
        _check_window(parsed.meta, start, end, what)
        fetched_at = self._clock()
        days: dict[date, list[ModelRow]] = {}
        for index, row in enumerate(parsed.data):
            if not parsed.meta.start_date <= row.date <= end:
                raise FeedMalformedError(f"{what}: `data[{index}].date` is {row.date}, outside the window.")
            days.setdefault(row.date, []).append(row)
        return [
            _model_day(day, rows, meta=parsed.meta, fetched_at=fetched_at, sample=_is_sample(answer), what=what)
            for day, rows in sorted(days.items())
        ]

    def catalogue(self) -> Sequence[Listing]:
        """The models that can be called now, as they came: aliases, routers and batch variants too."""
        answer = self._get(CATALOGUE_PATH, ALL_MODELS, "models")
        return listings(read_bare(CatalogueAnswer, answer.body, what="models"))

    def close(self) -> None:
        """Gives back what the client holds."""
        self._http.close()

    def _app_page(self, board: Board, end_date: date, *, limit: int, offset: int) -> _Page:
        start = board.start(end_date)
        ranks = f", ranks {offset + 1} to {offset + limit}" if offset else ""
        what = f"app-rankings for {board.title} ({board.sort.value}, {start} to {end_date}{ranks})"
        params: dict[str, str | int] = {
            "sort": board.sort.value,
            "start_date": start.isoformat(),
            "end_date": end_date.isoformat(),
            "limit": limit,
            "offset": offset,
        }
        if board.category:
            params["category"] = board.category
        if board.subcategory:
            params["subcategory"] = board.subcategory
        answer = self._get(APPS_PATH, params, what)
        parsed = read(AppAnswer, answer.body, what=what)
        _check_window(parsed.meta, start, end_date, what)
        if len(parsed.data) > limit:
            raise FeedMalformedError(f"{what}: {len(parsed.data)} rows came; {limit} were asked for.")
        return _Page(parsed.meta, parsed.data, self._clock(), _is_sample(answer))

    def _key(self) -> str:
        """The key as it is now; where it can't be read, every further request would fail as well."""
        try:
            return _sendable(self._api_key())
        except ConfigError as error:
            raise FeedRefusedError(
                f"The API key can't be read: {error.message}", hint="Check what [openrouter] api_key points to."
            ) from error

    def _get(self, path: str, params: Mapping[str, str | int], what: str) -> Answer:
        key = self._key()
        self._before_request()
        self.requests += 1
        try:
            answer = self._http.get(path, params=params, headers={"Authorization": f"Bearer {key}"})
        except NoAnswerError as error:
            raise no_answer(error, what=what) from error
        if answer.status != 200:
            raise refusal(answer, what=what, key=key, now=self._clock())
        return answer


def _sendable(key: str) -> str:
    """The key, if a header can carry it; libraries show a header that is refused, so it must not get that far."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise FeedRefusedError(
            "The API key is empty, or holds a character that no key has; nothing was sent.",
            hint="Check what [openrouter] api_key points to.",
        )
    return key


def _check_window(meta: Meta, start: date, end: date, what: str) -> None:
    """The answer must be about the window asked for; a start before the feed's first day comes back as that day."""
    if (meta.start_date, meta.end_date) != (max(start, FIRST_DAY), end):
        raise FeedMalformedError(
            f"{what}: the answer is about another window, {meta.start_date} to {meta.end_date}.",
            hint="It is not stored, and asked again in the next cycle.",
        )


def _is_sample(answer: Answer) -> bool:
    return SAMPLE_HEADER in answer.headers


def _app_entry(row: AppRow) -> Entry:
    return Entry(row.rank, str(row.app_id), row.app_name, int(row.total_tokens), row.total_requests)


def _model_day(
    day: date, rows: Sequence[ModelRow], *, meta: Meta, fetched_at: datetime, sample: bool, what: str
) -> Ranking:
    models = [row for row in rows if row.model_permaslug != OTHER]
    others = [int(row.total_tokens) for row in rows if row.model_permaslug == OTHER]
    if len(others) > 1:
        raise FeedMalformedError(f"{what}: {day} has {len(others)} rows `{OTHER}`.")
    return Ranking(
        board=MODEL_DAY,
        start_date=day,
        end_date=day,
        as_of=meta.as_of,
        fetched_at=fetched_at,
        depth=MODEL_DEPTH,
        entries=tuple(
            Entry(rank, row.model_permaslug, row.model_permaslug, int(row.total_tokens))
            for rank, row in enumerate(models, start=1)
        ),
        other_tokens=sum(others),
        sample=sample,
    )

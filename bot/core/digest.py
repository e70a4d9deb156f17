"""A digest as values: what one message says, before any template gives it a form.

Every string here is ready to be shown: numbers are written, names are cleaned (``bot.core.text``). Escaping for a
medium is the medium's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from bot.core.charts import Chart
from bot.core.ranking import Dataset, Ranking
from bot.core.table_line import TableLine
from bot.core.text import clean
from bot.core.week import DiaryDay, Week

CAVEAT = "Providers count tokens with their own tokenizers, so totals are not directly comparable across providers."
"""What every message says about tokens (feed: openapi, description of both datasets)."""
SCOPE = "Traffic through OpenRouter, not global usage. Days in UTC."
"""What the figures are about."""
SAMPLE = "SAMPLE DATA, not real rankings."
"""What every message says that is made from a stand-in's figures."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The citation of one dataset, to the letter, and the page that it links to."""

    text: str
    url: str


PAGES = {Dataset.APPS: "openrouter.ai/apps", Dataset.MODELS: "openrouter.ai/rankings"}
"""The page that each dataset's citation names (openapi, description of both datasets)."""


def cite(dataset: Dataset, as_of: str) -> Citation:
    """The citation that the feed asks for; ``as_of`` to the letter, but harmless."""
    page = PAGES[dataset]
    return Citation(f"Source: OpenRouter ({page}), as of {clean(as_of)}.", f"https://{page}")


def source_of(ranking: Ranking) -> str:
    """The citation of one board, as a row that stands alone bears it; sample data is marked as such."""
    cited = cite(ranking.board.dataset, ranking.as_of).text
    return f"{cited} {SAMPLE}" if ranking.sample else cited


def moment(as_of: str) -> datetime:
    """When a text of the feed's says that figures were made; UTC where it does not say."""
    found = datetime.fromisoformat(as_of)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from. It is put under every part of every message, whatever a template does."""

    citations: tuple[Citation, ...]
    checked: str
    caveat: str = CAVEAT
    scope: str = SCOPE
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The figures behind one event, in a sentence. ``id`` is the event's handle, ``head`` says what happened."""

    id: str
    text: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one of the reader's own or followed items stands. ``glyph`` is ▲, ▼, = or empty; words are beside it.

    ``gap`` is the distance to the one ahead, for the reader's own also to the one behind. ``proof`` has the figures
    where the item passed another or was passed, else it is empty. ``moves`` proves the events that the line tells: what
    is always shown needs no second line for its moves. ``spark`` draws its tokens of the last seven days in text
    (``bot.core.sparkline``); empty where too few are known.
    """

    item: str
    name: str
    mine: bool
    glyph: str
    rank: str
    tokens: str
    change: str
    gap: str
    proof: str = ""
    moves: tuple[Proof, ...] = ()
    spark: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One item's news in a sentence, with its proof in another. ``id`` is the handle of the strongest event.

    ``text`` is ``head`` (who does what) and ``detail`` (the figures, and what else the item did) in one. ``also``
    proves the other events of the item that the same line tells, on whichever board.
    """

    id: str
    kind: str
    item: str
    date: date
    text: str
    why: str
    name: str = ""
    head: str = ""
    detail: str = ""
    also: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What a restatement changed of what was told. ``id`` is the event's handle, ``headed``: it was in a headline then.

    ``date`` is the day that the news was about. ``text`` is the bullet, ``said`` (what was told, and of which day) and
    ``holds`` (what is so instead, and why) in one. ``figures`` are both values with both ``as_of``, to the letter.
    ``late``: the event is told here for the first time; then ``why`` proves it, else it is empty.
    """

    id: str
    date: date
    text: str
    said: str
    holds: str
    figures: str
    headed: bool = False
    late: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What the digest says of one watchlist. ``scope`` names window and bases, ``top_title`` the table.

    ``quiet`` is a sentence where there is no news, ``passed`` one about what came and went between two digests;
    both may be empty. ``noun`` is the head of the table's names. ``price_changes`` is a sentence, or empty. ``calm``,
    where the reader's own stands, and ``closest``, who is near to changing places, are a quiet digest's only.
    ``more_standing`` and ``more_news`` say how many lines a form leaves out, and where they are (``bot.core.caps``).
    """

    watchlist: str
    title: str
    url: str
    scope: str
    new: bool
    standing: tuple[Standing, ...]
    news: tuple[News, ...]
    quiet: str
    top_title: str
    top: tuple[TableLine, ...]
    not_evaluated: tuple[str, ...]
    passed: str = ""
    noun: str = "App"
    price_changes: str = ""
    calm: str = ""
    closest: str = ""
    more_standing: str = ""
    more_news: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a board. None is what the earlier board does not list; ``share`` is of all tokens of the window."""

    rank: int
    previous_rank: int | None
    item: str
    name: str
    tokens: int
    compared_tokens: int | None
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class Table:
    """A board from ``start_date`` to ``end_date``, beside that of ``previous_date`` and that of ``compared_date``.

    ``listed`` is how many lines the board has as the watchlist sees it, of which ``rows`` are the first; ``source`` is
    its citation.
    """

    board: str
    start_date: date
    end_date: date
    previous_date: date | None
    compared_date: date | None
    rows: tuple[TableRow, ...]
    listed: int
    source: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One message for one channel. ``headline`` is at most 90 characters, ``lead`` a mail's first visible line.

    ``days`` are the days it covers, ascending; ``day`` is the last of them. ``late`` is one clause, or empty.
    ``revisions`` is what OpenRouter's restatements changed of what the channel was told. ``prices`` says what the list
    prices in it are, and of which day; empty where there are none. ``more_revisions`` says how many a form leaves out,
    and where they are. ``charts`` is what a form with pictures draws, ``tables`` are the whole boards, for a file
    beside the message; no template gets either. ``change`` is the id of the news about a new #1 that the headline
    tells and that comes first. ``week`` is there in a briefing, ``diary`` in a late digest of several days (what it
    tells that did not last is not stated: it came and went); ``next_word`` says when a quiet channel hears again.
    """

    channel: str
    day: date
    days: tuple[date, ...]
    headline: str
    lead: str
    late: str
    sections: tuple[Section, ...]
    provenance: Provenance
    revisions: tuple[Revision, ...] = ()
    prices: str = ""
    more_revisions: str = ""
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    change: str = ""
    week: Week | None = None
    diary: tuple[DiaryDay, ...] = ()
    next_word: str = ""

    @property
    def stated(self) -> tuple[str, ...]:
        """The handles of every event that the digest tells; of its days' others, none is a change (netted out).

        It counts as told what a form leaves out, too, for the form says how many that are and which command lists them.
        """
        news = [line for section in self.sections for line in section.news]
        told = [handle for line in news for handle in (line.id, *(proof.id for proof in line.also))]
        moves = [proof.id for section in self.sections for row in section.standing for proof in row.moves]
        return (*told, *moves, *(revision.id for revision in self.revisions if revision.late))

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell: no news, no move, nothing came and went or was revised, nothing is new."""
        told = any(
            section.news or section.passed or section.new or any(row.moves for row in section.standing)
            for section in self.sections
        )
        return not (told or self.revisions)

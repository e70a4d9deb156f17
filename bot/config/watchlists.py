"""Makes watchlists of their tables: the board, the rules, and the channels that they are told on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.config.positions import Path
from bot.config.report import Report
from bot.config.rules import read_rules
from bot.config.tables import WatchlistTable
from bot.config.wrong import Wrong, did_you_mean, one_from
from bot.core.ranking import Board, By, Dataset
from bot.core.taxonomy import CATEGORIES, CATEGORY_OF
from bot.core.text import clean
from bot.core.watchlist import Pattern, Watchlist


def check_watchlist(path: Path, raw: Mapping[str, Any], report: Report) -> None:
    """Reports what a look at single keys can't see: categories, labs of apps, and ids among the names."""
    if raw.get("dataset") == Dataset.MODELS:
        for key in ("category", "subcategory"):
            if key in raw:
                under = 'only apps have categories: leave it out, or say dataset = "apps"'
                report.error((*path, key), Wrong(f"models have no `{key}`", under=under), key=True)
        if raw.get("by") == By.AUTHOR:
            _check_names(path, raw, report, _no_lab)
        return
    if raw.get("by") == By.AUTHOR:
        report.error((*path, "by"), Wrong("only models have authors", under='say dataset = "models", or leave it out'))
    _check_scope(path, raw, report)
    _check_names(path, raw, report, _no_app)


def _check_names(path: Path, raw: Mapping[str, Any], report: Report, wrong: Callable[[str], Wrong | None]) -> None:
    """Reports each name that can't mean anything on the board, as ``wrong`` tells."""
    for key in ("mine", "follow", "exclude"):
        for index, text in enumerate(_texts(raw.get(key))):
            found = wrong(text)
            if found:
                report.error((*path, key, index), found)


def _no_app(text: str) -> Wrong | None:
    if text.startswith("id:") and not text[3:].strip().isdecimal():
        return Wrong("the id of an app is a number", under='such as "id:2262242"')
    return None


def _no_lab(text: str) -> Wrong | None:
    author, slash, _ = text.removeprefix("id:").strip().partition("/")
    if not slash:
        return None
    under = f'did you mean "{clean(author)}"?' if author.strip() else 'such as "z-ai"'
    return Wrong("a lab is what stands before the / of a model's slug", under=under)


def _texts(raw: object) -> Sequence[str]:
    return raw if isinstance(raw, tuple) and all(isinstance(text, str) for text in raw) else ()


def _check_scope(path: Path, raw: Mapping[str, Any], report: Report) -> None:
    category, subcategory = raw.get("category"), raw.get("subcategory")
    if isinstance(category, str) and category not in CATEGORIES:
        report.error((*path, "category"), _no_category(category))
    if not isinstance(subcategory, str):
        return
    if subcategory not in CATEGORY_OF:
        report.error((*path, "subcategory"), _no_subcategory(subcategory))
    elif isinstance(category, str) and category in CATEGORIES and CATEGORY_OF[subcategory] != category:
        wrong = Wrong(
            f"`{subcategory}` is not a subcategory of `{category}`",
            under=f"it belongs to `{CATEGORY_OF[subcategory]}`",
            advice="Leave out `category`; the subcategory implies it. "
            f"{category.capitalize()} has: {', '.join(CATEGORIES[category])}.",
        )
        report.error((*path, "subcategory"), wrong, also=((*path, "category"),))


def _no_category(text: str) -> Wrong:
    cited = f"`{clean(text)}` is not a category"
    if text in CATEGORY_OF:
        return Wrong(cited, under=f'it is a subcategory: subcategory = "{text}"')
    return Wrong(cited, under=did_you_mean(text, CATEGORIES) or one_from(CATEGORIES))


def _no_subcategory(text: str) -> Wrong:
    cited = f"`{clean(text)}` is not a subcategory"
    if text in CATEGORIES:
        return Wrong(cited, under=f'it is a category: category = "{text}"')
    near = did_you_mean(text, CATEGORY_OF)
    return Wrong(cited, under=near or one_from(CATEGORY_OF))


def board_of(raw: Mapping[str, Any]) -> Board:
    """The board that a table asks for, as far as it can be told while the table may still have errors."""
    days = raw.get("window_days")
    window = days if isinstance(days, int) else 7
    if raw.get("dataset") == Dataset.MODELS:
        return Board(Dataset.MODELS, window, by=By.AUTHOR if raw.get("by") == By.AUTHOR else By.ITEM)
    category, subcategory = raw.get("category"), raw.get("subcategory")
    if isinstance(subcategory, str) and subcategory in CATEGORY_OF:
        return Board(Dataset.APPS, window, CATEGORY_OF[subcategory], subcategory)
    return Board(Dataset.APPS, window, category if isinstance(category, str) and category in CATEGORIES else None)


def build_watchlist(path: Path, table: WatchlistTable, channels: Sequence[str], *, report: Report) -> Watchlist:
    """The watchlist of a table; ``channels`` are those that it is told on. Errors among its rules are reported."""
    board = board_of(table.model_dump(include={"dataset", "category", "subcategory", "by", "window_days"}))
    return Watchlist(
        id=str(path[-1]),
        title=table.title or board.title,
        board=board,
        rules=read_rules((*path, "rules"), table.rules, board, report, follows=bool(table.mine or table.follow)),
        mine=_patterns(table.mine),
        follow=_patterns(table.follow),
        exclude=_patterns(table.exclude),
        only_followed=table.only_followed,
        channels=tuple(channels),
        cooldown_days=table.cooldown_days,
    )


def _patterns(texts: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(Pattern(text) for text in texts)

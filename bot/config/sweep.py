"""``--sweep entered_top.n=10,20,50``: one parameter and the values to try, checked as in a configuration."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, NoReturn, cast, get_args, get_origin, get_type_hints

from bot.config.positions import Path
from bot.config.report import Report, read_table
from bot.config.rules import read_rules
from bot.config.secret import Surroundings
from bot.config.source import Source
from bot.config.tables import WatchlistTable
from bot.config.wrong import Wrong, did_you_mean
from bot.core.backtest import COOLDOWN, Swept
from bot.core.event import Kind
from bot.core.rules import RULES, Rule
from bot.core.text import clean
from bot.core.watchlist import Watchlist
from bot.errors import UsageError

SUCH_AS = "Such as --sweep entered_top.n=10,20,50, or --sweep cooldown_days=3,7,14"

_ONE_VALUE = re.compile(r"(such as \S+)?")
"""What says less than SUCH_AS."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A parameter with the values to try on a watchlist, as its rules have them.

    ``otherwise`` is the rule with its defaults, one for each top where it has several, for a watchlist that has it
    switched off.
    """

    swept: Swept
    values: tuple[Any, ...]
    otherwise: tuple[Rule, ...] = ()


class _AtOnce(Report):
    """A report whose first error ends the reading: a command line has one place to point at."""

    def error(self, path: Path, wrong: Wrong, **_where: object) -> NoReturn:  # noqa: ARG002  (as in every report)
        raise wrong


def read_sweep(text: str, watchlist: Watchlist) -> Sweep:
    """What ``--sweep`` names, for this watchlist; raises UsageError with what would be right."""
    name, equals, listed = text.partition("=")
    values = list(dict.fromkeys(part.strip() for part in listed.split(",") if part.strip()))
    if not equals or not values:
        raise UsageError("--sweep wants a parameter and the values to try.", hint=SUCH_AS)
    try:
        return _read(name.strip(), [_toml(value) for value in values], watchlist)
    except Wrong as wrong:
        hint = wrong.under or wrong.advice
        hint = SUCH_AS if _ONE_VALUE.fullmatch(hint) else hint
        raise UsageError(f"--sweep {clean(text)}: {wrong.message}", hint=hint) from wrong


def _read(name: str, values: list[Any], watchlist: Watchlist) -> Sweep:
    kind, dot, parameter = name.partition(".")
    if name == COOLDOWN:
        return Sweep(Swept(None, COOLDOWN), tuple(_cooldown(value) for value in values))
    if not dot or kind not in RULES:
        raise _unknown(kind)
    if _wants_pairs(kind, parameter):
        message = f"`{parameter}` is a list of pairs, which a sweep can't try"
        raise Wrong(message, under="Set it in the configuration, then: rankbot backtest --from DATE")
    read = [_rules(kind, parameter, value, watchlist) for value in values]
    return Sweep(Swept(Kind(kind), parameter), tuple(getattr(rules[0], parameter) for rules in read), read[0])


def _unknown(name: str) -> Wrong:
    if name in RULES:
        having = ", ".join(spec.name for spec in fields(cast(Any, RULES[name])))
        return Wrong(f"`{name}` is a rule, not a parameter", under=f"it has {having or 'none'}: {SUCH_AS}")
    near = did_you_mean(name, (*RULES, COOLDOWN), quote="`")
    return Wrong(f"unknown rule `{clean(name)}`", under=near or f"rules: {', '.join(RULES)}; or {COOLDOWN}")


def _wants_pairs(kind: str, parameter: str) -> bool:
    """Whether a parameter is a list of pairs, such as ``bands``."""
    parts = get_args(get_type_hints(RULES[kind]).get(parameter))
    return bool(parts) and get_origin(parts[0]) is tuple


def _rules(kind: str, parameter: str, value: Any, watchlist: Watchlist) -> tuple[Rule, ...]:
    """The rule, for each of its tops, as a configuration would make it that names this parameter only; raises Wrong."""
    source = Source(FilePath("--sweep"), "")
    table = {"default": False, kind: {parameter: value}}
    return tuple(read_rules(("watchlist", watchlist.id, "rules"), table, watchlist.board, _AtOnce(source)))


def _cooldown(value: Any) -> int:
    report, where = _AtOnce(Source(FilePath("--sweep"), "")), Surroundings(FilePath("--sweep"), {})
    table = read_table(WatchlistTable, {COOLDOWN: value}, ("watchlist",), report=report, where=where)
    return cast(WatchlistTable, table).cooldown_days


def _toml(text: str) -> Any:
    """A value as the configuration would have it; what is no TOML is text, such as 5B."""
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text

"""``[watchlist.ID.rules]``: reads what is named there against the rules that there are.

Parameters, their kinds, limits and defaults come from the rules' own dataclasses, so a new rule needs no line here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast, get_args, get_origin, get_type_hints

from bot.config.meant import as_toml, instead, truth_meant
from bot.config.positions import Path
from bot.config.report import Report, homes_of, label
from bot.config.tables import WatchlistTable
from bot.config.wrong import Wrong, did_you_mean
from bot.core.ranking import APP_DEPTH, MAX_TOKENS, MODEL_DEPTH, Board, By, Dataset
from bot.core.rules import DEFAULT_RULES, FOLLOWING_RULES, RULES, Rule
from bot.core.text import clean
from bot.core.wording import limit

TOPS = (10, 50)
"""The tops that a board has where no ``n`` is named: into the 50, and from there into the 10 (docs/defaults.md)."""
WEEK = 7
SHORT_TOPS = (10, 20)
"""Those of windows shorter than a week: between 20 and 50 somebody comes and goes every day."""
SUBCATEGORY_TOP = 10
"""The only top of a subcategory where no ``n`` is named: few have 50 entries."""
LAB_MARGIN = 1
"""The ``margin`` of labs where none is named: there are about twenty, and with five hardly one ever leaves a top."""
_INHERITS = {"left_top": "entered_top"}
"""A rule that takes another's parameters unless it names its own."""
_TOPS = frozenset({"entered_top", "left_top"})
"""The rules whose ``n`` may be a list, for their events tell the tops apart."""
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_TOKENS = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMBT]?)\Z", re.IGNORECASE)
_WHY_NOT = {
    "trending": (
        "OpenRouter publishes a trending board for apps, not for models.",
        '`spike` tells models that grow fast:\nspike = { ratio = 2, min_growth = "50B" }',
    ),
    "share": (
        "OpenRouter publishes what all models have together, but not all apps.",
        "`climbed` tells apps that rise:\nclimbed = { over_days = 7 }",
    ),
    "renamed": (
        "a model's name is its slug, and another slug is another model.",
        "So leave it out.",
    ),
}
"""Why a dataset can't have a rule, and what to use instead."""

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one watchlist's rules takes."""

    path: Path
    table: Mapping[str, Any]
    board: Board
    report: Report

    @property
    def depth(self) -> int:
        """The deepest rank that the dataset has."""
        return MODEL_DEPTH if self.board.dataset is Dataset.MODELS else APP_DEPTH


def read_rules(
    path: Path, table: Mapping[str, Any], board: Board, report: Report, *, follows: bool = False
) -> tuple[Rule, ...]:
    """The rules of a watchlist: the defaults, changed by what ``table`` names. Errors are reported, and left out.

    ``follows``: it has ``mine`` or ``follow``, and so the rules about these.
    """
    reading = Reading(path, table, board, report)
    for name in table:
        _check_name(reading, name)
    named = {name: _parameters(reading, name) for name in table if name in RULES}
    by_itself = (*DEFAULT_RULES, *(FOLLOWING_RULES if follows else ()))
    defaults = {name for name in by_itself if board.dataset in RULES[name].datasets}
    return tuple(rule for name in RULES if _is_on(table, name, defaults) for rule in _built(reading, name, named))


def _is_on(table: Mapping[str, Any], name: str, defaults: Collection[str]) -> bool:
    if name in table:
        return table[name] is not False
    return name in defaults and table.get("default") is not False


def _check_name(reading: Reading, name: str) -> None:
    """Reports what is no rule, what stands under the wrong table, and what the dataset can't have."""
    path = (*reading.path, name)
    if name == "default":
        if not isinstance(reading.table[name], bool):
            under = truth_meant(reading.table[name]) or "such as false"
            reading.report.error(path, Wrong("`default` wants true or false, without quotes", under=under))
    elif name not in RULES:
        misplaced = name in WatchlistTable.key_names()
        also = (reading.path,) if misplaced else ()
        reading.report.error(path, _not_a_rule(reading, name), key=True, also=also)
    elif reading.board.dataset not in RULES[name].datasets and reading.table[name] is not False:
        only = " and ".join(sorted(dataset.value for dataset in RULES[name].datasets))
        under, advice = _WHY_NOT.get(name, ("", ""))
        reading.report.error(path, Wrong(f"`{name}` exists for {only} only", under=under, advice=advice), key=True)


def _not_a_rule(reading: Reading, name: str) -> Wrong:
    cited = f"`{clean(name)}`"
    if name in WatchlistTable.key_names():
        here, line = label(reading.path), reading.report.header_line(reading.path)
        if not line:
            return Wrong(f"{cited} is not a rule", under=f"it belongs to {label(reading.path[:-1])} itself")
        return Wrong(
            f"{cited} is not a rule",
            under=f"this line stands under {here} (line {line}).",
            advice=f"It belongs to {label(reading.path[:-1])}: move it above line {line}.",
        )
    holders = [rule for rule in RULES if name in {spec.name for spec in _specs(rule)}]
    if holders:
        value = "10" if name == "n" else "…"
        return Wrong(f"{cited} is not a rule", under=f"it is a parameter: {holders[0]} = {{ {name} = {value} }}")
    near = did_you_mean(name, (*RULES, "default"), quote="`")
    if not near and homes_of(name):
        return Wrong(f"{cited} is not a rule", under=f"it belongs to {homes_of(name)}")
    return Wrong(f"unknown rule {cited}", under=near or f"rules: {', '.join(RULES)}")


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────


def _specs(name: str) -> tuple[Field[Any], ...]:
    return fields(cast(Any, RULES[name]))  # every rule is a dataclass, which the protocol can't say


def _parameters(reading: Reading, name: str) -> Parameters:
    """The parameters that the table names for a rule, checked; ``n`` as a tuple where it may be a list."""
    path, value = (*reading.path, name), reading.table[name]
    specs = {spec.name: spec for spec in _specs(name)}
    if not isinstance(value, bool | Mapping):
        reading.report.error(path, _no_table(name, value))
        return {}
    given: Mapping[str, Any] = {} if isinstance(value, bool) else value
    missing = [key for key, spec in specs.items() if "example" in spec.metadata and key not in given]
    if missing and value is not False:
        example = f"{name} = {{ {_assigned(specs[missing[0]])} }}"
        reading.report.error(path, Wrong(f"`{name}` wants `{missing[0]}`", under=f"such as {example}"), key=True)
    found: Parameters = {}
    for key, one in given.items():
        if key not in specs:
            near = did_you_mean(key, specs, quote="`")
            under = near or f"it has {', '.join(specs) or 'none'}"
            reading.report.error(
                (*path, key), Wrong(f"`{name}` has no parameter `{clean(key)}`", under=under), key=True
            )
            continue
        try:
            found[key] = _value(reading, name, specs[key], one)
        except Wrong as error:
            reading.report.error((*path, key), error)
    return found


def _no_table(name: str, value: object) -> Wrong:
    """The error for a rule that is neither on nor off nor a table; a value may be meant for its first parameter."""
    specs = _specs(name)
    if not specs:
        return Wrong(f"`{name}` wants true or false", under=truth_meant(value) or "such as true")
    first, wants = specs[0], f"`{name}` wants true, false, or a table"
    if isinstance(value, str) and truth_meant(value):
        return Wrong(wants, under=truth_meant(value))
    meant = as_toml(value) if _reads(first, value) else ""
    return Wrong(
        wants, under=f"did you mean {{ {first.name} = {meant} }}?" if meant else f"such as {{ {_assigned(first)} }}"
    )


def _reads(spec: Field[Any], value: object) -> bool:
    """Whether a value is of the kind that a parameter has, as far as a look tells."""
    if spec.metadata.get("unit") == "tokens":
        return isinstance(value, str) and _TOKENS.match(value) is not None
    if isinstance(value, Decimal):
        return isinstance(spec.default, Fraction) and value.is_finite()
    if isinstance(value, tuple):
        return spec.name == "n" and all(isinstance(item, int) for item in value)
    return isinstance(value, int) and isinstance(spec.default, int | Fraction)


def _assigned(spec: Field[Any]) -> str:
    """A parameter as it may be written, with its default or an example."""
    default = spec.default
    return f"{spec.name} = {spec.metadata.get('example') or (default if isinstance(default, int | Fraction) else '…')}"


def _value(reading: Reading, name: str, spec: Field[Any], given: Any) -> Any:
    kind = get_type_hints(RULES[name])[spec.name]
    if spec.name == "n" and name in _TOPS and isinstance(given, tuple):
        tops = tuple(_one(reading, spec, int, item, (index,)) for index, item in enumerate(given))
        if not tops or len(set(tops)) < len(tops):
            under = f"did you mean {as_toml(tuple(dict.fromkeys(tops)))}?" if tops else "such as [10, 20]"
            raise Wrong("`n` wants a list of different ranks", under=under)
        return tops
    if spec.metadata.get("or_one") and not isinstance(given, tuple):
        return (_one(reading, spec, get_args(kind)[0], given, ()),)
    found = _one(reading, spec, kind, given, ())
    if spec.metadata.get("or_one") and len(set(found)) < len(found):
        different = {value: text for text, value in reversed(list(zip(given, found, strict=True)))}
        under = f"did you mean {as_toml(tuple(different.values())[::-1])}?"
        raise Wrong(f"`{spec.name}` wants different values", under=under)
    if spec.metadata.get("rising"):
        _check_rising(spec, found)
    return found


def _written(spec: Field[Any], inside: Path = ()) -> str:
    """A list, or a list in it, as it may be written."""
    example: Any = spec.default or spec.metadata.get("example")
    for _ in inside:
        example = example[0] if isinstance(example, tuple) else example
    if not example:  # pairs of names
        example = '["one", "other"]' if inside else '[["one", "other"]]'
    return f"such as {example if isinstance(example, str) else as_toml(example)}"


def _check_rising(spec: Field[Any], pairs: Sequence[tuple[int, int]]) -> None:
    """Reports the first pair whose first number does not exceed that of the pair before."""
    for index, (pair, following) in enumerate(pairwise(pairs), start=1):
        if following[0] <= pair[0]:
            under = f"such as [{2 * pair[0]}, {following[1]}]"
            raise Wrong(f"`{spec.name}` wants rising ranks", under=under, inside=(index,))


def _one(reading: Reading, spec: Field[Any], kind: Any, given: Any, inside: Path) -> Any:
    """One value of the kind that the dataclass asks for: whole numbers, fractions, text, and tuples of these."""
    if get_origin(kind) is tuple:
        return _tuple(reading, spec, kind, given, inside)
    if kind is str:
        if not isinstance(given, str) or not given.strip():
            raise Wrong(f"`{spec.name}` wants text, in quotes", under=instead("string_type", given), inside=inside)
        return given
    counts_tokens = spec.metadata.get("unit") == "tokens"
    number = _tokens(spec.name, given, inside) if counts_tokens else _number(spec.name, kind, given, inside)
    low, high = _limits(reading, spec)
    if number < low or (high is not None and number > high):
        endless = high is None or (high == MAX_TOKENS and number < low)
        bounds = f"is at least {_short(low)}" if endless else f"goes from {_short(low)} to {high}"
        of = f" for {reading.board.dataset.value}" if spec.metadata.get("rank") else ""
        usual = spec.default if isinstance(spec.default, int | Fraction) and spec.default >= low else low
        within = _short(usual if number < low else cast("int", high))
        pasted = f'"{limit(int(usual))}"' if counts_tokens and number < low else within
        raise Wrong(f"`{spec.name}` {bounds}{of}", under=f"such as {pasted}", inside=inside)
    return number


def _short(number: int | Fraction) -> str:
    return f"{float(number):g}" if isinstance(number, Fraction) else str(number)


def _limits(reading: Reading, spec: Field[Any]) -> tuple[int | Fraction, int | None]:
    """The limits that the rule names; ranks end where the dataset does."""
    low, high = spec.metadata.get("minimum", 1), spec.metadata.get("maximum")
    if spec.metadata.get("unit") == "tokens" and high is None:
        high = MAX_TOKENS
    return low, reading.depth if spec.metadata.get("rank") else high


def _number(name: str, kind: Any, given: Any, inside: Path) -> int | Fraction:
    if isinstance(given, int) and not isinstance(given, bool):
        return Fraction(given) if kind is Fraction else given
    if kind is Fraction and isinstance(given, Decimal) and given.is_finite():
        return Fraction(given)
    if kind is Fraction:
        meant = isinstance(given, str) and _DECIMAL.match(given)
        under = f"did you mean {given}?" if meant else "such as 2.5"
        raise Wrong(f"`{name}` wants a number", under=under, inside=inside)
    under = instead("int_type", given, 10 if name == "n" else 7)
    raise Wrong(f"`{name}` wants a whole number", under=under, inside=inside)


def _tokens(name: str, given: Any, inside: Path) -> int:
    """A count of tokens: a whole number, or text such as "5B" or "1.5T"."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    found = _TOKENS.match(given) if isinstance(given, str) else None
    count = Fraction(found[1]) * _UNITS[found[2].upper()] if found else None
    if count is None or count.denominator != 1:
        raise Wrong(
            f"`{name}` wants a whole number of tokens", under='such as "5B" or "1.5T" (K, M, B, T)', inside=inside
        )
    return int(count)


def _tuple(reading: Reading, spec: Field[Any], kind: Any, given: Any, inside: Path) -> tuple[Any, ...]:
    parts = get_args(kind)
    may_be_empty = spec.default == () and "example" not in spec.metadata
    if not isinstance(given, tuple) or not (given or may_be_empty):
        raise Wrong(f"`{spec.name}` wants a list", under=_written(spec), inside=inside)
    kinds = parts[:1] * len(given) if parts[-1] is Ellipsis else parts
    if len(kinds) != len(given):
        raise Wrong(f"`{spec.name}` wants lists of {len(kinds)}", under=_written(spec, inside), inside=inside)
    pairs = zip(kinds, given, strict=True)
    return tuple(_one(reading, spec, part, item, (*inside, index)) for index, (part, item) in enumerate(pairs))


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def _built(reading: Reading, name: str, named: Mapping[str, Parameters]) -> Iterator[Rule]:
    """The rule with its parameters; one for each where ``n`` is a list."""
    values = {**_defaults(reading, name), **named.get(_INHERITS.get(name, ""), {}), **named.get(name, {})}
    tops = values.pop("n", None)
    if not isinstance(tops, tuple):
        tops = (tops,)
    for top in tops:
        yield RULES[name](**(values if top is None else {"n": top, **values}))


def _defaults(reading: Reading, name: str) -> Parameters:
    """What differs from the dataclass's own defaults: a board's tops, and ranks that the dataset does not have."""
    if name in _TOPS:
        tops = {"n": _tops(reading.board)}
        return {**tops, "margin": LAB_MARGIN} if reading.board.by is By.AUTHOR else tops
    ranks = {spec.name: spec.default for spec in _specs(name) if spec.metadata.get("rank")}
    return {rank: reading.depth for rank, value in ranks.items() if isinstance(value, int) and value > reading.depth}


def _tops(board: Board) -> int | tuple[int, ...]:
    """The tops that a board has where no ``n`` is named."""
    if board.subcategory:
        return SUBCATEGORY_TOP
    return TOPS if board.window_days >= WEEK else SHORT_TOPS

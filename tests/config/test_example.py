"""``config.example.toml`` is the reference: it loads, has every key, and tells the defaults that the code has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from bot.config import Config, load
from bot.config.channel_table import Table
from bot.config.tables import CHANNELS, SECTIONS, WatchlistTable
from bot.core.rules import RULES
from bot.core.taxonomy import CATEGORIES
from tests.config.reading import ENVIRON

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"
_LINE = re.compile(r"(?P<off>#?)(?P<key>[a-z_]+) = (?P<value>.*?)(?: {2,}# (?P<remark>.*))?$")
_PROSE_DEFAULTS = ("left out", "after the category", "[defaults] timezone", "[defaults] channels")
"""Defaults that are no value of their own, as the file says them."""


@dataclass(frozen=True)
class Line:
    """A key as the file shows it: set, or commented out."""

    table: str
    key: str
    value: Any
    is_set: bool
    remark: str


def lines() -> Iterator[Line]:
    """Every key in the file, with the table under which it stands; a whole table may be commented out."""
    table, off = "", False
    for text in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if text.startswith(("[", "#[")):
            table, off = text.strip("#[]"), text.startswith("#")
        found = _LINE.match(text)
        if found:
            value = tomllib.loads(f"value = {found['value']}", parse_float=Decimal)["value"]
            yield Line(table, found["key"], value, off or not found["off"], found["remark"] or "")


def model(table: str) -> type[Table] | None:
    """The model of a table in the file; None for rules."""
    kind, _, name = table.partition(".")
    if kind == "channel":
        return CHANNELS[next(line.value for line in lines() if (line.table, line.key) == (table, "type"))]
    if kind == "watchlist":
        return None if name.endswith(".rules") else WatchlistTable
    return SECTIONS[kind]


def default(table: type[Table], key: str) -> Any:
    """A key's default as the file would write it; None where there is none."""
    field = next(field for name, field in table.model_fields.items() if key in (name, field.alias))
    value = None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, frozenset):
        return "daily" if value == frozenset(range(7)) else value
    return list(value) if isinstance(value, tuple) else getattr(value, "key", value)


@pytest.fixture(scope="module")
def config() -> Config:
    return load(EXAMPLE, environ=ENVIRON)


def test_it_loads_as_it_is_given_its_secrets(config: Config) -> None:
    assert config.notes == []
    assert [watchlist.id for watchlist in config.watchlists] == ["cli-agents", "models", "labs"]


def test_it_names_the_variables_that_it_needs() -> None:
    head, _, rest = EXAMPLE.read_text(encoding="utf-8").partition("\n\n")
    needed = {"OPENROUTER_API_KEY", *re.findall(r'^[a-z_]+ = "env:([A-Z_]+)"', rest, re.MULTILINE)}
    assert needed <= set(re.findall(r"\b[A-Z_]{5,}\b", head + rest.partition("\n\n")[0]))


def test_it_has_every_key_and_no_other() -> None:
    shown: dict[type[Table], set[str]] = {}
    for line in lines():
        table = model(line.table)
        if table:
            shown.setdefault(table, set()).add(line.key)
    assert set(shown) == {*SECTIONS.values(), *CHANNELS.values(), WatchlistTable}
    common = {"days", "at", "timezone", "when_quiet", "if_unsure"}
    for table, keys in shown.items():
        every = set(table.key_names()) - {"rules"}
        missing = every - keys
        assert keys <= every
        assert missing <= (common if table is not CHANNELS["slack"] else set()), f"{table.__name__}: {missing}"


@pytest.mark.parametrize(
    "line", [line for line in lines() if model(line.table)], ids=lambda line: f"{line.table}.{line.key}"
)
def test_what_it_calls_a_default_is_one(line: Line) -> None:
    table = model(line.table)
    assert table
    known = default(table, line.key)
    if not line.is_set:
        assert line.value == known or line.remark.startswith("alternative"), "commented out, but not the default"
    elif line.value != known:
        told = re.match(r"default: (.*?)(?:, no \w+)?$", line.remark)
        required = known is None and line.key in ("type", "host", "from", "to", "webhook_url", "url")
        assert told or required, "set, and does not say what the default is"
        if told and told[1] not in _PROSE_DEFAULTS:
            assert tomllib.loads(f"value = {told[1]}")["value"] == known
        elif told and told[1] == "left out":
            assert known is None


def test_every_default_is_told_somewhere() -> None:
    tables: set[type[Table]] = {*SECTIONS.values(), *CHANNELS.values(), WatchlistTable}
    for table in tables:
        for key in table.key_names():
            value = default(table, key)
            if value in (None, {}):
                continue
            found = [line for line in lines() if line.key == key]
            assert any(line.value == value or line.remark.startswith("default: ") for line in found), key


def test_every_rule_is_shown_with_every_parameter_and_its_default() -> None:
    shown = {line.key: line.value for line in lines() if line.table == "watchlist.cli-agents.rules"}
    shown["share"] = next(
        line.value for line in lines() if line.table == "watchlist.models.rules" and line.key == "share"
    )
    assert set(shown) == {*RULES, "default"}
    for name, rule in RULES.items():
        named = {} if shown[name] is True else shown[name]
        assert set(named) == {spec.name for spec in fields(cast("Any", rule))}
        for spec in fields(cast("Any", rule)):
            value = {"1B": 10**9}.get(str(named[spec.name]), named[spec.name])
            assert as_tuple(value) == spec.default or spec.name == "n" or "example" in spec.metadata


def as_tuple(value: Any) -> Any:
    """A list of the file as the code has it."""
    return tuple(as_tuple(item) for item in value) if isinstance(value, list) else value


def test_every_category_is_named() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for category, subcategories in CATEGORIES.items():
        assert f"#   {category}: {', '.join(subcategories)}\n" in text


def test_every_key_is_explained() -> None:
    """A comment stands before each key, or beside it; a block of keys may share one."""
    explained = False
    for text in EXAMPLE.read_text(encoding="utf-8").splitlines():
        found = _LINE.match(text)
        if text.startswith("# "):
            explained = True
        elif not text:
            explained = False
        elif found and found["key"] not in ("type", "host", "from", "to", "dataset", "by", "entered_top", "spike"):
            assert explained or found["remark"], text

"""Positions against the standard library's parser: every key that it yields has a place whose text is that key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.config.positions import Path, Place, Span, locate

ODD_TEXT = (
    r"""
top = 1  # a comment with [brackets] and "quotes"
"quoted key" . 'literal.one' = { a = 1, "b c" = [ 2, { d = 'x' } ] }
[ server . "alpha beta" ]
when = 1979-05-27 07:32:00  # a time with a space
lists = [
  "one", # not a ] bracket
  [ 1, 2, ],
  { inner = true },
]
text = '''several
lines = "of" # text'''
more = "tab\t \"quote\" \\"
last.dotted.key = -1.5e3
[[row]]
id = 1
[row.sub]
x = ""
[[row]]
id = 2
[row.sub]
x = "y"
"""
    'multi = """two "" quotes, an escaped \\""" and one more at the end""""\n'
)


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path of the data below its root, with what is there."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, value in items:
        yield (*path, part), value
        yield from leaves(value, (*path, part))


def key_at(text: str, span: Span) -> object:
    """The key that stands in a stretch of the text, unquoted."""
    (key,) = tomllib.loads(f"{text[span.start : span.end]} = 0")
    return key


def assert_located(text: str) -> None:
    places: dict[Path, Place] = locate(text)
    data = tomllib.loads(text)
    for path, value in leaves(data):
        place = places[path]
        if isinstance(path[-1], str):
            assert place.key is not None
            assert key_at(text, place.key) == path[-1]
        is_tables = isinstance(value, list) and all(isinstance(item, dict) for item in value)
        if not isinstance(value, dict) and not is_tables:
            assert place.value is not None
            assert tomllib.loads(f"value = {text[place.value.start : place.value.end]}")["value"] == value
    assert set(places) == {path for path, _ in leaves(data)}


def test_every_way_of_writing_is_located() -> None:
    assert_located(ODD_TEXT)


def test_a_table_is_at_its_header() -> None:
    text = "[a.b]\nx = 1\n[a]\ny = 2\n"
    places = locate(text)
    assert places[("a",)].value == Span(12, 15)
    assert places[("a", "b")].value == Span(0, 5)


def test_an_implied_table_has_a_key_only() -> None:
    assert locate("[a.b]\n")[("a",)] == Place(Span(1, 2), None)


keys = st.one_of(st.sampled_from(["a", "b-c", "D_1", "1"]), st.text(min_size=0, max_size=5))
scalars = st.one_of(
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.text(max_size=12),
    st.dates(),
    st.sampled_from(['"""', "'''", "# no comment", "[x]", 'a\\"', "{", "line\nline"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(keys, values, max_size=5)


def quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for those of lone surrogates and delete."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{quoted(key)}={written(item)}" for key, item in value.items())
        return f"{{ {' , '.join(pairs)} }}"
    if isinstance(value, list):
        return "[ # a list\n" + "".join(f"  {written(item)} ,\n" for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        plain = value.isprintable() and "'" not in value
        return f"'{value}'" if plain and len(value) % 2 else quoted(value)
    return str(value)


def document(data: dict[str, Any]) -> str:
    """The data as TOML: what is a table and comes last gets a header, the rest stands inline."""
    tables = [(key, value) for key, value in data.items() if isinstance(value, dict)]
    others = [(key, value) for key, value in data.items() if not isinstance(value, dict)]
    lines = [f"{quoted(key)} = {written(value)} # why\n" for key, value in others]
    for key, value in tables:
        lines.append(f"\n[ {quoted(key)} ]\n")
        lines += [f"  {quoted(name)}\t=  {written(item)}\n" for name, item in value.items()]
    return "".join(lines)


@given(documents)
def test_every_key_and_value_is_located(data: dict[str, Any]) -> None:
    assert_located(document(data))

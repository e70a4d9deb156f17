"""Whatever stands in the file, reading it gives a configuration or a ConfigError that can be printed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import summary
from tests.config.reading import ENVIRON, problems

EXAMPLE = (Path(__file__).resolve().parents[2] / "config.example.toml").read_text(encoding="utf-8")
LINES = [line.removeprefix("#") for line in EXAMPLE.splitlines() if line and not line.startswith("# ")]
VALUES = [
    "3",
    "-1",
    "2.5",
    "inf",
    "true",
    '"x"',
    '""',
    "[]",
    '["a", 3]',
    "{ a = 1 }",
    "1979-05-27",
    '"env:GONE"',
    '"a\\u0000b"',
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Lines of the example, in any order, some with another value, another table or cut short."""
    lines = []
    for line in draw(st.lists(st.sampled_from(LINES), max_size=12)):
        key, equals, _ = line.partition(" = ")
        change = draw(st.sampled_from(["none", "none", "value", "table", "cut"]))
        if change == "value" and equals:
            lines.append(f"{key} = {draw(st.sampled_from(VALUES))}")
        elif change == "table":
            lines.append(f"[{key}]")
        elif change == "cut":
            lines.append(line[: draw(st.integers(0, len(line)))])
        else:
            lines.append(line)
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(texts() | st.text(max_size=60))
def test_every_text_is_read_or_refused_in_words(text: str) -> None:
    found = problems(text)
    for problem in found:
        assert problem.message
        assert 0 <= problem.line <= text.count("\n") + 2
        assert not any(secret in str(problem) for name, secret in ENVIRON.items() if name != "HOME")
    assert not found or "config.toml: " in summary(found)

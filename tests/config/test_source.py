"""Excerpts: the line, cut where it is long, masked where it must be, and the carets where the eye expects them."""

from __future__ import annotations

from unicodedata import east_asian_width

from tests.config.reading import complete, covered, errors


def excerpt(text: str) -> list[str]:
    """The lines of the only error's excerpt."""
    (problem,) = errors(complete(text))
    return problem.excerpt.split("\n")


def test_a_tab_takes_one_column() -> None:
    line, carets, *_ = excerpt("[log]\n\tlevel\t=\t2")
    assert line == "    2 |  level = 2"
    assert carets.startswith("      |          ^ ") or carets.rstrip() == "      |          ^"


def test_wide_characters_take_two_columns() -> None:
    line, carets = excerpt('[watchlist.a]\nmine = ["日本", 3]')
    before = line[: line.index("3]")]
    columns = sum(2 if east_asian_width(char) in "WF" else 1 for char in before)
    assert carets.index("^") == columns


def test_a_long_line_is_cut_around_the_caret() -> None:
    names = ", ".join(f'"name {number}"' for number in range(100))
    (problem,) = errors(complete(f"[watchlist.a]\nmine = [{names}, 3, {names}]"))
    assert covered(problem) == "3"
    line = problem.excerpt.split("\n")[0]
    assert len(line) < 115
    assert line.startswith("    2 | …")
    assert line.endswith("…")


def test_a_long_token_is_covered_as_far_as_it_is_shown() -> None:
    (problem,) = errors(complete(f'[watchlist.a]\ncategory = "{"x " * 200}"'))
    line, carets = problem.excerpt.split("\n")[:2]
    assert line.endswith("…")
    assert len(carets.partition(" categories")[0].rstrip()) <= len(line)


def test_the_caret_is_right_after_a_mask() -> None:
    text = 'channel = { a = { type = "file", password = "correct horse", at = 9 } }'
    found = errors(complete(text))
    assert [covered(problem) for problem in found] == ["password", "9"]
    assert all("correct horse" not in problem.excerpt for problem in found)
    assert found[1].column == text.index("9") + 1


def test_a_value_over_several_lines_is_covered_on_its_first() -> None:
    (problem,) = errors(complete('[log]\nlevel = """deb\nug"""\n'))
    assert (problem.line, covered(problem)) == (2, '"""deb')


def test_lines_between_are_left_out() -> None:
    lines = excerpt('[watchlist.a]\ncategory = "coding"\n\n# why\nsubcategory = "game"\n')
    assert lines[:3] == ['    2 | category = "coding"', "      …", '    5 | subcategory = "game"']

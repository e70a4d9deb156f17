"""What is said of mistakes: where, in which words, and that what is proposed makes them go away."""

from __future__ import annotations

import pytest

from bot.config import summary
from bot.config.masking import MASK
from tests.config.mistakes import MISTAKES, NOTES, Mistake, golden, mended, printed
from tests.config.reading import CHANNEL, ENVIRON, complete, covered, errors, problems

IDS = [mistake.name for mistake in MISTAKES]
NOTHING_TO_PASTE = {
    "nothing near": "no key is near: all are listed",
    "unheard-of table": "no table is near: all are listed",
    "unheard-of rule": "no rule is near: all are listed",
    "key of another type": "the channel would need another type",
    "key of a channel": "which channel is meant, nobody can tell",
    "key of a channel among rules": "which channel is meant, nobody can tell",
    "unset variable of a channel": "the variable is right, and wants to be set",
    "no channel at all": "there is none to name",
    "channel of the operator": "there is none to name",
    "channel of the defaults": "there is none to name",
}
"""The mistakes whose right text only the user knows, and why."""


def test_the_table_is_long_and_every_row_has_a_name_of_its_own() -> None:
    assert len(MISTAKES) >= 60
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("mistake", MISTAKES, ids=IDS)
def test_a_mistake_is_pointed_at(mistake: Mistake) -> None:
    """One error, at the place of the guilty token, which the carets cover."""
    (problem,) = errors(mistake.toml)
    assert (problem.line, problem.column) == (mistake.line, mistake.column)
    if mistake.marked:
        assert covered(problem) == mistake.parts[1] or MASK in covered(problem)


@pytest.mark.parametrize("mistake", MISTAKES, ids=IDS)
def test_the_whole_printed_text_is_as_it_was_read(mistake: Mistake) -> None:
    assert printed(mistake) == golden("mistakes.txt")[mistake.name]


@pytest.mark.parametrize("mistake", MISTAKES, ids=IDS)
def test_what_is_proposed_makes_the_mistake_go_away(mistake: Mistake) -> None:
    """Done from nothing but the printed words; where they propose nothing, it is said why."""
    after = mended(mistake)
    if mistake.name in NOTHING_TO_PASTE:
        assert after is None
    else:
        assert after is not None
        assert [str(problem) for problem in errors(after)] == []


@pytest.mark.parametrize("mistake", [*MISTAKES, *NOTES], ids=lambda mistake: mistake.name)
def test_a_printed_text_fits_a_terminal(mistake: Mistake) -> None:
    _, *below = printed(mistake).splitlines()  # the first line is for editors, which know the place by it
    assert [line for line in below if len(line) > 80] == []


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.name)
def test_a_note_is_told_apart_from_errors(note: Mistake) -> None:
    """It says "note", counts as one, and does not keep anything from being started."""
    (problem,) = problems(note.toml)
    assert problem.note
    if note.marked:
        assert (problem.line, problem.column) == (note.line, note.column)
    assert printed(note) == golden("notes.txt")[note.name]
    assert printed(note).endswith("config.toml: 1 note.")


@pytest.mark.parametrize("name", ["mistakes.txt", "notes.txt"])
def test_no_golden_text_is_left_over(name: str) -> None:
    rows = MISTAKES if name == "mistakes.txt" else NOTES
    assert list(golden(name)) == [row.name for row in rows]


@pytest.mark.parametrize("name", ["mistakes.txt", "notes.txt"])
def test_no_golden_text_shows_a_secret(name: str) -> None:
    text = "\n".join(golden(name).values())
    known = {secret for name, secret in ENVIRON.items() if name not in ("HOME", "SMTP_USERNAME")}
    for secret in (*known, "998877665544", "hunter2", "sk-or-v1", "T0/B0"):
        assert secret not in text, secret


SYNTAX = (
    ("log = «", "this is not a TOML value"),
    ('[log]\nformat = «json"', "this is not a TOML value"),
    ('[log]\nformat = "json«\n', "a quote is not closed"),
    ('[log]\nformat «"json"', "a key wants an equals sign"),
    ('[log]\nformat = "text" «level = "info"', "something is left over behind the value"),
    ("[channel.team]\nat = 0«9:00\n", "something is left over behind the value"),
    ("[log«\n", "the name of a table is not closed"),
    ("log = { level = 1«\n}", "a table in braces is not closed"),
    ("log = { level = 1, level = 2« }", "this table in braces has a key twice"),
    ('[log]\nformat = "\\«q"', "a backslash in double quotes"),
    ("[log]\n«level = 'info'\nlevel = 'debug'", "this stands twice"),
    ("[log]\nlevel = 'info'\n«[log]", "this stands twice"),
    ("«= 3", "this is not TOML"),
)


@pytest.mark.parametrize(("text", "message"), SYNTAX, ids=[message for _, message in SYNTAX])
def test_what_is_no_toml_is_pointed_at(text: str, message: str) -> None:
    """A syntax error says what is wrong in a sentence, at the line where the parser stopped."""
    (problem,) = errors(text.replace("«", ""))
    assert message in problem.message
    assert problem.line >= 1


UNCLOSED = (
    ("[log]\nlevel = «[1,", "a list is not closed"),
    ("[log]\nlevel = «[", "a list is not closed"),
    ('[log]\nlevel = «["a", "b"\nformat = "text"\n', "a list is not closed"),
    ('[log]\nlevel = «["a",\n\n# more of it\nformat = "text"\n', "a list is not closed"),
    ('[log]\nlevel = «["a",\n[delivery]\n', "a list is not closed"),
    ('[log]\nlevel = "]"  # ]\nformat = [["[", \'[\'], «["x"]\n', "a list is not closed"),
    ("[log]\nlevel = «{ a = 1,", "a table in braces is not closed"),
    ("[log]\nlevel = «{ a = 1,\nformat = 3\n", "a table in braces is not closed"),
    ("[log]\nlevel = [{ a = 1 }, «{ b = [2]", "a table in braces is not closed"),
)


@pytest.mark.parametrize(("text", "message"), UNCLOSED)
def test_a_bracket_that_is_left_open_is_pointed_at(text: str, message: str) -> None:
    """Not the place where the parser noticed, which is a line or two further on."""
    before, _, after = text.partition("«")
    (problem,) = errors(before + after)
    assert (problem.message, covered(problem)) == (message, after[0])
    assert problem.line == before.count("\n") + 1
    assert f"a `{']' if after[0] == '[' else '}'}` is missing" in problem.excerpt
    assert "quotes" not in problem.excerpt


@pytest.mark.parametrize("text", ["[log]\nlevel = [1, bar, 2]\n", "[log]\nlevel = [\n  bar,\n]\n", "[log]\nlevel = "])
def test_a_word_without_quotes_is_no_open_bracket(text: str) -> None:
    (problem,) = errors(text)
    assert problem.message == "this is not a TOML value"


def test_what_stands_twice_is_shown_with_the_first() -> None:
    (problem,) = errors("[log]\nlevel = 'info'\n\n[store]\n[log]\n")
    assert (problem.line, problem.column, covered(problem)) == (5, 1, "[log]")
    assert "    1 | [log]\n      …\n" in problem.excerpt
    assert "it stands in line 1 already" in problem.excerpt


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    (problem,) = errors(f"[openrouter]\nsettle_hours = {'9' * 5000}")
    assert problem.message == "a number has thousands of digits"


@pytest.mark.parametrize("bracket", ["[", "{a="])
def test_a_thousand_brackets_in_one_another_are_refused(bracket: str) -> None:
    (problem,) = errors(f"x = {bracket * 5000}")
    assert problem.message == "lists or tables stand in one another hundreds deep"


def test_all_errors_are_told_in_file_order() -> None:
    text = (
        '[watchlist.a]\ncategory = "x"\nfolow = []\nchannels = ["a"]\n'
        "[watchlist.a.rules]\nspike = { n = 1, ratio = 0 }\n"
        '[channel.team]\ntype = "slack"\nat = 9\ntimezone = "x"\n[openrouter]\nsettle_hours = "2"\n[nonsense]\n'
    )
    lines = [problem.line for problem in errors(text)]
    assert lines == [2, 3, 4, 6, 6, 7, 9, 10, 12, 13]


WRONG_TYPE = """\
[channel.team]
type = "{}"
webhook_url = "env:NOPE_URL"
at = 9
timezone = "Europe/Berln"
days = ["monday"]
zzz = 1
[watchlist.a]
"""


@pytest.mark.parametrize(("kind", "lines"), [("slak", [2, 3, 4, 5, 6, 7]), ("pigeon", [2, 4, 5, 6, 7])])
def test_a_wrong_type_hides_no_other_error(kind: str, lines: list[int]) -> None:
    """Where a type was surely meant, all is checked by it; else what all types have."""
    assert [problem.line for problem in errors(WRONG_TYPE.format(kind))] == lines


def test_a_type_that_is_left_out_hides_no_other_error() -> None:
    text = WRONG_TYPE.replace('type = "{}"\n', "").replace("zzz = 1\n", "")
    assert [problem.line for problem in errors(text)] == [1, 2, 3, 4, 5]


def test_errors_without_a_place_come_last() -> None:
    found = errors("[channel.a]\ntype = 1\n")
    assert [problem.line for problem in found] == [2, 0]


def test_a_secret_that_is_left_out_is_missed_at_its_table() -> None:
    (problem,) = errors("[openrouter]\nsettle_hours = 2\n[watchlist.a]\n", environ={})
    assert (problem.line, covered(problem)) == (1, "[openrouter]")
    assert problem.message == "the environment variable OPENROUTER_API_KEY is not set"


def test_a_wrong_table_is_told_once_where_defaults_are_inherited() -> None:
    found = errors(complete(f'[defaults]\ntimezone = "x"\n{CHANNEL}'))
    assert [problem.line for problem in found] == [2]


def test_the_summary_counts_errors_and_notes() -> None:
    found = problems("[watchlist.a]\nfolow = 1\nmne = 2\n[channel.x]\ntype = 'slack'\nwebhook_url = 'https://a.b/c'\n")
    assert summary(found).endswith("config.toml: 2 errors, 1 note. Nothing was started.")
    assert summary([]) == ""


def test_the_text_of_an_error_is_as_it_is_printed() -> None:
    text = '[watchlist.a]\nfolow = ["Marlin", "Roost"]\n'
    (problem,) = errors(text, environ=ENVIRON)
    place, _, rest = str(problem).partition("  ")
    assert place.endswith("config.toml:2:1")
    assert rest == (
        "unknown key `folow` in [watchlist.a]\n"
        '    2 | folow = ["Marlin", "Roost"]\n'
        "      | ^^^^^ did you mean `follow`?"
    )

"""Mistakes people make, each with the place, the words, and the token that the caret stands under.

In each text the guilty token stands between « and »; where these are left out, the error has no place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.config import summary
from tests.config.reading import CHANNEL, ENVIRON, complete, covered, errors, problems


@dataclass(frozen=True)
class Mistake:
    """A text with one error. ``message`` and ``shown`` are parts of what is said beside and below the line."""

    name: str
    text: str
    message: str
    shown: str = ""


MAIL = '[channel.mail]\ntype = "email"\nhost = "smtp.example.com"\nfrom = "a@example.com"\nto = ["b@example.com"]\n'

LABS = '[watchlist.a]\ndataset = "models"\nby = "author"\n'
MISTAKES = (
    # keys and tables
    Mistake(
        "near miss",
        '[watchlist.a]\n«folow» = ["Marlin"]',
        "unknown key `folow` in [watchlist.a]",
        "did you mean `follow`?",
    ),
    Mistake("nothing near", "[log]\n«zzz» = 1", "unknown key `zzz` in [log]", "Keys here: format, level."),
    Mistake(
        "key of another table", "[log]\n«settle_hours» = 3", "unknown key `settle_hours`", "it belongs to [openrouter]"
    ),
    Mistake("near miss in another table", "[log]\n«cooldown_day» = 3", "unknown key", "did you mean `cooldown_days`?"),
    Mistake("key of another type", f'{CHANNEL}«host» = "x"', "unknown key `host`", 'a channel of type "email"'),
    Mistake("key of a channel", '[watchlist.a]\n«when_quiet» = "line"', "unknown key", "it belongs to [channel.NAME]"),
    Mistake("key outside of tables", "«settle_hours» = 3", "stands outside of any table", "it belongs to [openrouter]"),
    Mistake("unknown table", '[«channels».team]\ntype = "file"', "unknown table `channels`", "did you mean `channel`?"),
    Mistake("unheard-of table", "[«dashboard»]\n", "unknown table `dashboard`", "tables: openrouter, store"),
    Mistake(
        "key under [watchlist]", '[watchlist]\n«subcategory» = "game"', "right under [watchlist]", "[watchlist.ID]"
    ),
    Mistake("key under [channel]", '[channel]\n«type» = "file"', "right under [channel]", "[channel.NAME]"),
    Mistake("unknown key under [channel]", "[channel]\n«typo» = 1", "unknown key `typo` in [channel]", "`type`"),
    Mistake("array of tables", "[[«watchlist»]]\n", "`watchlist` wants tables with names", "[watchlist.ID]"),
    Mistake("a value for a table", "«log» = 3", "`log` wants a table", "[log]"),
    Mistake("name with a slash", '[watchlist.«"a/b"»]\n', "`a/b` can't be the name of a watchlist"),
    Mistake("name with a colon", '[channel.«"a:b"»]\ntype = "file"', "`a:b` can't be the name of a channel"),
    Mistake("no watchlist", "", "there is no watchlist", '[watchlist.cli-agents]\n   subcategory = "cli-agent"'),
    # types and ranges
    Mistake("text for a number", '[openrouter]\nrequests_per_day = «"500"»', "wants a whole number"),
    Mistake("decimal for a number", "[openrouter]\nsettle_hours = «2.5»", "wants a whole number"),
    Mistake("true for a number", "[openrouter]\nsettle_hours = «true»", "wants a whole number"),
    Mistake("too small", "[openrouter]\nrequests_per_minute = «0»", "goes from 1 to 10,000"),
    Mistake("too large", "[watchlist.a]\nwindow_days = «367»", "`window_days` goes from 1 to 366"),
    Mistake("endless timeout", "[openrouter]\ntimeout_seconds = «inf»", "a number from 0.1 to 600"),
    Mistake("text for a list", '[watchlist.a]\nmine = «"Marlin"»', "`mine` wants a list"),
    Mistake("number in a list", '[watchlist.a]\nmine = ["Marlin", «3»]', "an element of `mine` wants text"),
    Mistake("out of range in a list", "[delivery]\nlook_seconds = [5, «0»]", "goes from 1 to 600"),
    Mistake("never look", "[delivery]\nlook_seconds = «[]»", "wants at least one time"),
    Mistake("text for true", '[watchlist.a]\nonly_followed = «"yes"»', "wants true or false"),
    Mistake("number for text", "[watchlist.a]\ntitle = «3»", "`title` wants text"),
    Mistake("empty title", '[watchlist.a]\ntitle = «" "»', "must not be empty"),
    Mistake("control character", '[watchlist.a]\ntitle = «"a\\u0007b"»', "without control characters"),
    Mistake("unknown choice", '[log]\nformat = «"jsn"»', "`jsn` is not a `format`", 'did you mean "json"?'),
    Mistake("choice of another type", "[log]\nlevel = «2»", '`level` wants one of "debug"'),
    Mistake("unknown by", '[watchlist.a]\nby = «"autor"»', "`autor` is not a `by`", 'did you mean "author"?'),
    Mistake("far by", '[watchlist.a]\nby = «"lab"»', "`lab` is not a `by`", 'it is one of "item", "author"'),
    Mistake("authors of apps", '[watchlist.a]\nby = «"author"»', "only models have authors", 'say dataset = "models"'),
    Mistake("a model among labs", LABS + 'mine = [«"z-ai/glm-5"»]', "a lab is what stands before", 'mean "z-ai"?'),
    Mistake("a nameless lab", LABS + 'follow = ["z-ai", «"id:/glm-5"»]', "a lab is what", 'such as "z-ai"'),
    Mistake("category of labs", LABS + '«category» = "coding"', "models have no `category`"),
    Mistake("trending labs", LABS + "rules.«trending» = true", "`trending` exists for apps only"),
    Mistake("no such folder", '[defaults]\ntemplates = «"nowhere"»', "there is no folder"),
    # what is watched
    Mistake("unknown dataset", '[watchlist.a]\ndataset = «"app"»', "`app` is not a `dataset`", 'did you mean "apps"?'),
    Mistake("unknown category", '[watchlist.a]\ncategory = «"codng"»', "not a category", 'did you mean "coding"?'),
    Mistake("far category", '[watchlist.a]\ncategory = «"x"»', "not a category", "categories: coding, creative"),
    Mistake("unknown subcategory", '[watchlist.a]\nsubcategory = «"cli-agents"»', "not a subcategory", '"cli-agent"?'),
    Mistake("far subcategory", '[watchlist.a]\nsubcategory = «"x"»', "not a subcategory", "Subcategories: cli-agent"),
    Mistake("subcategory as category", '[watchlist.a]\ncategory = «"game"»', "not a category", 'subcategory = "game"'),
    Mistake("category as subcategory", '[watchlist.a]\nsubcategory = «"coding"»', "not a sub", 'category = "coding"'),
    Mistake(
        "subcategory elsewhere",
        '[watchlist.a]\ncategory = "coding"\nsubcategory = «"roleplay"»',
        "`roleplay` is not a subcategory of `coding`",
        'category = "coding"\n    3 | subcategory = "roleplay"',
    ),
    Mistake(
        "category of models", '[watchlist.a]\ndataset = "models"\n«category» = "coding"', "models have no `category`"
    ),
    Mistake("id of an app", '[watchlist.a]\nmine = [«"id:marlin"»]', "the id of an app is a number"),
    # rules
    Mistake("no rule", "[watchlist.a.rules]\n«spke» = true", "unknown rule `spke`", "did you mean `spike`?"),
    Mistake("unheard-of rule", "[watchlist.a.rules]\n«zzz» = true", "unknown rule `zzz`", "rules: new_leader"),
    Mistake(
        "key of the watchlist",
        '[watchlist.a.rules]\nspike = { ratio = 3 }\n«channels» = ["team"]',
        "`channels` is not a rule",
        "It belongs to [watchlist.a]: move it above line 1.",
    ),
    Mistake(
        "dotted", "[watchlist.a]\nrules.«only_followed» = true", "is not a rule", "it belongs to [watchlist.a] itself"
    ),
    Mistake(
        "key of another table", '[watchlist.a.rules]\n«when_quiet» = "line"', "not a rule", "belongs to [channel.NAME]"
    ),
    Mistake("parameter as rule", "[watchlist.a.rules]\n«n» = 10", "`n` is not a rule", "entered_top = { n = 10 }"),
    Mistake("a number for a rule", "[watchlist.a.rules]\nentered_top = «10»", "wants true, false, or a table", ""),
    Mistake("unknown parameter", "[watchlist.a.rules]\nspike = { «rato» = 3 }", "no parameter `rato`", "`ratio`?"),
    Mistake("too deep", "[watchlist.a.rules]\nentered_top = { n = «201» }", "`n` goes from 1 to 200 for apps"),
    Mistake(
        "too deep for models",
        '[watchlist.a]\ndataset = "models"\nrules.entered_top = { n = [10, «51»] }',
        "`n` goes from 1 to 50 for models",
    ),
    Mistake("within of models", '[watchlist.a]\ndataset = "models"\nrules.spike.within = «60»', "goes from 1 to 50"),
    Mistake("margin below zero", "[watchlist.a.rules]\nentered_top = { margin = «-1» }", "`margin` goes from 0"),
    Mistake("the same top twice", "[watchlist.a.rules]\nentered_top = { n = «[10, 10]» }", "a list of different ranks"),
    Mistake("no top", "[watchlist.a.rules]\nentered_top = { n = «[]» }", "a list of different ranks"),
    Mistake("list for a number", "[watchlist.a.rules]\ntrending = { n = «[5, 10]» }", "`n` wants a whole number"),
    Mistake("ratio of text", '[watchlist.a.rules]\nspike = { ratio = «"2"» }', "`ratio` wants a number, such as 2.5"),
    Mistake("endless ratio", "[watchlist.a.rules]\nspike = { ratio = «nan» }", "`ratio` wants a number"),
    Mistake("ratio below one", "[watchlist.a.rules]\nspike = { ratio = «0.5» }", "`ratio` is at least 1"),
    Mistake(
        "tokens of no unit", '[watchlist.a.rules]\nspike = { min_growth = «"5X"» }', "number of tokens", "K, M, B, T"
    ),
    Mistake("part of a token", '[watchlist.a.rules]\nspike = { min_growth = «"0.5"» }', "a whole number of tokens"),
    Mistake("fewer than none", "[watchlist.a.rules]\nspike = { min_growth = «-1» }", "`min_growth` goes from 0"),
    Mistake("default of no kind", "[watchlist.a.rules]\ndefault = «0»", "`default` wants true or false"),
    Mistake(
        "trending models",
        '[watchlist.a]\ndataset = "models"\n[watchlist.a.rules]\n«trending» = { n = 10 }',
        "`trending` exists for apps only",
        "OpenRouter publishes a trending board for apps, not for models.",
    ),
    Mistake("rules of no table", "[watchlist.a]\nrules = «true»", "`rules` wants a table"),
    # who is told, and when
    Mistake(
        "unknown channel", f'{CHANNEL}[watchlist.a]\nchannels = ["team", «"tam"»]', "no channel `tam`", "team (line 1)"
    ),
    Mistake(
        "no channel at all", '[watchlist.a]\nchannels = [«"x"»]', "no channel `x`", "there is no [channel.NAME] yet"
    ),
    Mistake("channel of the operator", '[operator]\nchannels = [«"x"»]', "no channel `x`"),
    Mistake("channel of the defaults", '[defaults]\nchannels = [«"x"»]', "no channel `x`"),
    Mistake("channel twice", f'{CHANNEL}[watchlist.a]\nchannels = ["team", «"team"»]', "stands twice in the list"),
    Mistake(
        "near zone", '[defaults]\ntimezone = «"Europe/Berln"»', "is not a time zone", 'did you mean "Europe/Berlin"?'
    ),
    Mistake("city for a zone", '[defaults]\ntimezone = «"new york"»', "is not a time zone", '"America/New_York"?'),
    Mistake("no zone", '[defaults]\ntimezone = «"Mars"»', "is not a time zone"),
    Mistake("offset for a zone", "[defaults]\ntimezone = «2»", "`timezone` wants the name of a time zone"),
    Mistake("hour alone", f"{CHANNEL}at = «9»", '`at` wants a time such as "09:00"'),
    Mistake("hour of no day", f'{CHANNEL}at = «"24:00"»', '`at` wants a time such as "09:00"'),
    Mistake("a day alone", f'{CHANNEL}days = «"monday"»', "`days` wants", 'did you mean ["mon"]?'),
    Mistake("no day", f"{CHANNEL}days = «[]»", '`days` wants "daily", "weekdays", or a list'),
    Mistake("day in full", f'{CHANNEL}days = ["mon", «"Tuesday"»]', "is not a day of the week", 'did you mean "tue"?'),
    Mistake("number for a day", f"{CHANNEL}days = [«1»]", "this is not a day of the week", "mon, tue"),
    # channels
    Mistake("no type", "«[channel.a]»\nwebhook_url = 'env:SLACK_WEBHOOK_URL'", "no `type`", 'add type = "slack"'),
    Mistake("no type of mail", "«[channel.a]»\nhost = 'h'", "this channel has no `type`", 'add type = "email"'),
    Mistake("unknown type", '[channel.a]\ntype = «"mail"»', "`mail` is not a type of channel", '"email"?'),
    Mistake("type of no kind", "[channel.a]\ntype = «1»", "this is not a type of channel", 'types: "slack"'),
    Mistake("no way to post", '«[channel.a]»\ntype = "slack"', "wants `webhook_url`, or `token` and `channel`"),
    Mistake(
        "two ways to post",
        f'{CHANNEL}«token» = "env:SLACK_BOT_TOKEN"\nchannel = "#news"',
        "either `webhook_url`, or `token` and `channel`",
        "    3 | webhook_url",
    ),
    Mistake(
        "token alone", '[channel.a]\ntype = "slack"\n«token» = "env:SLACK_BOT_TOKEN"', "`token` alone", "channel ="
    ),
    Mistake("channel alone", '[channel.a]\ntype = "slack"\n«channel» = "#news"', "`channel` alone", "add token ="),
    Mistake(
        "channel without its sign",
        '[channel.a]\ntype = "slack"\ntoken = "env:SLACK_BOT_TOKEN"\nchannel = «"news"»',
        "the id of a Slack channel, or its name with a #",
        'did you mean "#news"?',
    ),
    Mistake(
        "no host", '«[channel.a]»\ntype = "email"\nfrom = "a@b.c"\nto = ["a@b.c"]', "`host` is missing in [channel.a]"
    ),
    Mistake("no sender", '«[channel.a]»\ntype = "email"\nhost = "h"\nto = ["a@b.c"]', "`from` is missing"),
    Mistake("no recipient", '«[channel.a]»\ntype = "email"\nhost = "h"\nfrom = "a@b.c"', "`to` is missing"),
    Mistake("nobody", MAIL.replace('["b@example.com"]', "«[]»"), "a mail wants at least one address"),
    Mistake("recipient twice", MAIL.replace('om"]', 'om", «"B@example.com"»]'), "this stands twice in the list"),
    Mistake("one recipient", MAIL.replace('["b@example.com"]', '«"b@example.com"»'), "`to` wants a list"),
    Mistake("no address", MAIL.replace('"b@example.com"', '«"b at example"»'), "this is not a mail address"),
    Mistake(
        "header in an address", MAIL.replace('"a@example.com"', '«"a@b.c\\nBcc: d@e.f"»'), "without control characters"
    ),
    Mistake(
        "host with a scheme", MAIL.replace('"smtp.example.com"', '«"smtp://h/"»'), "the name of a mail server alone"
    ),
    Mistake("port of no number", f"{MAIL}port = «70000»", "`port` goes from 1 to 65,535"),
    Mistake(
        "half a login", f'{MAIL}«username» = "env:SMTP_USERNAME"', "`username` alone", 'password = "env:SMTP_PASSWORD"'
    ),
    # addresses and secrets
    Mistake("no encryption", '[openrouter]\nbase_url = «"http://example.com"»', "an address without encryption"),
    Mistake("no address of the web", '[openrouter]\nbase_url = «"openrouter.ai"»', "this is not an address of the web"),
    Mistake("broken address", '[openrouter]\nbase_url = «"https://[::1"»', "this is not an address of the web"),
    Mistake(
        "unset variable",
        '[openrouter]\napi_key = «"env:OPENROUTER_KEY"»',
        "OPENROUTER_KEY is not set",
        "OPENROUTER_API_KEY is set",
    ),
    Mistake("no variable", '[openrouter]\napi_key = «"env:"»', "`env:` wants the name of an environment variable"),
    Mistake("no file", '[openrouter]\napi_key = «"file:"»', "`file:` wants the path of a file"),
    Mistake("missing file", '[openrouter]\napi_key = «"file:nowhere"»', "the file nowhere does not exist"),
    Mistake("folder for a file", '[openrouter]\napi_key = «"file:."»', "the file . can't be read"),
    Mistake("number for a secret", "[openrouter]\napi_key = «********»", '`api_key` wants "env:NAME"'),
    Mistake("store of no kind", '[store]\nurl = «"mysql://host/db"»', "an SQLite file or a PostgreSQL database"),
    Mistake("store in memory", '[store]\nurl = «"sqlite://"»', "what is in memory is forgotten"),
)
_IN_SOURCE = {"number for a secret": ("********", "12345678")}
"""What is covered in the excerpt by stars, as it stands in the text."""


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{mistake.name}" for mistake in MISTAKES])
def test_a_mistake_is_pointed_at(mistake: Mistake) -> None:
    """One error, at the place of the guilty token, which the carets cover, with the rule and what would be right."""
    before, marked, rest = mistake.text.partition("«")
    token, _, after = rest.partition("»")
    text = (before + token + after).replace(*_IN_SOURCE.get(mistake.name, ("", "")))
    text = text if mistake.name == "no watchlist" else complete(text)
    (problem,) = errors(text)
    assert mistake.message in problem.message
    assert mistake.shown in problem.excerpt
    if not marked:
        assert (problem.line, problem.column) == (0, 0)
        return
    assert (problem.line, problem.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert covered(problem) == token


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


def test_what_stands_twice_is_shown_with_the_first() -> None:
    (problem,) = errors("[log]\nlevel = 'info'\n\n[store]\n[log]\n")
    assert (problem.line, problem.column, covered(problem)) == (5, 1, "[log]")
    assert "    1 | [log]\n      …\n" in problem.excerpt
    assert "it stands in line 1 already" in problem.excerpt


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    (problem,) = errors(f"[openrouter]\nsettle_hours = {'9' * 5000}")
    assert problem.message == "a number has thousands of digits"


def test_all_errors_are_told_in_file_order() -> None:
    text = (
        '[watchlist.a]\ncategory = "x"\nfolow = []\nchannels = ["a"]\n'
        "[watchlist.a.rules]\nspike = { n = 1, ratio = 0 }\n"
        '[channel.team]\ntype = "slack"\nat = 9\ntimezone = "x"\n[openrouter]\nsettle_hours = "2"\n[nonsense]\n'
    )
    lines = [problem.line for problem in errors(text)]
    assert lines == [2, 3, 4, 6, 6, 7, 9, 10, 12, 13]


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

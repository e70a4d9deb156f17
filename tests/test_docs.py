"""What is documented is so: commands, configuration, rules and links."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.render_apart import LIMITS
from bot.adapters.render_context import context_of, courses_context
from bot.config import EmailChannel, load
from bot.config.rules import TOPS
from bot.core import caps, first_place
from bot.core.digest import Revision
from bot.core.ranking import Dataset
from bot.core.rules import DEFAULT_RULES, FOLLOWING_RULES, RULES, parameters
from bot.core.specimens import specimens
from bot.core.wording import limit

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def page(name: str) -> str:
    """A page's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


@pytest.mark.parametrize("name", [str(found.relative_to(ROOT)) for found in PAGES])
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page(name)):
        assert ((ROOT / name).parent / target).exists(), target


WITH_TOML = [str(found.relative_to(ROOT)) for found in PAGES if "```toml" in found.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", WITH_TOML)
def test_the_configurations_shown_load(name: str, tmp_path: Path) -> None:
    """Each by itself, as it is copied; whether the secrets that it names are there is up to who copies it."""
    environ = {"DATABASE_URL": "postgresql://rankbot@db/rankbot"}  # every command needs it, so it is read at once
    for number, text in enumerate(blocks(name, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        assert load(file, environ=environ, secrets=False).watchlists


def test_pages_with_configurations_are_found() -> None:
    assert {"README.md", "docs/rules.md", "docs/slack.md", "docs/mail.md"} <= set(WITH_TOML)


def test_the_mail_servers_shown_are_spoken_to_in_a_way_that_they_take(tmp_path: Path) -> None:
    """Passwords never travel in the clear, and Microsoft gets a token."""
    shown = {}
    for number, text in enumerate(blocks("docs/mail.md", "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        channel = load(file, environ={}, secrets=False).channels["mail"]
        assert isinstance(channel, EmailChannel)
        shown[channel.host] = (channel.security, channel.port, channel.auth, channel.password is not None)
    assert shown == {
        "email-smtp.eu-central-1.amazonaws.com": ("starttls", 587, "password", True),
        "smtp.postmarkapp.com": ("starttls", 587, "password", True),
        "smtp.gmail.com": ("starttls", 587, "password", True),
        "127.0.0.1": ("none", 25, "password", False),
        "smtp.office365.com": ("starttls", 587, "xoauth2", True),
    }


def test_the_two_commands_of_the_readme_are_those_that_ci_and_contributors_use() -> None:
    assert "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/rankbot demo" in page("README.md")
    tests = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"
    assert tests in page("README.md")
    assert tests in page("CONTRIBUTING.md")
    assert ".venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'" in page(".ci/run")


def test_every_command_that_is_named_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    from bot.__main__ import main

    main(["--help"])
    known = set(re.findall(r"^  ([a-z][a-z-]*)  ", capsys.readouterr().out, re.MULTILINE))
    for found in PAGES:
        named = set(re.findall(r"rankbot ([a-z][a-z-]+)", found.read_text(encoding="utf-8")))
        assert named - {"is", "on", "run"} <= known, found.name
    listed = set(re.findall(r"`([a-z-]+)`", page("CHANGELOG.md").split("The commands ")[1].split(".")[0]))
    assert listed == known


def test_every_template_and_every_name_in_them_is_listed() -> None:
    listed = set(re.findall(r"^\| `([a-z_.0-9]+)` \|", page("docs/templates.md"), re.MULTILINE))
    files = {found.name for found in (ROOT / "templates").iterdir()}
    names = set(context_of(specimens()[0])) | {
        "full",
        "pictures",
        "section",
        "courses",
        "labs",
        "not_evaluated",
        "last",
    }
    assert listed == files | names
    shown = page("docs/templates.md").rpartition("A revision has")[2]
    assert set(re.findall(r"`([a-z]+)`", shown)) == {field.name for field in fields(Revision)}


def test_every_field_that_a_template_may_use_is_listed() -> None:
    context = context_of(specimens()[0])
    section, short = context["digest"]["sections"][0], context["excerpt"]
    week = next(context_of(one)["digest"]["week"] for one in specimens() if one.week)
    diary = next(context_of(one)["digest"]["diary"] for one in specimens() if one.diary)
    rows, bullets = (set().union(*short[name]) - {name, "standing"} for name in ("rows", "news"))
    courses = courses_context(specimens()[0].charts)["list-0"]
    fields_of = {
        "`courses`": {*courses, *courses["rows"][0]},
        "`digest`": set(context["digest"]),
        "a section": set(section),
        **{f"a line of its `{name}`": set(section[name][0]) | {name} for name in ("standing", "news", "top")},
        "a proof": set(context["proofs"][0]) | {"proofs", "moves", "also"},
        "`excerpt`": set(short) | rows | bullets | {"standing"},
        "a scope": set(context["scopes"][0]),
        "the `week`": set(week) | {"week"},
        "one of its `boards`": set(week["boards"][0]) | {"boards"},
        "a line of them": set(week["boards"][0]["lines"][0]),
        "one of its `arrivals`": set(week["arrivals"][0]) | {"arrivals"},
        "a day of the `diary`": set(diary[0]) | set(diary[0]["lines"][0]) | {"diary"},
    }
    listed = page("docs/templates.md").partition("What has more than one field:")[2].partition("Dates are")[0]
    for line in listed.split("\n- ")[1:]:
        what = next(what for what in fields_of if line.startswith(what))
        names = set(re.findall(r"`([a-z_]+)`", line)) - ({what.strip("`")} if what.startswith("`") else set())
        assert names == fields_of.pop(what), what
    assert not fields_of


def test_the_limits_of_users_templates_are_those_of_the_code() -> None:
    shown = page("docs/templates.md").partition("## Limits")[2].partition("\n## ")[0]
    assert f"{LIMITS.cpu_seconds:g} second of CPU time" in shown
    assert f"yield {LIMITS.output:,} characters" in shown
    assert f"{LIMITS.memory // 1_000_000} MB of memory, and {LIMITS.seconds:g} seconds" in shown


class TestRules:
    """The table of rules is the code's."""

    def rows(self) -> dict[str, list[str]]:
        """The table's cells by rule."""
        lines = [line for line in page("docs/rules.md").splitlines() if line.startswith("| `")]
        split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        return {cells[0].strip("`"): cells for cells in split}

    def test_every_rule_is_in_it_with_its_formula(self) -> None:
        rows = self.rows()
        assert list(rows) == list(RULES)
        for name, rule in RULES.items():
            only = "" if len(rule.datasets) == len(Dataset) else f" ({next(iter(rule.datasets))} only)"
            assert rows[name][2] == f"{rule.formula}{only}"
            following = "for `mine` and `follow`" if name in FOLLOWING_RULES else "no"
            assert rows[name][1] == ("yes" if name in DEFAULT_RULES else following)

    def test_and_with_its_parameters_and_defaults(self) -> None:
        for name, cells in self.rows().items():
            shown = parameters(RULES[name]())
            if name == "entered_top":
                shown["n"] = list(TOPS)  # the rule has one top, a configuration by itself two
            if cells[3].startswith("those of "):
                assert shown == parameters(RULES[cells[3].split("`")[1]]())
                continue
            told = dict(re.findall(r"`([a-z_]+)` \(((?:\[\[.*?\]\]|[^):;])+)", cells[3]))
            assert told == {key: self.written(value) for key, value in shown.items()}
            assert told or cells[3] == "none"

    def written(self, value: Any) -> str:
        """A default as the table has it."""
        if isinstance(value, list):
            return str(value) if value else "none"
        return limit(value) if value > 999 else str(value)

    def test_contributing_shows_the_last_line_as_it_is(self) -> None:
        last = list(RULES.values())[-1].__name__
        assert f"    {last},\n)" in page("bot/core/rules/__init__.py")
        assert f"     {last},\n+    Halved,\n )" in page("CONTRIBUTING.md")


def test_no_page_names_a_place_of_whoever_wrote_it() -> None:
    for found in [
        *PAGES,
        *ROOT.glob("bot/**/*.py"),
        *ROOT.glob("templates/*"),
        ROOT / "pyproject.toml",
        ROOT / "Dockerfile",
    ]:
        text = found.read_text(encoding="utf-8")
        assert not re.search(r"/work/|/root/|pypi\.org/simple|index-url", text), found


def test_the_measures_of_a_message_are_the_codes() -> None:
    told = " ".join(page("docs/rules.md").split())
    assert f"at most {caps.NEWS} lines of news, the strongest, and {caps.STANDING} lines of yours and followed" in told
    assert f"of revisions {caps.REVISIONS}, and of proofs {caps.PROOFS}." in told
    assert f"led within the {first_place.BACK} days before" in told
    assert f"third change within {first_place.SPAN} days" in told
    assert f"until somebody has led for {first_place.STEADY} days running" in told

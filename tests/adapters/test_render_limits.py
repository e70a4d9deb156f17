"""Users' templates that would hang or kill the bot: they are stopped, named, and replaced by the bundled ones."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.adapters import render
from bot.adapters.render import JinjaRenderer
from bot.adapters.render_apart import LIMITS, Limits
from bot.adapters.render_child import answers, main
from bot.adapters.render_context import context_of, revised_context
from bot.adapters.render_engine import OverLimitError
from bot.app.records import Message
from bot.core.specimens import specimens
from tests.adapters.rendered import BUNDLED, NOW_AT, rendered, scenes

SHORT = Limits(cpu_seconds=0.2, seconds=600, memory=150_000_000, output=100_000)
"""Little to take, but all the time that a busy machine may need to start a process."""
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GROWING = "{% set ns = namespace(x='x') %}{% for a in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
NO_MEMORY = "it needs more memory than it may have: 150 MB"
unlimited = pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce a limit on address space")


def limited(user: Path, templates: Mapping[str, str], limits: Limits = SHORT) -> tuple[Message, list[str]]:
    """The quiet digest with these templates, and what is said of them."""
    for name, source in templates.items():
        (user / name).write_text(source, encoding="utf-8")
    said: list[str] = []
    renderer = JinjaRenderer(BUNDLED, user, warnings=said.append, limits=limits)
    return renderer.render(scenes()["quiet"], key="team/2026-11-11", now=NOW_AT), said


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        pytest.param(f"\n{ENDLESS}", ":2", "it takes more than 0.2 s of CPU time", id="endless"),
        pytest.param("{{ 10**(10**8) }}", "", "it takes more than 0.2 s of CPU time", id="cannot-be-interrupted"),
        pytest.param('\n\n{{ "x" * 10**10 }}', ":3", NO_MEMORY, id="at-once", marks=unlimited),
        pytest.param(f"\n{GROWING}", ":2", NO_MEMORY, id="growing", marks=unlimited),
    ],
)
def test_a_limit_is_named_with_its_file_and_the_bundled_template_is_used(
    tmp_path: Path, source: str, place: str, words: str
) -> None:
    message, said = limited(tmp_path, {render.TEXT: source})
    assert message == rendered(scenes()["quiet"])
    assert said == [f"{tmp_path / render.TEXT}{place}: {words}. The bundled template was used instead."]


def test_what_it_yields_is_limited(tmp_path: Path) -> None:
    message, said = limited(tmp_path, {render.TEXT: "{% for a in range(99999) %}xx{% endfor %}"})
    assert message == rendered(scenes()["quiet"])
    assert said == [f"{render.TEXT}: it yields more than 100000 characters. The bundled template was used instead."]


def test_the_time_by_the_clock_is_limited_for_a_whole_message(tmp_path: Path) -> None:
    """Whatever the process does by then, all templates that are left are the bundled ones."""
    limits = Limits(cpu_seconds=600, seconds=0.5)
    message, said = limited(tmp_path, {render.TEXT: ENDLESS, render.SLACK_PARENT: "Mine"}, limits)
    assert message == rendered(scenes()["quiet"])
    (words,) = said
    assert words.startswith(f"{tmp_path / render.TEXT}: the templates of a message take more than 0.5 s.")


def test_one_that_is_stopped_takes_no_other_with_it(tmp_path: Path) -> None:
    """Neither one that lets itself be stopped, nor one at which the process ends."""
    sources = {render.TEXT: ENDLESS, render.HTML: "{{ 10**(10**8) }}", render.SLACK_PARENT: "Mine"}
    message, said = limited(tmp_path, sources)
    plain = rendered(scenes()["quiet"])
    assert (message.text, message.html) == (plain.text, plain.html)
    assert message.slack[0].markup.startswith("Mine")
    assert [words.split(": ")[0] for words in said] == [f"{tmp_path / render.TEXT}:1", str(tmp_path / render.HTML)]


def test_rows_that_bundled_templates_use_are_limited_too(tmp_path: Path) -> None:
    macros = (BUNDLED / "slack_macros.j2").read_text(encoding="utf-8")
    message, said = limited(tmp_path, {"slack_macros.j2": f"{ENDLESS}{macros}"})
    assert message == rendered(scenes()["quiet"])
    assert "slack_macros.j2:1: it takes more than" in said[0]


def test_the_check_names_each_once(tmp_path: Path) -> None:
    for name in (render.TEXT, render.SLACK_REVISED, render.SLACK_TOP):
        (tmp_path / name).write_text(ENDLESS, encoding="utf-8")
    found = [str(error).split(":")[0] for error in JinjaRenderer(BUNDLED, tmp_path, limits=SHORT).check()]
    assert sorted(found) == sorted(
        str(tmp_path / name) for name in (render.TEXT, render.SLACK_REVISED, render.SLACK_TOP)
    )


class TestTheProcess:
    """It is started where there is something of the user's to render, and gets nothing else to know."""

    @pytest.fixture
    def python(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A script in place of Python, to be written."""
        script = tmp_path / "python"
        monkeypatch.setattr(sys, "executable", str(script))
        return script

    def write(self, script: Path, text: str) -> None:
        script.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        script.chmod(0o700)

    def mine(self, tmp_path: Path) -> Path:
        folder = tmp_path / "mine"
        folder.mkdir()
        return folder

    def test_without_a_template_of_the_users_there_is_none(self, tmp_path: Path, python: Path) -> None:
        message, said = limited(self.mine(tmp_path), {"notes.txt": "Mine"})
        assert (message, said) == (rendered(scenes()["quiet"]), [])

    def test_where_it_cannot_be_started_the_bundled_ones_are_used(self, tmp_path: Path, python: Path) -> None:
        folder = self.mine(tmp_path)
        message, said = limited(folder, {render.TEXT: "Mine", render.SLACK_PARENT: "Mine"})
        assert message == rendered(scenes()["quiet"])
        words = "no process can be started for it: No such file or directory"
        assert said == [f"{folder / render.TEXT}: {words}. The bundled template was used instead."]

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("echo 'No module named bot' >&2; exit 1", "its process failed: No module named bot."),
            ("exit 3", "its process failed: exit code 3."),
            ("cat >/dev/null; echo '{}'; kill -SEGV $$", "its process was ended (Segmentation fault); it may need"),
        ],
    )
    def test_how_it_ended_is_said(self, tmp_path: Path, python: Path, script: str, words: str) -> None:
        self.write(python, script)
        folder = self.mine(tmp_path)
        message, said = limited(folder, {render.TEXT: "Mine"})
        assert message == rendered(scenes()["quiet"])
        assert said[0].startswith(f"{folder / render.TEXT}: {words}")
        assert len(said) == 1

    def test_no_secret_reaches_it(self, tmp_path: Path, python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
        self.write(python, f'/usr/bin/env > {tmp_path}/seen; echo "$@" >> {tmp_path}/seen; cat >> {tmp_path}/seen')
        limited(self.mine(tmp_path), {render.TEXT: "Mine"})
        seen = (tmp_path / "seen").read_text(encoding="utf-8")
        assert "sk-or-invented" not in seen
        environment, _, rest = seen.partition("-P -m bot.adapters.render_child\n")
        known = {line.partition("=")[0] for line in environment.splitlines()}
        assert known <= {"PYTHONPATH", "PWD", "SHLVL", "_", "OLDPWD", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
        assert json.loads(rest)["context"]["digest"]["headline"] == scenes()["quiet"].headline
        assert os.environ["OPENROUTER_API_KEY"] == "sk-or-invented"


def test_contexts_are_the_same_on_the_other_side() -> None:
    for digest in (*specimens(), *scenes().values()):
        for context in (context_of(digest), revised_context(digest.revisions, digest.headline)):
            assert json.loads(json.dumps(context)) == context


def request(folder: Path, *names: str) -> dict[str, Any]:
    """What the process is asked for these templates."""
    jobs = [{"name": name, "more": {"b": 2}, "page": name.endswith(".html.j2")} for name in names]
    limits = {"cpu_seconds": 1, "memory": LIMITS.memory, "output": 100}
    return {"folders": [str(folder)], "context": {"a": 1, "b": 1}, "jobs": jobs, **limits}


class _Over(AbstractContextManager[None]):
    """Time that is over as soon as something is tried."""

    def __enter__(self) -> NoReturn:
        from bot.errors import TemplateError

        raise TemplateError("mine.j2: too long") from OverLimitError("too long")

    def __exit__(self, *_: object) -> None:
        """Never reached."""


class TestTheAnswers:
    """What the process answers, in a process of ours."""

    def test_each_job_has_its_own_values_beside_those_of_all(self, tmp_path: Path) -> None:
        (tmp_path / "a.j2").write_text("{{ a }} {{ b }} <", encoding="utf-8")
        (tmp_path / "a.html.j2").write_text("<p>{{ '<' }}</p>", encoding="utf-8")
        sink, memory = io.StringIO(), list[int]()
        source = io.StringIO(json.dumps(request(tmp_path, "a.j2", "a.html.j2")))
        main(source, sink, memory=memory.append, within=lambda _: nullcontext())
        ready, text, page = [json.loads(line) for line in sink.getvalue().splitlines()]
        assert (ready, text) == ({}, {"text": "1 2 <"})
        assert "<p>&lt;</p>" in page["text"]
        assert memory == [LIMITS.memory]

    def test_a_failure_is_an_answer(self, tmp_path: Path) -> None:
        (tmp_path / "a.j2").write_text("{{ nothing }}", encoding="utf-8")
        (tmp_path / "b.j2").write_text("\n{{ a.b() }}", encoding="utf-8")
        (tmp_path / "c.j2").write_text(f"{{{{ 'x' * {2**62} }}}}", encoding="utf-8")
        found = list(answers(request(tmp_path, "a.j2", "b.j2", "c.j2"), within=lambda _: nullcontext()))
        assert [set(answer) for answer in found] == [{"failed"}] * 3
        assert f"{tmp_path / 'b.j2'}:2: UndefinedError" in found[1]["failed"]
        assert found[2]["failed"].endswith(":1: it needs more memory than it may have: 256 MB")

    def test_what_took_too_long_is_not_tried_again(self, tmp_path: Path) -> None:
        found = list(answers(request(tmp_path, "a.j2", "a.j2"), within=lambda _: _Over()))
        assert found == [{"failed": "mine.j2: too long", "slow": "yes"}] * 2

"""Users' templates: before the bundled ones, unable to drop the source, and replaced where they fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters import render
from bot.adapters.render import HTML_LIMIT, JinjaRenderer
from bot.core.digest import CAVEAT, SCOPE
from bot.errors import TemplateError
from tests.adapters.rendered import BUNDLED, NOW_AT, forms, rendered, scenes


def user_template(folder: Path, name: str, source: str) -> Path:
    (folder / name).write_text(source)
    return folder


def test_a_users_template_comes_before_the_bundled_one_file_by_file(tmp_path: Path) -> None:
    user = user_template(tmp_path, render.TEXT, "Mine: {{ digest.headline }}")
    message = rendered(scenes()["quiet"], user)
    assert message.text.startswith("Mine: Nothing new")
    assert message.slack == rendered(scenes()["quiet"]).slack


@pytest.mark.parametrize("name", [render.TEXT, render.HTML, render.SLACK_PARENT, render.SLACK_TOP, render.SLACK_WHY])
@pytest.mark.parametrize("source", ["", "Nothing.", "<!-- ", "<textarea>", "<body>", "</body></body>"])
def test_a_users_template_cannot_drop_the_source(tmp_path: Path, name: str, source: str) -> None:
    told = scenes()["ordinary"]
    for form in forms(rendered(told, user_template(tmp_path, name, source))):
        assert told.provenance.citations[0].text in form
        assert CAVEAT in form
        assert SCOPE in form


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("line\n{{ digest.nothing }}", f"{render.TEXT}:2: UndefinedError"),
        ("{% if %}", f"{render.TEXT}:1: "),
        ("\n\n{{ 1 // 0 }}", f"{render.TEXT}:3: ZeroDivisionError"),
        ("{{ digest.__class__.__mro__ }}", f"{render.TEXT}:1: SecurityError"),
        ('{{ "\\ud800" }}', "UnicodeEncodeError"),
        ("{{ digest.sections.append(1) }}", f"{render.TEXT}:1: SecurityError"),
        ("{% include 'nothing.j2' %}", f"{render.TEXT}:1: TemplateNotFound"),
        ("{% for a in range(90000) %}{{ digest.lead }}{% endfor %}", "it yields more than 1000000 characters"),
        ("\n{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
def test_where_a_users_template_fails_the_bundled_one_is_sent_and_it_is_said(
    tmp_path: Path, source: str, said: str
) -> None:
    warnings: list[str] = []
    user = user_template(tmp_path, render.TEXT, source)
    message = rendered(scenes()["quiet"], user, warnings.append)
    assert message == rendered(scenes()["quiet"])
    (warning,) = warnings
    assert said in warning
    assert warning.endswith("The bundled template was used instead.")
    assert rendered(scenes()["quiet"], user) == message


def test_a_failing_page_or_one_that_is_too_large_is_replaced(tmp_path: Path) -> None:
    warnings: list[str] = []
    for source in ("{{ nothing }}", "<p>" + "x" * HTML_LIMIT):
        message = rendered(scenes()["quiet"], user_template(tmp_path, render.HTML, source), warnings.append)
        assert message == rendered(scenes()["quiet"])
    assert "UndefinedError" in warnings[0]
    assert f"{render.HTML}: it yields more than {HTML_LIMIT} bytes" in warnings[1]


def test_styles_that_cannot_be_inlined_are_the_templates_fault(tmp_path: Path) -> None:
    warnings: list[str] = []
    user = user_template(tmp_path, render.HTML, '<style>p { color: red }</style><p style="a:b;{">x</p>')
    message = rendered(scenes()["quiet"], user, warnings.append)
    assert message == rendered(scenes()["quiet"])
    assert f"{render.HTML}: its styles can't be inlined" in warnings[0]


def test_without_bundled_templates_nothing_is_sent(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="TemplateNotFound"):
        JinjaRenderer(tmp_path).render(scenes()["quiet"], key="k", now=NOW_AT)


def test_check_names_what_fails_on_any_specimen_once(tmp_path: Path) -> None:
    """This template fails only where there are no sections, or names are odd: an ordinary digest would not show it."""
    user = user_template(tmp_path, render.TEXT, "{{ digest.sections[0].news[0].text }}")
    (found,) = JinjaRenderer(BUNDLED, user).check()
    assert f"{render.TEXT}:1: UndefinedError" in str(found)


def test_the_bundled_templates_pass_the_check() -> None:
    assert JinjaRenderer(BUNDLED).check() == ()

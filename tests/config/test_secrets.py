"""Secrets: found where they stand, read anew, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.adapters.store.engine import Database
from bot.config import Secret, load
from bot.config.secret import StoreUrl, Surroundings
from bot.config.wrong import Wrong
from bot.errors import ConfigError
from tests.config.reading import ENVIRON, complete, covered, errors, notes, problems, read

VALUE = "hunter2-Zx81qq0Pn7Lk33vTy"


@pytest.fixture
def where(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path / "config.toml", {"NAME": VALUE, "EMPTY": "", "LINES": "a\nb"})


def test_a_variable_is_read_anew(tmp_path: Path) -> None:
    environ = {"NAME": "old"}
    secret = Secret("env:NAME", Surroundings(tmp_path / "c.toml", environ))
    assert secret.read() == "old"
    environ["NAME"] = "new"
    assert secret.read() == "new"


def test_a_file_is_read_anew_without_its_line_end(tmp_path: Path, where: Surroundings) -> None:
    (tmp_path / "key").write_text("old\r\n", encoding="utf-8")
    secret = Secret("file:key", where)
    assert secret.read() == "old"
    (tmp_path / "key").write_text(" new \n", encoding="utf-8")
    assert secret.read() == " new "


def test_a_file_in_the_home_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("value", encoding="utf-8")
    environ = {"HOME": str(tmp_path)}
    assert Secret("file:~/key", Surroundings(Path("/nowhere/c.toml"), environ)).read() == "value"


def test_the_value_itself_is_taken(where: Surroundings) -> None:
    assert Secret(VALUE, where).read() == VALUE


@pytest.mark.parametrize("text", ["env:NAME", "file:key", VALUE])
def test_neither_text_nor_representation_show_a_value(text: str, tmp_path: Path, where: Surroundings) -> None:
    (tmp_path / "key").write_text(VALUE, encoding="utf-8")
    secret = Secret(text, where)
    assert secret.read() == VALUE
    assert VALUE not in f"{secret} {secret!r} {where!r} {[secret]}"


def test_secrets_are_equal_where_they_stand_in_the_same_place(where: Surroundings) -> None:
    assert len({Secret("env:NAME", where), Secret("env: NAME", where), Secret("NAME2", where)}) == 2
    assert Secret("env:NAME", where) != "env:NAME"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("env:GONE", "the environment variable GONE is not set"),
        ("env:EMPTY", "the environment variable EMPTY is empty"),
        ("env:LINES", "the environment variable LINES holds more than one line, or control characters"),
        ("file:gone", "the file gone does not exist"),
        ("file:.", "the file . can't be read: Is a directory"),
        ("file:latin", "the file latin is not UTF-8 text"),
    ],
)
def test_what_can_not_be_read_says_why(text: str, message: str, tmp_path: Path, where: Surroundings) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as caught:
        Secret(text, where).read()
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.file == str(tmp_path / "config.toml")


@pytest.mark.parametrize(
    "text", ["$NAME", "${NAME}", "NAME", "env:", "env:not a name", "env:sk-or-v1-abc", "file:", " "]
)
def test_what_is_not_a_reference_is_refused_without_citing_it(text: str, where: Surroundings) -> None:
    with pytest.raises(Wrong) as caught:
        Secret(text, where)
    assert "sk-or" not in f"{caught.value.message}{caught.value.under}{caught.value.advice}"


# ── the store's address ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("sqlite:///rankbot.db", "sqlite:///{folder}/rankbot.db"),
        ("sqlite:///data/x%3F.db", "sqlite:///{folder}/data/x%3F.db"),
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
        ("sqlite:///~/x.db", "sqlite:////home/someone/x.db"),
        ("postgres://user:pw@host/db", "postgres://user:pw@host/db"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("env:DATABASE_URL", "sqlite:///{folder}/from-environment.db"),
    ],
)
def test_a_relative_database_lies_beside_the_configuration(text: str, address: str, tmp_path: Path) -> None:
    environ = {"HOME": "/home/someone", "DATABASE_URL": "sqlite:///from-environment.db"}
    url = StoreUrl(text, Surroundings(tmp_path / "config.toml", environ))
    assert url.read() == address.format(folder=tmp_path)


@pytest.mark.parametrize("name", ["50%25 off", "what?", "a#b", "100%", "Größe"])
def test_the_folder_may_be_called_anything(name: str, tmp_path: Path) -> None:
    """The path stands in an address, where some characters mean something."""
    folder = tmp_path / name
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text(complete('[store]\nurl = "sqlite:///rankbot.db"'), encoding="utf-8")
    assert load(file, environ=ENVIRON, store=True).store_url
    file.unlink()
    database = Database(StoreUrl("sqlite:///rankbot.db", Surroundings(folder / "config.toml", {})).read())
    database.close()
    assert (database.file, [file.name for file in folder.iterdir()]) == (folder / "rankbot.db", ["rankbot.db"])


@pytest.mark.parametrize(
    ("url", "message", "under"),
    [
        ("sqlite:///nodir/x.db", "there is no folder {}/nodir for the store", "make it, or correct the path"),
        ("sqlite:///.", "{} is a folder, and the store a file", "name a file in it"),
    ],
)
def test_a_store_that_can_not_be_is_pointed_at_where_that_is_asked_for(
    tmp_path: Path, url: str, message: str, under: str
) -> None:
    """By `rankbot check`; other commands find out themselves, and a folder may be there a minute later."""
    file = tmp_path / "config.toml"
    file.write_text(complete(f'[store]\nurl = "{url}"'), encoding="utf-8")
    assert load(file, environ=ENVIRON).store_url
    with pytest.raises(ConfigError) as failed:
        load(file, environ=ENVIRON, store=True)
    (problem,) = failed.value.problems
    assert (problem.line, problem.message, covered(problem)) == (2, message.format(tmp_path), f'"{url}"')
    assert under in problem.excerpt


@pytest.mark.parametrize("url", ["sqlite:///rankbot.db", "postgresql://me@db/x"])
def test_a_store_that_can_be_is_none_of_the_errors(tmp_path: Path, url: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(complete(f'[store]\nurl = "{url}"'), encoding="utf-8")
    assert load(file, environ=ENVIRON, store=True).store_url


def test_nor_is_one_in_a_folder_of_any_name(tmp_path: Path) -> None:
    file = tmp_path / "50% what?" / "config.toml"
    file.parent.mkdir()
    file.write_text(complete('[store]\nurl = "sqlite:///rankbot.db"'), encoding="utf-8")
    assert load(file, environ=ENVIRON, store=True).store_url


def test_a_driver_that_is_missing_is_said_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.config.references.find_spec", lambda _name: None)
    file = tmp_path / "config.toml"
    file.write_text(complete('[store]\nurl = "postgresql://me@db/x"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="needs a driver that is not installed") as failed:
        load(file, environ=ENVIRON, store=True)
    assert "pip install 'openrouter-rankbot[postgres]'" in failed.value.problems[0].excerpt


def test_a_password_in_the_address_of_the_store_is_noted_and_not_shown() -> None:
    found = [problem for problem in notes(complete('[store]\nurl = "postgresql://me:hunter2@db/x"')) if problem.line]
    assert [problem.message for problem in found] == ["a secret stands in this file"]
    assert "hunter2" not in str(found[0])
    assert "env:DATABASE_URL" in found[0].excerpt


# ── within a configuration ───────────────────────────────────────────────────────────────────────────────────

LEAKS = (
    f'[openrouter]\napi_key = ["{VALUE}"]',
    f'[openrouter]\napi_key = {{ value = "{VALUE}" }}',
    f'[openrouter]\napi_key = "env:{VALUE}"',
    f'[openrouter]\napikey = "{VALUE}"',
    f'[openrouter]\nopen_router_password = "{VALUE}"',
    f'[openrouter]\nvalue = "{VALUE}"',
    f'[openrouter]\nsettle_hours = "x" # was "sk-or-v1-{VALUE}"',
    f'[openrouter]\nbase_url = "https://me:{VALUE}@example.com"',
    f'[openrouter]\nbase_url = "http://me:{VALUE}@example.com"',
    f'[store]\nurl = "mysql://me:{VALUE}@db/x"',
    f'[store]\nurl = "mysql://me:{VALUE}/a@db/x"',
    f'[store]\nurl = "postgresql+asyncpg://me@db/x?password={VALUE}"',
    f'[store]\nurl = "mysql://me:it is {VALUE}@db/x"',
    f'[store]\nurl = "postgresql:/me:{VALUE}@db/x"',
    f'[operator]\nping_url = "http://hc-ping.example/{VALUE}"',
    f'[operator]\nping = "https://hc-ping.example/{VALUE}"',
    f'[channel.a]\ntype = "slack"\nwebhook_url = "https://hooks.slack.com/services/{VALUE}"\nchanel = "x"',
    f'[channel.a]\ntype = "slack"\nwebhook_url = "ftp://hooks.slack.com/services/{VALUE}"',
    f'[channel.a]\ntype = "slack"\nwebhok = "https://hooks.slack.com/services/{VALUE}"',
    f'[channel.a]\ntype = "slack"\ntoken = "xoxb-{VALUE}"\nwebhook_url = "https://hooks.slack.com/{VALUE}"',
    f'[channel.a]\ntype = "slack"\ntoken = "env:SLACK_BOT_TOKEN"\nchannel = "xoxb-{VALUE}"',
    f'[channel.a]\ntype = "email"\npassword = "{VALUE}"',
    f'[channel.a]\ntype = "emial"\npassword = "{VALUE}"\npasswd = "{VALUE}"',
    f'channel = {{ a = {{ type = "email", password = "{VALUE}", port = 0 }} }}',
    f'[channel.a]\ntype = "email"\npassword = """\n{VALUE}""" # {{\nhost = 3',
    f'[[channel]]\ntype = "slack"\ntoken = "{VALUE}"',
    f'[channel.a]\ntype = "slack"\ntoken = "{VALUE}\n',
    f'[channel.a]\ntype = "slack"\ntoken "{VALUE}"\n',
    f"[channel.a]\npassword = {VALUE}\n",
    f'[channel.a]\npassword = "{VALUE}" x\n',
    f'[channel.a]\npassword = "a"\npassword = "{VALUE}"\n',
    f'password = "{VALUE}"',
)


@pytest.mark.parametrize("text", LEAKS)
def test_no_finding_shows_a_secret(text: str) -> None:
    found = problems(complete(text))
    assert any(not problem.note for problem in found)
    for problem in found:
        assert VALUE not in str(problem)
        assert VALUE not in repr(problem)


def test_no_error_carries_a_secret_in_its_causes() -> None:
    text = complete(f'[openrouter]\napi_key = ["{VALUE}"]\n[channel.a]\ntype = "slack"\ntoken = {{ a = "{VALUE}" }}')
    with pytest.raises(ConfigError) as caught:
        read(text)
    error: BaseException | None = caught.value
    while error:
        assert VALUE not in f"{error!s}{error!r}"
        error = error.__cause__ or error.__context__


def test_the_configuration_shows_no_secret() -> None:
    text = f'[openrouter]\napi_key = "{VALUE}"\n[watchlist.a]\n'
    config = read(text)
    assert config.openrouter.api_key.read() == VALUE
    assert VALUE not in repr(config)
    assert VALUE not in str([str(note) for note in config.notes])


def test_a_secret_in_the_file_is_noted() -> None:
    found = notes(f'[openrouter]\napi_key = "{VALUE}"\n[watchlist.a]\n')
    assert (found[0].line, found[0].column, covered(found[0])) == (2, 11, "********")
    assert found[0].excerpt.endswith('put it in a variable: api_key = "env:OPENROUTER_API_KEY"')


def test_a_user_name_in_the_file_is_not_worth_a_note() -> None:
    mail = '[channel.m]\ntype = "email"\nhost = "h"\nfrom = "a@b.c"\nto = ["a@b.c"]\n'
    text = f'{mail}username = "me"\npassword = "env:SMTP_PASSWORD"\n'
    assert not [note for note in notes(complete(text)) if "secret" in note.message]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604])
def test_a_secret_file_that_others_can_read_is_noted(mode: int, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("value\n", encoding="utf-8")
    key.chmod(mode)
    found = [note for note in notes('[openrouter]\napi_key = "file:key"\n[watchlist.a]\n', tmp_path) if note.line]
    assert [note.message for note in found] == (
        [] if mode == 0o600 else ["others on this machine can read the file key"]
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("value\n", encoding="utf-8")
    key.chmod(0)
    (problem,) = errors('[openrouter]\napi_key = "file:key"\n[watchlist.a]\n', tmp_path)
    assert problem.message == "the file key can't be read: Permission denied"


def test_an_address_in_a_variable_is_checked_without_citing_it() -> None:
    text = complete('[operator]\nping_url = "env:HEALTHCHECK_URL"')
    (problem,) = errors(text, environ=ENVIRON | {"HEALTHCHECK_URL": f"http://example.com/{VALUE}"})
    assert problem.message == "the environment variable HEALTHCHECK_URL is an address without encryption"
    assert VALUE not in str(problem)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost/x", "http://[::1]/x"])
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert read(complete(f'[openrouter]\nbase_url = "{url}/"')).openrouter.base_url == url


# ── commands that need none ──────────────────────────────────────────────────────────────────────────────────


def test_missing_secrets_do_not_matter_where_none_is_needed() -> None:
    text = complete('[channel.a]\ntype = "slack"\nwebhook_url = "file:gone"\n')
    config = read(text, environ={}, secrets=False)
    with pytest.raises(ConfigError, match="OPENROUTER_API_KEY is not set"):
        config.openrouter.api_key.read()


def test_the_address_of_the_store_is_always_needed() -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL is not set"):
        read(complete('[store]\nurl = "env:DATABASE_URL"'), secrets=False)


def test_a_secret_written_wrongly_is_an_error_even_then() -> None:
    with pytest.raises(ConfigError, match="`api_key` wants"):
        read(complete("[openrouter]\napi_key = 3"), secrets=False)

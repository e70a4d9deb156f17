"""What a valid configuration becomes."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import EmailChannel, FileChannel, SlackChannel, load
from bot.core.delivery import IfUnsure
from bot.core.due import Cadence, WhenQuiet
from bot.core.ranking import Board, Dataset
from bot.core.rules import EnteredTop, Moved, NewLeader, Overtook, Spike
from bot.core.watchlist import COOLDOWN_DAYS, Pattern
from bot.errors import ConfigError
from tests.config.reading import CHANNEL, ENVIRON, complete, covered, errors, notes, read

MAIL = '[channel.mail]\ntype = "email"\nhost = "smtp.example.com"\nfrom = "A <a@example.com>"\nto = ["b@example.com"]\n'
FILES = '[channel.files]\ntype = "file"\n'
LONELY = 'ping_url = "env:HEALTHCHECK_URL"\n'


def test_what_most_people_write() -> None:
    text = (
        '[openrouter]\napi_key = "env:OPENROUTER_API_KEY"\n'
        f"{CHANNEL}"
        '[watchlist.cli-agents]\nsubcategory = "cli-agent"\nmine = ["Kestrel Code"]\nfollow = ["Marlin", "Roost"]\n'
    )
    config = read(text)
    (watchlist,) = config.watchlists
    assert watchlist.id == "cli-agents"
    assert watchlist.title == "CLI agents"
    assert watchlist.board == Board(Dataset.APPS, 7, "coding", "cli-agent")
    assert watchlist.rules == (NewLeader(), EnteredTop(n=10), Spike(), Moved(), Overtook())
    assert watchlist.mine == (Pattern("Kestrel Code"),)
    assert watchlist.follow == (Pattern("Marlin"), Pattern("Roost"))
    assert watchlist.channels == ("team",)
    assert watchlist.cooldown_days == COOLDOWN_DAYS
    assert config.openrouter.api_key.read() == ENVIRON["OPENROUTER_API_KEY"]


@pytest.mark.parametrize(
    ("keys", "title", "board"),
    [
        ("", "Apps", Board(Dataset.APPS, 7)),
        ('category = "coding"', "Coding", Board(Dataset.APPS, 7, "coding")),
        ('category = "coding"\nsubcategory = "cli-agent"', "CLI agents", Board(Dataset.APPS, 7, "coding", "cli-agent")),
        ('dataset = "models"\nwindow_days = 30', "Models", Board(Dataset.MODELS, 30)),
        ('title = "Mine"\nby = "item"', "Mine", Board(Dataset.APPS, 7)),
    ],
)
def test_the_board_and_its_title(keys: str, title: str, board: Board) -> None:
    (watchlist,) = read(f"[watchlist.a]\n{keys}\n").watchlists
    assert (watchlist.title, watchlist.board) == (title, board)


def test_defaults_are_where_watchlists_and_channels_start() -> None:
    text = (
        f'[defaults]\nchannels = ["mail"]\ntimezone = "Asia/Tokyo"\ncooldown_days = 3\n'
        f'{CHANNEL}{MAIL}timezone = "UTC"\n'
        '[watchlist.a]\n[watchlist.b]\nchannels = ["team"]\ncooldown_days = 0\n'
    )
    config = read(text)
    assert [(watchlist.channels, watchlist.cooldown_days) for watchlist in config.watchlists] == [
        (("mail",), 3),
        (("team",), 0),
    ]
    zones = {name: channel.timezone for name, channel in config.channels.items()}
    assert zones == {"team": ZoneInfo("Asia/Tokyo"), "mail": ZoneInfo("UTC")}


def test_without_a_word_all_channels_but_the_operators_are_told() -> None:
    config = read(f'{CHANNEL}{MAIL}{FILES}[operator]\nchannels = ["mail"]\n[watchlist.a]\n')
    assert config.watchlists[0].channels == ("team", "files")


def test_a_slack_channel_by_bot_token() -> None:
    text = '[channel.s]\ntype = "slack"\ntoken = "env:SLACK_BOT_TOKEN"\nchannel = "#news"\napi_url = "http://127.0.0.1:9/api"\n'
    channel = read(complete(text)).channels["s"]
    assert isinstance(channel, SlackChannel)
    assert channel.webhook_url is None
    assert channel.token
    assert (channel.token.read(), channel.channel) == (ENVIRON["SLACK_BOT_TOKEN"], "#news")
    assert channel.api_url == "http://127.0.0.1:9/api/"


@pytest.mark.parametrize(
    ("keys", "port"),
    [("", 587), ('security = "tls"', 465), ('security = "none"', 25), ('security = "tls"\nport = 4650', 4650)],
)
def test_the_port_follows_security(keys: str, port: int) -> None:
    channel = read(complete(f"{MAIL}{keys}")).channels["mail"]
    assert isinstance(channel, EmailChannel)
    assert (channel.port, channel.sender, channel.to) == (port, "A <a@example.com>", ("b@example.com",))


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    config = read(complete(f'[defaults]\ntemplates = "mine"\n{FILES}directory = "out/put"\n'), tmp_path)
    channel = config.channels["files"]
    assert isinstance(channel, FileChannel)
    assert channel.directory == tmp_path / "out" / "put"
    assert config.defaults.templates == tmp_path / "mine"
    assert config.store_url.read() == f"sqlite:///{tmp_path}/rankbot.db"


def test_relative_paths_hold_when_the_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(complete(FILES), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    config = load(Path("config.toml"), environ=ENVIRON)
    monkeypatch.chdir("/")
    channel = config.channels["files"]
    assert isinstance(channel, FileChannel)
    assert channel.directory == tmp_path / "digests"
    assert config.file == tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("days", "numbers", "weekly"),
    [
        ('"daily"', range(7), False),
        ('"weekdays"', range(5), False),
        ('["mon"]', [0], True),
        ('["sun", "fri", "sun"]', [4, 6], False),
    ],
)
def test_the_days_of_a_channel(days: str, numbers: list[int], *, weekly: bool) -> None:
    cadence = read(complete(f"{CHANNEL}days = {days}")).channels["team"].cadence
    assert (cadence.weekdays, cadence.briefing) == (frozenset(numbers), weekly)


def test_the_rest_of_a_cadence() -> None:
    text = f'{CHANNEL}at = "07:30"\ntimezone = "Europe/Berlin"\nwhen_quiet = "line"\nif_unsure = "ask"\n'
    channel = read(complete(text)).channels["team"]
    assert channel.cadence == Cadence(ZoneInfo("Europe/Berlin"), at=time(7, 30), when_quiet=WhenQuiet.LINE)
    assert channel.if_unsure is IfUnsure.ASK


def test_a_file_from_another_editor_is_read(tmp_path: Path) -> None:
    """A byte order mark and line ends of Windows are no errors, and places are right with them."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf[watchlist.a]\r\ntitle = 'A'\r\n\r\nfolow = []\r\n")
    with pytest.raises(ConfigError) as caught:
        load(file, environ=ENVIRON)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, covered(problem)) == (4, 1, "folow")


# ── no configuration ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    with pytest.raises(ConfigError) as caught:
        load(file, environ={})
    (problem,) = caught.value.problems
    assert problem.message == f"No configuration at {file}."
    assert "rankbot init" in str(caught.value)


def test_a_folder_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(tmp_path, environ={})


def test_a_file_of_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes("title = 'Größe'".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load(tmp_path / "config.toml", environ={})


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_configuration_with_all_it_needs_has_no_notes() -> None:
    assert notes(complete(f"{CHANNEL}[operator]\n{LONELY}")) == []


@pytest.mark.parametrize(
    ("keys", "message", "from_then"),
    [
        ('at = "09:00"\ntimezone = "Asia/Tokyo"', "09:00 Asia/Tokyo is 00:00 UTC, 2 hours before", "from 11:00 on"),
        ('at = "10:30"\ntimezone = "Asia/Tokyo"', "10:30 Asia/Tokyo is 01:30 UTC, 30 minutes before", "from 11:00 on"),
        ('at = "00:00"', "00:00 UTC is 2 hours before", "from 02:00 on"),
        ('at = "03:30"\ntimezone = "Europe/Berlin"', "03:30 Europe/Berlin is 01:30 UTC", "from 04:00 on"),
        ('at = "19:15"\ntimezone = "America/New_York"', "is 00:15 UTC, 1 hour 45 minutes before", "from 21:00 on"),
    ],
)
def test_a_digest_before_its_day_is_complete_is_noted(keys: str, message: str, from_then: str) -> None:
    (note,) = notes(complete(f"{CHANNEL}{keys}\n[operator]\n{LONELY}"))
    assert (note.line, note.column, note.note) == (4, 6, True)
    assert message in note.message
    assert from_then in note.excerpt


@pytest.mark.parametrize("keys", ['at = "11:00"\ntimezone = "Asia/Tokyo"', 'at = "02:00"', "", 'at = "09:00"'])
def test_a_digest_of_a_complete_day_is_not(keys: str) -> None:
    assert notes(complete(f"{CHANNEL}{keys}\n[operator]\n{LONELY}")) == []


def test_when_a_day_is_complete_follows_the_settings() -> None:
    text = complete(f'[openrouter]\nsettle_hours = 6\n{CHANNEL}at = "05:00"\n[operator]\n{LONELY}')
    (note,) = notes(text)
    assert "1 hour before the day before is complete" in note.message


def test_failures_that_would_reach_readers_are_noted() -> None:
    text = f'{CHANNEL}[operator]\nchannels = ["team"]\n[watchlist.a]\nchannels = ["team"]\n[watchlist.b]\n'
    found = notes(text)
    note = next(note for note in found if note.line == 5)
    assert note.message == "`team` is also a channel of watchlist a, so its readers would get failures"
    assert covered(note) == '"team"'


def test_failures_that_reach_nobody_are_noted() -> None:
    (note,) = notes(complete(CHANNEL))
    assert note.message == "nobody is told when something fails"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[watchlist.a]\n", "there is no channel"),
        (f'{CHANNEL}[operator]\nchannels = ["team"]\n[watchlist.a]\n', "a is told on no channel"),
        (f"{CHANNEL}[watchlist.a]\nonly_followed = true\n", "a follows nothing, so nothing is told"),
        (f"{CHANNEL}[watchlist.a.rules]\ndefault = false\n", "a has no rule that is on"),
        (f'{CHANNEL}{FILES}[watchlist.a]\nchannels = ["files"]\n', "nothing is sent to `team`"),
        (f'{MAIL}security = "none"\n[watchlist.a]\n', "every mail would travel without encryption"),
    ],
)
def test_what_is_surely_not_meant_is_noted(text: str, message: str) -> None:
    assert message in [note.message for note in notes(text)]


def test_mail_on_this_machine_needs_no_encryption() -> None:
    found = notes(complete(MAIL.replace("smtp.example.com", "127.0.0.1") + 'security = "none"\n'))
    assert not [note for note in found if "encryption" in note.message]


class TestMetrics:
    """Figures for Prometheus are this machine's business, unless somebody says otherwise."""

    def test_an_address_that_others_reach_is_noted(self) -> None:
        pytest.importorskip("prometheus_client", reason="the extra `metrics` is not installed")
        text = '[operator]\nping_url = "env:HEALTHCHECK_URL"\n[metrics]\nport = 9464\naddress = "{}"\n'
        (note,) = notes(complete(CHANNEL + text.format("0.0.0.0")))
        assert note.message == "whoever reaches 0.0.0.0 can read the figures"
        assert notes(complete(CHANNEL + text.format("::1"))) == []
        assert notes(complete(CHANNEL + text.format("0.0.0.0").replace("port = 9464\n", ""))) == []

    def test_a_package_that_is_missing_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.config.checks.find_spec", lambda _name: None)
        (error,) = errors(complete(CHANNEL + "[metrics]\nport = 9464\n"))
        assert error.message == "`port` needs a package that is not installed"
        assert "pip install 'openrouter-rankbot[metrics]'" in str(error)


def test_boards_are_kept_for_what_digests_show_at_least() -> None:
    (error,) = errors(complete("[store]\nkeep_boards_days = 30\n"))
    assert "90" in str(error)

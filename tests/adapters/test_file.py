"""Files as a channel."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.file import FileChannel
from bot.app.ports import Channel
from bot.app.records import Sheet
from bot.core.delivery import Failed, Sent, Unknown
from tests.contracts.channel_contract import ChannelContract, ChannelHarness, delivery, message
from tests.servers.block_kit import problems


def full_disk(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


class FileHarness(ChannelHarness):
    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.monkeypatch = monkeypatch
        self.channel: Channel = FileChannel("files", directory=directory)

    def count(self) -> int:
        return len(list(self.directory.glob("*.txt"))) if self.directory.is_dir() else 0

    def refuse(self) -> None:
        if not self.directory.exists():
            self.directory.write_text("a file stands where the directory should be")

    def put_off(self, seconds: float | None) -> None:
        real = os.fsync

        def full_once(descriptor: int) -> None:
            self.monkeypatch.setattr(os, "fsync", real)
            full_disk(descriptor)

        self.monkeypatch.setattr(os, "fsync", full_once)


class TestFilesKeepTheContract(ChannelContract):
    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileHarness:
        return FileHarness(tmp_path / "digests", monkeypatch)

    def newest(self, harness: ChannelHarness) -> str:
        assert isinstance(harness, FileHarness)
        return max(harness.directory.glob("*.txt")).read_text()


def send(channel: FileChannel, *, number: int = 7, **changes: object) -> object:
    steps = channel.steps(message(**changes))
    return channel.send(delivery(steps, number), steps[0], "")


def test_a_digest_is_three_files_named_by_its_date(tmp_path: Path) -> None:
    assert send(FileChannel("files", directory=tmp_path / "a" / "b")) == Sent(str(tmp_path / "a/b/2026-11-10.txt"))
    files = {path.name: path.read_text() for path in (tmp_path / "a" / "b").iterdir()}
    assert set(files) == {"2026-11-10.txt", "2026-11-10.html", "2026-11-10.slack.json"}
    assert files["2026-11-10.txt"] == message().text
    assert files["2026-11-10.html"] == message().html


def test_a_digest_with_tables_is_four_files(tmp_path: Path) -> None:
    """And the tables are those of its mail, to the byte."""
    send(FileChannel("files", directory=tmp_path), sheet=Sheet("Full tables", "\ufeffrank\r\n4\r\n"))
    assert (tmp_path / "2026-11-10.csv").read_bytes() == b"\xef\xbb\xbfrank\r\n4\r\n"
    assert len(list(tmp_path.iterdir())) == 4


def test_the_slack_form_is_what_would_be_posted(tmp_path: Path) -> None:
    send(FileChannel("files", directory=tmp_path))
    posts = json.loads((tmp_path / "2026-11-10.slack.json").read_text())
    assert [post["text"] for post in posts] == ["Kestrel Code passes Marlin for #4", "Top 10"]
    assert [problems(post) for post in posts] == [[], []]


def test_the_same_digest_again_is_the_same_files(tmp_path: Path) -> None:
    channel = FileChannel("files", directory=tmp_path)
    assert send(channel) == send(channel)
    assert len(list(tmp_path.iterdir())) == 3


def test_another_digest_of_the_day_stands_beside_the_first(tmp_path: Path) -> None:
    channel = FileChannel("files", directory=tmp_path)
    send(channel, text="one")
    assert send(channel, text="two") == Sent(str(tmp_path / "2026-11-10-0800.txt"))
    assert send(channel, text="three", number=8) == Sent(str(tmp_path / "2026-11-10-0800-8.txt"))
    assert [(tmp_path / f"2026-11-10{end}.txt").read_text() for end in ("", "-0800", "-0800-8")] == [
        "one",
        "two",
        "three",
    ]


def test_each_of_them_is_found_again(tmp_path: Path) -> None:
    channel = FileChannel("files", directory=tmp_path)
    for number, text in ((7, "one"), (8, "two"), (9, "three")):
        outcome = send(channel, text=text, number=number)
        steps = channel.steps(message(text=text))
        assert channel.find(delivery(steps, number), steps[0], "") == outcome


def test_half_a_digest_is_not_found_and_completed_by_the_next_try(tmp_path: Path) -> None:
    channel = FileChannel("files", directory=tmp_path)
    send(channel)
    (tmp_path / "2026-11-10.html").unlink()
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Failed)
    assert isinstance(send(channel), Sent)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    outcome = send(FileChannel("files", directory=tmp_path))
    assert isinstance(outcome, Failed)
    assert not outcome.permanent
    assert "No space left" in outcome.reason
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_read_gives_no_answer(tmp_path: Path) -> None:
    (tmp_path / "2026-11-10.html").mkdir()
    channel = FileChannel("files", directory=tmp_path)
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Unknown)


def test_a_message_without_html_has_no_html_file(tmp_path: Path) -> None:
    send(FileChannel("files", directory=tmp_path), html="")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-10.slack.json", "2026-11-10.txt"]


def test_the_due_time_names_the_second_file(tmp_path: Path) -> None:
    channel = FileChannel("files", directory=tmp_path)
    send(channel, text="one")
    steps = channel.steps(message(text="two"))
    later = replace(delivery(steps), due_at=delivery().due_at + timedelta(minutes=95))
    assert channel.send(later, steps[0], "") == Sent(str(tmp_path / "2026-11-10-0935.txt"))


def test_a_probe_writes_nothing(tmp_path: Path) -> None:
    assert isinstance(FileChannel("files", directory=tmp_path / "new" / "one").probe(), Sent)
    assert list(tmp_path.iterdir()) == []


def test_a_probe_of_a_place_that_is_no_folder_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = FileChannel("files", directory=tmp_path / "file" / "digests").probe()
    assert isinstance(outcome, Failed)
    assert outcome.permanent


def test_it_describes_itself() -> None:
    assert FileChannel("files", directory=Path("digests")).describe() == "files in digests"

"""Files as a channel: each digest as DATE.txt, .html, .slack.json and (its tables) .csv in one directory."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from pathlib import Path

from bot.adapters.pictures import self_contained
from bot.adapters.service_words import words_of
from bot.adapters.slack_blocks import thread_posts
from bot.app.records import Message
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, Sent, Step, Unknown

_PASSING = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EBUSY,
        errno.EAGAIN,
        errno.EMFILE,
        errno.ENFILE,
        errno.ESTALE,
        errno.EINTR,
        errno.ETIMEDOUT,
    }
)
"""What may pass by itself: a full disk, a busy or unreachable one."""
_TEST_STEM = "TEST"


class FileChannel:
    """Digests as files in ``directory``, which is created. The same digest is always the same files.

    A second digest about the same day (there may be one with another due time) is named DATE-HHMM by its due time in
    UTC, and DATE-HHMM-ID should even that be taken. Nothing is ever overwritten by something else.
    """

    kind = "file"
    can_be_asked = True
    has_threads = False
    shows_pictures = True

    def __init__(self, name: str, *, directory: Path, if_unsure: IfUnsure = IfUnsure.RESEND) -> None:
        self.name = name
        self.if_unsure = if_unsure
        self._directory = directory

    def steps(self, message: Message) -> tuple[Step, ...]:
        """One step that holds all files; its target is the date."""
        return (Step(0, message.day.isoformat(), _payload(message)),)

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Writes the files, each of them whole or not at all. The receipt is the path of the text."""
        try:
            return self._write(_free_stem(self._directory, delivery, step), _files(step))
        except OSError as error:
            return _failed(error)

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Looks whether the files are there, with this content."""
        files = _files(step)
        try:
            for stem in _stems(delivery, step):
                if all(_content(self._directory / f"{stem}{suffix}") == content for suffix, content in files.items()):
                    return Sent(str(self._directory / f"{stem}.txt"))
        except OSError as error:
            return Unknown(f"the directory can't be read: {words_of(error)}")
        return Failed("the files are not there", permanent=False)

    def test(self) -> Outcome:
        """Writes files named TEST."""
        text = f"TEST: rankbot can write here. Somebody ran: rankbot test-channel {self.name}\n"
        try:
            return self._write(_TEST_STEM, {".txt": text.encode()})
        except OSError as error:
            return _failed(error)

    def probe(self) -> Outcome:
        """Looks whether the directory, or the folder in which it would be made, can be written; writes nothing."""
        there = next(path for path in (self._directory, *self._directory.absolute().parents) if path.exists())
        if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
            return Sent("the directory can be written")
        return Failed(f"{there} is no folder in which rankbot may write", permanent=True, hint="See `directory`.")

    def describe(self) -> str:
        """The directory."""
        return f"files in {self._directory}"

    def _write(self, stem: str, files: dict[str, bytes]) -> Sent:
        self._directory.mkdir(parents=True, exist_ok=True)
        for suffix, content in files.items():
            _replace(self._directory / f"{stem}{suffix}", content)
        return Sent(str(self._directory / f"{stem}.txt"))


def _payload(message: Message) -> str:
    files = {
        ".csv": message.sheet.csv if message.sheet else "",
        ".html": self_contained(message),
        ".slack.json": slack_json(message),
        ".txt": message.text,
    }
    return json.dumps(files, ensure_ascii=False, sort_keys=True)


def slack_json(message: Message) -> str:
    """The posts that a channel with a bot token would make."""
    posts = thread_posts((part.markup for part in message.slack), message.subject)
    return json.dumps([post.as_dict() for post in posts], ensure_ascii=False, indent=2) + "\n"


def _files(step: Step) -> dict[str, bytes]:
    """The files of a step by the ends of their names; empty ones (of a message without HTML or tables) are left out."""
    return {suffix: content.encode() for suffix, content in json.loads(step.payload).items() if content}


def _stems(delivery: Delivery, step: Step) -> tuple[str, str, str]:
    timed = f"{step.target}-{delivery.due_at:%H%M}"
    return step.target, timed, f"{timed}-{delivery.id}"


def _free_stem(directory: Path, delivery: Delivery, step: Step) -> str:
    """The first name under which nothing else stands; the last one is this delivery's own."""
    files = _files(step)
    *shared, own = _stems(delivery, step)
    for stem in shared:
        standing = [(_content(directory / f"{stem}{suffix}"), content) for suffix, content in files.items()]
        if all(found in (None, content) for found, content in standing):
            return stem
    return own


def _content(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes) -> None:
    """Puts a file in place at once and durably: a reader, or a power cut, finds all of it or nothing."""
    if _content(path) == content:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _failed(error: OSError) -> Failed:
    permanent = error.errno not in _PASSING
    hint = "See `directory`: it must be a folder in which rankbot may write." if permanent else ""
    return Failed(f"the files could not be written: {words_of(error)}", permanent=permanent, hint=hint)

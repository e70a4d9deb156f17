"""Any service that Apprise knows as a channel: the plain text, in as many messages as the service's limit asks for.

Apprise answers with a bool and a line in its log. What that means is read from the line's status and from the failure
that was being handled when it was written. Its own log is heard here and kept from everybody else: it may hold secrets.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.adapters.deadline import within
from bot.adapters.plug import Plug, SecretReader
from bot.adapters.service_words import quoted, scrub, words_of
from bot.adapters.text_parts import parts
from bot.app.records import Message
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, Sent, Step, Unknown
from bot.errors import RankbotError

if TYPE_CHECKING:
    from apprise import NotifyBase

DEADLINE = 45.0
"""Seconds for a message, so that two of them stay within the outbox's lease of 120 seconds."""
_PATIENCE = 15.0
"""Seconds for a connection and for each piece of an answer; Apprise's own 4 lose answers that come late."""
_UNKNOWN_ROOM = 2000
"""Characters of a message where the address can't be read when a digest is written: what Discord takes."""
_TEMPTING = re.compile(r"(?<=[@<])(?=\S)|(?<=\])(?=\()")
_STATUS = re.compile(r"\berror\W{1,3}([1-5][0-9]{2})\b", re.IGNORECASE)
_REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 410, 413, 422})
_OPEN_ENDS = frozenset({408, 500, 502, 504})
_HINT = "Correct the address where config.toml takes it from, then retry."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``url``: the service's address as Apprise takes it, such as ``tgram://TOKEN/CHAT``."""

    url: SecretReader


class AppriseChannel:
    """One address of Apprise's.

    ``clock`` (monotonic seconds) and ``sleep`` keep the space between two messages that Apprise names for a service.
    """

    kind = "apprise"
    can_be_asked = False
    has_threads = False
    shows_pictures = False

    def __init__(
        self,
        name: str,
        *,
        url: SecretReader,
        if_unsure: IfUnsure = IfUnsure.RESEND,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.if_unsure = if_unsure
        self._url = url
        self._deadline = deadline
        self._clock = clock
        self._sleep = sleep
        self._free_at: float | None = None

    def steps(self, message: Message) -> tuple[Step, ...]:
        """A message for each part of the text that the service takes in one, each with the source."""
        service = self._service()
        limit = _UNKNOWN_ROOM if isinstance(service, Failed) else service.body_maxlen
        title = message.subject.replace("<", "‹").replace(">", "›")
        room = limit * 9 // 10 - len(title)  # the title may count, and so may what escaping adds
        texts = parts(_tamed(message.text), _tamed(message.source), room)
        return tuple(
            Step(number, "apprise", json.dumps({"title": title, "body": text}, ensure_ascii=False))
            for number, text in enumerate(texts)
        )

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Sends one part; what the service calls it, Apprise does not say."""
        return self._send(**json.loads(step.payload))

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Apprise can't be asked."""
        return Unknown("Apprise cannot be asked whether a message arrived")

    def test(self) -> Outcome:
        """Sends a message marked TEST."""
        body = f"TEST: nothing has happened; somebody ran: rankbot test-channel {self.name}"
        outcome = self._send("TEST: rankbot can send here", body)
        return Sent("ok") if isinstance(outcome, Sent) else outcome

    def probe(self) -> Outcome:
        """Whether Apprise understands the address. Only a message shows whether the service takes it."""
        service = self._service()
        if isinstance(service, Failed):
            return service
        words = f"the address is one of {service.service_name}'s"
        return Sent(f"{words} (nothing sent; try: rankbot test-channel {self.name})")

    def describe(self) -> str:
        """The kind of address; the rest of it is a secret."""
        try:
            scheme, there, _ = self._url().partition("://")
        except RankbotError:
            return "Apprise"
        return f"Apprise ({quoted(scheme)}://)" if there else "Apprise"

    def _send(self, title: str, body: str) -> Outcome:
        url = self._address()
        if isinstance(url, Failed):
            return url
        service = _instance(url)
        if isinstance(service, Failed):
            return service
        narrow = _narrow(service, body)
        if narrow:
            return Failed(narrow, permanent=True, hint="Use a service for longer messages.")
        self._wait(service)
        with _ear() as ear:
            try:
                taken = within(self._deadline, lambda: _notify(service, title, body, ear=ear))
            except Exception as error:  # noqa: BLE001  (over a hundred services' code, none of it ours to know)
                return Unknown(f"Apprise broke off: {words_of(error)}")
        return Sent() if taken else _verdict(ear.heard, len(service), _pieces(url))

    def _wait(self, service: NotifyBase) -> None:
        now = self._clock()
        at = max(now, self._free_at or now)
        self._free_at = at + max(float(service.request_rate_per_sec), 0)
        if at > now:
            self._sleep(at - now)

    def _service(self) -> NotifyBase | Failed:
        url = self._address()
        return url if isinstance(url, Failed) else _instance(url)

    def _address(self) -> str | Failed:
        """The address as it is now. What can't be read now may be there later."""
        try:
            return self._url().strip()
        except RankbotError as error:
            return Failed(error.message, permanent=False, hint=error.hint)


def _instance(url: str) -> NotifyBase | Failed:
    """Apprise's own object for an address: without its retries, which would send twice."""
    with _ear() as ear:
        from apprise import Apprise, AppriseAsset  # here, for it logs which language it found

        service = Apprise.instantiate(url, asset=AppriseAsset(app_id="rankbot", http_redirects=False))
    if service is None:
        said = f": {_words(ear.heard[-1], _pieces(url))}" if ear.heard else ""
        return Failed(f"Apprise can't use the address{said}", permanent=True, hint=_HINT)
    service.retry = 0
    service.socket_connect_timeout = max(service.socket_connect_timeout, _PATIENCE)
    service.socket_read_timeout = max(service.socket_read_timeout, _PATIENCE)
    return service


def _pieces(url: str) -> list[str]:
    """Whatever of an address may be a secret, longest first: with many services even the host is one."""
    rest = url.partition("://")[2]
    cut = {piece for text in (rest, unquote(rest)) for piece in re.split(r"[/:@?&=#,+]+", text)}
    return sorted((piece for piece in cut if len(piece) > 3), key=len, reverse=True)


def _narrow(service: NotifyBase, body: str) -> str:
    """Why the service can't show the text with its source; empty where it can."""
    if service.body_max_line_count > 0:
        return f"{service.service_name} shows {service.body_max_line_count} lines: too few for the figures' source"
    if len(body) > service.body_maxlen:
        room = f"{service.body_maxlen} characters a message"
        return f"{service.service_name} takes {room}: too few for the source that each must carry"
    return ""


def _tamed(text: str) -> str:
    """The text with nothing in it that a service takes for a mention or a link: names are written by strangers."""
    return _TEMPTING.sub("\u200b", text)


def _notify(service: NotifyBase, title: str, body: str, *, ear: _Listener) -> bool:
    """Has Apprise send plain text; a title only where the service has a place of its own for one."""
    from apprise import NotifyFormat, OverflowMode

    ear.thread = get_ident()
    own = title if service.title_maxlen > 0 else ""
    return bool(service.notify(body=body, title=own, body_format=NotifyFormat.TEXT, overflow=OverflowMode.UPSTREAM))


def _build(name: str, settings: Settings, if_unsure: IfUnsure) -> AppriseChannel:
    return AppriseChannel(name, url=settings.url, if_unsure=if_unsure)


PLUG = Plug("apprise", Settings, _build, package="apprise")


# ── what Apprise lets one know ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Remark:
    """A line of Apprise's log, and the failure that was being handled when it was written."""

    text: str
    error: BaseException | None


class _Listener(logging.Handler):
    """Hears one thread: a call that took too long still runs in its own, and what it says is about another message."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[_Remark] = []
        self.thread = get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.heard.append(_Remark(record.getMessage(), sys.exc_info()[1]))


@contextmanager
def _ear() -> Iterator[_Listener]:
    """What Apprise logs meanwhile, which nobody else hears."""
    logger, listener = logging.getLogger("apprise"), _Listener()
    before = (logger.level, logger.propagate)
    logger.addHandler(listener)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield listener
    finally:
        logger.removeHandler(listener)
        logger.propagate = before[1]
        logger.setLevel(before[0])


def _verdict(heard: Sequence[_Remark], targets: int, secrets: Sequence[str]) -> Failed | Unknown:
    """What it means that Apprise did not send it all. One address may name several targets: some may have it."""
    found = [_meaning(remark, secrets) for remark in heard] or [Failed("Apprise gave no reason", permanent=False)]
    unknown = next((one for one in found if isinstance(one, Unknown)), None)
    if unknown:
        return unknown
    failures = [one for one in found if isinstance(one, Failed)]
    worst = next((one for one in failures if not one.permanent), failures[0])
    if targets > len(failures):
        return Unknown(f"not all of the address's {targets} targets took it: {worst.reason}")
    return worst


def _meaning(remark: _Remark, secrets: Sequence[str]) -> Failed | Unknown:
    words = _words(remark, secrets)
    if remark.error is not None:
        if _never_left(remark.error):
            return Failed(words, permanent=False)
        return Unknown(f"the answer was lost: {words}")
    status = _STATUS.search(remark.text)
    code = int(status[1]) if status else 0
    if code in _OPEN_ENDS:
        return Unknown(words)
    refused = code in _REFUSALS
    return Failed(words, permanent=refused, hint=_HINT if refused else "")


def _words(remark: _Remark, secrets: Sequence[str]) -> str:
    return quoted(scrub(remark.text, *secrets))


def _never_left(error: BaseException) -> bool:
    """Whether the request can't have gone out: no such host, nobody listening, no secure connection."""
    from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError

    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):  # urllib3's word for a connection that could not be made
        return not isinstance(cause.reason, ProtocolError | ReadTimeoutError)
    return isinstance(error, ConnectionRefusedError)

"""Slack as a channel: with a bot token (threads, and posts that can be found again), or with an incoming webhook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web.slack_response import SlackResponse

from bot.adapters import slack_errors
from bot.adapters.slack_blocks import SlackMessage, condensed, messages, thread_posts
from bot.adapters.slack_call import Limits, Refusal, ask, next_cursor, post_to_webhook
from bot.adapters.slack_errors import BLOCKS_REFUSED
from bot.adapters.slack_names import advice_on_name
from bot.adapters.slack_plain import forms
from bot.app.records import Message
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, Sent, Step, Unknown
from bot.core.text import clean

EVENT_TYPE = "rankbot_digest"
"""The type of the metadata by which our messages are found again. It is visible to every app of the workspace."""
_BEFORE = timedelta(seconds=120)
"""How long before a post was begun its time at Slack may lie: clocks differ."""
_NOTHING_TO_POST = frozenset({"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"})
_PAGE = 200
_PAGES = 20


class SlackToken:
    """A Slack channel reached with a bot token.

    ``token`` is asked anew for each request. ``channel`` is an id, or "#name", which Slack takes for posting only: then
    posts can't be looked for. ``pace`` is called before each post and waits until the channel may have another (1/s).
    """

    kind = "slack"
    has_threads = True
    shows_pictures = False

    def __init__(
        self,
        name: str,
        *,
        token: Callable[[], str],
        channel: str,
        pace: Callable[[], None],
        if_unsure: IfUnsure = IfUnsure.RESEND,
        api_url: str = "https://slack.com/api/",
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self.if_unsure = if_unsure
        self.can_be_asked = not channel.startswith("#")
        self._token = token
        self._channel = channel
        self._pace = pace
        self._api_url = api_url.rstrip("/") + "/"
        self._limits = limits or Limits()

    def steps(self, message: Message) -> tuple[Step, ...]:
        """The parent, and a reply in its thread for each further part."""
        return tuple(
            Step(number, self._channel, post.payload(), reply=number > 0)
            for number, post in enumerate(thread_posts(_markups(message), message.subject))
        )

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        """Posts a step; if Slack refuses the blocks, and so has posted nothing, ever simpler forms of it at once."""
        post = json.loads(step.payload)
        arguments = {
            "channel": step.target,
            "thread_ts": _checked(step, thread) or None,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"delivery": delivery.marker, "step": step.number}},
        }
        for form in forms(post["text"], post["blocks"]):
            answer = self._post(**form, **arguments)
            if not (isinstance(answer, Refusal) and answer.code in BLOCKS_REFUSED):
                break
        return _posted(answer)

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        """Looks for a step in the channel's recent history, a reply in its thread."""
        thread = _checked(step, thread)
        own = self._call(lambda client: client.auth_test())
        if isinstance(own, Refusal):
            return _cannot_look(own)
        if not own.get("bot_id"):
            return Unknown("the message can't be looked for: the token is not a bot's")
        oldest = f"{((step.started_at or delivery.created_at) - _BEFORE).timestamp():.6f}"
        wanted = {"delivery": delivery.marker, "step": step.number}
        cursor, unreadable = "", False
        for _ in range(_PAGES):
            page = self._page(step.target, thread, oldest, cursor)
            if isinstance(page, Refusal):
                return _cannot_look(page)
            ours = _by(own.get("bot_id"), page)
            for message in ours:
                if _metadata(message) == wanted:
                    return Sent(str(message.get("ts", "")))
            unreadable |= any(_metadata(message) is None for message in ours)
            cursor = next_cursor(page)
            if not cursor:
                return _not_found(unreadable=unreadable)
        return Unknown(f"the message is not among the newest {_PAGE * _PAGES} of the channel, and there are more")

    def test(self) -> Outcome:
        """Asks Slack whose token it is, then posts a message marked TEST."""
        own = self._call(lambda client: client.auth_test())
        if isinstance(own, Refusal):
            return own.outcome
        post = _test_message(self.name)
        metadata = {"event_type": f"{EVENT_TYPE}_test", "event_payload": {"channel": self.name}}
        answer = self._post(channel=self._channel, metadata=metadata, **post.as_dict())
        outcome = _posted(answer)
        if isinstance(answer, Refusal) or not isinstance(outcome, Sent):
            return outcome
        place = clean(str(answer.get("channel")))
        advice = "" if self.can_be_asked else f'; with channel = "{place}" it can be looked for after a lost answer'
        return Sent(f"ok: message {outcome.receipt} in {place}, {_owner(own)}{advice}")

    def probe(self) -> Outcome:
        """Asks Slack whose token it is, whether the channel may be read, or which id its name has; posts nothing."""
        own = self._call(lambda client: client.auth_test())
        if isinstance(own, Refusal):
            return own.outcome
        accepted = f"token accepted, {_owner(own)}"
        if not self.can_be_asked:
            known = f"{accepted}; messages can't be looked for by the channel's name, only by its id"
            return Sent(f"{known}: {advice_on_name(self._call, self._channel)}")
        page = self._call(lambda client: client.conversations_history(channel=self._channel, limit=1))
        found = _cannot_look(page).reason if isinstance(page, Refusal) else "a lost answer can be looked for"
        return Sent(f"{accepted}; {found}")

    def describe(self) -> str:
        """The channel as the configuration names it."""
        return f"Slack {self._channel}"

    def _post(self, **arguments: Any) -> dict[str, Any] | Refusal:
        self._pace()
        return self._call(
            lambda client: client.chat_postMessage(mrkdwn=False, unfurl_links=False, unfurl_media=False, **arguments)
        )

    def _page(self, channel: str, thread: str, oldest: str, cursor: str) -> dict[str, Any] | Refusal:
        common: dict[str, Any] = {
            "channel": channel,
            "oldest": oldest,
            "inclusive": True,
            "include_all_metadata": True,
            "limit": _PAGE,
            "cursor": cursor or None,
        }
        if thread:
            return self._call(lambda client: client.conversations_replies(ts=thread, **common))
        return self._call(lambda client: client.conversations_history(**common))

    def _call(self, request: Callable[[WebClient], SlackResponse]) -> dict[str, Any] | Refusal:
        return ask(request, token=self._token, api_url=self._api_url, limits=self._limits)


class SlackWebhook:
    """A Slack channel reached with an incoming webhook: no threads, and nothing can be looked for.

    ``url`` is a secret and asked anew for each request.
    """

    kind = "slack"
    can_be_asked = False
    has_threads = False
    shows_pictures = False

    def __init__(
        self,
        name: str,
        *,
        url: Callable[[], str],
        pace: Callable[[], None],
        if_unsure: IfUnsure = IfUnsure.RESEND,
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self.if_unsure = if_unsure
        self._url = url
        self._pace = pace
        self._limits = limits or Limits()

    def steps(self, message: Message) -> tuple[Step, ...]:
        """One post with all that fits into it."""
        post = condensed(_markups(message), message.subject)
        return (Step(0, "webhook", post.payload()),)

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Posts the step; if Slack refuses the blocks, and so has posted nothing, ever simpler forms of it at once."""
        return self._send(json.loads(step.payload))

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """A webhook can't be asked."""
        return Unknown("a webhook cannot be asked whether a message arrived")

    def test(self) -> Outcome:
        """Posts a message marked TEST."""
        outcome = self._send(_test_message(self.name).as_dict())
        return Sent("ok") if isinstance(outcome, Sent) else outcome

    def probe(self) -> Outcome:
        """Sends a message without a text, which Slack refuses to post, if the webhook is there."""
        refusal = self._post({})
        if refusal is None or refusal.code in _NOTHING_TO_POST:
            return Sent(f"the webhook answers (nothing posted; try: rankbot test-channel {self.name})")
        return refusal.outcome

    def describe(self) -> str:
        """That it is a webhook; its address is a secret."""
        return "Slack webhook"

    def _send(self, post: Mapping[str, Any]) -> Outcome:
        for form in forms(post["text"], post["blocks"]):
            refusal = self._post(form)
            if not (refusal and refusal.code in BLOCKS_REFUSED):
                break
        return refusal.outcome if refusal else Sent()

    def _post(self, post: Mapping[str, Any]) -> Refusal | None:
        body = {**post, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        return post_to_webhook(body, url=self._url, limits=self._limits, pace=self._pace)


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────


def _markups(message: Message) -> list[str]:
    return [part.markup for part in message.slack]


def _test_message(name: str) -> SlackMessage:
    small = f"Nothing has happened; somebody ran: rankbot test-channel {name}"
    return messages(f"# TEST: rankbot can post here\n~ {small}")[0]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def _checked(step: Step, thread: str) -> str:
    """The thread that a step belongs into; empty for one that opens it."""
    if step.reply and not thread:
        raise ValueError(f"step {step.number} is a reply, but there is no thread yet")
    return thread if step.reply else ""


def _posted(answer: dict[str, Any] | Refusal) -> Outcome:
    if isinstance(answer, Refusal):
        return answer.outcome
    receipt = answer.get("ts")
    if not isinstance(receipt, str) or not receipt:
        return Unknown("Slack said ok, but not where the message is")
    return Sent(receipt)


def _metadata(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a message's metadata holds; None where there is none to read."""
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload if isinstance(payload, dict) else None


def _by(bot_id: object, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The page's messages that this app posted. Others may bear our marker too, if somebody copied it."""
    found = page.get("messages")
    listed = [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []
    return [message for message in listed if message.get("bot_id") == bot_id]


def _owner(own: Mapping[str, Any]) -> str:
    """Whose the token is."""
    return f"{clean(str(own.get('user')))} of {clean(str(own.get('team')))}"


def _cannot_look(refusal: Refusal) -> Unknown:
    reason = f"the message can't be looked for: {refusal.outcome.reason}"
    if refusal.code == "missing_scope":
        return Unknown(f"{reason}. Reading needs channels:history (groups:history in a private channel).")
    return Unknown(reason, passing=slack_errors.passes(refusal.outcome, refusal.code))


def _not_found(*, unreadable: bool) -> Outcome:
    if unreadable:
        reason = "the channel has messages of this app whose metadata can't be read"
        return Unknown(f"{reason}; the scope metadata.message:read may be missing")
    return Failed("not found in the channel's history", permanent=False)

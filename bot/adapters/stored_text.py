"""What a delivery says, read from the payloads that the outbox keeps; the channel may long be gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email import message_from_string, policy
from typing import Any

from bot.adapters.slack_plain import plain_blocks
from bot.core.delivery import Delivery


def text_of(delivery: Delivery) -> str:
    """Its plain text: each part once, however many it went to. Empty where the outbox was emptied of it since."""
    parts = dict.fromkeys(_text(step.payload).strip() for step in delivery.steps if step.payload)
    return "\n\n".join(parts)


def _text(payload: str) -> str:
    """A payload's text: of files that of the text file, of a post its blocks, of an Apprise message its body.

    What is no JSON is a mail.
    """
    if not payload.startswith("{"):
        return _of_mail(payload)
    document: Mapping[str, Any] = json.loads(payload)
    if "blocks" in document:
        return "\n\n".join(plain_blocks(document["blocks"]))
    return str(document[".txt"] if ".txt" in document else document["body"])


def _of_mail(mail: str) -> str:
    body = message_from_string(mail, policy=policy.default).get_body(("plain",))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")

"""The pictures of a message: charts that were drawn for its HTML, which shows each as ``cid:CID``."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from bot.app.records import Attachment, Message
from bot.core.charts import Chart, Picture, TokenChart

PICTURE_LIMIT = 150_000
"""Bytes of a picture: each recipient's mail is stored with its pictures. The largest known has a fifth of it."""
PNG = "image/png"

Draw = Callable[[Picture], bytes]


def drawn(
    charts: Sequence[Chart], draw: Draw, *, key: str, warn: Callable[[str], None] | None = None
) -> Iterator[tuple[Picture, Attachment]]:
    """Each chart that is a picture and can be drawn, with it; named by its place and by the message's ``key``.

    ``warn`` is told, in a sentence, of one that can't.
    """
    identity = sha256(key.encode()).hexdigest()[:12]
    pictures = [chart for chart in charts if not isinstance(chart, TokenChart)]
    for number, chart in enumerate(pictures, start=1):
        try:
            content = draw(chart)
        except Exception as error:  # noqa: BLE001  (a library's bug may cost a picture, never the digest)
            trouble = f"{type(error).__name__}: {error}"
        else:
            if len(content) <= PICTURE_LIMIT:
                yield chart, Attachment(f"chart-{number}.png", PNG, content, f"chart-{number}-{identity}@rankbot")
                continue
            trouble = f"it has more than {PICTURE_LIMIT} bytes"
        if warn:
            warn(f"A chart could not be drawn and was left out: {trouble}.")


def shown(attachments: Sequence[Attachment], page: str) -> tuple[Attachment, ...]:
    """Those pictures that the page shows; a user's template may leave some out."""
    return tuple(attachment for attachment in attachments if f"cid:{attachment.cid}" in page)


def self_contained(message: Message) -> str:
    """The message's HTML with its pictures within, for a file that is opened in a browser."""
    page = message.html
    for attachment in message.attachments:
        if attachment.cid:
            data = b64encode(attachment.content).decode("ascii")
            page = page.replace(f"cid:{attachment.cid}", f"data:{attachment.media_type};base64,{data}")
    return page

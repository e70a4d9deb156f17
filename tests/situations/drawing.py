"""The situations as pictures, to look at: the mail in light and dark, on a desk and on a phone, and Slack's posts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator
from pathlib import Path

from PIL import Image, ImageChops

from bot.adapters import charts
from tests.situations.golden import messages
from tests.situations.living import Told
from tests.slack_page import WIDE, page, picture

DESK, PHONE = 720, 390
"""Pixels of a mail program's window, and of a phone's."""
HEIGHT = 6_000
_FRAME = """<!doctype html><meta charset="utf-8"><style>body{{margin:0;background:#888}}
iframe{{border:0;width:{width}px;height:{height}px;color-scheme:{scheme}}}</style><iframe src="{page}"></iframe>
"""
"""A window that is narrower than Chromium draws any; what is within prefers the frame's colours."""


def draw_all(folder: Path, only: Collection[str] | None = None) -> Iterator[Path]:
    """Draws every message into the folder: NAME.mail-720-light.png and so on, and NAME.slack.png."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, told in messages(only, draw=charts.draw).items():
        if told.mail:
            mail = folder / f"{name}.mail.html"
            mail.write_text(_with_pictures(told), encoding="utf-8")
            for width in (DESK, PHONE):
                for scheme in ("light", "dark"):
                    yield _framed(mail, folder / f"{name}.mail-{width}-{scheme}.png", width=width, scheme=scheme)
        posts = folder / f"{name}.slack.html"
        posts.write_text(page(told.slack), encoding="utf-8")
        png = folder / f"{name}.slack.png"
        picture(posts, png, width=WIDE, height=HEIGHT)
        yield _cut(png, WIDE)


def _framed(mail: Path, png: Path, *, width: int, scheme: str) -> Path:
    """The page as a window of this width shows it."""
    frame = png.with_suffix(".frame.html")
    frame.write_text(_FRAME.format(width=width, height=HEIGHT, scheme=scheme, page=mail.name), encoding="utf-8")
    picture(frame, png, width=max(width, 500), height=HEIGHT)
    frame.unlink()
    return _cut(png, width)


def _cut(png: Path, width: int) -> Path:
    """The picture without what is right of its page, and without the even ground below it."""
    with Image.open(png) as drawn:
        page = drawn.convert("RGB").crop((0, 0, width, drawn.height))
    ground = Image.new("RGB", page.size, page.getpixel((2, page.height - 1)))
    box = ImageChops.difference(page, ground).getbbox()
    page.crop((0, 0, width, min((box[3] if box else 0) + 16, page.height))).save(png)
    return png


def _with_pictures(told: Told) -> str:
    """The page with the mail's pictures within."""
    shown = told.page
    for part in told.mail.walk() if told.mail else ():
        if part["Content-ID"]:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            data = f"data:{part.get_content_type()};base64,{b64encode(content).decode('ascii')}"
            shown = shown.replace(f"cid:{part['Content-ID'].strip('<>')}", data)
    return shown

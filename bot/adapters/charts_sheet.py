"""A sheet to draw on, in pixels from its upper left corner: the one module that imports Matplotlib.

Names on it are strangers': they are never read as formulas, and what the font has no shape for is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from PIL import Image

from bot.core.text import clean

GROUND = "#F4F6F8"
"""The light ground, which is the picture's own."""
_SCALE = 2
_DPI = 100 * _SCALE
_POINT = 0.72
"""Points of a pixel, of which a hundred make an inch."""
_COLOURS = 256
"""Colours of a PNG: enough for smooth edges, at a third of its size."""
_COMPRESSION = 8
"""Half a percent larger than zlib's hardest, in a third of the time."""
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""Those that come with Matplotlib: a picture must not depend on what a machine has installed."""

Point = tuple[float, float]
Dashes = tuple[float, ...]


class Sheet:
    """A picture in the making, ``width`` × ``height`` pixels. A context: within it, nobody's own settings count."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._closing = ExitStack()
        self._fonts = {bold: _FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf" for bold in (False, True)}
        self._faces = {bold: FT2Font(str(file)) for bold, file in self._fonts.items()}
        self._shapes = self._faces[False].get_charmap().keys()

    def __enter__(self) -> Self:
        self._closing.enter_context(mpl.rc_context(mpl.rcParamsDefault))
        self._figure = Figure(figsize=(self.width / 100, self.height / 100), dpi=_DPI, facecolor=GROUND)
        self._axes = self._figure.add_axes((0, 0, 1, 1), frameon=False, xticks=[], yticks=[])
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(self.height, 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def drawable(self, words: str) -> str:
        """What of the words the font can draw, on one line; empty where that is no letter or number at all."""
        kept = "".join(char for char in clean(words, 200) if ord(char) in self._shapes and char.isprintable())
        return " ".join(kept.split()) if any(char.isalnum() for char in kept) else ""

    def fitted(self, words: str, width: float, *, size: float, bold: bool = False) -> str:
        """The words, or their beginning and an ellipsis where they are wider than ``width``."""
        kept = words
        while kept and self.measured(kept if kept == words else f"{kept}…", size=size, bold=bold) > width:
            kept = kept[:-1].rstrip()
        return kept if kept == words else f"{kept}…"

    def measured(self, words: str, *, size: float, bold: bool = False) -> float:
        """How wide the words are."""
        font = self._faces[bold]
        font.set_size(size * _POINT, _DPI)
        font.set_text(words)
        return float(font.get_width_height()[0]) / 64 / _SCALE

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        colour: str,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Words whose middle is at the height ``y``; ``align`` (left, center, right) says what of them is at ``x``."""
        font = FontProperties(fname=self._fonts[bold], size=size * _POINT)
        self._axes.text(
            x, y, words, fontproperties=font, color=colour, ha=align, va="center_baseline", parse_math=False, zorder=5
        )

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str,
        width: float,
        dashes: Dashes = (),
        marker: str = "",
        marked: Sequence[int] = (),
    ) -> None:
        """A line through the points, ``dashes`` in multiples of its width; the points ``marked`` bear the marker."""
        style: Any = (0, dashes) if dashes else "solid"
        self._axes.add_line(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                color=colour,
                linewidth=width * _POINT,
                linestyle=style,
                solid_joinstyle="round",
                solid_capstyle="round",
                marker=marker or "None",
                markevery=list(marked),
                markersize=(width + 4.5) * _POINT,
                markeredgecolor=GROUND,
                markeredgewidth=0.8 * _POINT,
                zorder=3,
            )
        )

    def column(self, x: float, top: float, bottom: float, *, width: float, colour: str, hatched: bool = False) -> None:
        """A column that stands on ``bottom``, its middle at ``x``; ``hatched``: only its outline is certain."""
        self._axes.add_patch(
            Rectangle(
                (x - width / 2, top),
                width,
                bottom - top,
                facecolor=GROUND if hatched else colour,
                edgecolor=colour,
                linewidth=1.2 * _POINT,
                hatch="////" if hatched else None,
                zorder=2,
            )
        )

    def png(self) -> bytes:
        """The picture as PNG, with neither dates nor names of software in it."""
        raw, file = BytesIO(), BytesIO()
        self._figure.savefig(raw, format="rgba", dpi=_DPI)
        size = (round(self.width) * _SCALE, round(self.height) * _SCALE)
        picture = Image.frombytes("RGBA", size, raw.getvalue()).convert("RGB")
        reduced = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        reduced.save(file, format="PNG", compress_level=_COMPRESSION)
        return file.getvalue()

"""Charts as pictures: their size and bytes, whatever strangers called themselves, and where things stand on them.

Warnings are errors here, so that a glyph that the font has not would fail each of these.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.adapters import charts
from bot.adapters.charts_sheet import GROUND, Sheet
from bot.adapters.pictures import PICTURE_LIMIT
from bot.core.charts import Column, Course, Picture, RankChart, Role, SpikeChart, TokenChart
from bot.core.specimens import specimens

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "Source: OpenRouter (openrouter.ai/apps), as of 2026-10-13T02:15:41.208Z."
DAYS = tuple(date(2026, 10, 12) + timedelta(days=passed) for passed in range(30))
B = 10**9


def course(name: str = "Kestrel Code", role: Role = Role.MINE, **changes: object) -> Course:
    plain = Course("kestrel", name, role, tuple(9 - passed // 6 for passed in range(30)))
    return replace(plain, **changes)  # type: ignore[arg-type]


def ranks(*courses: Course, title: str = "CLI agents") -> RankChart:
    return RankChart(title, "Ranks by tokens of 7 days", DAYS, courses or (course(),), SOURCE, "alt")


def spike(title: str = "Loomwright", *before: Column) -> SpikeChart:
    columns = (*(before or (Column("Tue 3 Nov", 52 * B),)), Column("Tue 10 Nov", 148 * B))
    return SpikeChart(title, "Tokens", "loom", columns, 48 * B, "mean of the 3 before: 48B", SOURCE, "alt")


def picture(chart: Picture) -> Image.Image:
    return Image.open(BytesIO(charts.draw(chart)))


def colours(chart: Picture) -> set[str]:
    drawn = picture(chart).convert("RGB")
    counted = drawn.getcolors(drawn.width * drawn.height) or []
    return {"#{:02X}{:02X}{:02X}".format(*shade) for _, shade in counted if isinstance(shade, tuple)}


@pytest.mark.parametrize("chart", [ranks(), spike()])
def test_a_picture_is_twice_480_pixels_wide_and_says_nothing_of_its_making(chart: Picture) -> None:
    drawn = picture(chart)
    assert drawn.format == "PNG"
    assert drawn.width == 960
    assert 400 <= drawn.height <= 700
    assert drawn.info == {}


@pytest.mark.parametrize("chart", [ranks(), spike()])
def test_the_same_chart_is_the_same_bytes_whatever_the_settings(chart: Picture) -> None:
    first = charts.draw(chart)
    with mpl.rc_context({"lines.linewidth": 9, "text.usetex": True, "font.size": 40, "axes.facecolor": "red"}):
        assert charts.draw(chart) == first
        assert mpl.rcParams["font.size"] == 40


def test_another_process_draws_the_same_bytes() -> None:
    script = (
        "from hashlib import sha256; from bot.adapters.charts import draw; from bot.core.specimens import specimens;"
        "print(sha256(draw(specimens()[0].charts[0])).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    said = {
        subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(said) == 1


def test_drawing_is_imported_when_the_first_chart_is_drawn() -> None:
    script = "import sys; import bot.wiring; print('matplotlib' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "chart", [chart for digest in specimens() for chart in digest.charts if not isinstance(chart, TokenChart)]
)
def test_awkward_charts_are_drawn(chart: Picture) -> None:
    """Gaps, courses of a single day, names too long or without a glyph, windows of which nothing is known."""
    assert len(charts.draw(chart)) < PICTURE_LIMIT // 3


def test_the_busiest_chart_stays_small() -> None:
    noise = [
        course(f"App {number}" * 5, ranks=tuple((number * 37 + day * 61) % 200 + 1 for day in range(30)))
        for number in range(5)
    ]
    top = [
        course(f"Top {number}", Role.TOP, ranks=tuple((number + day) % 5 + 1 for day in range(30)))
        for number in range(5)
    ]
    assert len(charts.draw(ranks(*noise, *top))) < PICTURE_LIMIT // 2


@pytest.mark.parametrize(
    "name",
    [
        "$\\frac{1}{0}$",
        "$",
        "\u4e2d\u6587",
        "\U0001f680 Rocket",
        "a\x1b[31m\nb",
        "\u202egnp.exe",
        "",
        "W" * 60,
        "\ud800",
    ],
)
def test_any_name_is_drawn_as_plain_text(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        charts.draw(ranks(course(name), course(name, Role.TOP), title=name))
        charts.draw(spike(name))
    assert caplog.records == []


@settings(max_examples=8, deadline=None)
@given(name=st.text(max_size=40))
def test_no_name_fails_or_warns(name: str) -> None:
    charts.draw(ranks(course(name), title=name))


def test_what_the_font_has_not_is_left_out() -> None:
    sheet = Sheet(480, 100)
    assert sheet.drawable("\U0001f680 Rocket \u4e2d\u6587 \x1b") == "Rocket"
    assert sheet.drawable("$x_2$ \u00e9\u03b1\u0416") == "$x_2$ \u00e9\u03b1\u0416"
    assert sheet.drawable("\u4e2d\u6587 \u2013") == ""


def test_an_item_without_a_drawable_name_is_called_by_its_id() -> None:
    chart = ranks(course("\u4e2d\u6587", item="77"))
    assert charts.draw(chart) == charts.draw(ranks(course("id 77")))
    assert charts.draw(spike("\u4e2d\u6587")) == charts.draw(spike("id loom"))


def test_a_long_name_is_shortened_to_its_room() -> None:
    sheet = Sheet(480, 100)
    assert sheet.fitted("Tern", 100, size=12) == "Tern"
    shown = sheet.fitted("Tern CLI and all of its many friends", 100, size=12)
    assert shown.startswith("Tern CLI")
    assert shown.endswith("\u2026")
    assert sheet.measured(shown, size=12) <= 100 < sheet.measured("Tern CLI and all of its many friends", size=12)


def test_a_long_citation_is_written_smaller_and_never_cut() -> None:
    longer = f"{SOURCE.removesuffix('Z.')}999999+00:00 and more of the feed's own words."
    assert charts.draw(replace(ranks(), source=longer)) != charts.draw(replace(ranks(), source=f"{longer[:-1]}!"))


def test_own_courses_have_colours_of_their_own_and_the_top_is_grey() -> None:
    drawn = colours(
        ranks(course(), course("Marlin", Role.FOLLOWED, ranks=(3,) * 30), course("H", Role.TOP, ranks=(1,) * 30))
    )
    assert {charts.BLUE, charts.VERMILION, charts.FAINT, GROUND} <= drawn
    assert charts.GREEN not in drawn


def test_each_look_differs_without_its_colour() -> None:
    courses = [course(role=Role.FOLLOWED)] * 5 + [course(role=Role.TOP)] * 5
    assert len({(look.marker, look.dashes) for look in charts.looks(courses)}) == 10


def test_the_readers_own_are_drawn_the_strongest() -> None:
    mine, followed, top = charts.looks([course(), course(role=Role.FOLLOWED), course(role=Role.TOP)])
    assert mine.width > followed.width > top.width


def test_sample_data_bears_its_mark() -> None:
    assert "#FFD75E" in colours(replace(ranks(), sample=True))
    assert "#FFD75E" not in colours(ranks())


def test_a_bounded_window_is_hatched_and_an_unknown_one_has_no_column() -> None:
    full = charts.draw(spike("L", Column("Tue 3 Nov", 52 * B)))
    assert full != charts.draw(spike("L", Column("Tue 3 Nov", 52 * B, bounded=True)))
    assert full != charts.draw(spike("L", Column("Tue 3 Nov", None)))


class TestWhereThingsStand:
    @pytest.mark.parametrize("deepest", [1, 2, 12, 13, 200])
    def test_a_better_rank_stands_higher_from_top_to_bottom(self, deepest: int) -> None:
        heights = [charts.height_of(rank, deepest, top=70, bottom=200) for rank in range(1, deepest + 1)]
        assert heights[0] == 70
        assert heights[-1] == pytest.approx(200 if deepest > 1 else 70)
        assert all(higher < lower for higher, lower in pairwise(heights))

    def test_a_gap_ends_a_line(self) -> None:
        points = [(0.0, None), (1.0, 5.0), (2.0, 6.0), (3.0, None), (4.0, 7.0), (5.0, None)]
        assert list(charts.runs(points)) == [[(1, 5), (2, 6)], [(4, 7)]]
        assert list(charts.runs([(0.0, 1.0)])) == [[(0, 1)]]

    @given(st.lists(st.floats(70, 200), min_size=1, max_size=8).map(sorted))
    def test_names_keep_their_order_and_distance_above_the_bottom(self, wanted: list[float]) -> None:
        placed = charts.spread(wanted, gap=18, bottom=200)
        assert all(below - above >= 18 - 1e-6 for above, below in pairwise(placed))
        assert placed[-1] <= 200

    def test_names_with_room_stand_where_they_want(self) -> None:
        assert charts.spread([70, 90, 150], gap=18, bottom=200) == [70, 90, 150]
        assert charts.spread([70, 75, 150], gap=18, bottom=200) == [70, 88, 150]
        assert charts.spread([190, 195], gap=18, bottom=200) == [182, 200]

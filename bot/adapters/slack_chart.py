"""Charts: Slack's own block from the rows of a chart in the line markup. It needs no file and no further scope.

The first row is the chart's kind (``bar``, ``line`` or ``area``), its title and what is counted; the second one heads
the others: what the categories are, and the name of each series. Each further row is a category with a value a series.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.adapters.slack_elements import Block
from bot.adapters.slack_limits import CHART_AXIS_LABEL, CHART_NAME, CHART_POINTS, CHART_SERIES, CHART_TITLE
from bot.adapters.slack_markup import Row, clip, plain

_KINDS = frozenset({"bar", "line", "area"})
_LEAST = 2
"""Categories of which a chart shows anything."""
_VALUE = re.compile(r"([-−]?\d{1,3}(?:,?\d{3})*(?:\.\d+)?)([KMBT]?)", re.ASCII)
_POWERS = {"": 0, "K": 3, "M": 6, "B": 9, "T": 12}
_UNITS = {"K": "thousands", "M": "millions", "B": "billions", "T": "trillions"}


def chart_block(rows: Sequence[Row]) -> Block | None:
    """The rows as a chart; None where they are none: too few, an unknown kind, or no numbers.

    Slack wants a number for every category and series, so a category with a value that is none is left out. All values
    are in the unit of the largest, which the axis names.
    """
    texts = [[plain(cell).strip() for cell in row] for row in rows]
    if len(texts) < _LEAST + 2 or texts[0][0] not in _KINDS:
        return None
    (kind, title, counted), heading = [*texts[0], "", ""][:3], texts[1]
    names = heading[1 : CHART_SERIES + 1]
    points = [(row[0], values) for row in texts[2:] if (values := _values(row[1 : len(names) + 1], len(names)))]
    points = points[:CHART_POINTS]
    if not (title and all(names) and names) or len(points) < _LEAST:
        return None
    labels = _distinct([label or "?" for label, _ in points])
    unit = max((value for _, values in points for value in values), key=lambda value: abs(_whole(value)))[1]
    series = [
        {
            "name": name,
            "data": [
                {"label": label, "value": _scaled(values[place], unit)}
                for label, (_, values) in zip(labels, points, strict=True)
            ],
        }
        for place, name in enumerate(_distinct(names))
    ]
    axes = {"categories": labels, "x_label": heading[0], "y_label": _axis(counted, unit)}
    config = {key: clip(value, CHART_AXIS_LABEL) if isinstance(value, str) else value for key, value in axes.items()}
    return {
        "type": "data_visualization",
        "title": clip(title, CHART_TITLE),
        "chart": {"type": kind, "series": series, "axis_config": {key: item for key, item in config.items() if item}},
    }


def _values(cells: Sequence[str], count: int) -> list[tuple[Decimal, str]]:
    """A number and its unit for each cell; nothing where one of them is none."""
    found = [_VALUE.fullmatch(cell) for cell in cells]
    values = [(Decimal(match[1].replace("−", "-").replace(",", "")), match[2]) for match in found if match]
    return values if len(values) == count else []


def _whole(value: tuple[Decimal, str]) -> Decimal:
    return value[0].scaleb(_POWERS[value[1]])


def _scaled(value: tuple[Decimal, str], unit: str) -> int | float:
    """A value in the unit, as JSON writes it best."""
    scaled = _whole(value).scaleb(-_POWERS[unit])
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)


def _axis(counted: str, unit: str) -> str:
    return f"{counted} ({_UNITS[unit]})" if counted and unit else counted or _UNITS.get(unit, "")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names cut to size, and numbered where they are the same then: Slack tells them apart by their words."""
    made: list[str] = []
    for name in names:
        short, number = clip(name, CHART_NAME), 2
        while short in made:
            short = f"{clip(name, CHART_NAME - len(str(number)) - 1)} {number}"
            number += 1
        made.append(short)
    return made

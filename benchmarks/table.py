"""The table: what was measured, by what it is divided, the bar, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

HEAD = ("what", "measured", "against", "ratio", "bar", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``ours`` and ``theirs`` are the rounds' figures, in pairs; without ``theirs`` the bar is for ours.

    ``value`` is what the bar is for: the median over the rounds of ``of`` the pair, a ratio if not said otherwise. It
    must not exceed ``at_most`` or fall below ``at_least``; without either the row only informs.
    """

    what: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    against: str = ""
    at_most: float | None = None
    at_least: float | None = None
    difference: bool = False
    notes: Sequence[str] = field(default=())

    @property
    def value(self) -> float:
        """What is held against the bar."""
        if not self.theirs:
            return median(self.ours)
        pairs = zip(self.ours, self.theirs, strict=True)
        return median(one - other if self.difference else one / other for one, other in pairs)

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        ours = figure(median(self.ours), self.unit)
        theirs = f"{figure(median(self.theirs), self.unit)} {self.against}".strip() if self.theirs else self.against
        verdict = {None: "–", True: "yes", False: "**no**"}[self.met]
        return self.what, ours, theirs or "–", self._value(self.value) if self.theirs else "–", self._bar(), verdict

    def _value(self, value: float) -> str:
        if self.difference:
            return f"+{figure(value, self.unit)}"
        return f"{value:.2f} ×" if self.theirs else figure(value, self.unit)

    def _bar(self) -> str:
        if self.at_most is not None:
            return f"≤ {self._value(self.at_most)}"
        return f"≥ {self._value(self.at_least)}" if self.at_least is not None else "–"


def figure(value: float, unit: str) -> str:
    """A number with its unit, three digits where it has fewer."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a table, their notes below it."""
    rows = list(rows)
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = [f"- {row.what}: {note}" for row in rows for note in row.notes]
    return "\n".join([table, *(["", *notes] if notes else [])]) + "\n"

"""Everything that is wrong with a configuration, gathered while it is read, and told in file order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.config.channel_table import ChannelTable, Table
from bot.config.masking import redacted
from bot.config.meant import as_toml, instead, such_as
from bot.config.positions import Path, Span
from bot.config.secret import Surroundings
from bot.config.source import Remark, Source
from bot.config.tables import LABELS
from bot.config.wrong import Wrong, nearest
from bot.core.text import clean
from bot.errors import Problem

AnyTable = TypeVar("AnyTable", bound=Table)

_WANTS = {
    "int_type": "wants a whole number",
    "int_from_float": "wants a whole number",
    "string_type": "wants text, in quotes",
    "bool_type": "wants true or false, without quotes",
    "tuple_type": "wants a list",
    "dict_type": "wants a table",
}


class Report:
    """Findings about one source. A finding is placed by its path; where that is left out, by its table."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._found: list[tuple[float, int, Problem]] = []

    def error(self, path: Path, wrong: Wrong, *, key: bool = False, also: tuple[Path, ...] = ()) -> None:
        """Adds an error at a value, or at its key; ``also`` are other places to show with it."""
        spans = tuple(span for span in map(self.source.span, also) if span)
        self._add(
            self.source.span((*path, *wrong.inside), key=key),
            Remark(redacted(wrong.message), redacted(wrong.under), redacted(wrong.advice), spans),
        )

    def note(self, path: Path, message: str, *, under: str = "", advice: str = "", key: bool = False) -> None:
        """Adds what is valid, but surely not meant."""
        self._add(self.source.span(path, key=key), Remark(message, under, advice, note=True))

    def _add(self, span: Span | None, remark: Remark) -> None:
        order = span.start if span else float("inf")
        self._found.append((order, len(self._found), self.source.problem(span, remark)))

    @property
    def has_errors(self) -> bool:
        """Whether anything but notes was found."""
        return any(not problem.note for _, _, problem in self._found)

    @property
    def problems(self) -> list[Problem]:
        """All findings in file order; those without a place come last."""
        return [problem for _, _, problem in sorted(self._found, key=lambda found: found[:2])]

    def header_line(self, path: Path) -> int:
        """The line of a table's own header; 0 where it has none."""
        place = self.source.places.get(path)
        has_header = place and place.value and self.source.text[place.value.start] == "["
        return self.line(path) if has_header else 0

    def line(self, path: Path) -> int:
        """The line in which a table or key begins; 0 where it is left out."""
        span = self.source.span(path, key=True) if path in self.source.places else None
        return self.source.line(span) if span else 0


def read_table(
    model: type[AnyTable], raw: object, path: Path, *, report: Report, where: Surroundings
) -> AnyTable | None:
    """A table as its model has it; None, with every error reported, where it does not fit."""
    if not isinstance(raw, Mapping):
        report.error(path, Wrong(f"`{path[-1]}` wants a table", under=f"such as {label(path)}"), key=True)
        return None
    try:
        return model.model_validate(raw, context=where)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            _report(detail, model, raw, path, report=report)
        return None


def _report(detail: Any, model: type[Table], raw: Any, path: Path, *, report: Report) -> None:
    """Says what pydantic found in our own words."""
    guilty = (*path, *detail["loc"])
    key = str(detail["loc"][0])
    kind = detail["type"]
    if kind == "extra_forbidden":
        report.error(guilty, unknown_key(key, model.key_names(), label(path)), key=True)
    elif kind == "missing":
        report.error(path, Wrong(f"`{key}` is missing in {label(path)}", under=_to_add(model, key)))
    elif kind == "value_error" and isinstance(detail["ctx"]["error"], Wrong):
        wrong = detail["ctx"]["error"]
        if not (wrong.under or wrong.advice):
            wrong.under = such_as(_usual(model, detail["loc"]))
        report.error(guilty, wrong)
    else:
        subject = f"an element of `{key}`" if len(detail["loc"]) > 1 else f"`{key}`"
        wants = _WANTS.get(kind, "has the wrong type")
        under = "such as { spike = true }" if kind == "dict_type" else ""
        under = under or instead(kind, _given(raw, detail["loc"]), _usual(model, detail["loc"]))
        report.error(guilty, Wrong(f"{subject} {wants}", under=under))


def _given(raw: Any, place: Path) -> object:
    for part in place:
        raw = raw[part]
    return raw


def _field(model: type[Table], key: str) -> FieldInfo:
    return next(field for name, field in model.model_fields.items() if key == (field.alias or name))


def _usual(model: type[Table], place: Path) -> object:
    """The default of a key, or an example; of an element the first one's. None where there is neither."""
    field = _field(model, str(place[0]))
    usual = field.examples[0] if field.examples else field.default
    if len(place) > 1:
        return usual[0] if isinstance(usual, tuple | list) and usual else None
    return None if usual is PydanticUndefined else usual


def _to_add(model: type[Table], key: str) -> str:
    """A line to add for a key that is missing; every key without a default has an example."""
    return f"add {key} = {as_toml((_field(model, key).examples or [''])[0])}"


def label(path: Path) -> str:
    """A table as it is written: ``[watchlist.cli-agents]``."""
    return f"[{'.'.join(str(part) for part in path)}]"


def unknown_key(key: str, keys: tuple[str, ...], where: str) -> Wrong:
    """The error for a key that its table does not have: what was meant, or to which table it belongs."""
    message = f"unknown key `{clean(key)}` in {where}"
    near = nearest(key, keys)
    if near:
        return Wrong(message, under=f"did you mean `{near}`?")
    homes = homes_of(key)
    if homes:
        return Wrong(message, under=f"it belongs to {homes}")
    elsewhere = nearest(key, {name for table in LABELS.values() for name in table.key_names()})
    if elsewhere:
        return Wrong(message, under=f"did you mean `{elsewhere}`? It belongs to {homes_of(elsewhere)}")
    return Wrong(message, advice=f"Keys here: {', '.join(keys)}.")


def homes_of(key: str) -> str:
    """The tables that do have a key, in words; empty where none has."""
    homes = [home for home, table in LABELS.items() if key in table.key_names()]
    if key in ChannelTable.key_names():
        homes = ["[channel.NAME]", *(home for home in homes if home.startswith("["))]
    return " or ".join(homes)

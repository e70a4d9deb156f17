"""The schema of ``[watchlist.ID.rules]``, made of the rules' own dataclasses, as bot/config/rules.py reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from fractions import Fraction
from typing import Any, cast, get_args, get_origin, get_type_hints

from bot.core.ranking import APP_DEPTH, MODEL_DEPTH, Dataset
from bot.core.rules import RULES

Schema = dict[str, Any]
TOPS = frozenset({"entered_top", "left_top"})
"""The rules whose ``n`` may be a list, for their events tell the tops apart."""


def rules_schema(dataset: Dataset | None, said: Mapping[tuple[str, str], str]) -> Schema:
    """What may stand there; with a dataset, what watchlists of it can have."""
    properties: Schema = {"default": {"type": "boolean"}}
    for name, rule in RULES.items():
        impossible = dataset is not None and dataset not in rule.datasets
        properties[name] = {"const": False} if impossible else _rule(name, dataset)
    for name, schema in properties.items():
        description = said.get(("rules", name), "")
        properties[name] = {"description": description, **schema} if description else schema
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _rule(name: str, dataset: Dataset | None) -> Schema:
    """A rule: on, off, or a table of its parameters."""
    specs = fields(cast("Any", RULES[name]))
    hints = get_type_hints(RULES[name])
    required = [spec.name for spec in specs if "example" in spec.metadata]
    table = {
        "type": "object",
        "additionalProperties": False,
        "properties": {spec.name: _parameter(name, spec, hints[spec.name], dataset) for spec in specs},
        **({"required": required} if required else {}),
    }
    return {"anyOf": [{"const": False} if required else {"type": "boolean"}, table]}


def _parameter(name: str, spec: Field[Any], kind: Any, dataset: Dataset | None) -> Schema:
    one = _kind(spec, get_args(kind)[0] if spec.metadata.get("or_one") else kind, dataset)
    if spec.metadata.get("or_one") or (spec.name == "n" and name in TOPS):
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]}
    return one


def _kind(spec: Field[Any], kind: Any, dataset: Dataset | None) -> Schema:
    parts = get_args(kind)
    if get_origin(kind) is tuple and parts[-1] is Ellipsis:
        least = {"minItems": 1} if spec.default else {}
        return {"type": "array", "items": _kind(spec, parts[0], dataset), **least}
    if get_origin(kind) is tuple:
        items = [_kind(spec, part, dataset) for part in parts]
        return {"type": "array", "items": items, "minItems": len(parts), "maxItems": len(parts)}
    if kind is str:
        return {"type": "string", "pattern": r"\S"}
    return _number(spec, kind, dataset)


def _number(spec: Field[Any], kind: Any, dataset: Dataset | None) -> Schema:
    depth = MODEL_DEPTH if dataset is Dataset.MODELS else APP_DEPTH
    low = spec.metadata.get("minimum", 1)
    high = depth if spec.metadata.get("rank") else spec.metadata.get("maximum")
    number: Schema = {"type": "number" if kind is Fraction else "integer", "minimum": _plain(low)}
    if high is not None:
        number["maximum"] = _plain(high)
    if spec.metadata.get("unit") == "tokens":
        return {"anyOf": [number, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?[KMBTkmbt]?$"}]}
    return number


def _plain(number: int | Fraction) -> int | float:
    return number if isinstance(number, int) else float(number)

"""The JSON Schema of the configuration, for completion and checks in editors, made of the models that read it.

``python -m bot.config.schema config.example.toml > config.schema.json`` writes the file that ships; what an editor
shows of a key is what the example says of it. It is draft 7, which editors know. It can't see what one table says of
another (names of channels), what the machine has (variables, folders, zones), and what only reading tells.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic.json_schema import GenerateJsonSchema

from bot.config.channel_table import Table
from bot.config.fields import NAME
from bot.config.schema_rules import rules_schema
from bot.config.tables import CHANNELS, SECTIONS, WatchlistTable
from bot.core.ranking import By, Dataset
from bot.core.taxonomy import CATEGORIES, CATEGORY_OF

Schema = dict[str, Any]
Descriptions = Mapping[tuple[str, str], str]
"""What is said of each key, by its table (``openrouter``, ``channel``, ``watchlist``, ``rules``) and its name."""

_NAMES = {"pattern": f"^{NAME.pattern.removesuffix(chr(92) + 'Z').replace('a-z', 'A-Za-z')}$"}
_WEBHOOK, _BOT = {"required": ["webhook_url"]}, {"required": ["token", "channel"]}
_JOINED: Mapping[str, Schema] = {
    "slack": {
        "oneOf": [
            {**_WEBHOOK, "not": {"anyOf": [{"required": ["token"]}, {"required": ["channel"]}]}},
            {**_BOT, "not": _WEBHOOK},
        ]
    },
    "email": {"dependencies": {"username": ["password"], "password": ["username"]}},
}
"""What joins the keys of a channel, by its type; see bot/config/checks.py."""


class _Generated(GenerateJsonSchema):
    """Pydantic's schema of a table, with defaults as the file would have them."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, ZoneInfo):
            return dft.key
        if isinstance(dft, frozenset):
            return "daily"
        if isinstance(dft, Enum):
            return dft.value
        return list(dft) if isinstance(dft, tuple) else dft


def schema(descriptions: Descriptions | None = None) -> Schema:
    """The schema of a whole configuration."""
    said = descriptions or {}
    channels = [{**_table(model, "channel", said), **_JOINED.get(kind, {})} for kind, model in CHANNELS.items()]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rankbot",
        "description": "The configuration of rankbot; `rankbot init --example` explains every key.",
        "type": "object",
        "additionalProperties": False,
        "required": ["watchlist"],
        "properties": {
            **{name: _table(model, name, said) for name, model in SECTIONS.items()},
            "channel": _named({"$ref": "#/definitions/channel"}),
            "watchlist": {**_named({"$ref": "#/definitions/watchlist"}), "minProperties": 1},
        },
        "definitions": {"channel": {"type": "object", "oneOf": channels}, "watchlist": _watchlist(said)},
    }


def _named(value: Schema) -> Schema:
    return {"type": "object", "propertyNames": _NAMES, "additionalProperties": value}


def _table(model: type[Table], table: str, said: Descriptions) -> Schema:
    """One table: every key with its kind, its limits, its default, and what the example says of it."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Generated, mode="validation")
    shared = made.pop("$defs", {})
    properties = {key: _plain(value, shared, said.get((table, key), "")) for key, value in made["properties"].items()}
    required = {"required": made["required"]} if made.get("required") else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **required}


def _plain(value: Schema, shared: Mapping[str, Schema], description: str) -> Schema:
    """A key's schema without what TOML does not have (null), and without what pydantic adds for itself."""
    value = {name: part for name, part in value.items() if name != "title" and not (name == "default" and part is None)}
    if "$ref" in value:
        value |= {name: part for name, part in shared[value.pop("$ref").rpartition("/")[2]].items() if name == "enum"}
    choices = [choice for choice in value.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        value = {**choices[0], **{name: part for name, part in value.items() if name != "anyOf"}}
    return {"description": description, **value} if description else value


def _watchlist(said: Descriptions) -> Schema:
    """``[watchlist.ID]``, with what its dataset and its category leave to choose."""
    table = _table(WatchlistTable, "watchlist", said)
    properties = table["properties"]
    properties["category"] |= {"enum": list(CATEGORIES)}
    properties["subcategory"] |= {"enum": list(CATEGORY_OF)}
    properties["rules"] = rules_schema(None, said)
    apps, models = ({"rules": rules_schema(dataset, {})} for dataset in (Dataset.APPS, Dataset.MODELS))
    no_app = {"items": {"pattern": r"^([^i]|i[^d]|id[^:]|.{0,2}$|id:\s*[0-9]+\s*$)"}}
    no_lab = {"items": {"pattern": "^[^/]*$"}}
    names = ("mine", "follow", "exclude")
    as_apps = {**apps, "by": {"enum": [By.ITEM.value]}, **dict.fromkeys(names, no_app)}
    as_models = {**models, "category": False, "subcategory": False}
    return {
        **table,
        "if": _says("dataset", Dataset.MODELS.value),
        "then": {"properties": as_models},
        "else": {"properties": as_apps},
        "allOf": [
            *(
                {
                    "if": _says("category", category),
                    "then": {"properties": {"subcategory": {"enum": list(subcategories)}}},
                }
                for category, subcategories in CATEGORIES.items()
            ),
            {"if": _says("by", By.AUTHOR.value), "then": {"properties": dict.fromkeys(names, no_lab)}},
        ],
    }


def _says(key: str, value: str) -> Schema:
    return {"properties": {key: {"const": value}}, "required": [key]}


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────


_OMITTED = "# You will not need these."


def descriptions_of(example: str) -> Descriptions:
    """What the example says of each key: the comment right above it."""
    said: dict[tuple[str, str], str] = {}
    table, above = "", ""
    for line in example.splitlines():
        text = line.removeprefix("#")
        if text.startswith("["):
            table, above = _kind(text), ""
        elif line.startswith("# ") and line != _OMITTED:
            above = f"{above} {line[2:]}".strip()
        else:
            key, equals, _ = text.partition(" = ")
            if above and equals:
                said.setdefault((table, key), above)
            above = ""
    return said


def _kind(header: str) -> str:
    parts = header.strip("[]").split(".")
    return "rules" if parts[-1] == "rules" else parts[0]


def written(example: str) -> str:
    """The file as it ships."""
    return json.dumps(schema(descriptions_of(example)), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written(Path(sys.argv[1]).read_text(encoding="utf-8")))

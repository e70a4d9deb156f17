"""The table of a channel that is one file, made from the settings that the file declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_type_hints

from pydantic import Field as Key
from pydantic import create_model

from bot.adapters.plug import Plug, SecretReader
from bot.config.channel_table import ChannelTable
from bot.config.fields import Filled, whole
from bot.config.references import FolderPath, SecretText, usual_variable
from bot.config.secret import Secret
from bot.config.wrong import Wrong

_KINDS: Mapping[object, object] = {
    SecretReader: SecretText,
    str: Filled,
    bool: bool,
    Path: FolderPath,
    tuple[str, ...]: tuple[Filled, ...],
}
"""What a key is read as, by the type of its setting; an int has limits of its own."""


class PluggedChannel(ChannelTable):
    """A channel whose kind is one file, with the keys that the file declares."""

    plug: ClassVar[Plug]
    type: str

    def settings(self) -> Any:
        """The settings as the file wants them; a secret is read anew whenever it is called."""
        values = {field.name: getattr(self, field.name) for field in fields(self.plug.settings)}
        read = {name: value.read if isinstance(value, Secret) else value for name, value in values.items()}
        return self.plug.settings(**read)


def table_of(plug: Plug) -> type[PluggedChannel]:
    """The model of ``[channel.NAME]`` with that ``type``."""
    hints = get_type_hints(plug.settings)
    keys: dict[str, Any] = {"type": (Literal[plug.kind], ...)}
    for field in fields(plug.settings):
        keys[field.name] = (_kind(hints[field.name], field), _default(plug, hints[field.name], field))
    model = create_model(f"{plug.kind.capitalize()}Channel", __base__=PluggedChannel, **keys)
    model.plug = plug
    return model


def missing_package(plug: Plug) -> Wrong:
    """The error for a channel whose package is not installed."""
    return Wrong(
        f'type = "{plug.kind}" needs a package that is not installed',
        advice=f"pip install 'openrouter-rankbot[{plug.kind}]'",
    )


def _kind(hint: object, field: Field[Any]) -> object:
    if hint is int:
        return Annotated[int, whole(field.metadata["minimum"], field.metadata["maximum"])]
    return _KINDS[hint]


def _example(plug: Plug, hint: object, field: Field[Any]) -> object:
    """What an error offers for a key that is missing."""
    if hint is int:
        return field.metadata["minimum"]
    plain: Mapping[object, object] = {
        bool: True,
        tuple[str, ...]: ["…"],
        SecretReader: f"env:{usual_variable(field.name, plug.kind)}",
    }
    return plain.get(hint, "…")


def _default(plug: Plug, hint: object, field: Field[Any]) -> Any:
    if field.default is MISSING:
        return Key(examples=[_example(plug, hint, field)])
    return Key(default=str(field.default) if isinstance(field.default, Path) else field.default, validate_default=True)

"""What a kind of channel brings that is one file: its settings, how it is built, and the package that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib.util import find_spec
from typing import Any, get_type_hints

from bot.app.ports import Channel
from bot.core.delivery import IfUnsure

SecretReader = Callable[[], str]
"""A setting of this type is a secret: ``env:NAME`` or ``file:PATH`` in the file, and read anew at each call."""


@dataclass(frozen=True, slots=True)
class Plug:
    """A kind of channel, for the list in ``bot/adapters/channels.py``.

    ``settings`` is a frozen dataclass: a key of ``[channel.NAME]`` for each field, which is a SecretReader, str, int,
    bool, Path (a folder) or ``tuple[str, ...]``, and required where it has no default. An int's limits are in its
    metadata: ``minimum`` and ``maximum``. ``build`` is given the channel's name, its settings and its ``if_unsure``,
    and connects to nothing.
    ``package`` is what the extra of the same name installs; it is imported only when such a channel is used.
    """

    kind: str
    settings: type[Any]
    build: Callable[[str, Any, IfUnsure], Channel]
    package: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys that hold secrets."""
        hints = get_type_hints(self.settings)
        return tuple(field.name for field in fields(self.settings) if hints[field.name] == SecretReader)

    @property
    def is_installed(self) -> bool:
        """Whether the package that it needs is there."""
        return not self.package or find_spec(self.package) is not None

"""Secrets: where they stand, and how they are read anew whenever they are needed. A value is never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import quote, unquote

from bot.config.wrong import Wrong, nearest
from bot.errors import ConfigError, Problem

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SHELL_STYLE = re.compile(r"\$\{?[A-Z][A-Z0-9_]*\}?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
FOR_OTHERS = 0o077
"""The permission bits of a file that let others than its owner in."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration is read in: its file, the environment, and whether its secrets and its store must be there.

    Of the store that is its folder, for it is made when it is opened first.
    """

    file: Path
    environ: Mapping[str, str]
    check_secrets: bool = True
    check_store: bool = False

    def __repr__(self) -> str:
        """Only the file: an environment is full of secrets."""
        return f"Surroundings({str(self.file)!r})"

    def resolve(self, text: str) -> Path:
        """A path of the configuration: relative ones are relative to its file, ``~/`` is the home directory."""
        home = self.environ.get("HOME")
        if text.startswith("~/") and home:
            return Path(home) / text[2:]
        return self.file.parent.absolute() / text


class Origin(Enum):
    """Where a secret stands: an environment variable, a file of its own, or, warned about, the configuration."""

    VARIABLE = "env"
    FILE = "file"
    LITERAL = "literal"


class Secret:
    """A value that is never shown: ``env:NAME``, ``file:PATH``, or the value itself.

    Raises Wrong where a reference is malformed; whether its target exists shows when it is read.
    """

    __slots__ = ("_text", "_where", "origin")

    def __init__(self, text: str, where: Surroundings) -> None:
        self._where = where
        kind, colon, rest = text.partition(":")
        if colon and kind.strip().casefold() in ("env", "file"):
            self.origin = Origin(kind.strip().casefold())
            self._text = rest.strip()
            self._check_reference()
        else:
            self.origin, self._text = Origin.LITERAL, text
            self._check_literal()

    def _check_reference(self) -> None:
        if self.origin is Origin.FILE and not self._text:
            raise Wrong("`file:` wants the path of a file")
        if self.origin is Origin.VARIABLE and not _VARIABLE.match(self._text):
            raise Wrong("`env:` wants the name of an environment variable, not its value")

    def _check_literal(self) -> None:
        if not self._text.strip():
            raise Wrong("a secret must not be empty")
        name = self._text.strip("${}")
        known = _VARIABLE.match(name) and name in self._where.environ
        if known or _SHELL_STYLE.match(self._text):  # what no variable is called may be the secret itself
            under = f'did you mean "env:{name}"?' if known else ""
            raise Wrong("this names a variable, but not in the way it is written here", under=under)

    @property
    def place(self) -> str:
        """Where the secret stands, in words: ``the environment variable SLACK_BOT_TOKEN``."""
        if self.origin is Origin.VARIABLE:
            return f"the environment variable {self._text}"
        if self.origin is Origin.FILE:
            return f"the file {self._text}"
        return "the configuration"

    @property
    def file(self) -> Path | None:
        """The file that holds the secret, if it has one of its own."""
        return self._where.resolve(self._text) if self.origin is Origin.FILE else None

    def read(self) -> str:
        """The value as it is now, without line ends after it. Raises ConfigError if it is gone or unusable."""
        try:
            return self.look()
        except Wrong as error:
            problem = Problem(str(self._where.file), 0, 0, error.message, error.advice)
            raise ConfigError([problem]) from error

    def look(self) -> str:
        """As ``read``, but raises Wrong."""
        value = self._value().rstrip("\r\n")
        if not value.strip():
            raise Wrong(f"{self.place} is empty")
        if _CONTROL.search(value):
            raise Wrong(f"{self.place} holds more than one line, or control characters")
        return value

    def _value(self) -> str:
        if self.origin is Origin.VARIABLE:
            value = self._where.environ.get(self._text)
            if value is None:
                raise Wrong(f"{self.place} is not set", advice=self._meant())
            return value
        path = self.file
        if path is None:
            return self._text
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise Wrong(f"{self.place} does not exist") from error
        except OSError as error:
            raise Wrong(f"{self.place} can't be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise Wrong(f"{self.place} is not UTF-8 text") from None  # the cause holds the secret's bytes

    def _meant(self) -> str:
        near = nearest(self._text, self._where.environ, cutoff=0.75)
        return f"({near} is set: is that the one?)" if near else ""

    def __repr__(self) -> str:
        """Where it stands, never what it is."""
        return f"<secret in {self.place}>"

    def __eq__(self, other: object) -> bool:
        """Equal if they stand in the same place."""
        return isinstance(other, Secret) and (self.origin, self._text) == (other.origin, other._text)

    def __hash__(self) -> int:
        return hash((self.origin, self._text))


_SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")


class StoreUrl(Secret):
    """The database's address, which may hold a password. A relative SQLite path is relative to the configuration."""

    __slots__ = ()

    def look(self) -> str:
        """The address, its path made absolute. Raises Wrong where it is none that can be used."""
        url = super().look()
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in _SCHEMES:
            raise Wrong(
                "the store wants the address of an SQLite file or a PostgreSQL database",
                under='such as "sqlite:///rankbot.db" or "postgresql://host/database"',
            )
        if scheme != "sqlite":
            return url
        path, options, _ = rest.removeprefix("/").partition("?")
        if not rest.startswith("/") or not path or path == ":memory:":
            raise Wrong(
                "the store wants a file: what is in memory is forgotten", under='such as "sqlite:///rankbot.db"'
            )
        if options:
            raise Wrong("the address of an SQLite store ends with its file", under=f'did you mean "sqlite:///{path}"?')
        return f"sqlite:///{quote(str(self._where.resolve(unquote(path))))}"  # a folder's name may have a % or a ?

    @property
    def holds_password(self) -> bool:
        """Whether the address itself, with a password in it, stands in the configuration."""
        in_it = re.search(r"://[^/@]*:[^/]*@|[?&]password=", self._text)
        return self.origin is Origin.LITERAL and in_it is not None

"""What a key only names: a secret in a variable or a file, and a path. Each is looked at where the command needs it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from bot.config.addresses import check_url
from bot.config.fields import LINE, check_filled, text_of
from bot.config.secret import Origin, Secret, StoreUrl, Surroundings
from bot.config.wrong import Wrong

_ADVICE = {"api_key": "Any OpenRouter key will do; reading rankings spends no tokens."}
_FILES = {"api_key": "openrouter", "webhook_url": "slack-webhook", "token": "slack-token", "url": "database-url"}
_VARIABLES = {
    "api_key": "OPENROUTER_API_KEY",
    "webhook_url": "SLACK_WEBHOOK_URL",
    "token": "SLACK_BOT_TOKEN",
    "username": "SMTP_USERNAME",
    "password": "SMTP_PASSWORD",
    "ping_url": "HEALTHCHECK_URL",
    "url": "DATABASE_URL",
}
_OURS = ("", "slack", "email", "file")


def usual_variable(key: str, channel: str = "") -> str:
    """The environment variable that a secret usually stands in; ``channel`` is the type of its channel, if any."""
    return _VARIABLES[key] if channel in _OURS else f"{channel}_{key}".upper()


def _usual_file(key: str, channel: str) -> str:
    return f"/run/secrets/{_FILES.get(key, key) if channel in _OURS else f'{channel}-{key}'}".replace("_", "-")


def _surroundings(info: ValidationInfo) -> Surroundings:
    if not isinstance(info.context, Surroundings):
        raise TypeError("a configuration is validated within its surroundings")
    return info.context


def _secret(kind: type[Secret]) -> Callable[[Any, ValidationInfo], Secret]:
    """Reads a reference, and looks whether its target is there, where the command needs it."""

    def check(value: Any, info: ValidationInfo) -> Secret:
        key, where, channel = info.field_name or "", _surroundings(info), str(info.data.get("type", ""))
        such_as = f'such as "env:{usual_variable(key, channel)}"'
        text = text_of(value, f'`{key}` wants "env:NAME" or "file:PATH"', under=such_as)
        try:
            secret = kind(text, where)
        except Wrong as error:
            under = error.under or such_as
            raise Wrong(error.message, under=under) from error
        literal = secret.origin is Origin.LITERAL
        if not (where.check_secrets or literal or kind is StoreUrl):
            return secret
        try:
            found = secret.look()
        except Wrong as error:
            raise Wrong(error.message, under=error.under, advice=_advice(key, channel, secret, error)) from error
        if kind is StoreUrl and where.check_store:
            _check_store(found)
        if key in ("webhook_url", "ping_url"):
            _check_address(found, secret.place, such_as if literal else "")
        return secret

    return check


def _check_address(url: str, place: str, such_as: str) -> None:
    """Raises Wrong where a secret address is none; ``such_as`` says how it is better written, if it stands here."""
    try:
        check_url(url, "this" if such_as else place)
    except Wrong as error:
        raise Wrong(error.message, under=such_as, advice=error.advice) from error


def _check_store(url: str) -> None:
    """Raises Wrong where no store can be made, or be found, at this address; of a server only the driver is asked."""
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite":
        if find_spec("psycopg") is None:
            message = "PostgreSQL needs a driver that is not installed"
            raise Wrong(message, advice="pip install 'openrouter-rankbot[postgres]'")
        return
    file = Path(unquote(rest))  # a folder's name may have a % or a ?
    if file.is_dir():
        raise Wrong(f"{file} is a folder, and the store a file", under="name a file in it")
    if not file.parent.is_dir():
        raise Wrong(f"there is no folder {file.parent} for the store", under="make it, or correct the path")


def _advice(key: str, channel: str, secret: Secret, error: Wrong) -> str:
    """What to do about a secret that can't be read."""
    if error.under:
        return error.advice
    instead = {
        Origin.VARIABLE: f'Set the variable, or use "file:{_usual_file(key, channel)}".',
        Origin.FILE: f'Write the file, or use "env:{usual_variable(key, channel)}".',
        Origin.LITERAL: "",
    }[secret.origin]
    return " ".join(part for part in (_ADVICE.get(key, ""), instead, error.advice) if part)


def _path(value: str, info: ValidationInfo) -> Path:
    return _surroundings(info).resolve(value)


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise Wrong(f"there is no folder {path}", under="make it, or leave it out")
    return path


_REFERENCES: tuple[dict[str, Any], ...] = (
    {"type": "string", "pattern": r"^\s*[Ee][Nn][Vv]\s*:\s*[A-Za-z_][A-Za-z0-9_]*\s*$"},
    {"type": "string", "pattern": r"^\s*[Ff][Ii][Ll][Ee]\s*:\s*\S"},
)
"""What an editor takes for ``env:NAME`` and ``file:PATH``."""
_LITERAL = {"type": "string", "pattern": r"^[^$\s]", "not": {"pattern": r"^\s*([Ee][Nn][Vv]|[Ff][Ii][Ll][Ee])\s*:"}}
_ADDRESS = {"type": "string", "pattern": r"^(sqlite:///[^?]+|postgres(ql)?(\+psycopg)?://.+)$"}

SecretText = Annotated[Secret, BeforeValidator(_secret(Secret)), WithJsonSchema({"anyOf": [*_REFERENCES, _LITERAL]})]
StoreAddress = Annotated[
    StoreUrl, BeforeValidator(_secret(StoreUrl)), WithJsonSchema({"anyOf": [*_REFERENCES, _ADDRESS]})
]


def _folder_path(value: Any, info: ValidationInfo) -> Path:
    return _path(check_filled(text_of(value, f"`{info.field_name}` wants the path of a folder")), info)


FolderPath = Annotated[Path, BeforeValidator(_folder_path), WithJsonSchema({"type": "string", "pattern": LINE})]
ExistingFolder = Annotated[FolderPath, AfterValidator(_folder)]

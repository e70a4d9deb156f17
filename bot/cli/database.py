"""The store itself: upgrade, backup, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import FINE, NEEDS_YOU
from bot.cli.options import ConfigOption, JsonOption, config_path, keep_config
from bot.cli.output import field, json_line, say, warn_field
from bot.core import wording

MEGA = 10**6

database = typer.Typer(help="The store: upgrade it, copy it, look whether it is sound.", no_args_is_help=True)


@database.callback()
def keep(context: typer.Context, config: ConfigOption = None) -> None:
    """The store: upgrade it, copy it, look whether it is sound."""
    keep_config(context, config)


@database.command("upgrade")
def upgrade(context: typer.Context, config: ConfigOption = None) -> None:
    """Brings the store up to date.

    Any command does that by itself when it opens the store, after a copy of an SQLite file; here it is done, and told,
    by itself. A store that is newer than the program is refused, with both versions.
    """
    from bot.adapters.store import upkeep

    done = upkeep.upgrade(_url(context, config))
    if done.before == done.after:
        say(f"The store {done.where} is up to date: revision {done.after}.")
        return
    if done.before is None:
        say(f"The store {done.where} was made: revision {done.after}.")
        return
    say(f"The store {done.where} was upgraded from revision {done.before} to {done.after}.")
    if done.copy:
        say(f"As it was before, it is in `{done.copy}`.")


@database.command("backup")
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy: a file that does not exist.")],
    config: ConfigOption = None,
) -> None:
    """Copies an SQLite store, be it in use or not.

    Into one compact file that only its owner can read. For PostgreSQL: pg_dump.
    """
    from bot.adapters.store import upkeep

    size = upkeep.backup(_url(context, config), file)
    say(f"`{file}` is a copy of the store, {size / MEGA:.1f} MB. To go back to it: [store] url.")


@database.command("check")
def check(context: typer.Context, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Reads the whole store, and tells whether it is sound.

    That is, whether it holds what was saved; nothing is changed. Exit code 1 where it does not.
    """
    from bot.adapters.store import upkeep

    found = upkeep.check(_url(context, config))
    if as_json:
        json_line(
            {
                "ok": not found.faults,
                "revision": found.revision,
                "windows": found.windows,
                "events": found.events,
                "bytes": found.bytes,
                "faults": list(found.faults),
            }
        )
    else:
        field("store", f"{found.where}, revision {found.revision}, {found.bytes / MEGA:.1f} MB")
        field("holds", f"{wording.count(found.windows, 'window')}, {wording.count(found.events, 'event')}")
        for fault in found.faults:
            warn_field("fault", fault)
        field("verdict", "NOT sound: go back to a backup." if found.faults else "Sound: it holds what was saved.")
    raise typer.Exit(NEEDS_YOU if found.faults else FINE)


def _url(context: typer.Context, config: Path | None) -> str:
    """The store's address. No other secret needs to be there."""
    from bot.wiring import load_config

    return load_config(config_path(context, config), secrets=False).store_url.read()


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(database, name="db")

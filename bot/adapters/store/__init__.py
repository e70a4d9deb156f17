"""The database: SQLite by default, PostgreSQL if wanted. ``open_store`` is the way in."""

from bot.adapters.store.engine import sqlite_file, sqlite_version_warning
from bot.adapters.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store", "sqlite_file", "sqlite_version_warning"]

"""What the sandbox's tests share: one world, one clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sandbox import Sandbox, World

SEED = 7
LAST_DAY = date(2026, 11, 19)
NOW = datetime(2026, 11, 20, 4, 30, 15, 208_000, tzinfo=UTC)
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def world() -> World:
    """The world that all tests read; nothing changes it but the clock."""
    return World(SEED, LAST_DAY)


@pytest.fixture(scope="session")
def now() -> datetime:
    """Four and a half hours into the day after the world's last one."""
    return NOW


@pytest.fixture(scope="session")
def last_day() -> date:
    """The last completed day at ``now``."""
    return LAST_DAY


@pytest.fixture
def sandbox(world: World, now: datetime) -> Iterator[Sandbox]:
    """A running sandbox without limits."""
    with Sandbox(world, now=lambda: now, limits=False) as running:
        yield running


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of real recordings; tests that need it skip without it."""
    if not DATA.is_dir():
        pytest.skip("the folder of recorded answers is not there")
    return DATA

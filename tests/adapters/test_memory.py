"""What is free within a process goes back to the system, where the C library can."""

from __future__ import annotations

import platform
import sys

import pytest

from bot.adapters.memory import give_back


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked for it")
def test_holes_between_what_stays_are_given_back() -> None:
    """Each of 4 kB, too large for Python's own arenas; what stays keeps glibc from giving them back by itself."""
    taken = [bytes(4000) for _ in range(20_000)]
    stays = taken[::50]
    del taken
    assert give_back()
    assert len(stays) == 400


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not give_back()

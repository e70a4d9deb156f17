"""What a process that is to die shares with the one that started it: its order, and how far it came."""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import subprocess
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("syscalls.c")


class How(IntEnum):
    """When to die at a system call; as in ``syscalls.c``. MIDWAY is AFTER where nothing is written."""

    BEFORE = 0
    MIDWAY = 1
    AFTER = 2


class Syscalls(ctypes.Structure):
    """``struct order`` of ``syscalls.c``."""

    _fields_ = (("at", ctypes.c_long), ("how", ctypes.c_long), ("count", ctypes.c_long), ("name", ctypes.c_char * 24))


class Shared(ctypes.Structure):
    """Memory that outlives the process that writes it.

    ``boundaries`` counts those passed, of which ``at`` (0: none) is deadly; ``where`` is that one. ``stage`` is the
    part of the cycle that runs, ``waited`` how many seconds were slept by a clock that does not run while one sleeps.
    """

    _fields_ = (
        ("syscalls", Syscalls),
        ("at", ctypes.c_long),
        ("boundaries", ctypes.c_long),
        ("where", ctypes.c_char * 48),
        ("stage", ctypes.c_char * 16),
        ("waited", ctypes.c_double),
    )


def shared(file: Path) -> Shared:
    """The memory that all who open this file share; it begins as zeros."""
    with file.open("a+b") as opened:
        opened.truncate(ctypes.sizeof(Shared))
        return Shared.from_buffer(mmap.mmap(opened.fileno(), ctypes.sizeof(Shared)))


def clear(order: Shared) -> None:
    """Makes it zeros again."""
    ctypes.memset(ctypes.byref(order), 0, ctypes.sizeof(order))


def arm(order: Shared) -> None:
    """Has the preloaded library count this process's calls, and die as ordered."""
    ctypes.CDLL(None).crash_arm(ctypes.byref(order.syscalls))


def is_preloaded() -> bool:
    """Whether this process has the library."""
    return hasattr(ctypes.CDLL(None), "crash_arm")


def build(folder: Path) -> Path | None:
    """Compiles the library into a folder; None without a C compiler: then nothing dies at system calls."""
    compiler = next(filter(None, map(shutil.which, (os.environ.get("CC", "cc"), "gcc", "clang"))), None)
    if compiler is None:
        return None
    library = folder / "syscalls.so"
    options = ("-shared", "-fPIC", "-O1", "-Wall", "-D_LARGEFILE64_SOURCE")
    subprocess.run([compiler, *options, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library

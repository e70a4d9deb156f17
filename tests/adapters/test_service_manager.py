"""What systemd hears: datagrams, on a socket in the file system or an abstract one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.adapters.service_manager import ALIVE, READY, ServiceManager


@pytest.mark.parametrize("abstract", [False, True])
def test_states_come_in_one_datagram(tmp_path: Path, abstract: bool) -> None:
    address = f"@rankbot-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        ServiceManager(address).tell(READY, ALIVE)
        assert manager.recv(100) == b"READY=1\nWATCHDOG=1"


@pytest.mark.parametrize("address", [None, ""])
def test_without_a_manager_nothing_is_told(address: str | None) -> None:
    ServiceManager(address).tell(READY)


def test_a_manager_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ServiceManager(str(tmp_path / "gone")).tell(READY)

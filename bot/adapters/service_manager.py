"""Tells systemd how the process is: one datagram to the socket that it names in ``$NOTIFY_SOCKET`` (sd_notify(3))."""

from __future__ import annotations

import socket

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


class ServiceManager:
    """The service manager that started this process. ``address``: its socket, None where there is none to tell."""

    def __init__(self, address: str | None) -> None:
        self._address = address

    def tell(self, *states: str) -> None:
        """Sends the states, such as READY, in one datagram; raises OSError where they can't be sent."""
        if not self._address:
            return
        abstract = self._address.startswith("@")
        target = f"\0{self._address[1:]}" if abstract else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.sendto("\n".join(states).encode(), target)

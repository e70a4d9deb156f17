"""Mail addresses as people write them: ``name@example.com``, or ``Name <name@example.com>``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHOLE = re.compile(r"(?P<name>[^<>]*)<(?P<bare>[^<>]+)>\Z")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}\Z")
"""RFC 5321's Dot-string, without its rules on dots, and its length; quoted local parts are not in use."""
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\Z')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail goes: ``local@domain``, the domain in ASCII. ``name`` is for showing, as it was written, or empty."""

    name: str
    local: str
    domain: str


def mailbox(text: str) -> Mailbox | None:
    """The address that the text is; None where it is none that mail can go to.

    All that stands before the angle brackets is the name, commas and colons too: in a header it is quoted.
    """
    found = _WHOLE.match(text)
    name, bare = (found["name"].strip(), found["bare"]) if found else ("", text)
    local, _, domain = bare.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:  # an empty label, or a long one
        return None
    if _CONTROL.search(text) or not (_LOCAL.match(local) and _DOMAIN.match(domain)):
        return None
    quoted = _QUOTED.match(name)
    return Mailbox(re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name, local, domain)

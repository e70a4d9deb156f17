"""A mail address is read in one place: what the configuration accepts, mail goes to."""

from __future__ import annotations

import pytest

from bot.core.mailbox import Mailbox, mailbox


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a@b.example", ""),
        ("<a@b.example>", ""),
        (" Rankings <a@b.example>", "Rankings"),
        ("Acme, Inc. <a@b.example>", "Acme, Inc."),
        ("Ops: team <a@b.example>", "Ops: team"),
        ("Foo @ Bar <a@b.example>", "Foo @ Bar"),
        ("[x] Foo (bar <a@b.example>", "[x] Foo (bar"),
        ('"Acme, \\"Inc.\\"" <a@b.example>', 'Acme, "Inc."'),
        ('"Foo <a@b.example>', '"Foo'),
        ("Müller\u00a0& Söhne <a@b.example>", "Müller\u00a0& Söhne"),
    ],
)
def test_what_stands_before_the_brackets_is_the_name(text: str, name: str) -> None:
    assert mailbox(text) == Mailbox(name, "a", "b.example")


def test_the_domain_is_in_ascii() -> None:
    assert mailbox("Jo <jo@bücher.example>") == Mailbox("Jo", "jo", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    "text",
    [
        "", "jo", "jo@", "@b.example", "jürgen@b.example", "a b@b.example", "a@b..example", f"a@{'b' * 64}.example",
        "a@b_c.example", "a@-b.example", "<>", "Jo <a@b.example", "Jo <a@b.example> too", "Jo <a@b.example>, <c@d.e>",
        "a@b.example\nBcc: c@d.e", "J\ro <a@b.example>", f"{'a' * 65}@b.example", f"a@{'b.' * 127}example",
    ],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert mailbox(text) is None

"""Logging in at a mail server: by password or by token, and what to do where it takes neither."""

from __future__ import annotations

import binascii
import re
import smtplib
from dataclasses import dataclass

_APP_PASSWORD = "Check `username` and `password`; many services want a password made for apps only."  # noqa: S105
_AUTH_HINTS = (
    (("gmail.com", "googlemail.com"), "Gmail wants an app password, which needs 2-step verification."),
    (
        ("office365.com", "outlook.com", "hotmail.com", "live.com"),
        'Microsoft is ending passwords for SMTP: allow SMTP AUTH, use auth = "xoauth2", or a relay: docs/mail.md.',
    ),
)
_NO_PASSWORDS = re.compile(r"5\.7\.139|5\.7\.30\b|basic auth", re.IGNORECASE)
"""How Exchange Online says that it takes no passwords: 535 5.7.139, and 550 5.7.30 where they are gone for good."""
BASIC_ENDED = (
    "The server takes no passwords here (Microsoft ends basic authentication). Either use a token with "
    'auth = "xoauth2", or send through a relay, or have an admin allow SMTP AUTH for the mailbox: docs/mail.md.'
)


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password; never shown. ``bearer``: the password is an OAuth 2 access token, for XOAUTH2."""

    username: str
    password: str
    bearer: bool = False

    def __repr__(self) -> str:
        return "Login(…)"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: both, and the two together as AUTH PLAIN and XOAUTH2 send them."""
        return (f"\0{self.username}\0{self.password}", self.xoauth2, self.password, self.username)

    @property
    def xoauth2(self) -> str:
        """What XOAUTH2 sends, before it is encoded."""
        return f"user={self.username}\1auth=Bearer {self.password}\1\1"


class ChallengeError(smtplib.SMTPException):
    """What the server asks in a login can't be answered; smtplib raises what its libraries do."""


def log_in(connection: smtplib.SMTP, login: Login) -> None:
    """Logs in by what is there. Raises SMTPException; UnicodeError for what no login can be sent with."""
    try:
        if login.bearer:
            _show_token(connection, login)
        else:
            connection.login(login.username, login.password)
    except UnicodeError:
        raise
    except binascii.Error as error:
        raise ChallengeError("the server's part of the login is not base64") from error
    except ValueError as error:  # where MD5 is switched off (FIPS), CRAM-MD5 can't be computed
        raise ChallengeError("this machine can't compute the login that the server offers first") from error


def _show_token(connection: smtplib.SMTP, login: Login) -> None:
    """Logs in by XOAUTH2. A server that refuses the token asks once more, is answered with nothing, and then fails."""
    if "XOAUTH2" not in connection.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("the server offers no XOAUTH2")
    connection.auth("XOAUTH2", lambda challenge=None: "" if challenge else login.xoauth2)


def ends_passwords(error: smtplib.SMTPResponseException) -> bool:
    """Whether the server says that it takes no passwords at all, rather than not this one."""
    return _NO_PASSWORDS.search(str(error.smtp_error)) is not None


def login_hint(host: str) -> str:
    """What to do about a refused login, by the service."""
    return next((hint for domains, hint in _AUTH_HINTS if host.lower().endswith(domains)), _APP_PASSWORD)

"""What it means that a mail was not handed over: in whose words, whether asking again helps, and what to do."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.adapters.network_words import network_words
from bot.adapters.service_words import quoted, scrub
from bot.adapters.smtp_login import BASIC_ENDED, ends_passwords, login_hint
from bot.core.delivery import Failed

if TYPE_CHECKING:
    from bot.adapters.smtp import Server


def not_sent(error: Exception, server: Server, secrets: Sequence[str]) -> Failed:
    """What it means that the mail was not handed over."""
    return Failed(
        scrub(words_of_failure(error, server), *secrets), permanent=_is_permanent(error), hint=_hint(error, server)
    )


def _broken(error: Exception) -> OSError | None:
    """What broke the connection, if that is what happened; smtplib says of a silence that the server hung up."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        cause = error.__context__
        return cause if isinstance(cause, OSError) else ConnectionResetError()
    return error if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else None


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return 500 <= error.smtp_code < 600
    return isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError) or _is_without_common_login(error)


def _is_without_common_login(error: Exception) -> bool:
    """Whether server and smtplib know no common kind of login: smtplib's only use of the bare class here."""
    return type(error) is smtplib.SMTPException


def _hint(error: Exception, server: Server) -> str:
    if isinstance(error, smtplib.SMTPResponseException) and ends_passwords(error):
        return BASIC_ENDED
    if isinstance(error, smtplib.SMTPAuthenticationError) or _is_without_common_login(error):
        return login_hint(server.host)
    if isinstance(error, smtplib.SMTPResponseException):
        wanted = "The server wants a login: set `username` and `password`, and `security` other than none."
        return wanted if error.smtp_code == 530 else ""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return 'The server offers no STARTTLS, or no login: see `port` and `security` ("tls" for port 465).'
    if isinstance(error, UnicodeError):
        return "The host, user name or password holds characters outside ASCII."
    return _network_hint(error, server)


def _network_hint(error: Exception, server: Server) -> str:
    """What to look at where the connection failed; nothing where all was said by the server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The server's certificate does not fit `host`, or nobody known vouches for it."
    if isinstance(error, ssl.SSLError):
        return f"Check `port` and `security` of {server.table}: they do not seem to fit each other."
    there = f"Check `host` and `port` of {server.table}, and that this machine may reach them."
    return there if _broken(error) else ""


def words_of_failure(error: Exception, server: Server) -> str:
    """What failed, in the server's words where it said something."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return refused_words(error.recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        return said(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate was not accepted: {quoted(error.verify_message)}"
    broken = _broken(error)
    if broken:
        return network_words(broken, server.place)
    return "the login or the host can't be sent" if isinstance(error, UnicodeError) else quoted(str(error))


def said(code: int, words: str | bytes) -> str:
    """An answer of the server's."""
    return f"the server said {code} {quoted(words)}"


def refused_words(refused: Mapping[str, tuple[int, bytes]]) -> str:
    """Whom the server would not take the mail for, in its words; empty where there is nobody."""
    listed = "; ".join(f"{address} ({code} {quoted(words)})" for address, (code, words) in refused.items())
    return f"refused: {listed}" if listed else ""

"""What it means for the feed that no answer of it can be read: each failure of the network sorted, with what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.http import Fault, NoAnswerError
from bot.errors import FeedError, FeedMalformedError, FeedPermanentError, FeedTransientError

_TRUST = (
    "Check [openrouter] base_url and this machine's clock; "
    "where a proxy has a certificate of its own, name its authority in SSL_CERT_FILE."
)
_MEANINGS: Mapping[Fault, tuple[type[FeedError], str]] = {
    Fault.NETWORK: (
        FeedTransientError,
        "It is asked again in the next cycle. If it lasts, check the network and [openrouter] base_url.",
    ),
    Fault.CERTIFICATE: (FeedPermanentError, _TRUST),
    Fault.COMPRESSED: (
        FeedMalformedError,
        "What stands between here and the feed changes its answers: check the proxy.",
    ),
    Fault.TOO_LONG: (FeedMalformedError, ""),
    Fault.ADDRESS: (
        FeedPermanentError,
        "Set [openrouter] base_url, for example to https://openrouter.ai/api/v1.",
    ),
    Fault.ENVIRONMENT: (
        FeedPermanentError,
        "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY (no SOCKS proxies), SSL_CERT_FILE and SSL_CERT_DIR.",
    ),
}


def no_answer(error: NoAnswerError, *, what: str) -> FeedError:
    """Our error for a request that brought none; ``what`` begins its message."""
    kind, hint = _MEANINGS[error.fault]
    return kind(f"{what}: {error.finding}.", hint=hint)


def no_client(error: NoAnswerError) -> FeedError:
    """Our error for an address or an environment with which nothing can be asked for at all."""
    kind, hint = _MEANINGS[error.fault]
    if error.fault is Fault.ADDRESS:
        return kind(f"base_url {error.finding}.", hint=hint)
    return kind(f"{error.finding[:1].upper()}{error.finding[1:]}.", hint=hint)

"""A feed in trouble, on demand: what the bot does and says when every request is refused."""

from __future__ import annotations

from bot.errors import UsageError
from bot.sandbox.answers import SAMPLE_HEADER, Answer, Request, refusal

RETRY_AFTER_SECONDS = 90
MESSAGES = {
    401: "No auth credentials found",
    403: "Key is not allowed to read datasets",
    429: "Rate limit exceeded",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
"""What can be played, with the words that go with it: 429 asks for a pause of RETRY_AFTER_SECONDS."""


class Failing:
    """Answers every request with one ``status`` of MESSAGES; raises UsageError for any other.

    It goes in place of a sandbox's ``answer``.
    """

    def __init__(self, status: int) -> None:
        if status not in MESSAGES:
            raise UsageError(
                f"The sandbox does not play {status}.", hint=f"It plays {', '.join(str(each) for each in MESSAGES)}."
            )
        wait = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        self._answer = refusal(status, MESSAGES[status], headers={**wait, SAMPLE_HEADER: "generated"})

    def __call__(self, _request: Request) -> Answer:
        """The same to everybody, whatever is asked."""
        return self._answer

"""A feed that can't even be asked: what is wrong with the address or the environment, and what to do."""

from __future__ import annotations

import pytest

from bot.errors import FeedPermanentError
from tests.adapters.feed_answers import feed_over


@pytest.mark.parametrize(
    ("base_url", "says"),
    [
        ("https://open..router.ai", "base_url is not an address. Set [openrouter] base_url, for example to https"),
        ("openrouter.ai", "base_url is not an https address. Set [openrouter] base_url"),
        ("http://10.0.0.1/api", "base_url (http://10.0.0.1) would send a secret unencrypted: use https. Set"),
        ("https://openrouter.ai/api?x=1", "base_url (https://openrouter.ai) has a user, a query or a fragment. Set"),
    ],
)
def test_an_address_that_is_none_is_permanent(base_url: str, says: str) -> None:
    with pytest.raises(FeedPermanentError) as caught, feed_over(base_url=base_url):
        pass
    assert str(caught.value).startswith(says)


def test_an_environment_that_cannot_be_used_is_permanent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "no-such-file.pem")
    with pytest.raises(FeedPermanentError) as caught, feed_over():
        pass
    assert str(caught.value).startswith("The environment's network settings can't be used. Check HTTPS_PROXY")

"""What holds for every test: no socket leaves this machine, and the environment is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("rankbot", deadline=None, derandomize=True)
settings.register_profile(  # mutmut runs the tests several times in one process, and wants no smallest example
    "mutants",
    settings.get_profile("rankbot"),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.differing_executors],
    database=None,
)
settings.load_profile("rankbot")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no configuration and no key of whoever runs the tests."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    for name in ("RANKBOT_CONFIG", "OPENROUTER_API_KEY", "SLACK_WEBHOOK_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

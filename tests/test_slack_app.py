"""The manifest is one that Slack takes, with the scopes that the code uses, and docs/slack.md says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.adapters import slack_errors
from bot.adapters.slack_errors import of_code
from bot.core.delivery import Failed, Unknown
from tests.servers.slack import FakeSlack

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/slack.md").read_text(encoding="utf-8")
KEYS: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"bot_user"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"scopes"},
    "oauth_config.scopes": {"bot"},
    "settings": {"org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"},
}
"""The fields that Slack documents for a manifest, as far as an app without events, commands or a home has any."""
METHODS = {
    "chat.postMessage": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.replies": {"channels:history", "groups:history"},
    "conversations.list": {"channels:read"},
    "auth.test": set(),
}
"""The scopes that Slack documents for each method that the bot calls, by the kinds of channels that it posts to."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "slack-app.yaml").read_text(encoding="utf-8"))
    return found


def test_it_has_fields_that_slack_documents_within_their_limits(manifest: dict[str, Any]) -> None:
    def walk(value: dict[str, Any], path: str) -> None:
        assert set(value) <= KEYS[path], path
        for key, part in value.items():
            if isinstance(part, dict):
                walk(part, f"{path}.{key}".strip("."))

    walk(manifest, "")
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch("[a-z0-9._-]{1,80}", manifest["features"]["bot_user"]["display_name"])
    assert manifest["settings"]["token_rotation_enabled"] is False


def test_its_scopes_are_those_that_the_code_uses_and_no_other(manifest: dict[str, Any]) -> None:
    code = "".join(
        (ROOT / "bot/adapters" / name).read_text(encoding="utf-8")
        for name in ("slack.py", "slack_call.py", "slack_names.py")
    )
    called = {name.replace("_", ".", 1) for name in re.findall(r"client\.([a-z]+_[a-zA-Z]+)\(", code)} - {"send.dict"}
    assert called == set(METHODS)
    needed = set().union(*(METHODS[method] for method in called), {"incoming-webhook", "metadata.message:read"})
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
    with FakeSlack() as slack:
        assert slack.scopes <= needed


def test_the_page_says_what_each_scope_buys(manifest: dict[str, Any]) -> None:
    table = PAGE.partition("## What each scope buys")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z.:-]+)` \|", table, re.MULTILINE) == manifest["oauth_config"]["scopes"]["bot"]
    assert f"/invite @{manifest['features']['bot_user']['display_name']}" in PAGE


def documented() -> list[str]:
    """Every code that Slack documents for posting, as far as the bot sorts them."""
    known = {*slack_errors._HINTS, *slack_errors._PAYLOAD, *slack_errors._LATER, *slack_errors._AMBIGUOUS}
    return sorted(known | {"invalid_metadata_format", "slack_connect_file_link_sharing_blocked"})


@pytest.mark.parametrize("code", documented())
def test_every_documented_error_says_its_code_and_what_to_do(code: str) -> None:
    """Of an error that leaves open whether the message is there, test-channel says to look."""
    found = of_code(code)
    assert f"`{code}`" in found.reason
    assert isinstance(found, Unknown) if code in slack_errors._AMBIGUOUS else isinstance(found, Failed) and found.hint


def test_the_page_lists_codes_that_are_known() -> None:
    table = PAGE.partition("## What Slack says")[2]
    shown = set(re.findall(r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines() if "| `" in line)))
    assert len(shown) >= 15
    assert shown <= set(documented())

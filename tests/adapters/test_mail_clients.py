"""The mails as a validator reads them, and as Gmail, Outlook and Apple Mail do: see .ci/mail/check.mjs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.adapters.test_mail_looks import NAMES, page

CHECK = Path(__file__).resolve().parents[2] / ".ci" / "mail"

pytestmark = pytest.mark.slow


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    if not node or not (CHECK / "node_modules").is_dir():
        pytest.skip("it needs Node 20 and: npm ci --prefix .ci/mail")
    command = [node, str(CHECK / "check.mjs"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_every_mail_is_valid_and_asks_no_client_for_what_it_does_not_know(tmp_path: Path) -> None:
    files: list[str] = []
    for name in NAMES:
        file = tmp_path / f"{name}.html"
        file.write_text(page(name), encoding="utf-8")
        files.append(str(file))
    done = check("--complete", *files)
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    """Invalid HTML, and a style that Outlook does not know."""
    bad = tmp_path / "bad.html"
    bad.write_text(page("ordinary").replace('style="', 'style="display:grid;', 1).replace("</h1>", "", 1))
    done = check(str(bad))
    assert done.returncode == 1
    assert "outlook.windows does not know display:grid" in done.stdout
    assert "close-order" in done.stdout

"""CI tells what is known against a package apart from a service that could not be asked."""

from __future__ import annotations

import importlib.util
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"
CLEAN = {"name": "httpx", "version": "0.28.1", "vulns": []}
KNOWN = {"name": "jinja2", "version": "3.1.4", "vulns": [{"id": "CVE-2025-27516", "fix_versions": ["3.1.6"]}]}
UNASKED = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (14)"}
OWN = {"name": "openrouter-rankbot", "skip_reason": "distribution marked as editable"}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("rankbot_ci_audit", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def auditor(folder: Path, dependencies: list[dict[str, Any]] | None) -> str:
    """A pip-audit that answers so; None: it can't reach anybody, and says so."""
    answer = json.dumps({"dependencies": dependencies or [], "fixes": []})
    said = (
        f"cat <<'END'\n{answer}\nEND\n" if dependencies is not None else "echo 'ERROR: connection refused' >&2; exit 1"
    )
    script = folder / "pip-audit"
    script.write_text(f"#!/bin/sh\n{said}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


@pytest.mark.parametrize(
    ("dependencies", "lenient", "strict"),
    [
        ([CLEAN, OWN], 0, 0),
        ([CLEAN, KNOWN], 1, 1),
        ([CLEAN, UNASKED], 0, 3),
        ([KNOWN, UNASKED], 1, 1),
        (None, 0, 3),
    ],
    ids=["nothing known", "a finding", "one not asked about", "a finding beside one not asked about", "no service"],
)
def test_a_finding_fails_always_and_silence_only_where_it_must_not_be(
    audit: ModuleType, tmp_path: Path, dependencies: list[dict[str, Any]] | None, lenient: int, strict: int
) -> None:
    command = auditor(tmp_path, dependencies)
    assert audit.main([command]) == lenient
    assert audit.main(["--strict", command]) == strict


def test_what_was_found_and_what_was_not_asked_are_both_said(
    audit: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.main([auditor(tmp_path, [CLEAN, KNOWN, UNASKED])])
    out = capsys.readouterr().out
    assert "FOUND jinja2 3.1.4: CVE-2025-27516, mended in 3.1.6" in out
    assert "COULD NOT ASK about 1 of 3:" in out
    assert "Nothing is known" not in out


@pytest.mark.slow
def test_the_sbom_lists_what_is_installed(tmp_path: Path) -> None:
    """What ``.ci/sbom`` does with an environment of its own."""
    command = shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent))
    if not command:
        pytest.skip("there is no cyclonedx-py: pip install -r .ci/requirements.txt")
    arguments = ["environment", "--pyproject", str(SCRIPT.parents[1] / "pyproject.toml"), "--output-reproducible"]
    file = tmp_path / "sbom.json"
    subprocess.run([command, *arguments, "--output-file", str(file), sys.executable], check=True, capture_output=True)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["name"] == "openrouter-rankbot"
    assert {"httpx", "sqlmodel", "pydantic"} <= {part["name"] for part in document["components"]}
    assert " ".join(arguments[:2:2]) in (SCRIPT.parent / "sbom").read_text(encoding="utf-8")


def test_a_service_that_cannot_be_reached_is_no_good_news(
    audit: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.main([auditor(tmp_path, None)])
    assert capsys.readouterr().out == "COULD NOT ASK about 1 of 1:\n  everything: ERROR: connection refused\n"

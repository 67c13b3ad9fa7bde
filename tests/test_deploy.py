"""What ``deploy/`` says fits the program, and its parts run together as it says: as processes of this machine."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
import yaml

from api.cli import app as commands
from api.http.metrics import Metrics
from api.http.routes import ROUTERS
from api.keys import Role, issue_key
from deploy import sizing
from ingest.house import House
from ingest.settings import Settings
from storage.audit_log import audit
from tests.servers import S3Server, free_ports, running_postgres, seaweed

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MANIFESTS: list[dict[str, Any]] = [
    document
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text())
]
PODS = {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in MANIFESTS if one["kind"] == "Deployment"}
OURS = ("api-1", "api-2", "worker")
BATCH_SIZE = 4
DEADLINE_S = 300


def settings_named(names: Mapping[str, object]) -> set[str]:
    return {name.removeprefix("SOHOA_").lower() for name in names if name.startswith("SOHOA_")}


def parse(command: list[str]) -> None:
    """Parse a command line of ours without running it; an unknown option is an error."""
    program, name, *arguments = command
    assert program == "sohoa"
    found = typer.main.get_command(commands).commands[name]  # type: ignore[attr-defined]  # it is a group
    found.make_context(name, list(arguments))


def test_alarms_ask_for_what_is_measured(tmp_path: Path) -> None:
    portal = {"portal_url": "https://portal.example", "portal_files_url": "https://files.example"}
    house = House(Settings(data_dir=tmp_path, **portal))
    try:
        measured = set(re.findall(r"^# TYPE (\S+)", Metrics(house).text().decode(), re.MULTILINE))
    finally:
        house.close()
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    asked = {name for rule in group["rules"] for name in re.findall(r"sohoa_\w+", rule["expr"])}
    assert asked <= measured
    told = set(re.findall(r"`(sohoa_\w+)", (ROOT / "docs" / "keep.md").read_text()))
    assert told & measured <= asked | {"sohoa_fixity_bytes_total"}, "an alarm for what the guide says"
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names))
    assert all(" / " in rule["annotations"]["summary"] for rule in group["rules"])


def test_what_is_set_are_settings() -> None:
    known = set(Settings.model_fields)
    for name in OURS:
        assert settings_named(SERVICES[name]["environment"]) <= known
    config = next(one for one in MANIFESTS if one["kind"] == "ConfigMap")
    assert settings_named(config["data"]) <= known
    for pod in PODS.values():
        assert settings_named({one["name"]: one for one in pod["containers"][0].get("env", [])}) <= known


def test_commands_are_commands() -> None:
    for name in OURS:
        parse(SERVICES[name]["command"])
    for pod in PODS.values():
        parse(pod["containers"][0]["command"])


def test_images_are_of_one_version_and_ours_of_this_one() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"sohoa:{version}"}
    assert all(re.fullmatch(r"[a-z/]+:\d[\w.-]*", one["image"]) for one in SERVICES.values())
    (image,) = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["images"]
    assert image == {"name": "sohoa", "newTag": version}
    assert {pod["containers"][0]["image"] for pod in PODS.values()} == {"sohoa"}


def test_only_the_proxy_is_reachable_and_only_from_this_machine() -> None:
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"proxy"}
    (port,) = SERVICES["proxy"]["ports"]
    assert port.startswith("${SOHOA_PUBLISH:-127.0.0.1:")


def test_everything_of_ours_runs_confined() -> None:
    for name in OURS:
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]
    for pod in PODS.values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}


def test_probes_and_services_lead_somewhere() -> None:
    paths = {route.path for router in ROUTERS for route in router.routes}
    (container,) = PODS["api"]["containers"]
    assert {container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")} <= paths
    labels = next(one for one in MANIFESTS if one["metadata"]["name"] == "api" and one["kind"] == "Deployment")
    for one in MANIFESTS:
        if one["kind"] == "Service":
            assert one["spec"]["selector"].items() <= labels["spec"]["template"]["metadata"]["labels"].items()
    assert "/v1/ready" in (DEPLOY / "haproxy.cfg").read_text()


def test_every_manifest_is_listed() -> None:
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert {"kustomization.yaml", *listed} == {file.name for file in (DEPLOY / "kubernetes").glob("*.yaml")}


def test_the_table_of_sizes_is_what_the_figures_give() -> None:
    assert sizing.table(sizing.Measured(), sizing.Assumed()) in (ROOT / sizing.DOCUMENT).read_text()


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {Path(one["file"]).name for one in COMPOSE["secrets"].values()} | {
        "sohoa.env",
        "security.toml",
    } <= made.keys()
    assert not [file for file in (folder, *folder.iterdir()) if file.stat().st_mode & 0o077]
    make_secrets(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == made


# --- the whole of it, as processes -----------------------------------------------------------------------------------


def make_secrets(folder: Path) -> None:
    subprocess.run([DEPLOY / "make-secrets.sh", folder], check=True, stdout=subprocess.DEVNULL)


@dataclass
class Province:
    """What compose.yaml starts, running here.

    Attributes:
        house: Its parts, seen from inside. objects: The store. url: The proxy. trust: What the proxy's certificate is.
        running: Its processes by name.
    """

    house: House
    objects: S3Server
    url: str
    trust: ssl.SSLContext
    running: dict[str, "subprocess.Popen[bytes]"]

    def call(self, key: str, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", **request.pop("headers", {})}
        return httpx.request(
            method, self.url + path, headers=headers, verify=self.trust, timeout=60, trust_env=False, **request
        )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    if not shutil.which("haproxy"):
        pytest.skip("no haproxy here")
    made = tmp_path / "secrets"
    make_secrets(made)
    ports = dict(zip(("api-1", "api-2", "proxy"), free_ports(3), strict=True))
    with ExitStack() as stack:
        objects = stack.enter_context(seaweed(deployed=made))
        settings = {
            **SERVICES["worker"]["environment"],
            **dict(line.split("=", 1) for line in (made / "sohoa.env").read_text().splitlines()),
            "SOHOA_DATABASE_URL": stack.enter_context(running_postgres(durable=True)),
            "SOHOA_S3_ENDPOINT": objects.endpoint,
            "SOHOA_DATA_DIR": str(tmp_path / "data"),
            "SOHOA_ENVIRONMENT": "development",
            "SOHOA_WORKERS": "1",
        }
        proxy = {
            "SOHOA_PROXY_BIND": f"127.0.0.1:{ports['proxy']}",
            "SOHOA_PROXY_CERTIFICATE": str(made / "tls.pem"),
            "SOHOA_API_1": f"127.0.0.1:{ports['api-1']}",
            "SOHOA_API_2": f"127.0.0.1:{ports['api-2']}",
        }
        running: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(end_all, running)

        def start(name: str, command: list[str], environment: Mapping[str, str]) -> None:
            with (tmp_path / f"{name}.log").open("wb") as log:
                running[name] = subprocess.Popen(
                    command, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
                )

        for name in ("api-1", "api-2"):
            start(name, [*ours(name)[:-1], "127.0.0.1", "--port", str(ports[name])], settings)
        for name in ("worker-1", "worker-2"):
            start(name, ours("worker"), settings)
        for name in ("api-1", "api-2"):
            await_answer(f"http://127.0.0.1:{ports[name]}/v1/ready", running[name], tmp_path / f"{name}.log")
        start("proxy", ["haproxy", "-db", "-f", str(DEPLOY / "haproxy.cfg")], proxy)
        url, trust = f"https://127.0.0.1:{ports['proxy']}", ssl.create_default_context(cafile=str(made / "tls.crt"))
        await_answer(f"{url}/v1/ready", running["proxy"], tmp_path / "proxy.log", trust)
        inside = {name: settings[f"SOHOA_{name.upper()}"] for name in settings_named(settings)}
        house = House(Settings(**inside))
        stack.callback(house.close)
        yield Province(house, objects, url, trust, running)


def ours(name: str) -> list[str]:
    """The command of one of our services, as a program of this machine."""
    _, *arguments = SERVICES[name]["command"]
    return [str(Path(sys.executable).with_name("sohoa")), *arguments]


def end_all(running: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    for process in running.values():
        process.terminate()
    for process in running.values():
        process.wait(60)


def await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path, trust: ssl.SSLContext | None = None) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(url, verify=trust or True, trust_env=False).is_success:
                return
        time.sleep(0.1)
    pytest.fail(log.read_text()[-4000:])


def test_nobody_gets_past_the_keys_of_the_object_store(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    with seaweed(deployed=tmp_path) as objects:
        volume = f"http://127.0.0.1:{objects.ports['volume']}/1,01637037d6"
        assert httpx.post(volume, files={"file": b"x"}, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
        assert httpx.get(volume, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
        assert httpx.get(f"http://{objects.endpoint}/sohoa-audit/object", trust_env=False).status_code == 403


def test_the_province_goes_on_while_its_machines_die(province: Province, sample: Path) -> None:
    """Papers come through the proxy while an API and a worker are killed: each is stored, and stored once."""
    station = issue_key(province.house.catalogue, "quay-1", Role.STATION)
    officer = issue_key(province.house.catalogue, "can-bo", Role.OFFICER)
    scan = (sample / "can-cuoc.jpg").read_bytes()
    names = [f"{number:03}.jpg" for number in range(BATCH_SIZE)]
    batch = province.call(
        station, "POST", "/v1/batches", json={"batch": "sang", "papers": [{"name": name} for name in names]}
    ).json()["id"]

    def send(name: str) -> None:
        data = scan + name.encode()  # other bytes, the same picture
        answer = province.call(station, "PUT", f"/v1/batches/{batch}/files/{name}", content=data)
        assert answer.status_code == httpx.codes.CREATED, answer.text

    def files(*states: str) -> list[dict[str, str]]:
        deadline = time.monotonic() + DEADLINE_S
        while True:
            found: list[dict[str, str]] = province.call(station, "GET", f"/v1/batches/{batch}").json()["files"]
            if all(file["state"] in states for file in found):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.3)

    send(names[0])
    send(names[1])
    province.kill("api-1")
    province.kill("worker-1")
    send(names[2])
    send(names[3])
    for file in files("ready", "needs_review"):
        answer = province.call(
            officer, "POST", f"/v1/papers/{file['paper']}/confirmation", json={"by": "Trần Văn Bình"}
        )
        assert answer.is_success, answer.text
    stored = files("stored")
    assert len({file["paper"] for file in stored}) == BATCH_SIZE

    sealed = [key for key in province.house.objects.keys("papers/") if key.endswith("/paper.pdf")]
    assert len(sealed) == BATCH_SIZE
    assert all(len(province.house.objects.versions(key)) == 1 for key in sealed)
    entries = [one for one in audit.entries(province.house.catalogue, limit=1000) if one.action == "paper.stored"]
    assert len(entries) == BATCH_SIZE
    audit.check(province.house.catalogue, province.house.objects)
    for address in ("/v1/metrics", "/v1/%6detrics"):
        assert province.call(station, "GET", address).status_code == httpx.codes.NOT_FOUND

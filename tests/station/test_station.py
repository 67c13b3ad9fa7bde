"""What a scanner writes reaches the service over a line that breaks, once, and nothing is lost on the way."""

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from api.keys import Role
from deploy.pack_station import pack
from dossier.errors import DiskFull
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest.intake.uploads import KEPT
from station.agent import Agent
from station.escl import Scanner
from station.feeder import Feeder
from station.folders import ANNOUNCED, REASON, RECEIPT, SIGNED_RECEIPT, TICKET, Station
from station.server import PIECE, Server, Unreachable
from storage.under_way.upload_quota import reserve
from tests.api.http_service import DOSSIER, OWNER_NAME, OWNER_NUMBER, PROCEDURE, Service, png, running
from tests.station.escl_server import FakeScanner, scanner_at
from tests.storage.proxy import Proxy

LIMIT = 4 * PIECE


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), max_upload_bytes=LIMIT) as service:
        yield service


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def agent(service: Service, tmp_path: Path, said: list[str]) -> Agent:
    return made(service, tmp_path, said)


def made(service: Service, folder: Path, said: list[str], url: str | None = None) -> Agent:
    station = Station(folder / "station", settle_s=0.0)
    return Agent(station, Server(url or service.url, service.keys[Role.STATION]), say=said.append)


def long_png(shade: int) -> bytes:
    return png(shade) + bytes(range(256)) * 8192


def work(agent: Agent) -> None:
    """See what is in the inbox, then take and send it."""
    agent.once()
    assert agent.once() is False


def papers(service: Service, batch: str) -> list[dict[str, object]]:
    answer = service.call(Role.OFFICER, "GET", "/v1/papers", params={"batch": f"station.{batch}", "limit": 200})
    found: list[dict[str, object]] = answer.json()["papers"]
    return found


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_a_dossiers_folder_and_a_loose_file_arrive(service: Service, agent: Agent) -> None:
    dossier = agent.station.inbox / "hồ sơ 12"
    (dossier / "mặt sau").mkdir(parents=True)
    (dossier / "khai sinh Lê Thị Sen.png").write_bytes(long_png(1))
    (dossier / "mặt sau" / "001.png").write_bytes(png(2))
    (dossier / "Thumbs.db").write_bytes(b"not a scan")
    ticket = {
        "dossier": DOSSIER,
        "procedure": PROCEDURE,
        "operator": "quầy 3",
        "employer": "Bưu điện tỉnh Mẫu",
        "owner_number": OWNER_NUMBER,
        "owner_name": OWNER_NAME,
        "papers": [
            {"name": unicodedata.normalize("NFD", "khai sinh Lê Thị Sen.png"), "paper_type": "birth-certificate"},
            {"name": "mặt sau\\001.png", "kind": "result"},
        ],
    }
    (dossier / "Ticket.JSON").write_text(json.dumps(ticket, ensure_ascii=False), encoding="utf-8-sig")
    (agent.station.inbox / "SCAN0001.PNG").write_bytes(png(3))
    work(agent)
    assert list(agent.station.inbox.iterdir()) == list(agent.station.sending.iterdir()) == []
    loose, whole = sorted(agent.station.done.iterdir(), key=lambda batch: len(list(batch.rglob("*"))))
    assert [(p["name"], p["owner"], p["dossier"]) for p in papers(service, loose.name)] == [("001.png", None, None)]
    first, second = papers(service, whole.name)
    assert (first["name"], first["paper_type"]) == ("001.png", "birth-certificate")
    assert (second["name"], second["paper_type"], second["dossier"]) == ("002.png", None, DOSSIER)
    assert (first["kind"], second["kind"]) == ("component", "result"), "paths as Windows writes them"
    assert {p["owner"]["number"] for p in (first, second)} == {OWNER_NUMBER}  # type: ignore[index]
    receipt = json.loads((whole / RECEIPT).read_text(encoding="utf-8"))
    assert (receipt["operator"], receipt["employer"]) == ("quầy 3", "Bưu điện tỉnh Mẫu")
    assert [(one["scan"], one["outcome"]) for one in receipt["files"]] == [
        ("khai sinh Lê Thị Sen.png", "received"),
        ("mặt sau/001.png", "received"),
    ]
    signed = (whole / SIGNED_RECEIPT).read_bytes()
    assert signed == service.call(Role.AUDITOR, "GET", f"/v1/batches/station.{whole.name}/receipt").content


def test_a_dossier_somebody_waits_for_goes_first(service: Service, agent: Agent, said: list[str]) -> None:
    for name, ticket in (("1", {}), ("2", {"on_the_spot": True}), ("3", {"backlog": True})):
        folder = agent.station.inbox / name
        folder.mkdir()
        (folder / "001.png").write_bytes(png(60 + int(name)))
        (folder / TICKET).write_text(json.dumps(ticket))
    work(agent)
    sent = [line.partition(":")[0] for line in said if "xong" in line]
    assert [papers(service, batch)[0]["lane"] for batch in sent] == ["on-the-spot", "counter", "backlog"]


def test_what_is_still_being_written_stays(agent: Agent) -> None:
    agent.station.settle_s = 3600.0
    inbox = agent.station.inbox
    (inbox / "a.png").write_bytes(png(4)[:50])
    (inbox / "dossier").mkdir()
    agent.once()
    agent.once()
    agent.station.settle_s = 0.0
    (inbox / "a.png").write_bytes(png(4))  # goes on
    (inbox / "b.png.part").write_bytes(png(4))
    (inbox / "dossier" / "c.png.tmp").write_bytes(png(4))
    (inbox / ".hidden.png").write_bytes(png(4))
    assert agent.station.take() == [agent.station.sending / only(agent.station.sending).name]
    assert sorted(path.name for path in inbox.iterdir()) == [".hidden.png", "b.png.part", "dossier"]


def test_a_line_that_breaks_is_gone_on_with_where_it_broke(service: Service, tmp_path: Path, said: list[str]) -> None:
    address = urlsplit(service.url)
    data = long_png(5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"127.0.0.1:{listener.getsockname()[1]}"
        proxy = Proxy(f"{address.hostname}:{address.port}", endpoint, cut_up=PIECE // 2)
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        agent = made(service, tmp_path, said, f"http://{endpoint}")
        (agent.station.inbox / "a.png").write_bytes(data)
        agent.once()
        assert agent.once() is True
        assert "again in 5 s" in said[-1]
        assert agent.once() is True  # it waits
        batch = only(agent.station.sending)
        sent = 0
        # Started anew each time, as after a power cut: all that is known is in the folders and at the service.
        for _ in range(40):
            again = made(service, tmp_path, said, f"http://{endpoint}")
            if not again.once():
                break
            upload = service.house.objects.keys("work/")
            arrived = sum(service.house.objects.head(key).size for key in upload if "piece-" in key)
            assert arrived >= sent
            sent = arrived
        else:
            pytest.fail("it never got through")
        proxy.close()
    assert sent > 0
    (paper,) = papers(service, batch.name)
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{paper['id']}/original").content == data
    assert (agent.station.done / batch.name / SIGNED_RECEIPT).exists()


def test_a_service_that_is_away_is_waited_for(service: Service, tmp_path: Path, said: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    agent = made(service, tmp_path, said, nobody)
    (agent.station.inbox / "a.png").write_bytes(png(6))
    agent.once()
    assert agent.once() is True
    batch = only(agent.station.sending)
    assert (batch / ANNOUNCED).exists()
    wrong = Agent(agent.station, Server(service.url, "sohoa_unknown"), say=said.append)
    assert wrong.once() is True
    assert "unauthenticated" in said[-1]
    assert made(service, tmp_path, said).once() is False
    assert len(papers(service, batch.name)) == 1


def test_what_the_service_says_is_said(service: Service, agent: Agent, said: list[str]) -> None:
    """A disk that is full there and a station that left too much unfinished are no broken line."""
    house = service.house

    def full(*_: object, **__: object) -> None:
        raise DiskFull

    (agent.station.inbox / "a.png").write_bytes(png(31))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(house.objects, "put", full)
        assert agent.once() is True
    assert all(word in said[-1] for word in ("Dịch vụ trả lời", "disk-full", "again in 10 s"))
    assert "Not reachable" not in said[-1]
    reserve(house.catalogue, PaperId.new(), "station", LIMIT, most=LIMIT, kept=KEPT)
    again = made(service, agent.station.root.parent, said)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(house.settings.__dict__, "station_unfinished_bytes", LIMIT)
        assert again.once() is True
    assert all(word in said[-1] for word in ("uploads-unfinished", "again in 30 s"))
    assert made(service, agent.station.root.parent, said).once() is False


def test_a_full_queue_takes_no_more(agent: Agent, said: list[str]) -> None:
    agent.station.queue_bytes = 1
    waits = agent.station.sending / "0000"
    waits.mkdir()
    (waits / "notes.tmp").write_bytes(bytes(2))
    (agent.station.inbox / "a.png").write_bytes(png(32))
    for _ in range(3):
        agent.once()
    assert [path.name for path in agent.station.inbox.iterdir()] == ["a.png"]
    assert sum("The queue is full" in one for one in said) == 1
    (waits / "notes.tmp").unlink()
    waits.rmdir()
    work(agent)
    assert len(list(agent.station.done.iterdir())) == 1


def test_what_became_of_a_paper_is_told_once(service: Service, agent: Agent, said: list[str]) -> None:
    (agent.station.inbox / "a.png").write_bytes(png(33))
    work(agent)
    batch = only(agent.station.done).name
    (paper,) = papers(service, batch)
    kept = service.house.catalogue.paper(PaperId(str(paper["id"])))
    agent._results.every_s = agent._results._next = 0.0  # noqa: SLF001 - no test waits so long
    for state in (PaperState.NEEDS_REVIEW, PaperState.REJECTED):
        kept = service.house.catalogue.save(replace(kept, state=state), actor="test", action="paper.checked")
        agent.once()
        agent.once()
    told = [one for one in said if one.startswith(f"{batch}/a.png: ")]
    assert ["a person must look" in told[0], "scan it again" in told[1]] == [True, True]
    assert len(told) == 2


def test_what_a_network_scanner_reads_arrives_as_one_paper(service: Service, tmp_path: Path, said: list[str]) -> None:
    sheet = io.BytesIO()
    Image.new("RGB", (170, 220), (250, 250, 250)).save(sheet, "JPEG")
    with scanner_at(FakeScanner([(sheet.getvalue(), sheet.getvalue())])) as url:
        agent = made(service, tmp_path, said)
        agent.feeder = Feeder(Scanner(url), agent.station, said.append)
        assert agent.once() is False
    (paper,) = papers(service, only(agent.station.done).name)
    assert (paper["name"], paper["state"]) == ("001.pdf", "received")


def test_what_is_refused_is_put_aside_with_its_reason(service: Service, agent: Agent) -> None:
    dossier = agent.station.inbox / "d"
    dossier.mkdir()
    (dossier / "1 good.png").write_bytes(png(7))
    (dossier / "2 bad.pdf").write_text("not a scan")
    work(agent)
    done, failed = only(agent.station.done), only(agent.station.failed)
    assert done.name == failed.name
    assert {path.name for path in done.iterdir()} == {"1 good.png", ANNOUNCED, RECEIPT, SIGNED_RECEIPT}
    assert {path.name for path in failed.iterdir()} == {"2 bad.pdf", REASON}
    assert "file-type-unsupported" in (failed / REASON).read_text(encoding="utf-8")
    assert [p["name"] for p in papers(service, done.name)] == ["001.png"]


def test_an_empty_file_and_one_too_large_harm_no_other(service: Service, agent: Agent) -> None:
    dossier = agent.station.inbox / "d"
    dossier.mkdir()
    (dossier / "1.png").write_bytes(png(20))
    (dossier / "2.png").write_bytes(b"")
    (dossier / "3.png").write_bytes(png(21) + bytes(LIMIT))
    work(agent)
    done, failed = only(agent.station.done), only(agent.station.failed)
    assert [p["name"] for p in papers(service, done.name)] == ["001.png"]
    reasons = (failed / REASON).read_text(encoding="utf-8").splitlines()
    assert [("file-empty" in one, "file-too-large" in one) for one in reasons] == [(True, False), (False, True)]


def test_a_dossier_refused_whole_keeps_its_ticket(agent: Agent) -> None:
    dossier = agent.station.inbox / "d"
    dossier.mkdir()
    (dossier / "bad.pdf").write_text("not a scan")
    (dossier / TICKET).write_text(json.dumps({"operator": "quầy 3"}))
    work(agent)
    assert (only(agent.station.failed) / TICKET).exists()


def test_a_file_alone_that_is_refused_keeps_its_receipt(agent: Agent) -> None:
    (agent.station.inbox / "bad.pdf").write_text("not a scan")
    work(agent)
    failed = only(agent.station.failed)
    assert {path.name for path in failed.iterdir()} == {"bad.pdf", REASON, RECEIPT, SIGNED_RECEIPT}
    assert list(agent.station.done.iterdir()) == list(agent.station.sending.iterdir()) == []


@pytest.mark.parametrize(
    ("ticket", "told"),
    [
        ("{", "JSON"),
        ('{"owner": "x"}', "owner"),
        ('{"papers": [{"name": "002.png"}]}', "002.png"),
        ('{"papers": {"name": "001.png"}}', "papers"),
        ('{"owner_number": "001190012346000"}', "owner-number-invalid"),
    ],
)
def test_a_wrong_ticket_is_said_and_nothing_is_sent(agent: Agent, ticket: str, told: str) -> None:
    dossier = agent.station.inbox / "d"
    dossier.mkdir()
    (dossier / "001.png").write_bytes(png(8))
    (dossier / TICKET).write_text(ticket)
    work(agent)
    failed = only(agent.station.failed)
    assert {path.name for path in failed.iterdir()} == {"001.png", TICKET, REASON}
    assert told in (failed / REASON).read_text(encoding="utf-8")
    # Set right and moved back, it goes its way.
    (failed / TICKET).unlink()
    failed.rename(agent.station.inbox / "again")
    work(agent)
    assert len(list(agent.station.done.iterdir())) == 1


def test_files_of_the_same_name_never_take_each_others_place(agent: Agent) -> None:
    for part in ("a", "b"):
        (agent.station.inbox / "d" / part).mkdir(parents=True)
        (agent.station.inbox / "d" / part / "001.pdf").write_text(f"no scan {part}")
    (agent.station.inbox / "d" / "good.png").write_bytes(png(22))
    work(agent)
    failed = only(agent.station.failed)
    assert sorted(path.read_text() for path in failed.glob("*.pdf")) == ["no scan a", "no scan b"]


def test_only_what_has_a_receipt_makes_room(service: Service, tmp_path: Path, said: list[str]) -> None:
    agent = made(service, tmp_path, said)
    agent.station.keep_bytes = len(png(9)) // 2
    kept = agent.station.done / "0000-without-receipt"
    kept.mkdir()
    (kept / "a.png").write_bytes(png(9))
    for shade in (10, 11, 12):
        (agent.station.inbox / f"{shade}.png").write_bytes(png(shade))
        work(agent)
        time.sleep(1.0)  # batches are named by the second
    left = sorted(batch.name for batch in agent.station.done.iterdir())
    assert len(left) == 2
    assert left[0] == kept.name
    assert len(papers(service, left[1])) == 1


def test_a_limited_line_is_not_filled(service: Service, tmp_path: Path) -> None:
    slow = Server(service.url, service.keys[Role.STATION], bytes_per_s=256 * 1024)
    agent = Agent(Station(tmp_path / "station", settle_s=0.0), slow, say=lambda _: None)
    (agent.station.inbox / "a.png").write_bytes(png(13) + bytes(256 * 1024))
    started = time.monotonic()
    work(agent)
    assert time.monotonic() - started >= 1.0


def test_a_key_does_not_travel_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        Server("http://sohoa.example", "key")
    with pytest.raises(ValueError, match="not an address"):
        Server("sohoa.example", "key")


def test_an_answer_that_is_not_the_services_is_no_receipt() -> None:
    """A hotel's log-in page, a proxy's error: to be tried again, never to be believed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Type: text/html\r\n\r\n<html></html>")

        thread = threading.Thread(target=answer)
        thread.start()
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", "key")
        with pytest.raises(Unreachable):
            server.announce({})
        server.disconnect()
        thread.join()


@pytest.mark.parametrize("kind", ["one file", "command"])
def test_it_runs_without_anything_installed_and_as_a_command(service: Service, tmp_path: Path, kind: str) -> None:
    program = tmp_path / "station.pyz"
    pack(program)
    root = tmp_path / "station"
    (root / "inbox").mkdir(parents=True)
    (root / "inbox" / "a.png").write_bytes(png(14 if kind == "command" else 15))
    key = tmp_path / "key"
    key.write_text(service.keys[Role.STATION])
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [Path(sys.executable).with_name("sohoa"), "station"]
    alone = [sys.executable, "-I", "-S", program]
    options = [root, "--server", service.url, "--key-file", key, "--once", "--settle-s", "0.1"]
    ended = subprocess.run(
        [*map(str, command if kind == "command" else alone), *map(str, options)],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "done; refused: 0" in ended.stdout
    assert (only(root / "done") / SIGNED_RECEIPT).exists()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    sohoa = Path(sys.executable).with_name("sohoa")

    def run(server: str, key: Path) -> tuple[int, str]:
        command = [sohoa, "station", tmp_path, "--server", server, "--key-file", key, "--once"]
        ended = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
        return ended.returncode, ended.stderr

    code, said = run("http://127.0.0.1:9", tmp_path / "missing.key")
    assert (code, "missing.key" in said) == (3, True)
    (tmp_path / "key").write_text("sohoa_x")
    code, said = run("http://sohoa.example", tmp_path / "key")
    assert (code, "https" in said) == (64, True)

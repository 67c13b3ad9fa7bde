"""A file sent in pieces over a bad line arrives once and whole; a batch is closed with a signed receipt of it all."""

import base64
import hashlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.http import tus
from api.keys import Role, issue_key
from storage.audit_log import audit
from storage.records import AuditEntry
from tests.api.http_service import Service, png, running

LIMIT = 3 * tus.PIECE
PATIENCE_S = 120
SPOKEN = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), max_upload_bytes=LIMIT) as service:
        yield service


def long_png(shade: int) -> bytes:
    """A picture with more behind its end than one piece holds, as scanners' private chunks are."""
    return png(shade) + bytes(range(256)) * 8192


def announce(service: Service, batch: str, **files: bytes) -> str:
    papers = [
        {"name": f"{name}.png", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    answer = service.call(Role.STATION, "POST", "/v1/batches", json={"batch": batch, "papers": papers})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def begin(service: Service, batch: str, name: str, size: int, **more: str) -> httpx.Response:
    metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype {base64.b64encode(b'image/png').decode()}"
    headers = SPOKEN | {"Upload-Length": str(size), "Upload-Metadata": metadata} | more
    return service.call(Role.STATION, "POST", f"/v1/batches/{batch}/uploads", headers=headers)


def send(service: Service, location: str, offset: int, data: bytes, **more: str) -> httpx.Response:
    headers = SPOKEN | {"Upload-Offset": str(offset), "Content-Type": tus.MEDIA_TYPE}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return service.call(Role.STATION, "PATCH", location, headers=headers, content=data)


def offset_of(service: Service, location: str) -> int:
    answer = service.call(Role.STATION, "HEAD", location, headers=SPOKEN)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def states(service: Service, batch: str) -> list[tuple[str, str | None, str | None]]:
    shown = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()
    return [(one["name"], one["state"], one["problem"]) for one in shown["files"]]


def test_a_file_in_pieces_arrives_as_one(service: Service) -> None:
    data = long_png(1)
    batch = announce(service, "phan", a=data)
    begun = begin(service, batch, "a.png", len(data))
    assert begun.status_code == 201
    location = begun.headers["Location"]
    assert (begun.headers["Upload-Offset"], begun.headers["Tus-Resumable"]) == ("0", "1.0.0")
    at = 0
    for size in (1, 1000, tus.PIECE + 7, len(data)):
        piece = data[at : at + size]
        answer = send(service, location, at, piece)
        assert answer.status_code == 204, answer.text
        at += len(piece)
        assert int(answer.headers["Upload-Offset"]) == at == offset_of(service, location)
    assert states(service, batch) == [("a.png", "received", None)]
    (paper,) = service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()["papers"]
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{paper['id']}/original").content == data
    # What is begun anew after it arrived is complete; nothing is left of its pieces.
    assert begin(service, batch, "a.png", len(data)).headers["Upload-Offset"] == str(len(data))
    assert [key for key in service.house.objects.keys("work/") if "piece" in key] == []


def test_a_broken_line_costs_no_more_than_the_last_bytes(service: Service) -> None:
    data = long_png(2)
    batch = announce(service, "dut", a=data)
    location = begin(service, batch, "a.png", len(data)).headers["Location"]
    sent = tus.PIECE + 5000
    host = urlsplit(service.url)
    with socket.create_connection((host.hostname or "", host.port or 0)) as line:
        head = (
            f"PATCH {location} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {service.keys[Role.STATION]}\r\n"
            f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {tus.MEDIA_TYPE}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        line.sendall(head.encode() + data[:sent])
        line.shutdown(socket.SHUT_WR)
        line.settimeout(10)
        while line.recv(4096):
            pass
    deadline = time.monotonic() + PATIENCE_S  # the line may be seen to end before what came over it is kept
    while (arrived := offset_of(service, location)) < sent and time.monotonic() < deadline:
        time.sleep(0.05)
    assert arrived == sent
    # The sender has forgotten everything but the file: announcing it again finds what was begun.
    again = begin(service, announce(service, "dut", a=data), "a.png", len(data))
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (location, str(arrived))
    assert send(service, location, arrived, data[arrived:]).status_code == 204
    assert states(service, batch) == [("a.png", "received", None)]


def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(service: Service) -> None:
    data = long_png(3)
    batch = announce(service, "ma", a=data)
    location = begin(service, batch, "a.png", len(data)).headers["Location"]

    def checksum(piece: bytes, algorithm: str = "sha1") -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()}"

    spoilt = send(service, location, 0, b"x" + data[1:900], Upload_Checksum=checksum(data[:900]))
    assert (spoilt.status_code, spoilt.json()["code"]) == (460, "upload-checksum")
    assert offset_of(service, location) == 0
    assert send(service, location, 0, data[:900], Upload_Checksum="md5 AAAA").status_code == 422
    assert send(service, location, 0, data[:900], Upload_Checksum=checksum(data[:900])).status_code == 204
    rest = send(service, location, 900, data[900:], Upload_Checksum=checksum(data[900:], "sha256"))
    assert rest.headers["Upload-Offset"] == str(len(data))


def test_what_does_not_fit_is_refused_and_harms_nothing(service: Service) -> None:
    data = long_png(4)
    batch = announce(service, "sai", a=data, b=b"not a scan")
    location = begin(service, batch, "a.png", len(data)).headers["Location"]
    assert send(service, location, 0, data[:10]).status_code == 204
    wrong = send(service, location, 5, data[5:20])
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["offset"]) == (409, "upload-offset", 10)
    assert send(service, location, 10, data[10:] + b"more").json()["code"] == "file-differs"
    assert offset_of(service, location) <= len(data)
    assert begin(service, batch, "a.png", len(data) - 1).json()["code"] == "file-differs"
    assert begin(service, batch, "c.png", 10).status_code == 404
    other = service.call(Role.STATION, "PATCH", location, headers=SPOKEN | {"Upload-Offset": "10"}, content=b"x")
    assert (other.status_code, other.json()["code"]) == (415, "media-type")
    old = send(service, location, 10, b"x", Tus_Resumable="0.2.2")
    assert (old.status_code, old.json()["code"]) == (412, "tus-version")
    # Bytes that are no scan are refused when they are all there, and the batch tells why.
    refused = begin(service, batch, "b.png", 10).headers["Location"]
    assert send(service, refused, 0, b"not a scan").json()["code"] == "file-type-unsupported"
    assert states(service, batch)[1] == ("b.png", None, "file-type-unsupported")
    # Other bytes than announced: nothing is kept, and it begins anew.
    forged = begin(service, batch, "b.png", 10).headers["Location"]
    assert send(service, forged, 0, b"not a scam").json()["code"] == "file-differs"
    assert offset_of(service, forged) == 0


def test_files_that_do_not_come_in_pieces_are_held_against_the_announcement_too(service: Service) -> None:
    batch = announce(service, "thang", a=png(5))
    put = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/a.png", content=png(6))
    assert (put.status_code, put.json()["code"]) == (422, "file-differs")
    assert service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/a.png", content=png(5)).status_code == 201


def test_the_protocol_is_told(service: Service) -> None:
    told = service.call(None, "OPTIONS", "/v1/uploads")
    assert told.status_code == 200
    assert told.headers["Tus-Version"] == "1.0.0"
    assert told.headers["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert told.headers["Tus-Max-Size"] == str(LIMIT)


def test_another_station_finds_nothing(service: Service) -> None:
    data = long_png(7)
    location = begin(service, announce(service, "rieng", a=data), "a.png", len(data)).headers["Location"]
    stranger = issue_key(service.house.catalogue, "scanner-9", Role.STATION)
    with service.client(None, stranger) as client:
        assert client.head(location, headers=SPOKEN).status_code == 404
        assert client.delete(location, headers=SPOKEN).status_code == 404
    assert offset_of(service, location) == 0


def test_an_upload_given_up_is_gone(service: Service) -> None:
    data = long_png(8)
    location = begin(service, announce(service, "bo", a=data), "a.png", len(data)).headers["Location"]
    send(service, location, 0, data[:5000])
    assert service.call(Role.STATION, "DELETE", location, headers=SPOKEN).status_code == 204
    assert service.call(Role.STATION, "HEAD", location, headers=SPOKEN).status_code == 404


def test_a_closed_batch_has_one_receipt_that_openssl_reads(service: Service, tmp_path: Path) -> None:
    kept, bad = long_png(9), b"not a scan"
    batch = announce(service, "chot", a=kept, b=bad, c=png(10))
    location = begin(service, batch, "a.png", len(kept)).headers["Location"]
    send(service, location, 0, kept)
    service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/b.png", content=bad)
    address = f"/v1/batches/{batch}/receipt"
    assert service.call(Role.STATION, "GET", address).status_code == 404
    early = service.call(Role.STATION, "POST", address, json={})
    assert (early.status_code, early.json()["code"], early.json()["files"]) == (409, "batch-incomplete", "c.png")
    assert service.call(Role.STATION, "POST", address, json={"leave_out": ["d.png"]}).status_code == 404
    closed = service.call(Role.STATION, "POST", address, json={"leave_out": ["c.png"]})
    assert closed.status_code == 200, closed.text
    lines = [(one["name"], one["outcome"], one["sha256"], one["problem"]) for one in closed.json()["files"]]
    assert lines == [
        ("a.png", "received", hashlib.sha256(kept).hexdigest(), None),
        ("b.png", "refused", None, "file-type-unsupported"),
        ("c.png", "left_out", None, None),
    ]
    late = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/c.png", content=png(10))
    assert (late.status_code, late.json()["code"]) == (409, "batch-closed")
    # Sent again, everything is as it was.
    assert service.call(Role.STATION, "POST", address, json={}).json() == closed.json()
    assert service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/a.png", content=kept).status_code == 200

    signed = tmp_path / "receipt.p7m"
    signed.write_bytes(service.call(Role.AUDITOR, "GET", address).content)
    shown = subprocess.run(
        ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", signed],
        capture_output=True,
        check=True,
    )
    told = json.loads(shown.stdout)
    assert (told["batch"], [one["name"] for one in told["files"]]) == (batch, ["a.png", "b.png", "c.png"])
    assert f"batch:{batch}" in {entry.object for entry in _entries(service) if entry.action == "batch.closed"}


def _entries(service: Service) -> list[AuditEntry]:
    return audit.entries(service.house.catalogue, limit=10_000)

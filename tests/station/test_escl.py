"""The agent empties a network scanner's feeder: all pages in order, once, in one batch, whatever gets stuck."""

import contextlib
import io
import random
import time
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from station import escl
from station.escl import Misfeed, Scanner, ScannerAway, texts_of
from station.feeder import SCAN, Feeder
from station.folders import REASON, Station
from station.pdf import bind
from tests.station.escl_server import FakeScanner, scanner_at


def jpeg(shade: int, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (85, 110), (shade,) * len(mode) if mode != "L" else shade).save(out, "JPEG", **options)
    return out.getvalue()


def sheets(*numbers: int) -> list[tuple[bytes, bytes]]:
    return [(jpeg(10 * number), jpeg(10 * number + 5)) for number in numbers]


def images(batch: Path) -> list[bytes]:
    """Return the pages of the one batch that was handed on."""
    assert [path.name for path in batch.iterdir()] == [SCAN]
    with pikepdf.open(batch / SCAN) as pdf:
        return [next(iter(page.get_images().values())).read_raw_bytes() for page in pdf.pages]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "station")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escl, "_BUSY_POLL_S", 0.01)


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


@pytest.mark.parametrize("duplex", [True, False])
def test_what_lies_in_the_feeder_becomes_one_batch(station: Station, said: list[str], *, duplex: bool) -> None:
    device = FakeScanner(sheets(1, 2, 3), busy=2)
    with scanner_at(device) as url:
        feeder = Feeder(Scanner(url, dpi=250, duplex=duplex), station, said.append)
        assert feeder.poll()
        assert not feeder.poll(), "it is empty"
    pages = [side for sheet in sheets(1, 2, 3) for side in (sheet if duplex else sheet[:1])]
    assert images(only(station.sending)) == pages
    assert (device.jobs[0]["Duplex"], device.jobs[0]["XResolution"]) == (str(duplex).lower(), "300")
    assert list(station.scanning.iterdir()) == []
    assert said[-1].endswith(f"pages scanned: {len(pages)}.")


def test_a_scanner_that_reads_one_side_is_asked_for_one(station: Station) -> None:
    device = FakeScanner(sheets(1), has_duplex=False, resolutions=(100, 200))
    with scanner_at(device) as url:
        assert Feeder(Scanner(url), station).poll()
    assert len(images(only(station.sending))) == 1
    assert (device.jobs[0]["Duplex"], device.jobs[0]["XResolution"]) == ("false", "200")


@pytest.mark.parametrize(("status", "fault"), [(409, "ScannerAdfJam"), (503, "ScannerAdfMispick"), (404, "Unknown")])
@pytest.mark.parametrize("after", [2, 3])
def test_a_jam_keeps_what_came_and_the_same_batch_goes_on(
    station: Station, said: list[str], status: int, fault: str, after: int
) -> None:
    """After two sides the second sheet is stuck before it was read, after three with its front read already."""
    device = FakeScanner(sheets(1, 2, 3), jam_after=after, jam_status=status, fault=fault)
    with scanner_at(device) as url:
        feeder = Feeder(Scanner(url), station, said.append)
        assert feeder.poll()
        assert f"{after} pages are kept" in said[-1]
        assert list(station.sending.iterdir()) == []
        for _ in range(3):
            assert not feeder.poll(), "it waits until somebody has been there"
        assert len(said) <= 2, "and says so once"
        device.clear(*(sheets(2) if after == 3 else ()))
        assert Feeder(Scanner(url), station, said.append).poll(), "another process, after a power cut say"
    assert images(only(station.sending)) == [side for sheet in sheets(1, 2, 3) for side in sheet]
    assert list(station.scanning.iterdir()) == []


def test_a_job_that_ends_before_the_feeder_is_empty_is_gone_on_with(station: Station, said: list[str]) -> None:
    device = FakeScanner(sheets(1, 2, 3), forgets_after=2)
    with scanner_at(device) as url:
        feeder = Feeder(Scanner(url), station, said.append)
        assert feeder.poll()
        assert "2 pages are kept" in said[-1]
        device.forgets_after = None
        assert feeder.poll()
    assert len(device.jobs) == 2
    assert images(only(station.sending)) == [side for sheet in sheets(1, 2, 3) for side in sheet]


@pytest.mark.parametrize("name", ["xong", "end.txt"])
def test_a_person_ends_a_batch_that_got_stuck(station: Station, said: list[str], name: str) -> None:
    device = FakeScanner(sheets(1, 2), jam_after=2)
    with scanner_at(device) as url:
        feeder = Feeder(Scanner(url), station, said.append)
        assert feeder.poll()
        (only(station.scanning) / name).touch()
        assert feeder.poll()
        assert said[-1].endswith("pages scanned: 2.")
        assert not feeder.poll()
    assert [path.name for path in only(station.sending).iterdir()] == [SCAN]
    assert images(only(station.sending)) == list(sheets(1)[0])
    assert list(station.scanning.iterdir()) == []


def test_a_stop_while_pages_are_bound_is_made_good(station: Station) -> None:
    folder = station.scanning / "20261122-080000-00000000"
    folder.mkdir()
    (folder / "0001.jpg").write_bytes(jpeg(1))
    bind([folder / "0001.jpg"], folder / SCAN, 300)
    with scanner_at(FakeScanner()) as url:
        assert not Feeder(Scanner(url), station).poll()
    assert images(only(station.sending)) == [jpeg(1)]


def test_a_full_queue_scans_nothing(station: Station) -> None:
    station.queue_bytes = 10
    (station.sending / "waits").mkdir()
    (station.sending / "waits" / "a.pdf").write_bytes(bytes(10))
    device = FakeScanner(sheets(1))
    with scanner_at(device) as url:
        feeder = Feeder(Scanner(url), station)
        assert not feeder.poll()
        (station.sending / "waits" / "a.pdf").unlink()
        assert feeder.poll()


def test_a_scanner_that_is_away_or_odd_is_waited_for(station: Station, said: list[str]) -> None:
    with scanner_at(FakeScanner()) as url:
        pass
    feeder = Feeder(Scanner(url), station, said.append)
    assert not feeder.poll()
    assert not feeder.poll()
    assert len(said) == 1
    device = FakeScanner(sheets(1))
    with scanner_at(device) as url:
        for answer in (b"", b"<html>", b"<a/>", b"<" * 2_000_000):
            device.status_xml = answer or b" "
            assert not Feeder(Scanner(url), station, said.append).poll()
    with pytest.raises(ValueError, match="not an address"):
        Scanner("scanner")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"""
OUTSIDE = b"""<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"""


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, BOMB.decode().encode("utf-16"), b"<a>&undeclared;</a>"])
def test_entities_are_refused(xml: bytes) -> None:
    device = FakeScanner(status_xml=xml)
    with scanner_at(device) as url, pytest.raises(ScannerAway):
        Scanner(url).status()


def test_a_page_that_is_no_picture_stops_and_is_not_kept(station: Station, said: list[str]) -> None:
    device = FakeScanner([(jpeg(1), b"<html>")])
    with scanner_at(device) as url:
        assert not Feeder(Scanner(url), station, said.append).poll()
    assert [path.read_bytes() for path in only(station.scanning).iterdir()] == [jpeg(1)]


def test_pages_that_cannot_be_bound_are_put_aside(station: Station, said: list[str]) -> None:
    device = FakeScanner([(jpeg(1), b"\xff\xd8 and no more")])
    with scanner_at(device) as url:
        assert Feeder(Scanner(url), station, said.append).poll()
    assert {path.name for path in only(station.failed).iterdir()} == {"0001.jpg", "0002.jpg", REASON}
    assert "failed" in said[-1]


def test_a_scanner_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escl, "_BUSY_S", 0.05)
    started = time.monotonic()
    with scanner_at(FakeScanner(sheets(1), busy=10**6)) as url, pytest.raises(Misfeed, match="503"):
        list(Scanner(url).pages())
    assert time.monotonic() > started + 0.05


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_whatever_a_scanner_says_is_read_or_refused(xml: bytes) -> None:
    try:
        texts = texts_of(xml)
    except ScannerAway:
        return
    assert texts


# --- pages bound ---------------------------------------------------------------------------------------------------


def test_pages_are_bound_as_they_came(tmp_path: Path) -> None:
    made = [jpeg(9), jpeg(90, "L"), jpeg(30, progressive=True), jpeg(40, dpi=(300, 300))]
    for number, data in enumerate(made):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    bind(sorted(tmp_path.glob("*.jpg")), tmp_path / "all.pdf", 300)
    with pikepdf.open(tmp_path / "all.pdf") as pdf:
        assert pdf.check_pdf_syntax() == []
        assert [next(iter(page.get_images().values())).read_raw_bytes() for page in pdf.pages] == made
        assert [float(side) for side in pdf.pages[0].mediabox[2:]] == pytest.approx([85 * 0.24, 110 * 0.24])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_a_broken_page_is_told_or_bound(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng, data = random.Random(seed), bytearray(jpeg(9))  # noqa: S311 - chance of a test
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    page = tmp_path_factory.getbasetemp() / "page.jpg"
    page.write_bytes(data[: rng.randint(0, len(data))])
    with contextlib.suppress(ValueError):  # never anything else
        bind([page], page.with_suffix(".pdf"), 300)
        with pikepdf.open(page.with_suffix(".pdf")) as pdf:
            assert len(pdf.pages) == 1

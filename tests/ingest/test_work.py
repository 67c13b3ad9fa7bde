"""The whole way with the durable queue: states, confirmation, duplicates, retries, one bad file among good ones."""

import contextlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import pikepdf
import pytest
from asn1crypto import cms
from dbos import DBOS
from pydantic import SecretStr
from pyhanko.sign.timestamps import TimeStamper

from dossier import times
from dossier.errors import (
    AlreadyExists,
    EmptyFile,
    InvalidOwnerNumber,
    PartFailed,
    RetentionLocked,
    UnsupportedType,
    WrongState,
)
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from dossier.values import parse_value
from dossier.verdicts import Verdict
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, Received, open_batch, outcomes, receive
from ingest.limited.pool import WarmPool
from ingest.people.confirm import confirm
from ingest.people.retry import retry
from ingest.settings import Settings
from ingest.work import _IDLE_POLL_S, Work
from ingest.work_queue import POLL_S, QUEUE
from ingest.workspace import Workspace
from ocr import fields
from ocr.ctc import CtcReader
from ocr.model import PageReading
from ocr.opinion import DOUBTFUL, second_opinion
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from ocr.tesseract import TesseractEngine
from signing.development import DevelopmentAuthority
from signing.seal import seal
from signing.stamp import Stamp
from signing.validate import validate
from storage.audit_log import audit
from tests.servers import S3Server

OWNER = "001190012345"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data", heartbeat_s=0.1))
    yield house
    house.close()


@pytest.fixture
def blank_scan(tmp_path: Path) -> Path:
    path = tmp_path / "blank.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(path)
    return path


def send(house: House, name: str, data: bytes, *, owner: str | None = OWNER, by: str | None = None) -> Received:
    entry = ManifestEntry(name, owner, "Người Thử" if owner else None, confirmed_by=by)
    return receive(house, open_batch(house, Manifest("test", (entry,))).id, name, data)


def work_off(house: House, *papers: PaperId) -> list[Paper]:
    with Work(house) as work:
        for paper in papers:
            work.start(paper)
        work.wait(papers)
    return [house.catalogue.paper(paper) for paper in papers]


class Broken(TimeStamper):
    """A part that fails whoever asks it."""

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        raise PartFailed(part="time stamps", reason=md_algorithm)


def test_without_confirmation_a_paper_waits_for_a_person(house: House, small_scan: Path) -> None:
    received = send(house, small_scan.name, small_scan.read_bytes())
    (waiting,) = work_off(house, received.paper.id)
    assert waiting.state in {PaperState.READY, PaperState.NEEDS_REVIEW}
    assert waiting.sealed is None

    confirm(house, waiting.id, by="Trần Văn Đối", actor="test")
    (stored,) = work_off(house, waiting.id)
    assert stored.state is PaperState.STORED
    assert stored.confirmed_by == "Trần Văn Đối"
    assert stored.verdict is Verdict.VALID
    assert stored.owner is not None
    assert [p.id for p in house.catalogue.find(stored.owner.number)] == [stored.id]
    assert stored.sealed is not None
    sealed = house.objects.get(stored.sealed.key)
    assert validate(sealed, house.trust).verdict is Verdict.VALID
    assert OWNER not in stored.sealed.key


def test_the_original_stays_bit_exact(house: House, small_scan: Path) -> None:
    received = send(house, small_scan.name, small_scan.read_bytes(), by="Trần Văn Đối")
    (stored,) = work_off(house, received.paper.id)
    assert house.objects.get(stored.original.key) == small_scan.read_bytes()


def test_the_same_file_twice_is_one_paper(house: House, small_scan: Path) -> None:
    first = send(house, "a.jpg", small_scan.read_bytes())
    second = send(house, "b.jpg", small_scan.read_bytes())
    assert not first.duplicate
    assert second.duplicate
    assert second.paper.id == first.paper.id
    assert len(house.catalogue.papers()) == 1


def test_a_card_names_its_owner_itself(house: House, sample: Path) -> None:
    card = sample / "can-cuoc.jpg"
    received = send(house, card.name, card.read_bytes(), owner=None, by="Trần Văn Đối")
    (stored,) = work_off(house, received.paper.id)
    truth = json.loads((sample / "truth" / "can-cuoc.json").read_text())
    assert stored.state is PaperState.STORED
    assert stored.owner == Owner.parse(truth["fields"]["citizen_number"], truth["fields"]["full_name"])


def test_no_owner_no_store(house: House, blank_scan: Path) -> None:
    received = send(house, blank_scan.name, blank_scan.read_bytes(), owner=None, by="Trần Văn Đối")
    (waiting,) = work_off(house, received.paper.id)
    assert waiting.state is PaperState.NEEDS_REVIEW
    with pytest.raises(InvalidOwnerNumber):
        confirm(house, waiting.id, by="Trần Văn Đối", actor="test")


@pytest.mark.parametrize(("data", "error"), [(b"", EmptyFile), (b"PK\x03\x04 an archive", UnsupportedType)])
def test_what_is_refused_leaves_nothing(house: House, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        send(house, "x.pdf", data)
    assert house.catalogue.papers() == []
    assert list(house.objects.keys("originals/")) == []


def test_a_bad_owner_number_refuses_the_batch(house: House) -> None:
    with pytest.raises(InvalidOwnerNumber):
        send(house, "x.pdf", b"%PDF-1.7", owner="0100047517")
    assert house.catalogue.batches() == []


def damaged(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Return files that look right at first and the code each is rejected with."""
    good = pikepdf.new()
    good.add_blank_page(page_size=(595, 842))
    good.save(folder / "good.pdf")
    good.save(folder / "locked.pdf", encryption=pikepdf.Encryption(user="secret", owner="secret"))
    for _ in range(4999):
        good.add_blank_page(page_size=(10, 10))
    good.save(folder / "long.pdf")
    wide = pikepdf.new()
    wide.add_blank_page(page_size=(14400, 14400))
    wide.save(folder / "wide.pdf")
    whole = (folder / "good.pdf").read_bytes()
    return {
        "truncated.pdf": (whole[: len(whole) // 2], "file-damaged"),
        "locked.pdf": ((folder / "locked.pdf").read_bytes(), "file-encrypted"),
        "long.pdf": ((folder / "long.pdf").read_bytes(), "too-many-pages"),
        "wide.pdf": ((folder / "wide.pdf").read_bytes(), "page-too-large"),
        "half.jpg": (b"\xff\xd8\xff\xe0" + bytes(100), "file-damaged"),
    }


def test_bad_files_are_rejected_one_by_one_and_the_others_go_on(house: House, tmp_path: Path, small_scan: Path) -> None:
    bad = damaged(tmp_path)
    papers = {name: send(house, name, data, by="Trần Văn Đối").paper.id for name, (data, _) in bad.items()}
    good = send(house, small_scan.name, small_scan.read_bytes(), by="Trần Văn Đối").paper.id

    ended = {p.id: p for p in work_off(house, *papers.values(), good)}

    for name, (data, code) in bad.items():
        paper = ended[papers[name]]
        assert (paper.state, paper.problem) == (PaperState.REJECTED, code), name
        assert [f.code for f in paper.checks] == [code]
        assert house.objects.get(paper.original.key) == data, "the original is kept"
        assert list(house.objects.keys(f"work/{paper.id}/")) == [], "no work left behind"
    assert ended[good].state is PaperState.STORED


def test_a_page_of_one_colour_needs_review(house: House, blank_scan: Path) -> None:
    received = send(house, blank_scan.name, blank_scan.read_bytes())
    (paper,) = work_off(house, received.paper.id)
    assert paper.state is PaperState.NEEDS_REVIEW
    assert paper.paper_type == "other"


def test_a_failed_paper_is_tried_again(house: House, small_scan: Path) -> None:
    house.__dict__["development_stamper"] = Broken()
    received = send(house, small_scan.name, small_scan.read_bytes(), by="Trần Văn Đối")
    (failed,) = work_off(house, received.paper.id)
    assert failed.state is PaperState.FAILED
    assert failed.problem == "part-failed"
    assert failed.sealed is None

    del house.__dict__["development_stamper"]
    retry(house, failed.id, actor="test")
    (stored,) = work_off(house, failed.id)
    assert stored.state is PaperState.STORED
    assert stored.problem is None
    with pytest.raises(WrongState):
        retry(house, failed.id, actor="test")


def test_other_bytes_under_a_name_already_used_are_refused(house: House, small_scan: Path, sample: Path) -> None:
    batch = open_batch(house, Manifest("test", (ManifestEntry("a.jpg", OWNER),)))
    receive(house, batch.id, "a.jpg", small_scan.read_bytes())
    with pytest.raises(AlreadyExists):
        receive(house, batch.id, "a.jpg", (sample / "don-de-nghi.jpg").read_bytes())


def test_the_whole_way_on_postgresql_and_s3(
    tmp_path: Path, small_scan: Path, postgres_url: str, s3_server: S3Server
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=SecretStr(postgres_url),
        object_store="s3",
        s3_endpoint=s3_server.endpoint,
        s3_bucket="whole-way",
        s3_access_key=s3_server.access_key,
        s3_secret_key=SecretStr(s3_server.secret_key),
        s3_secure=False,
    )
    with contextlib.closing(House(settings)) as house:
        received = send(house, small_scan.name, small_scan.read_bytes(), by="Trần Văn Đối")
        (stored,) = work_off(house, received.paper.id)
        assert stored.state is PaperState.STORED
        assert stored.sealed is not None
        sealed = house.objects.get(stored.sealed.key, stored.sealed.version)
        assert validate(sealed, house.trust).verdict is Verdict.VALID
        with pytest.raises(RetentionLocked):
            house.objects.delete(stored.sealed.key, stored.sealed.version)
        assert audit.check(house.catalogue, house.objects).anchored > 0


def test_only_a_checked_paper_is_confirmed(house: House, small_scan: Path) -> None:
    received = send(house, small_scan.name, small_scan.read_bytes())
    with pytest.raises(WrongState):
        confirm(house, received.paper.id, by="Trần Văn Đối", actor="test")
    house.catalogue.save(replace(received.paper, state=PaperState.FAILED), actor="test", action="paper.failed")
    with pytest.raises(WrongState):
        confirm(house, received.paper.id, by="Trần Văn Đối", actor="test")


def test_a_step_repeated_after_the_confirmation_leaves_it_alone(house: House, small_scan: Path) -> None:
    (waiting,) = work_off(house, send(house, small_scan.name, small_scan.read_bytes()).paper.id)
    confirmed = confirm(house, waiting.id, by="Trần Văn Đối", actor="test")
    for step in pipeline.PREPARE[-3:]:
        step(house, waiting.id)
    assert house.catalogue.paper(waiting.id) == confirmed


def test_what_one_engine_read_the_other_is_asked_about(
    house: House, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "second_opinion", partial(second_opinion, below=2.0))
    monkeypatch.setattr(WarmPool, "run", lambda _, function, data, *rest: function(data, *rest))  # where it is patched
    received = send(house, "quyet-dinh-1.pdf", (sample / "quyet-dinh-1.pdf").read_bytes())
    for step in pipeline.PREPARE:
        step(house, received.paper.id)
    read_twice = {f.key: f for f in house.catalogue.paper(received.paper.id).fields if f.second_raw is not None}
    assert set(read_twice) == {"document_number", "issued_on", "signer"}
    issued_on = read_twice["issued_on"]
    assert (parse_value("date", issued_on.second_raw or ""), issued_on.confidence > DOUBTFUL) == (issued_on.value, True)


def test_the_engine_asked_is_never_the_one_that_read(tmp_path: Path) -> None:
    for reader in ("sohoa", "tesseract"):
        house = House(Settings(data_dir=tmp_path, reader=reader))
        assert {type(house.readers.first), type(house.readers.second)} == {CtcReader, TesseractEngine}


def test_an_owner_is_named_with_the_confirmation(house: House, blank_scan: Path) -> None:
    received = send(house, blank_scan.name, blank_scan.read_bytes(), owner=None)
    (waiting,) = work_off(house, received.paper.id)
    owner = Owner.parse(OWNER, "Người Thử")
    confirm(house, waiting.id, by="Trần Văn Đối", actor="test", owner=owner)
    (stored,) = work_off(house, waiting.id)
    assert (stored.state, stored.owner) == (PaperState.STORED, owner)


def test_a_blank_paper_waits_whatever_was_announced(house: House, blank_scan: Path) -> None:
    received = send(house, blank_scan.name, blank_scan.read_bytes(), by="Trần Văn Đối")
    (waiting,) = work_off(house, received.paper.id)
    assert waiting.state is PaperState.NEEDS_REVIEW
    assert "paper-blank" in {finding.code for finding in waiting.checks}


def signed_elsewhere(folder: Path, scan: Path) -> bytes:
    """Return a paper that another agency made and signed."""
    authority = DevelopmentAuthority.open(folder / "elsewhere")
    moment = times.now()
    pixels = cv2.imread(str(scan))
    height, width = pixels.shape[:2]
    page = SearchablePage(cv2.imencode(".jpg", pixels)[1].tobytes(), PageReading(1, width, height, 300, ()))
    return seal(
        searchable_pdf([page], PdfMetadata("Thử", moment)),
        key=authority.seal_key("Cơ quan khác"),
        stamp=Stamp("Cơ quan khác"),
        time_stamper=authority.time_stamper(),
        trust=authority.trust(),
        signing_time=moment,
        environment="development",
    )


def test_a_paper_that_arrives_signed_is_kept_bit_exact_and_a_forged_one_waits(
    house: House, tmp_path: Path, small_scan: Path
) -> None:
    genuine = signed_elsewhere(tmp_path, small_scan)
    forged = bytearray(genuine)
    forged[len(forged) // 3] ^= 1
    papers = [send(house, n, bytes(d), by="A").paper.id for n, d in (("a.pdf", genuine), ("b.pdf", forged))]
    stored, waiting = work_off(house, *papers)
    assert stored.state is PaperState.STORED
    assert stored.signed_origin
    assert stored.verdict is Verdict.UNDETERMINED, "we do not know that authority"
    assert stored.sealed is not None
    assert house.objects.get(stored.sealed.key) == genuine
    assert waiting.state is PaperState.NEEDS_REVIEW
    assert "signature-invalid" in {finding.code for finding in waiting.checks}


def test_the_same_upload_at_the_same_moment_is_one_paper(house: House, small_scan: Path) -> None:
    batch = open_batch(house, Manifest("test", (ManifestEntry("a.jpg", OWNER),)))
    data = small_scan.read_bytes()
    with ThreadPoolExecutor(4) as threads:
        papers = set(threads.map(lambda _: receive(house, batch.id, "a.jpg", data).paper.id, range(4)))
    assert len(papers) == 1
    assert outcomes(house, batch.id) == {"a.jpg": papers.pop()}


def test_of_two_files_sent_at_once_under_one_name_one_is_refused(house: House, small_scan: Path, sample: Path) -> None:
    batch = open_batch(house, Manifest("test", (ManifestEntry("a.jpg", OWNER),)))
    files = [small_scan.read_bytes(), (sample / "don-de-nghi.jpg").read_bytes()]

    def upload(data: bytes) -> str:
        try:
            return receive(house, batch.id, "a.jpg", data).paper.id.value
        except AlreadyExists:
            return "refused"

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(upload, files))
    assert results.count("refused") == 1
    assert len(house.catalogue.papers()) == 1


def test_what_was_left_behind_is_tidied_up(house: House, small_scan: Path) -> None:
    received = send(house, small_scan.name, small_scan.read_bytes(), by="A")
    (stored,) = work_off(house, received.paper.id)
    Workspace(house.objects, stored.id).put("left.bin", b"left by a crash")
    with Work(house):
        deadline = time.monotonic() + 30
        while list(house.objects.keys("work/")) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert list(house.objects.keys("work/")) == []


def test_an_idle_worker_looks_at_the_queue_rarely_until_papers_come(house: House, blank_scan: Path) -> None:
    def comes_to(poll: float) -> bool:
        deadline = time.monotonic() + 30
        while (queue := DBOS.retrieve_queue(QUEUE)) is None or queue.polling_interval_sec != poll:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    with Work(house) as work:
        assert comes_to(_IDLE_POLL_S)
        received = send(house, blank_scan.name, blank_scan.read_bytes())
        assert comes_to(POLL_S)
        work.wait([received.paper.id])

"""A part that is away: papers wait, say for what, and go on by themselves; none is sealed weaker or by another."""

import contextlib
import io
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from certomancer.registry import CertomancerConfig
from pydantic import SecretStr

from dossier.errors import StoreUnavailable
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from dossier.times import now
from dossier.verdicts import Verdict
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm
from ingest.people.retry import retry
from ingest.problems import wait_for
from ingest.settings import Settings
from ingest.work import Work
from signing.stamp_rules import CopyForm
from signing.validate import validate
from storage.audit_log import audit
from storage.under_way.waiting import count
from tests.signing.pki import AGENCY, Tree, serve, write_pem
from tests.signing.softhsm import PIN, SOFTHSM, SoftHsm

OWNER = "001190012345"
PATIENCE_S = 300


@pytest.fixture(scope="module")
def anchors(gov: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trust folder with the tree's certificates and present revocation lists."""
    folder = tmp_path_factory.mktemp("anchors")
    for name in ("root", "ca"):
        write_pem(folder / f"{name}.pem", gov.certificate(name))
    for number, revoked in enumerate(gov.trust(now()).crls):
        (folder / f"{number}.crl").write_bytes(revoked.dump())
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def opened(tmp_path: Path, anchors: Path) -> Iterator[Callable[..., House]]:
    """Opens houses on the same data, each as another process would."""
    with contextlib.ExitStack() as stack:

        def house(**settings: object) -> House:
            common = {"data_dir": tmp_path / "data", "heartbeat_s": 0.05, "retry_s": 0.3, "trust_dir": anchors}
            return stack.enter_context(contextlib.closing(House(Settings(**{**common, **settings}))))  # type: ignore[arg-type]

        yield house


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def confirmed(
    house: House,
    scan: Path,
    *,
    agency: str | None = None,
    by: str = "Trần Văn Đối",
    form: CopyForm = CopyForm.CERTIFIED,
) -> PaperId:
    """Bring a paper as far as a person does."""
    entry = ManifestEntry(scan.name, OWNER, "Người Thử", copy_form=form)
    batch = open_batch(house, Manifest("test", (entry,), agency=agency))
    paper = receive(house, batch.id, scan.name, scan.read_bytes()).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    confirm(house, paper, by=by, actor="test")
    return paper


def until(house: House, paper: PaperId, done: Callable[[Paper], bool]) -> Paper:
    deadline = time.monotonic() + PATIENCE_S
    while not done(found := house.catalogue.paper(paper)):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def waits(paper: Paper) -> bool:
    return paper.waiting is not None


def is_stored(paper: Paper) -> bool:
    return paper.state is PaperState.STORED


def assert_sealed_once(house: House, stored: Paper) -> None:
    assert stored.sealed is not None
    assert len(house.objects.versions(stored.sealed.key)) == 1
    report = validate(house.objects.get(stored.sealed.key, stored.sealed.version), house.trust)
    assert (report.verdict, report.signatures[0].profile) == (Verdict.VALID, "B-LTA")
    assert stored.waiting is None
    assert sum(count(house.catalogue.engine).values()) == 0


def test_a_paper_waits_for_the_time_and_goes_on_when_it_is_back(
    opened: Callable[..., House], trees: CertomancerConfig, small_scan: Path, database_url: str
) -> None:
    port = free_port()
    away = f"http://127.0.0.1:{port}/gov/tsa/tsa"
    house = opened(timestamp_url=away, database_url=SecretStr(database_url))
    paper = confirmed(house, small_scan)
    with Work(house) as work:
        work.start(paper)
        work.wait([paper])
        waiting = until(house, paper, lambda p: p.waiting is not None and p.waiting.tries > 1)
        assert waiting.state is PaperState.CONFIRMED
        assert waiting.sealed is None
        assert waiting.waiting is not None
        assert waiting.waiting.code == "timestamp-unavailable"
        assert "127.0.0.1: không trả lời" in waiting.waiting.text
        assert count(house.catalogue.engine)["timestamp-unavailable"] == 1
        assert house.catalogue.papers(state=PaperState.FAILED) == []
        with serve(trees, port):
            stored = until(house, paper, is_stored)
    assert_sealed_once(house, stored)
    told = [e.action for e in audit.entries(house.catalogue, limit=1000) if e.object == f"paper:{paper}"]
    assert told.count("paper.waiting") == 1


def test_a_wait_outlives_the_process(opened: Callable[..., House], trees: CertomancerConfig, small_scan: Path) -> None:
    house = opened(timestamp_url="http://127.0.0.1:9/", retry_s=1)
    paper = confirmed(house, small_scan)
    with Work(house) as work:
        work.start(paper)
        work.wait([paper])
    assert waits(house.catalogue.paper(paper))

    with serve(trees) as url:
        later = opened(timestamp_url=f"http://127.0.0.1:9/ {url}/gov/tsa/tsa")
        with Work(later):
            stored = until(later, paper, is_stored)
    assert_sealed_once(later, stored)


def test_the_next_authority_stamps_while_the_first_is_away(
    opened: Callable[..., House], trees: CertomancerConfig, small_scan: Path
) -> None:
    with serve(trees) as url:
        house = opened(timestamp_url=f"http://127.0.0.1:9/ {url}/gov/tsa/tsa")
        paper = confirmed(house, small_scan)
        with Work(house) as work:
            work.start(paper)
            work.wait([paper])
    assert_sealed_once(house, house.catalogue.paper(paper))


def test_a_person_need_not_wait_for_the_next_try(opened: Callable[..., House], small_scan: Path) -> None:
    house = opened(timestamp_url="http://127.0.0.1:9/", retry_s=1000)
    paper = confirmed(house, small_scan)
    with Work(house) as work:
        work.start(paper)
        work.wait([paper])
        house.__dict__["time_authorities"] = ()
        time.sleep(0.3)
        assert waits(house.catalogue.paper(paper)), "not due for a long while"
        retry(house, paper, actor="test")
        stored = until(house, paper, is_stored)
    assert_sealed_once(house, stored)


def test_tries_grow_rare_and_never_end(opened: Callable[..., House], small_scan: Path) -> None:
    house = opened(retry_s=5)
    batch = open_batch(house, Manifest("test", (ManifestEntry("a.jpg"),)))
    paper = receive(house, batch.id, "a.jpg", small_scan.read_bytes()).paper.id
    delays = []
    for _ in range(9):
        before = now()
        wait_for(house, paper, StoreUnavailable(part="objects", reason="away"))
        waiting = house.catalogue.paper(paper).waiting
        assert waiting is not None
        delays.append(round((waiting.retry_at - before).total_seconds()))
    assert delays == [5, 10, 20, 40, 80, 160, 320, 320, 320]


class _Away:
    """Stands before the object store, which does not answer for a while."""

    def __init__(self, house: House) -> None:
        self._objects, self.answers = house.objects, False
        house.__dict__["objects"] = self

    def __getattr__(self, name: str) -> object:
        if not self.answers and name in {"put", "get", "head"}:
            raise StoreUnavailable(part="objects", reason="connection refused")
        return getattr(self._objects, name)


def test_a_paper_waits_for_the_object_store(opened: Callable[..., House], small_scan: Path) -> None:
    house = opened()
    entry = ManifestEntry(small_scan.name, OWNER, "Người Thử", confirmed_by="Trần Văn Đối")
    batch = open_batch(house, Manifest("test", (entry,)))
    paper = receive(house, batch.id, small_scan.name, small_scan.read_bytes()).paper.id
    store = _Away(house)
    with Work(house) as work:
        work.start(paper)
        waiting = until(house, paper, waits)
        assert (waiting.state, waiting.problem) == (PaperState.RECEIVED, None)
        store.answers = True
        stored = until(house, paper, is_stored)
    assert_sealed_once(house, stored)


# --- seals of several agencies, in hardware ------------------------------------------------------------------------


@pytest.fixture
def hsm(tmp_path: Path, gov: Tree) -> SoftHsm:
    module = SoftHsm(tmp_path)
    module.add_token("xa")
    ca = gov.certificate("ca")
    module.add_key("xa", "con-dau", gov.private_key("signer"), gov.certificate("signer"), ca)
    module.add_key("xa", "can-bo", gov.private_key("elliptic"), gov.certificate("elliptic"))
    return module


@pytest.fixture
def seals_file(tmp_path: Path) -> Path:
    """A centre's seal in hardware, named as its certificate names it, with an official; another's made for tests."""
    path = tmp_path / "seals.toml"
    pin = tmp_path / "xa.pin"
    pin.touch(mode=0o600)
    pin.write_text(f"{PIN}\n")
    hardware = f"pkcs11_module = '{SOFTHSM}'\npkcs11_token = 'xa'\nsecret_file = 'xa.pin'\n"
    path.write_text(
        f"[[agency]]\ncode = 'H41.12.05'\nname = '{AGENCY}'\n{hardware}pkcs11_label = 'con-dau'\n"
        f"[[agency.official]]\nname = 'Lê Thị Đối Chiếu'\n{hardware}pkcs11_label = 'can-bo'\n"
        "[[agency]]\ncode = 'H41.99'\nname = 'Trung tâm Phục vụ hành chính công tỉnh Thử Nghiệm'\n"
    )
    return path


def text_of(house: House, paper: Paper) -> list[tuple[str, str]]:
    """Return who signed the paper, and with which words."""
    assert paper.sealed is not None
    report = validate(house.objects.get(paper.sealed.key, paper.sealed.version), house.trust)
    assert report.verdict is Verdict.VALID
    return [(signature.field, signature.signer) for signature in report.signatures]


def finished(house: House, *papers: PaperId) -> list[Paper]:
    with Work(house) as work:
        for paper in papers:
            work.start(paper)
        work.wait(papers)
    return [house.catalogue.paper(paper) for paper in papers]


def test_each_paper_gets_its_own_agencys_seal(
    opened: Callable[..., House], hsm: SoftHsm, seals_file: Path, small_scan: Path, sample: Path
) -> None:
    del hsm
    house = opened(seals_file=seals_file)
    commune = confirmed(house, small_scan, agency="000.05.12.H41", by="LÊ THỊ  ĐỐI CHIẾU")
    hall = confirmed(house, sample / "don-de-nghi.jpg", by="Lê Thị Đối Chiếu")
    for stored, fields, subject in zip(
        finished(house, commune, hall),
        (["sohoa-official", "sohoa-seal"], ["sohoa-seal"]),
        ("signer (gov)", "Trung tâm Phục vụ"),
        strict=True,
    ):
        assert is_stored(stored), stored
        signed = text_of(house, stored)
        assert [field for field, _ in signed] == [*fields, "sohoa-timestamp"]
        assert subject in dict(signed)["sohoa-seal"]


def test_a_paper_of_an_agency_without_a_seal_waits_until_it_has_one(
    opened: Callable[..., House], seals_file: Path, small_scan: Path
) -> None:
    house = opened(seals_file=seals_file)
    (waiting,) = finished(house, confirmed(house, small_scan, agency="H41.13"))
    assert waiting.waiting is not None
    assert (waiting.state, waiting.waiting.code) == (PaperState.CONFIRMED, "seal-missing")
    assert "H41.13" in waiting.waiting.text

    seals_file.write_text("[[agency]]\ncode = 'H41.13'\nname = 'Ủy ban nhân dân phường Thử Nghiệm'\n")
    again = opened(seals_file=seals_file)
    with Work(again):
        stored = until(again, waiting.id, is_stored)
    assert "phường Thử Nghiệm" in dict(text_of(again, stored))["sohoa-seal"]


def test_a_paper_waits_for_the_token(
    opened: Callable[..., House], hsm: SoftHsm, seals_file: Path, small_scan: Path
) -> None:
    house = opened(seals_file=seals_file)
    paper = confirmed(house, small_scan, agency="H41.12.05")
    with Work(house) as work:
        with hsm.away():
            work.start(paper)
            waiting = until(house, paper, waits)
        assert waiting.waiting is not None
        assert waiting.waiting.code == "key-unavailable"
        assert PIN not in repr(waiting)
        assert is_stored(until(house, paper, is_stored))


def test_a_pin_that_others_may_read_is_not_used(
    opened: Callable[..., House], hsm: SoftHsm, seals_file: Path, small_scan: Path
) -> None:
    del hsm
    (seals_file.parent / "xa.pin").chmod(0o644)
    house = opened(seals_file=seals_file)
    (waiting,) = finished(house, confirmed(house, small_scan, agency="H41.12.05"))
    assert waiting.waiting is not None
    assert "chmod 600" in waiting.waiting.text


@pytest.mark.parametrize(
    ("form", "words"),
    [(CopyForm.CERTIFIED, "Sao y; "), (CopyForm.RECOPIED, "Sao lục; "), (CopyForm.EXTRACT, "Trích sao; ")],
)
def test_the_stamp_says_the_form_of_the_copy(
    opened: Callable[..., House], small_scan: Path, form: CopyForm, words: str
) -> None:
    house = opened()
    paper = confirmed(house, small_scan, form=form)
    for step in pipeline.FINISH[:2]:
        step(house, paper)
    with pikepdf.open(io.BytesIO(house.objects.get(f"work/{paper}/sealed.pdf"))) as sealed:
        texts = [str(field.TU) for field in sealed.Root.AcroForm.Fields if "/TU" in field]
    assert any(text.startswith(words) for text in texts)


def test_what_was_assembled_is_kept_while_a_paper_waits(opened: Callable[..., House], small_scan: Path) -> None:
    house = opened()
    paper = confirmed(house, small_scan)
    key = f"work/{paper}/assembled.pdf"
    pipeline.assemble(house, paper)
    first = house.objects.head(key)
    pipeline.assemble(house, paper)
    assert house.objects.head(key) == first

    pipeline.assemble(opened(agency_name="Cơ quan có tên khác"), paper)
    assert house.objects.head(key) != first, "another name needs another room"

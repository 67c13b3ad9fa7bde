"""The national portal is told of every paper in its own words, and of every change, whatever happens on the way."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from pydantic import SecretStr
from sqlalchemy import update
from structlog.testing import capture_logs

from dossier.accepted import Reuse, Use
from dossier.catalogue_files import load_paper_types
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.errors import ConfigurationError, NotFound
from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode
from dossier.paper_types import OTHER
from dossier.papers import Field, Paper, PaperKind, PaperState
from dossier.periods import Period
from dossier.procedures import load_procedures
from dossier.times import now
from dossier.verdicts import Verdict
from ingest.duties import DUTIES
from ingest.house import House
from ingest.settings import Environment, Settings
from ingest.telling.national_portal import Facts, message
from ingest.telling.portal import GIVE_UP, LEASE, MOST_DELAY, MOST_MISSES, follow, keep_told, message_of, send
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import writing
from storage.records import Event
from storage.reports.dossiers import keep_dossier
from storage.reports.figures import dossier_facts
from storage.reuse.reuses import Acceptance, accept, withdraw
from storage.schema import PaperRow
from storage.telling import portal
from storage.telling.portal import PortalState, Subject
from tests.ingest.portal_server import TOKEN, Portal, portal_running, wrong_parts
from tests.ingest.telling.test_courier import Clock
from tests.storage.examples import OWNER, batch, paper, papers, stored_object

NUMBER = DossierNumber("H15.50.05.13-261008-0975")
FILES = "https://sohoa.tinh.example"
RECEIVED = dt.datetime(2026, 10, 8, 1, 30, tzinfo=dt.UTC)
TYPES = load_paper_types()
LATER = DossierNumber("H15.50.05.13-261108-0001")
OTHER_FORM = DossierNumber("000.00.53.H48-261008-0976")


@pytest.fixture
def national() -> Iterator[Portal]:
    with portal_running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = f"sqlite:///{tmp_path / 'data' / 'catalogue.db'}"
    return path if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def opened(folder: Path, url: str, portal_url: str, clock: Callable[[], dt.datetime] = now) -> Iterator[House]:
    house = House(
        Settings(
            data_dir=folder,
            portal_url=portal_url,
            portal_token=SecretStr(TOKEN),
            portal_files_url=FILES,
            portal_timeout_s=1.0,
        )
    )
    vars(house)["catalogue"] = Catalogue.open(url, clock=clock)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def house(tmp_path: Path, database_url: str, national: Portal, clock: Clock) -> Iterator[House]:
    with opened(tmp_path / "data", database_url, national.url, clock) as house:
        yield house


def dossier(number: DossierNumber = NUMBER, **facts: object) -> Dossier:
    agency = number.agency
    return replace(
        Dossier(number, ProcedureCode("1.001193"), agency, channel=Channel.ONLINE, received_at=RECEIVED),
        **facts,  # type: ignore[arg-type]
    )


def keep(house: House, content: bytes = b"scan", *, kind: PaperKind = PaperKind.COMPONENT, **facts: object) -> Paper:
    """Keep a stored paper of the dossier, as the pipeline would."""
    catalogue = house.catalogue
    told_of: dict[str, object] = {
        "kind": kind,
        "dossier": NUMBER,
        "paper_type": "birth-certificate",
        "agency": AgencyCode("H15.50"),
        "title": "Giấy khai sinh",
        "issued_on": dt.date(2021, 3, 15),
        "fields": (Field("number", "12/2021", "12/2021", 1, None, 0.9),),
    }
    given_paper = replace(paper(content, in_batch=f"b-{content.decode()}"), **told_of | facts)  # type: ignore[arg-type]
    catalogue.add_batch(batch(given_paper.batch), [given_paper], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        given_paper = catalogue.save(replace(given_paper, state=state), actor="w", action="test")
    stored = replace(given_paper, state=PaperState.STORED, sealed=stored_object(b"sealed" + content), stored_at=now())
    return catalogue.save(stored, actor="w", action="paper.stored", event=Event("paper.stored", stored.id, now()))


def change(house: House, kept: Paper, kind: str, **facts: object) -> Paper:
    changed = replace(kept, **facts)  # type: ignore[arg-type]
    return house.catalogue.save(changed, actor="w", action=kind, event=Event(kind, kept.id, now()))


def told(house: House) -> None:
    keep_told(house, lambda: False)


def state_of(house: House, kept: Paper) -> PortalState:
    (entry,) = [entry for entry in portal.entries(house.catalogue) if entry.paper == kept.id]
    return entry.state


def while_sent(national: Portal, do: Callable[[], None]) -> None:
    """Do something after the next message has come and before it is answered, as another worker would."""
    answer = national.receiver.behaviour

    def meanwhile(taken: object, handler: object) -> int | None:
        national.receiver.behaviour = answer
        do()
        return answer(taken, handler)  # type: ignore[arg-type]

    national.receiver.behaviour = meanwhile


# --- in its own words --------------------------------------------------------------------------------------------


def test_a_component_is_told_in_the_portals_own_words(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    told(house)
    (body,) = national.kept.values()
    assert body == {
        "MaHoSo": NUMBER.value,
        "MaTTHC": "1.001193",
        "MaLinhVuc": "",
        "LoaiDoiTuong": 1,
        "LoaiDinhDanhCHS": 1,
        "MaChuGiayTo": OWNER.number.value,
        "NgayTiepNhan": "20261008083000",
        "TrangThaiHoSo": 2,
        "HinhThuc": 1,
        "MaCoQuan": "H15.50.05.13",
        "DonViXuLy": "H15.50.05.13",
        "NoiNopHoSo": 2,
        "HoSoCoThanhPhanSoHoa": 1,
        "NgayNopHoSo": "20261008083000",
        "NgayHenTra": "",
        "NgayTra": "",
        "MaCSDLDaKetNoi": "",
        "TaiLieuNop": [
            {
                "TepDinhKemId": kept.id.value,
                "TenTepDinhKem": f"{kept.id}.pdf",
                "IsDeleted": 0,
                "MaThanhPhanHoSo": "KQ.G15.000031",
                "DuongDanTaiTepTin": f"{FILES}/v1/papers/{kept.id}/file",
                "DuocSoHoa": 1,
                "DuocTaiSuDung": 0,
                "DuocLayTuKhoDMQG": 0,
                "MaKetQuaThayThe": "",
            }
        ],
    }
    assert state_of(house, kept) is PortalState.ACCEPTED
    taken = national.receiver.taken[0]
    assert OWNER.number.value not in f"{taken.path}{taken.headers}"


def test_a_result_is_told_once_it_was_handed_over(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house, kind=PaperKind.RESULT)
    told(house)
    assert national.bodies() == []
    ended = {"ended_at": RECEIVED + dt.timedelta(days=2), "outcome": Outcome.SUCCESSFUL}
    returned = dossier(**ended, returned_at=RECEIVED + dt.timedelta(days=3))
    keep_dossier(house.catalogue, returned, actor="one-stop")
    told(house)
    (body,) = national.kept.values()
    assert "TaiLieuNop" not in body
    assert body["DanhSachGiayToKetQua"] == [
        {
            "TenGiayTo": "Giấy khai sinh",
            "MaThanhPhanHoSo": "KQ.G15.000031",
            "GiayToId": kept.id.value,
            "DuongDanTepTinKetQua": f"{FILES}/v1/papers/{kept.id}/file",
            "MaGiayToKetQua": "KQ.G15.000031",
            "IsDeleted": 0,
        }
    ]
    assert {name: body[name] for name in ("SoKyHieu", "NgayCap", "ThoiHanHieuLuc", "NgayTra", "TrangThaiHoSo")} == {
        "SoKyHieu": "12/2021",
        "NgayCap": "20210315",
        "ThoiHanHieuLuc": "",
        "NgayTra": "20261011083000",
        "TrangThaiHoSo": 10,
    }


def test_a_result_handed_over_by_itself_is_told_then(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house, kind=PaperKind.RESULT)
    told(house)
    change(house, kept, "paper.handed-over", handed_over_at=RECEIVED)
    told(house)
    (body,) = national.kept.values()
    assert body["NgayTra"] == "20261008083000"


@given(given_paper=papers)
def test_whatever_a_paper_holds_the_message_has_the_portals_form(given_paper: Paper) -> None:
    kind = TYPES.get(given_paper.paper_type or "", TYPES[OTHER])
    found = message(Facts(given_paper, kind, dossier(), None, None, FILES))
    if found is None:
        assert (
            given_paper.kind is PaperKind.RESULT
            or given_paper.stored_at is None
            or not given_paper.sealed
            or (given_paper.owner is None or given_paper.state is not PaperState.STORED)
        )
    else:
        assert given_paper.owner is not None
        told_body = found.body | {"TrichYeuNoiDung": "x"} if "TrichYeuNoiDung" in found.body else found.body
        assert wrong_parts(told_body) == []


def test_a_component_has_the_code_that_its_procedure_gives_it() -> None:
    procedures = load_procedures(paper_types=TYPES)
    given_paper = replace(paper(), state=PaperState.STORED, sealed=stored_object(b"s"))
    marriage, kind = procedures[ProcedureCode("1.000894")], TYPES["marital-status"]
    codes = []
    for procedure in (marriage, None):
        found = message(Facts(given_paper, kind, dossier(), procedure, None, FILES))
        assert found is not None
        codes.append(found.body["TaiLieuNop"][0]["MaThanhPhanHoSo"])
    assert codes == [next(c.code for c in marriage.components if kind.code in c.paper_types), kind.code]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, 2),
        ({"processing_started_at": RECEIVED}, 4),
        ({"ended_at": RECEIVED, "outcome": Outcome.REFUSED}, 3),
        ({"ended_at": RECEIVED, "outcome": Outcome.WITHDRAWN}, 7),
        ({"ended_at": RECEIVED, "outcome": Outcome.SUCCESSFUL}, 9),
        ({"ended_at": RECEIVED, "outcome": Outcome.SUCCESSFUL, "returned_at": RECEIVED}, 10),
    ],
)
def test_a_dossiers_state_has_the_portals_number(facts: dict[str, object], status: int) -> None:
    given_paper = replace(paper(), state=PaperState.STORED, sealed=stored_object(b"s"))
    found = message(Facts(given_paper, TYPES[OTHER], dossier(**facts), None, None, FILES))
    assert found is not None
    assert found.body["TrangThaiHoSo"] == status


# --- when it is told, and when not -------------------------------------------------------------------------------


def test_a_paper_of_no_dossier_or_of_one_nobody_told_us_of_waits(house: House, national: Portal) -> None:
    keep(house)
    told(house)
    assert (national.bodies(), portal.entries(house.catalogue)) == ([], [])
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    told(house)
    assert len(national.kept) == 1


def test_the_same_is_told_once(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    for _ in range(3):
        told(house)
        change(house, kept, "paper.verified", protected_until=now())
    assert len(national.bodies()) == 1


@pytest.mark.parametrize("what", ["renewed", "read again", "revoked", "superseded", "expired"])
def test_a_change_is_told(house: House, national: Portal, what: str) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept, later = keep(house), keep(house, b"later")
    told(house)
    match what:
        case "renewed":
            with writing(house.catalogue.engine) as session:
                session.execute(update(PaperRow).where(PaperRow.id == kept.id.value).values(sealed_sha256=64 * "a"))
            change(house, house.catalogue.paper(kept.id), "paper.renewed", protected_until=now())
        case "read again":
            change(house, kept, "paper.reread", valid_until=dt.date(2030, 1, 1), title="Giấy khai sinh (bản sao)")
        case "revoked":
            change(house, kept, "paper.revoked", state=PaperState.REVOKED)
        case "superseded":
            change(house, kept, "paper.superseded", state=PaperState.SUPERSEDED, superseded_by=later.id)
        case _:
            change(house, kept, "paper.expired", state=PaperState.EXPIRED, valid_until=dt.date(2026, 1, 1))
    told(house)
    bodies = [body for body in national.bodies() if body["TaiLieuNop"][0]["TepDinhKemId"] == kept.id.value]
    if what in {"read again", "expired"}:
        assert len(bodies) == 1, "a component's message does not say how long it is valid, nor its title"
        return
    attachment = bodies[1]["TaiLieuNop"][0]
    assert len(bodies) == 2
    assert attachment["IsDeleted"] == int(what in {"revoked", "superseded"})
    assert attachment["MaKetQuaThayThe"] == ("KQ.G15.000031" if what == "superseded" else "")
    assert attachment["DuocTaiSuDung"] == (2 if what == "superseded" else 0)


def test_what_is_so_once_more_is_told_once_more(house: House, national: Portal, clock: Clock) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    for started in (None, RECEIVED, None):
        keep_dossier(house.catalogue, dossier(processing_started_at=started), actor="one-stop")
        told(house)
        clock.move(dt.timedelta(seconds=5))
    assert [body["TrangThaiHoSo"] for body in national.kept.values()] == [2, 4, 2]
    assert (national.repeated, state_of(house, kept)) == (0, PortalState.ACCEPTED)


def test_what_is_so_again_is_told_even_if_the_change_was_not_answered(
    house: House, national: Portal, clock: Clock
) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    keep(house)
    told(house)
    national.moods = ["forgetful", "ok"]
    keep_dossier(house.catalogue, dossier(processing_started_at=RECEIVED), actor="one-stop")
    told(house)
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    clock.move(MOST_DELAY)
    told(house)
    assert [body["TrangThaiHoSo"] for body in national.kept.values()] == [2, 4, 2]


def test_a_result_read_again_is_told_with_what_it_says_now(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house, kind=PaperKind.RESULT)
    handed = change(house, kept, "paper.handed-over", handed_over_at=RECEIVED)
    told(house)
    read = (Field("number", "13/2021", "13/2021", 1, None, 0.9),)
    change(house, handed, "paper.reread", fields=read, reading_version=2)
    told(house)
    assert [body["SoKyHieu"] for body in national.bodies()] == ["12/2021", "13/2021"]


def test_a_dossiers_papers_are_found_in_either_form_of_its_number(house: House, national: Portal) -> None:
    keep(house, dossier=OTHER_FORM)
    told(house)
    keep_dossier(house.catalogue, dossier(OTHER_FORM), actor="one-stop")
    told(house)
    (body,) = national.kept.values()
    assert body["MaHoSo"] == "H48.53-261008-0976"


def test_nothing_is_told_where_no_portal_is_set_up(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    keep(house)
    told(house)
    assert portal.entries(house.catalogue) == []
    house.close()
    assert "portal" in {duty.name for duty in DUTIES}


@pytest.mark.parametrize(
    "settings",
    [
        {"portal_url": "https://portal.example/"},
        {"portal_url": "ftp://portal.example/", "portal_files_url": FILES},
        {"portal_url": "http://portal.example/", "portal_files_url": FILES, "environment": Environment.PRODUCTION},
    ],
)
def test_a_portal_that_cannot_be_told_is_a_wrong_setting(tmp_path: Path, settings: dict[str, object]) -> None:
    house = House(Settings(data_dir=tmp_path, **settings))  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        _ = house.portal


# --- accepted into another dossier ---------------------------------------------------------------------------------


def reuse(
    house: House, kept: Paper, how: Use = Use.FILE, *, component: str | None = None, into: DossierNumber = LATER
) -> Reuse:
    wanted = Acceptance(
        paper=kept.id,
        dossier=into,
        procedure=ProcedureCode("1.001193"),
        component=component,
        how=how,
        person="Trần Văn Bình",
        purpose="đăng ký khai sinh",
        paper_type=TYPES[kept.paper_type or OTHER],
        on=dt.date(2026, 11, 29),
    )
    return accept(house.catalogue, wanted, consumer="officer", given_only=False)


def take_back(house: House, one: Reuse) -> None:
    withdraw(house.catalogue, one.reference, consumer="officer", own_only=False, person="Lê Thị Sen", reason="nhầm")


def attachments(national: Portal, number: DossierNumber = LATER) -> list[dict[str, object]]:
    """Return what the portal was told in a dossier, in the order in which it was."""
    bodies = [body for body in national.bodies() if body["MaHoSo"] == number.canonical.value]
    return [one for body in bodies for one in body["TaiLieuNop"]]


def own_and_later(house: House) -> None:
    ended = {"ended_at": RECEIVED, "outcome": Outcome.SUCCESSFUL}
    keep_dossier(house.catalogue, dossier(**ended), actor="one-stop")
    keep_dossier(house.catalogue, dossier(LATER), actor="one-stop")


def test_a_paper_accepted_into_another_dossier_is_told_there_too(house: House, national: Portal) -> None:
    own_and_later(house)
    kept = keep(house, verdict=Verdict.VALID)
    told(house)
    one = reuse(house, kept, component="identity")
    told(house)
    assert [body["MaHoSo"] for body in national.bodies()] == [NUMBER.value, LATER.value]
    assert attachments(national) == [
        {
            "TepDinhKemId": one.reference.value,
            "TenTepDinhKem": f"{kept.id}.pdf",
            "IsDeleted": 0,
            "MaThanhPhanHoSo": "identity",
            "DuongDanTaiTepTin": f"{FILES}/v1/papers/{kept.id}/file",
            "DuocSoHoa": 1,
            "DuocTaiSuDung": 1,
            "DuocLayTuKhoDMQG": 0,
            "MaKetQuaThayThe": "",
        }
    ]
    assert national.complaints == []
    assert portal.count(house.catalogue)[PortalState.ACCEPTED] == 2
    told_of = [
        entry.detail for entry in audit.entries(house.catalogue, limit=1000) if entry.action == "portal.accepted"
    ]
    assert [detail.get("reference") for detail in told_of] == [None, one.reference.value]


def test_a_replacement_is_told_with_the_code_of_the_result(house: House, national: Portal) -> None:
    own_and_later(house)
    kept = keep(house, verdict=Verdict.VALID)
    coded, plain = reuse(house, kept, Use.REPLACEMENT), keep(house, b"b", verdict=Verdict.VALID, paper_type="diploma")
    reuse(house, plain, Use.REPLACEMENT)
    told(house)
    found = {str(one["TenTepDinhKem"]).removesuffix(".pdf"): one for one in attachments(national)}
    assert [(found[p.id.value]["DuocTaiSuDung"], found[p.id.value]["MaKetQuaThayThe"]) for p in (kept, plain)] == [
        (2, "KQ.G15.000031"),
        (2, ""),
    ]
    assert found[kept.id.value]["TepDinhKemId"] == coded.reference.value
    assert found[kept.id.value]["MaThanhPhanHoSo"] == "KQ.G15.000031", "nobody said for which component"


def test_a_result_accepted_into_another_dossier_is_handed_in_there(house: House, national: Portal) -> None:
    own_and_later(house)
    kept = keep(house, kind=PaperKind.RESULT, verdict=Verdict.VALID)
    kept = change(house, kept, "paper.handed-over", handed_over_at=RECEIVED)
    reuse(house, kept)
    told(house)
    own, later = sorted(national.bodies(), key=lambda body: str(body["MaHoSo"]))
    assert ("DanhSachGiayToKetQua" in own, "DanhSachGiayToKetQua" in later) == (True, False)
    assert (own["NgayTra"], later["NgayTra"]) == ("20261008083000", ""), "the later dossier returned nothing yet"


def test_a_reuse_waits_until_its_dossier_is_told_and_follows_it(house: House, national: Portal) -> None:
    kept = keep(house, verdict=Verdict.VALID, dossier=None)
    reuse(house, kept, into=OTHER_FORM)
    told(house)
    assert national.bodies() == []
    keep_dossier(house.catalogue, dossier(OTHER_FORM), actor="one-stop")
    told(house)
    keep_dossier(house.catalogue, dossier(OTHER_FORM, processing_started_at=RECEIVED), actor="one-stop")
    told(house)
    assert [(body["MaHoSo"], body["TrangThaiHoSo"]) for body in national.bodies()] == [
        ("H48.53-261008-0976", 2),
        ("H48.53-261008-0976", 4),
    ]


def test_a_withdrawn_reuse_is_taken_back_there_alone(house: House, national: Portal) -> None:
    own_and_later(house)
    kept = keep(house, verdict=Verdict.VALID)
    mistaken = reuse(house, kept)
    told(house)
    take_back(house, mistaken)
    again = reuse(house, kept)
    told(house)
    deleted = {str(one["TepDinhKemId"]): one["IsDeleted"] for one in attachments(national)}
    assert deleted == {mistaken.reference.value: 1, again.reference.value: 0}
    assert [one["IsDeleted"] for one in attachments(national, NUMBER)] == [0]


@pytest.mark.parametrize("state", [PaperState.REVOKED, PaperState.SUPERSEDED, PaperState.EXPIRED])
def test_a_paper_no_longer_in_force_is_taken_back_everywhere(house: House, national: Portal, state: PaperState) -> None:
    own_and_later(house)
    kept = keep(house, verdict=Verdict.VALID)
    reuse(house, kept)
    told(house)
    change(house, kept, f"paper.{state}", state=state)
    told(house)
    is_gone = state is not PaperState.EXPIRED
    expected = [0, 1] if is_gone else [0]
    assert [one["IsDeleted"] for one in attachments(national)] == expected, "what expired was in force when it was used"
    assert [one["IsDeleted"] for one in attachments(national, NUMBER)] == expected
    assert {one["DuocTaiSuDung"] for one in attachments(national)} == {1}


def test_what_the_portal_refuses_in_one_dossier_stands_in_the_other(house: House, national: Portal) -> None:
    own_and_later(house)
    kept = keep(house, verdict=Verdict.VALID)
    told(house)
    one = reuse(house, kept)
    national.moods = ["refuse", "ok"]
    told(house)
    (refused,) = portal.entries(house.catalogue, state=PortalState.REFUSED)
    assert (refused.paper, refused.reference) == (kept.id, one.reference)
    assert shared(house) == {NUMBER: 1, LATER: 0}
    assert portal.retry(house.catalogue, paper=kept.id, actor="cli") == 2
    told(house)
    assert shared(house) == {NUMBER: 1, LATER: 1}
    take_back(house, one)
    assert shared(house) == {NUMBER: 1, LATER: 0}


def shared(house: House) -> dict[DossierNumber, int]:
    """Return for each dossier how many of its papers the figures take for shared."""
    period = Period.parse("2026-10-01..2026-12-31")
    return {facts.dossier.number: facts.shared for facts in dossier_facts(house.catalogue, period)}


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_what_the_portal_refuses_waits_for_a_change_or_a_person(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    national.moods = ["refuse", "ok"]
    told(house)
    told(house)
    (entry,) = portal.entries(house.catalogue, state=PortalState.REFUSED)
    assert entry.error == "MaHoSo: không hợp lệ"
    assert len(national.bodies()) == 1
    assert portal.retry(house.catalogue, states=frozenset({PortalState.REFUSED}), actor="cli") == 1
    told(house)
    assert state_of(house, kept) is PortalState.ACCEPTED
    with pytest.raises(NotFound):
        portal.retry(house.catalogue, paper=PaperId.new(), actor="cli")
    actions = [entry.action for entry in audit.entries(house.catalogue, limit=1000)]
    assert [action for action in actions if action.startswith("portal.")] == [
        "portal.refused",
        "portal.retried",
        "portal.accepted",
    ]


@pytest.mark.parametrize("mood", ["error", "unauthorized", "silent"])
def test_a_portal_that_is_away_is_tried_again(house: House, national: Portal, clock: Clock, mood: str) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    national.moods = [mood, "ok"]
    told(house)
    assert state_of(house, kept) is PortalState.WAITING
    told(house)
    assert len(national.bodies()) == 1, "not before its time"
    clock.move(MOST_DELAY)
    told(house)
    assert state_of(house, kept) is PortalState.ACCEPTED


def test_a_portal_down_for_a_day_is_told_everything_afterwards(house: House, national: Portal, clock: Clock) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = [keep(house, f"p{number}".encode()) for number in range(8)]
    national.moods = ["error"]
    for _ in range(24):
        before = len(national.bodies())
        told(house)
        assert len(national.bodies()) - before <= MOST_MISSES, "it is not hammered"
        clock.move(dt.timedelta(hours=1))
    assert portal.count(house.catalogue)[PortalState.WAITING] == len(kept)
    since = portal.oldest(house.catalogue)
    assert since is not None
    assert clock() - since == dt.timedelta(days=1)
    national.moods = ["ok"]
    told(house)
    assert portal.count(house.catalogue)[PortalState.ACCEPTED] == len(kept)
    assert portal.oldest(house.catalogue) is None


def test_what_fails_for_a_week_is_given_up_until_somebody_asks(house: House, national: Portal, clock: Clock) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    national.moods = ["error"]
    told(house)
    clock.move(GIVE_UP + MOST_DELAY)
    told(house)
    assert state_of(house, kept) is PortalState.DEAD
    clock.move(GIVE_UP)
    national.moods = ["ok"]
    told(house)
    assert state_of(house, kept) is PortalState.DEAD
    assert portal.retry(house.catalogue, paper=kept.id, actor="cli") == 1
    told(house)
    assert state_of(house, kept) is PortalState.ACCEPTED


def test_a_message_taken_without_an_answer_is_sent_again_and_kept_once(
    house: House, national: Portal, clock: Clock
) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    national.moods = ["forgetful", "ok"]
    told(house)
    assert state_of(house, kept) is PortalState.WAITING
    clock.move(MOST_DELAY)
    told(house)
    assert state_of(house, kept) is PortalState.ACCEPTED
    assert (len(national.kept), national.repeated) == (1, 1)


def test_what_changes_while_it_is_sent_is_sent_again(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)

    def revoked_meanwhile() -> None:
        change(house, kept, "paper.revoked", state=PaperState.REVOKED)
        follow(house)

    while_sent(national, revoked_meanwhile)
    told(house)
    assert [body["TaiLieuNop"][0]["IsDeleted"] for body in national.bodies()] == [0, 1]
    assert state_of(house, kept) is PortalState.ACCEPTED


def test_what_was_sent_before_its_change_was_followed_is_told_once(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept, other = keep(house), house.portal
    assert other is not None
    follow(house)
    change(house, kept, "paper.revoked", state=PaperState.REVOKED)  # nobody has followed it when it is sent

    def second_worker() -> None:
        while follow(house):
            pass
        assert send(house, other) == 0

    while_sent(national, second_worker)
    assert send(house, other) == 1
    told(house)
    assert [body["TaiLieuNop"][0]["IsDeleted"] for body in national.bodies()] == [1]
    assert (len(national.kept), national.repeated) == (1, 0)
    assert state_of(house, kept) is PortalState.ACCEPTED


def test_nothing_newer_is_sent_while_something_older_is_under_way(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept, other = keep(house), house.portal
    assert other is not None

    def second_worker() -> None:
        change(house, kept, "paper.revoked", state=PaperState.REVOKED)
        while follow(house):
            pass
        assert send(house, other) == 0, "it might arrive before the older one"

    while_sent(national, second_worker)
    told(house)
    assert [body["TaiLieuNop"][0]["IsDeleted"] for body in national.bodies()] == [0, 1]
    assert (len(national.kept), state_of(house, kept)) == (2, PortalState.ACCEPTED)


def test_what_is_wanted_while_a_worker_that_dies_sends_is_sent_once_its_time_is_over(
    house: House, national: Portal, clock: Clock
) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    follow(house)
    assert portal.take(house.catalogue, at=clock(), again=clock() + LEASE) is not None
    assert portal.retry(house.catalogue, paper=kept.id, actor="cli") == 1
    change(house, kept, "paper.revoked", state=PaperState.REVOKED)
    told(house)
    assert national.bodies() == [], "left to the worker that has it"
    clock.move(LEASE + dt.timedelta(minutes=1))
    told(house)
    assert [body["TaiLieuNop"][0]["IsDeleted"] for body in national.bodies()] == [1]
    assert state_of(house, kept) is PortalState.ACCEPTED


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.telling import portal
from tests.ingest.telling.test_portal import opened
with opened(Path(sys.argv[1]), sys.argv[2], sys.argv[3]) as house:
    portal.portal.settle = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    portal.keep_told(house, lambda: False)
"""


def test_a_worker_killed_between_telling_and_recording_tells_again_under_the_same_key(
    house: House, national: Portal, tmp_path: Path, database_url: str, clock: Clock
) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    kept = keep(house)
    arguments = [str(tmp_path / "data"), database_url, national.url]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, env={**os.environ})
    assert ended.returncode == -signal.SIGKILL
    assert state_of(house, kept) is PortalState.SENT
    told(house)
    assert len(national.bodies()) == 1, "left to the worker that has it"
    clock.move(LEASE + dt.timedelta(minutes=1))
    told(house)
    assert state_of(house, kept) is PortalState.ACCEPTED
    assert (len(national.kept), national.repeated) == (1, 1)


def test_two_workers_follow_and_send_without_doing_it_twice(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    for number in range(5):
        keep(house, f"p{number}".encode())
    followed = portal.touched(house.catalogue)
    digests = {Subject(one): found.digest for one in followed.papers if (found := message_of(house, one))}
    assert portal.want(house.catalogue, followed, digests) == 5
    assert portal.want(house.catalogue, followed, digests) == 0, "another worker was first"
    other = house.portal
    assert other is not None
    assert send(house, other) + send(house, other) == 5
    assert len(national.bodies()) == 5


def test_neither_logs_nor_audit_hold_personal_data(house: House, national: Portal) -> None:
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    keep(house)
    national.moods = ["error", "refuse"]
    with capture_logs() as logged:
        told(house)
    entries = audit.entries(house.catalogue, limit=1000)
    text = json.dumps(logged, default=str) + "".join(f"{entry}" for entry in entries)
    assert OWNER.number.value not in text
    assert str(OWNER.name) not in text
    assert TOKEN not in text

"""An organisation has tens of thousands of papers: what looks among them loads a bounded number of them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert

from dossier import times
from dossier.facts import known_facts
from dossier.grants import counter_grant
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode, parse_owner_number
from dossier.lookups import MOST_IN_FULL, MOST_LOOKED_AT, MOST_NAMED, Need
from dossier.papers import PaperState
from ingest.house import House
from ingest.intake import twins
from ingest.intake.twins import component_twins
from ingest.reuse.prefill import MOST_ASKED, prefill
from ingest.settings import Settings
from storage.database import writing
from storage.reuse.lookups import Found, look_up
from storage.schema import BatchRow, OwnerRow, PaperRow

COMPANY = parse_owner_number("0100109106")
CHANGE = ProcedureCode("2.002041")
DOSSIER = DossierNumber("H41.12.5-261122-0001")
DECISIONS = 3_000
DAY = dt.date(2020, 1, 1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A company with thousands of decisions, each superseded in time by the next, and one old registration."""
    house = House(Settings(data_dir=tmp_path_factory.mktemp("house")))
    kept = [_row(number + 1, "decision", DAY + dt.timedelta(days=number % 2_000)) for number in range(DECISIONS)]
    kept.append(_row(DECISIONS + 1, "business-registration", dt.date(2001, 2, 3)))
    with writing(house.catalogue.engine) as session:
        session.add(BatchRow(id="many", station="test", created_at=times.now(), content_sha256=""))
        session.add(OwnerRow(serial=1, kind=COMPANY.kind, number=COMPANY.value, name="Công ty Mẫu"))
        session.flush()
        session.execute(insert(PaperRow), kept)
    yield house
    house.close()


def _row(serial: int, paper_type: str, issued_on: dt.date) -> dict[str, object]:
    return {
        "serial": serial,
        "id": f"{serial:016}",
        "batch": "many",
        "name": "scan.pdf",
        "state": PaperState.STORED.value,
        "created_at": times.now(),
        "owner_serial": 1,
        "owner_name": "Công ty Mẫu",
        "kind": "component",
        "paper_type": paper_type,
        "verdict": "valid",
        "page_count": 1,
        "signed_origin": False,
        "issued_on": issued_on,
        "stored_at": times.now(),
        "reading_version": 1,
        "parts": [],
        "original_key": f"originals/{serial}",
        "original_version": "1",
        "original_sha256": f"{serial:064x}",
        "original_size": 1,
        "original_media_type": "application/pdf",
    }


@contextmanager
def loaded() -> Iterator[list[PaperRow]]:
    """Gather the rows of papers that are loaded meanwhile."""
    rows: list[PaperRow] = []

    def gather(row: PaperRow, _: object) -> None:
        rows.append(row)

    event.listen(PaperRow, "load", gather)
    try:
        yield rows
    finally:
        event.remove(PaperRow, "load", gather)


def test_components_are_found_among_the_latest_of_each_type(house: House) -> None:
    with loaded() as rows:
        found = component_twins(house, COMPANY, house.procedures[CHANGE])
    told = {component.code: twin.paper.issued_on for component, twin in found if twin}
    assert told == {"decision": DAY + dt.timedelta(days=1_999), "registration": dt.date(2001, 2, 3)}
    assert len(rows) == twins._MOST_TOLD + 1  # noqa: SLF001 - what bounds it


def test_a_form_is_filled_in_from_the_latest_of_each_type(house: House) -> None:
    with loaded() as rows:
        prefill(house, COMPANY, tuple(known_facts().values()), times.today(), lambda _paper, _rule: True)
    assert len(rows) == MOST_ASKED + 1


def test_a_lookup_looks_at_the_best_of_a_type_and_finds_any_other_by_its_identifier(house: House) -> None:
    def looked_up(*papers: PaperId) -> Found:
        need = Need(COMPANY, times.today(), DOSSIER, CHANGE, "settle-dossier", paper_types=("decision",), papers=papers)
        (found,) = look_up(house.catalogue, need, house.paper_types, consumer="c", built_in=counter_grant("c"))
        return found

    best = looked_up().outcome
    assert (best.usable, len(best.given), len(best.others)) == (MOST_LOOKED_AT, MOST_IN_FULL, MOST_NAMED)
    days = [one.issued_on for one in (*best.given, *best.others)]
    assert days == sorted(days, reverse=True)
    assert days[0] == DAY + dt.timedelta(days=1_999)
    first = PaperId(f"{1:016}")
    assert [one.paper.id for one in looked_up(first).papers] == [first]


def test_the_latest_of_each_type_come_in_the_order_of_all(house: House) -> None:
    found = house.catalogue.latest(COMPANY, dt.date(2021, 1, 1), each=2)
    assert [paper.issued_on for paper in found] == [dt.date(2021, 1, 1), dt.date(2021, 1, 1), dt.date(2001, 2, 3)]

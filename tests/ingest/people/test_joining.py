"""Parts of a scan that was split wrongly become one paper again, all of them or none, whoever else is at it."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier import times
from dossier.errors import ClaimedByOther, InvalidValue, NotJoinable, WrongState
from dossier.identifiers import DossierNumber, PaperId
from dossier.papers import Paper, PaperState, StoredObject
from ingest.house import House
from ingest.people.confirm import confirm
from ingest.people.split import _pages, _ranges, join, split
from storage.audit_log import audit
from storage.under_way import claims
from tests.generator.render import Kind
from tests.generator.several import scan_together
from tests.ingest.people.test_split import OTHER, dossier, entries, house, prepared, read_once, scan
from tests.ingest.test_crash import IMPATIENT, run
from tests.ingest.test_work import send

__all__ = ["dossier", "house", "read_once", "scan"]
WHO = {"by": "Người Gộp", "actor": "test"}


@pytest.fixture
def parts(house: House, scan: Paper) -> tuple[Paper, ...]:
    """The scan's two parts, each read and waiting for a person."""
    _, *made = split(house, scan.id, [2], by="Người Tách", actor="test")
    return tuple(prepared(house, part) for part in made)


def named(name: str) -> Paper:
    original = StoredObject("k", "1", "0" * 64, 1, "application/pdf")
    return Paper(PaperId.new(), "b", name, PaperState.READY, times.now(), original, split_from=PaperId.new())


@given(st.sets(st.integers(1, 5000), min_size=1), st.text())
def test_the_name_of_a_part_says_which_pages_it_has(pages: set[int], name: str) -> None:
    kept = tuple(sorted(pages))
    assert _pages(named(f"{name} [{_ranges(kept)}]")) == kept


def test_two_parts_become_one_paper_with_the_pages_of_both(house: House, scan: Paper, parts: tuple[Paper, ...]) -> None:
    first, second = parts
    claims.claim(house.catalogue, second.id, actor="test", person="Người Gộp")
    joined, *gone = join(house, second.id, [first.id, second.id], **WHO)
    assert (joined.state, joined.name, joined.paper_type) == (PaperState.RECEIVED, "ho-so.pdf [1-2]", None)
    assert (joined.split_from, joined.dossier, joined.confirmed_by) == (scan.id, scan.dossier, None)
    assert [(one.id, one.state, one.joined_into, one.joined_by) for one in gone] == [
        (part.id, PaperState.JOINED, joined.id, "Người Gộp") for part in parts
    ]
    assert all(one.joined_at and one.split_from == scan.id for one in gone)
    assert house.catalogue.paper(scan.id).parts == (joined.id,)
    with pikepdf.open(io.BytesIO(house.objects.get(joined.original.key, joined.original.version))) as pdf:
        assert len(pdf.pages) == 2
    for part in parts:
        assert entries(house, part)[-1] == ("test", "paper.joined")
        assert list(house.objects.keys(f"work/{part.id}/")) == []
    (told,) = [e for e in audit.entries(house.catalogue, limit=1000) if e.object == f"paper:{first.id}"][-1:]
    assert dict(told.detail) == {"into": joined.id.value, "from": first.state.value, "to": "joined"}
    assert not claims.is_held(house.catalogue, second.id, actor="test")
    audit.check(house.catalogue, house.objects)

    read = prepared(house, joined)
    assert (read.page_count, read.paper_type) == (2, "general-application")
    assert read.state in claims.WAITING


def test_joined_again_nothing_changes_and_what_was_joined_is_split_anew(
    house: House, scan: Paper, parts: tuple[Paper, ...]
) -> None:
    first, second = parts
    made = join(house, first.id, [second.id], **WHO)
    assert join(house, second.id, [first.id], by="Ai Khác", actor="other") == made
    joined = prepared(house, made[0])
    _, *anew = split(house, joined.id, [2], by="Người Tách", actor="test")
    assert [part.name for part in anew] == ["ho-so.pdf [1-2] [1]", "ho-so.pdf [1-2] [2]"]
    once_more, *_ = join(house, anew[1].id, [prepared(house, part).id for part in anew], **WHO)
    assert (once_more.split_from, once_more.name) == (joined.id, "ho-so.pdf [1-2] [1-2]")
    assert house.catalogue.paper(joined.id).parts == (once_more.id,)
    assert house.catalogue.paper(scan.id).parts == (joined.id,)
    assert once_more.id != joined.id


def test_of_more_parts_some_are_joined_and_stand_where_the_first_stood(house: House, tmp_path: Path) -> None:
    path = tmp_path / "ba.tif"
    scan_together(path, [Kind.APPLICATION, Kind.IDENTITY_CARD, Kind.DIPLOMA])
    scan = prepared(house, send(house, path.name, path.read_bytes()).paper)
    _, *made = split(house, scan.id, [2, 3], by="Người Tách", actor="test")
    one, two, three = (prepared(house, part) for part in made)
    joined, *_ = join(house, three.id, [one.id], **WHO)
    assert joined.name == "ba.tif [1, 3]"
    assert house.catalogue.paper(scan.id).parts == (joined.id, two.id)
    with pytest.raises(WrongState):
        join(house, two.id, [one.id], **WHO)
    whole, *_ = join(house, prepared(house, joined).id, [two.id], **WHO)
    assert (whole.name, prepared(house, whole).page_count) == ("ba.tif [1-3]", 3)
    assert house.catalogue.paper(scan.id).parts == (whole.id,)


def test_what_is_confirmed_or_in_somebodys_hand_is_not_joined(house: House, parts: tuple[Paper, ...]) -> None:
    first, second = parts
    claims.claim(house.catalogue, first.id, actor="somebody", person="Ai Đó")
    with pytest.raises(ClaimedByOther):
        join(house, second.id, [first.id], **WHO)
    assert [house.catalogue.paper(part.id) for part in parts] == list(parts), "all or nothing"
    confirm(house, first.id, by="Ai Đó", actor="somebody")
    with pytest.raises(WrongState):
        join(house, second.id, [first.id], **WHO)
    assert house.catalogue.paper(second.id) == second


def test_only_parts_of_one_scan_and_one_dossier_are_joined(
    house: House, parts: tuple[Paper, ...], small_scan: Path
) -> None:
    first, second = parts
    alone = prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)
    for paper, other in ((first, alone), (alone, first)):
        with pytest.raises(NotJoinable):
            join(house, paper.id, [other.id], **WHO)
    for others, by in (([first.id], "A"), ([second.id], " ")):
        with pytest.raises(InvalidValue):
            join(house, first.id, others, by=by, actor="test")
    assert [house.catalogue.paper(part.id) for part in parts] == list(parts)
    house.catalogue.save(replace(second, dossier=DossierNumber(OTHER)), actor="test", action="test")
    with pytest.raises(NotJoinable, match="dossiers"):
        join(house, first.id, [second.id], **WHO)


def test_a_joining_survives_being_killed_anywhere(house: House, scan: Paper, parts: tuple[Paper, ...]) -> None:
    deaths = ["put:1", "insert:1"]  # before its file is kept, before the catalogue's change is done
    environment = {"SOHOA_DATA_DIR": str(house.settings.root), **IMPATIENT}
    ends = run([f"join/{death}" for death in deaths], environment)
    assert ends == ["SIGKILL"] * len(deaths)
    assert [house.catalogue.paper(part.id) for part in parts] == list(parts), "as if nothing had been"
    assert run(["join/finish", "finish"], environment) == ["exit 0"] * 2
    (joined,) = house.catalogue.paper(scan.id).parts
    read = house.catalogue.paper(joined)
    assert (read.state in claims.WAITING, read.page_count) == (True, 2)
    assert [house.catalogue.paper(part.id).joined_into for part in parts] == [joined, joined]
    assert len(house.objects.versions(read.original.key)) == 1
    audit.check(house.catalogue, house.objects)


def test_the_same_joining_at_the_same_moment_is_one(house: House, scan: Paper, parts: tuple[Paper, ...]) -> None:
    first, second = parts
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: join(house, first.id, [second.id], **WHO)[0].id, range(4)))
    assert len(set(made)) == 1
    assert house.catalogue.paper(scan.id).parts == (made[0],)
    assert len(house.objects.versions(house.catalogue.paper(made[0]).original.key)) == 1
    assert [one.state for one in house.catalogue.papers() if one.state in claims.WAITING] == []

"""A stored identity card links the numbers in its QR code, the whole way from its scan."""

from pathlib import Path

from dossier.identifiers import OwnerNumber, PaperId, parse_owner_number
from dossier.papers import FieldSource
from ingest import pipeline
from ingest.duties import DUTIES
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm
from ingest.reuse.owner_links import link_all
from ingest.reuse.search import catch_up
from ingest.settings import Settings
from storage.people.owners import known_owner
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render


def confirmed_card(folder: Path) -> tuple[House, PaperId, OwnerNumber, OwnerNumber]:
    """Return a house with a confirmed card, the card, its number and the former one."""
    printed = render(PaperSpec(Kind.IDENTITY_CARD, 2))
    write_scan(folder / "can-cuoc.pdf", printed.pages)
    house = House(Settings(data_dir=folder / "data"))
    batch = open_batch(house, Manifest("test", (ManifestEntry("can-cuoc.pdf"),))).id
    paper = receive(house, batch, "can-cuoc.pdf", (folder / "can-cuoc.pdf").read_bytes()).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    read = house.catalogue.paper(paper)
    coded = {f.key: f.value for f in read.fields if f.source is FieldSource.QR}
    number, old = (parse_owner_number(coded[key] or "") for key in ("citizen_number", "old_identity_number"))
    confirm(house, paper, by="Trần Văn Đối", actor="test")
    return house, paper, number, old


def test_a_scanned_card_makes_the_old_number_find_it(tmp_path: Path) -> None:
    house, paper, number, old = confirmed_card(tmp_path)
    assert known_owner(house.catalogue, old) is None
    for step in pipeline.FINISH:
        step(house, paper)
    assert [one.id for one in house.catalogue.find(old)] == [paper]
    known = known_owner(house.catalogue, old)
    assert known is not None
    assert {one.number for one in known.numbers} == {number, old}
    assert [(merge.source.value, merge.paper, merge.actor) for merge in known.history] == [("qr", paper, "pipeline")]
    assert list(link_all(house, actor="cli")) == [], "it was said before"
    house.close()


def test_a_card_cut_off_just_after_it_was_stored_is_linked_and_indexed_later(tmp_path: Path) -> None:
    house, paper, _, old = confirmed_card(tmp_path)
    for step in pipeline.FINISH[: pipeline.FINISH.index(pipeline.link)]:
        step(house, paper)
    duty = next(duty for duty in DUTIES if duty.name == "search-index")
    duty.do(house, lambda: False)
    assert [one.id for one in house.catalogue.find(old)] == [paper]
    assert list(catch_up(house)) == []
    house.close()

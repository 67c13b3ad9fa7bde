"""A stored identity card links the numbers in its QR code, the whole way from its scan."""

from pathlib import Path

from dossier.identifiers import parse_owner_number
from dossier.papers import FieldSource
from ingest import pipeline
from ingest.confirm import confirm
from ingest.house import House
from ingest.owner_links import link_all
from ingest.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.settings import Settings
from storage.owners import known_owner
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render


def test_a_scanned_card_makes_the_old_number_find_it(tmp_path: Path) -> None:
    printed = render(PaperSpec(Kind.IDENTITY_CARD, 2))
    write_scan(tmp_path / "can-cuoc.pdf", printed.pages)
    house = House(Settings(data_dir=tmp_path / "data"))
    batch = open_batch(house, Manifest("test", (ManifestEntry("can-cuoc.pdf"),))).id
    paper = receive(house, batch, "can-cuoc.pdf", (tmp_path / "can-cuoc.pdf").read_bytes()).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    read = house.catalogue.paper(paper)
    coded = {f.key: f.value for f in read.fields if f.source is FieldSource.QR}
    number, old = (parse_owner_number(coded[key] or "") for key in ("citizen_number", "old_identity_number"))
    confirm(house, paper, by="Trần Văn Đối", actor="test")
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

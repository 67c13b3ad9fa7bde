"""A paper of two owners, the whole way from its scan: found by either, kept once."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dossier.identifiers import parse_owner_number
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from dossier.verdicts import Finding, Severity
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm, confirm_as_announced
from ingest.people.reread import Order, Outcome, reread
from ingest.settings import Settings
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render

STRANGER = Owner.parse("001090099999", "Người Lạ")
HUSBAND, WIFE = "husband_citizen_number", "wife_citizen_number"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, str]]:
    """The scan of a marriage certificate and what is printed on it."""
    paper = render(PaperSpec(Kind.MARRIAGE_CERTIFICATE, 3))
    path = tmp_path_factory.mktemp("married") / "ket-hon.pdf"
    write_scan(path, paper.pages)
    return path.read_bytes(), dict(paper.fields)


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, certificate: tuple[bytes, dict[str, str]]
) -> Iterator[tuple[House, Paper]]:
    """A house with the certificate, read; handed in for the wife with a statement made in advance."""
    house = House(Settings(data_dir=tmp_path_factory.mktemp("house")))
    data, printed = certificate
    entry = ManifestEntry("ket-hon.pdf", printed[WIFE], confirmed_by="Trần Văn Đối")
    paper = receive(house, open_batch(house, Manifest("test", (entry,))).id, entry.name, data).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    yield house, house.catalogue.paper(paper)
    house.close()


def test_either_finds_it_and_a_stranger_does_not(
    prepared: tuple[House, Paper], certificate: tuple[bytes, dict[str, str]]
) -> None:
    house, waiting = prepared
    numbers = [parse_owner_number(certificate[1][key]) for key in (WIFE, HUSBAND)]
    assert waiting.paper_type == "marriage-certificate"
    assert waiting.owner is not None
    assert [one.number for one in (waiting.owner, *waiting.co_owners)] == numbers
    assert waiting.co_owners[0].name == certificate[1]["husband_name"]
    assert [house.catalogue.find(number) for number in numbers] == [[], []], "nobody has confirmed it"

    confirm(house, waiting.id, by="Trần Văn Đối", actor="test")
    for step in pipeline.FINISH:
        step(house, waiting.id)
    stored = house.catalogue.paper(waiting.id)
    assert stored.state is PaperState.STORED
    assert [house.catalogue.find(number) for number in (*numbers, STRANGER.number)] == [[stored], [stored], []]
    assert stored.sealed is not None
    assert stored.sealed.key == f"papers/{waiting.owner.pseudonym(house.owner_secret)}/{stored.id}/paper.pdf"
    assert stored.code == f"{numbers[0].value}.marriage-certificate.01"
    assert not any(number.value in key for number in numbers for key in house.objects.keys(""))

    # As it was kept before the second owner was: reading it again proposes that owner, and a person accepts.
    forgotten = replace(stored, co_owners=())
    assert reread(house, stored, Order()).outcome is Outcome.UNCHANGED
    for outcome in (Outcome.PROPOSED, Outcome.WAITING):
        found = reread(house, forgotten, Order(accept_by="Trần Văn Đối"))
        assert (found.outcome, found.changes_owners, found.differences) == (outcome, True, ())


@pytest.mark.parametrize(("doubted", "kept"), [(HUSBAND, False), (WIFE, True), ("husband_name", True)])
def test_a_statement_in_advance_covers_no_doubtful_second_owner(
    prepared: tuple[House, Paper],
    doubted: str,
    kept: bool,  # noqa: FBT001 - an expectation
) -> None:
    house, waiting = prepared
    doubt = Finding("readings-differ", Severity.WARNING, "khác", "differ", doubted)
    aside = Paper(
        id=waiting.id.derived("x", doubted, "y"),
        batch=waiting.batch,
        name=doubted,
        state=PaperState.NEEDS_REVIEW,
        created_at=waiting.created_at,
        original=waiting.original,
        owner=waiting.owner,
        co_owners=waiting.co_owners,
        paper_type=waiting.paper_type,
        fields=waiting.fields,
        checks=(doubt,),
        confirmed_by="Trần Văn Đối",
    )
    house.catalogue.add_papers([aside], actor="test")
    assert confirm_as_announced(house, aside.id)
    assert house.catalogue.paper(aside.id).co_owners == (waiting.co_owners if kept else ())


def test_whoever_names_the_owner_of_a_paper_without_one_names_the_other_too(prepared: tuple[House, Paper]) -> None:
    house, waiting = prepared
    unknown = replace(
        waiting, id=waiting.id.derived("u", "n", "k"), owner=None, co_owners=(), state=PaperState.NEEDS_REVIEW
    )
    house.catalogue.add_papers([unknown], actor="test")
    confirmed = confirm(house, unknown.id, by="A", actor="test", owner=waiting.co_owners[0])
    assert [one.number for one in confirmed.co_owners] == [waiting.owner and waiting.owner.number]

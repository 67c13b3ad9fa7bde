"""Papers for the tests of this room: one plain maker, and hypothesis strategies for everything a paper can hold."""

import datetime as dt
import hashlib

from hypothesis import strategies as st
from stdnum.vn import mst

from dossier.identifiers import (
    AgencyCode,
    CitizenNumber,
    DossierNumber,
    OldIdentityNumber,
    PaperId,
    PassportNumber,
    ProcedureCode,
    TaxCode,
    province_names,
)
from dossier.owners import Owner
from dossier.papers import Box, Field, FieldSource, Paper, PaperKind, PaperState, SourceGrade, StoredObject
from dossier.verdicts import Finding, Severity, Verdict
from storage.records import Batch
from storage.reuse.disclosures import Disclosure, DisclosureKind

NOON = dt.datetime(2026, 11, 22, 5, 0, 0, 123456, tzinfo=dt.UTC)
OWNER = Owner.parse("001190012345", "NGUYỄN THỊ MẪU")
OTHER_OWNER = Owner.parse("001090054321", "TRẦN VĂN THỬ")


def batch(name: str = "b1") -> Batch:
    return Batch(name, station="station-1", created_at=NOON, operator="Người Quét")


def stored_object(content: bytes = b"scan") -> StoredObject:
    sha256 = hashlib.sha256(content).hexdigest()
    return StoredObject(f"originals/{sha256[:8]}", "1", sha256, len(content), "application/pdf")


def paper(content: bytes = b"scan", *, owner: Owner | None = OWNER, in_batch: str = "b1") -> Paper:
    return Paper(PaperId.new(), in_batch, "scan.pdf", PaperState.RECEIVED, NOON, stored_object(content), owner)


def disclosed(paper: PaperId, consumer: str, *, purpose: str = "settle-dossier") -> Disclosure:
    """A lookup's record of having given a paper."""
    return Disclosure(
        paper, consumer, DisclosureKind.LOOKUP, DossierNumber("H41.12.5-261122-0001"), ProcedureCode("1.001193"),
        purpose, "", ("full_name",), ("g1",), NOON,
    )  # fmt: skip


_words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
_digits = "0123456789"
_ascii = st.characters(codec="ascii")
_moments = st.builds(
    lambda seconds, zone: (NOON + dt.timedelta(seconds=seconds)).astimezone(zone),
    st.floats(-4e9, 4e9),
    st.just(dt.UTC) | st.timezones(),
)
_dates = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))
_pixels = st.integers(0, 20_000)

owner_numbers = st.one_of(
    st.builds(
        lambda place, tail: CitizenNumber(f"{place}1{tail}"),
        st.sampled_from(sorted(province_names())),
        st.text(_digits, min_size=8, max_size=8),
    ),
    st.builds(OldIdentityNumber, st.text(_digits, min_size=9, max_size=9)),
    st.builds(
        lambda stem: TaxCode(stem + mst.calc_check_digit(stem)),
        st.sampled_from(["030121896", "010010911", "020010999"]),
    ),
    st.builds(lambda n: PassportNumber(f"C{n:07d}"), st.integers(0, 9_999_999)),
)
objects = st.builds(
    StoredObject,
    st.just("papers/x/original.pdf"),
    _words,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(0, 2**53),
    _words,
)
fields = st.builds(
    Field,
    _words,
    st.none() | _words,
    _words,
    st.none() | st.integers(1, 5000),
    st.none() | st.builds(Box, _pixels, _pixels, _pixels, _pixels),
    st.floats(0, 1),
    st.sampled_from(FieldSource),
    st.none() | _words,
)
findings = st.builds(Finding, _words, st.sampled_from(Severity), _words, _words, st.none() | _words)
papers = st.builds(
    Paper,
    id=st.builds(PaperId, st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)),
    batch=st.just("b1"),
    name=_words,
    state=st.sampled_from(PaperState),
    created_at=_moments,
    original=objects,
    owner=st.none() | st.builds(Owner, owner_numbers, st.none() | _words),
    co_owners=st.lists(st.builds(Owner, owner_numbers, st.none() | _words), max_size=2).map(tuple),
    kind=st.sampled_from(PaperKind),
    paper_type=st.none() | _words,
    type_confidence=st.none() | st.floats(0, 1),
    agency=st.none() | st.from_regex(AgencyCode.pattern, fullmatch=True, alphabet=_ascii).map(AgencyCode),
    dossier=st.none() | st.from_regex(DossierNumber.pattern, fullmatch=True, alphabet=_ascii).map(DossierNumber),
    procedure=st.none() | st.from_regex(ProcedureCode.pattern, fullmatch=True, alphabet=_ascii).map(ProcedureCode),
    sealed=st.none() | objects,
    page_count=st.none() | st.integers(0, 5000),
    hidden_pages=st.lists(st.integers(1, 5000), max_size=3).map(tuple),
    fields=st.lists(fields, max_size=4).map(tuple),
    checks=st.lists(findings, max_size=3).map(tuple),
    verdict=st.none() | st.sampled_from(Verdict),
    signed_origin=st.booleans(),
    grade=st.none() | st.sampled_from(SourceGrade),
    title=st.none() | _words,
    issued_on=st.none() | _dates,
    valid_until=st.none() | _dates,
    confirmed_by=st.none() | _words,
    confirmed_at=st.none() | _moments,
    stored_at=st.none() | _moments,
    protected_until=st.none() | _moments,
    reading_version=st.integers(1, 99),
    problem=st.none() | _words,
    duplicate_of=st.none() | st.just(PaperId("0" * 16)),
    split_from=st.none() | st.just(PaperId("0" * 16)),
    parts=st.lists(st.builds(PaperId, st.from_regex(PaperId.pattern, fullmatch=True, alphabet=_ascii)), max_size=3).map(
        tuple
    ),
    split_by=st.none() | _words,
    split_at=st.none() | _moments,
    joined_into=st.none() | st.just(PaperId("0" * 16)),
    joined_by=st.none() | _words,
    joined_at=st.none() | _moments,
    handed_over_at=st.none() | _moments,
    superseded_by=st.none() | st.just(PaperId("0" * 16)),
)


class Clock:
    """A clock that stands at noon until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now

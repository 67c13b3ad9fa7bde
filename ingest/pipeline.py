"""The way of a paper, in order. Read this file and you know what happens to a scan.

::

    receive ─▶ [ inspect ▶ clean ▶ read ▶ classify ▶ extract ▶ check ] ─▶ confirm
                                                            (a named person)     │
    announce ◀─ index ◀─ link ◀─ store ◀─ seal ◀─ assemble ◀─────────────────────┘

Each step here fetches its inputs, calls the one function that does the work, and keeps the result. It may run twice
with the same outcome, because a crash may strike between the work and the note that it is done; a step that finds its
paper further on (a person was faster than the repetition) leaves it alone. ``receive`` and
``confirm`` are started by people and have modules of their own. What is done with papers afterwards, from time to time,
is listed in ``ingest.duties``; how they end, in ``ingest.upkeep.disposal``.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from dossier import times
from dossier.checks import needs_review
from dossier.errors import InvalidOwnerNumber, PartFailed
from dossier.identifiers import DossierNumber, PaperId
from dossier.owners import Owner
from dossier.paper_types import OTHER, PaperType, find_type
from dossier.papers import Field, Paper, PaperState, SourceGrade, StoredObject
from dossier.verdicts import Verdict
from ingest.decoding.decode import decode
from ingest.doubts import (
    date_doubts,
    misnamed,
    page_doubts,
    scan_doubts,
    several_papers,
    signature_doubts,
    uneven_passes,
)
from ingest.house import House
from ingest.intake.inspect import Inspection
from ingest.intake.inspect import inspect as inspect_file
from ingest.intake.receive import announced, is_collated, owner_of_scan
from ingest.intake.twins import twin_doubts
from ingest.judge import judge
from ingest.limited.page_work import MasterRead
from ingest.people.versions import FIRST_READING
from ingest.proof.stamping import headroom_mm, on_free_paper
from ingest.proof.verifications import keep as keep_verification
from ingest.proof.verifications import verify
from ingest.reuse.grades import grade_of
from ingest.reuse.owner_links import link_owners
from ingest.reuse.search import index_stored
from ingest.scan.collation import place_in_paper
from ingest.scan.hidden_pages import as_archived, fields_as_archived, hideable, shown_pages
from ingest.scan.images import PageImage
from ingest.scan.pages import NOTES, PageNote, PageNotes, codes_of, keep_reading, reading_of, separators_of
from ingest.upkeep.fixity import sound
from ingest.workspace import Workspace, dump_value
from ocr.additions import signature_print
from ocr.copies import copy_words
from ocr.model import Reading
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from ocr.splitting import Part, find_papers, one_paper
from signing.renewal import protected_until
from signing.report import reasons
from signing.seal import seal as seal_pdf
from signing.stamp import Stamp
from storage.lifecycle.storing import at_storing
from storage.records import Event, Occasion
from storage.reuse.prints import keep_prints

Step = Callable[[House, PaperId], None]

_PAPERS = "papers.json"
_PARTS = tuple[Part, ...]
_ASSEMBLED_FOR = "assembled-for.json"
"""Name in the workspace of the agency whose stamp a page was given room for."""
ACTOR = "pipeline"
"""Who the audit log names for what no person did."""


# --- prepare: from the received bytes to something a person can confirm ----------------------------------------


def inspect(house: House, paper_id: PaperId) -> None:
    """Look at the received bytes without trusting them; a paper that arrives signed is validated as it is."""
    paper, work = _open(house, paper_id)
    original = _original(house, paper)
    if house.virus_scanner is not None:
        house.virus_scanner.require_clean(original)
    inspection = inspect_file(original, house.limits)
    work.put_value("inspection.json", inspection)
    if inspection.signatures and paper.state is PaperState.RECEIVED:
        keep_verification(house, paper_id, verify(house, original), Occasion.INTAKE, actor=ACTOR)
        signed = replace(house.catalogue.paper(paper_id), signed_origin=True)
        house.catalogue.save(signed, actor=ACTOR, action="paper.inspected")


def clean(house: House, paper_id: PaperId) -> None:
    """Decode the file, and make of each page its master: upright, deskewed, cropped, in colour; note how good it is.

    The file is decoded at the scan's own resolution in a limited child process; what comes out, many times larger than
    the file, never leaves this machine. Pages are numbered in the paper's order, which is not the file's where that was
    scanned in two passes.
    """
    paper, work = _open(house, paper_id)
    inspection = work.get_value("inspection.json", Inspection)
    count = inspection.page_count
    collated = is_collated(house, paper) and count % 2 == 0

    def clean_one(page: PageImage) -> PageNote:
        master = house.page_work.clean(page)
        quality = master.quality.of_signed_file() if paper.signed_origin else master.quality
        note = PageNote(
            place_in_paper(page.number, count) if collated else page.number,
            master.dpi,
            blank=master.blank,
            empty=master.empty,
            rotation=master.rotation,
            skew_deg=master.skew_deg,
            quality=quality,
            print=master.print,
        )
        work.put(note.master, master.file, master.media_type)
        return note

    notes = house.over_pages(clean_one, decode(_original(house, paper), inspection, house.limits))
    work.put_value(NOTES, PageNotes(tuple(sorted(notes, key=attrgetter("number")))))


def read(house: House, paper_id: PaperId) -> None:
    """Read each master's words and codes."""
    _, work = _open(house, paper_id)

    def read_one(note: PageNote) -> MasterRead:
        return house.page_work.read(work.get(note.master), note.number, note.dpi, blank=note.blank)

    readings, codes = zip(*house.over_pages(read_one, PageNotes.of(work).pages), strict=True)
    keep_reading(work, Reading(readings), tuple(chain.from_iterable(codes)))


def classify(house: House, paper_id: PaperId) -> None:
    """Recognize which paper it is, unless the sender said so, and whether others follow it in the same scan."""
    paper, work = _open(house, paper_id)
    if paper.state is not PaperState.RECEIVED:
        return
    reading, codes = reading_of(work), codes_of(work)
    papers = find_papers(reading, house.paper_types, codes, PageNotes.of(work).empty)
    if paper.signed_origin:  # no page can be taken from a signed file
        papers = (one_paper(reading, tuple(page.number for page in reading.pages), house.paper_types, codes),)
    work.put_value(_PAPERS, papers, _PARTS)
    known = paper
    if paper.paper_type is None and papers:
        known = replace(paper, paper_type=papers[0].code, type_confidence=papers[0].confidence)
    if len(papers) == 1 and papers[0].named.dossier:  # laid before this paper by hand: it counts before the batch's
        known = replace(known, dossier=DossierNumber(papers[0].named.dossier).canonical)
    if known != paper:
        house.catalogue.save(known, actor=ACTOR, action="paper.classified")


def extract(house: House, paper_id: PaperId) -> None:
    """Read the fields the type declares, with their evidence: never handwriting, doubtful print by a second engine."""
    paper = house.catalogue.paper(paper_id)
    if paper.state is not PaperState.RECEIVED:
        return
    fields = fields_of(house, paper, _type(house, paper))
    house.catalogue.save(replace(paper, fields=fields), actor=ACTOR, action="paper.extracted")


def fields_of(house: House, paper: Paper, paper_type: PaperType) -> tuple[Field, ...]:
    """Return what the pages of a paper under work say by a type's declaration; of a scan of several, the first's."""
    work = Workspace(house.objects, paper.id)
    reading, notes, codes = reading_of(work), PageNotes.of(work).pages, codes_of(work)
    if papers := papers_of(work):
        reading, codes = papers[0].of(reading), papers[0].among(codes)
    return house.page_work.fields(reading, paper_type, codes, lambda n: work.get(notes[n - 1].master))


def check(house: House, paper_id: PaperId) -> None:
    """Decide whether a person must look closer, and say why."""
    paper = house.catalogue.paper(paper_id)
    if paper.state is not PaperState.RECEIVED:
        return
    owner = paper.owner or printed_owner(paper, _type(house, paper)) or owner_of_scan(house, paper)
    hidden = () if paper.signed_origin else hideable(Workspace(house.objects, paper_id))
    known = replace(paper, owner=owner, hidden_pages=hidden)
    house.catalogue.save(weighed(house, known), actor=ACTOR, action="paper.checked")


def weighed(house: House, paper: Paper) -> Paper:
    """Return a paper that was read with all that is doubtful about it, and with whether a person must look closer."""
    work = Workspace(house.objects, paper.id)
    judged = judge(paper, _type(house, paper), times.today())
    notes, papers, entry = PageNotes.of(work), papers_of(work), announced(house, paper)
    reading, hidden = reading_of(work), paper.hidden_pages
    doubts = (*judged.checks, *scan_doubts(notes), *page_doubts(notes, reading, paper.fields, hidden))
    doubts = (*doubts, *signature_doubts(paper))
    doubts = (*doubts, *uneven_passes(len(notes.pages), collated=is_collated(house, paper, entry)))
    doubts = (*doubts, *date_doubts(judged.issued_on, signature_print(reading)))
    sheets = separators_of(work) if len(papers) != 1 else {}
    doubts = (*doubts, *several_papers(papers, sheets, house.paper_types))
    despite = entry.despite_twin if entry and paper.split_from is None else None
    doubts = (*doubts, *twin_doubts(house, judged, notes.without(hidden).prints, reading, despite))
    inspection = work.get_value("inspection.json", Inspection)
    grade, unsure = grade_of(paper, copy_words(reading), drawn=inspection.drawn)
    doubts = (*doubts, *unsure, *misnamed(paper.name, inspection.media_type))
    state = PaperState.NEEDS_REVIEW if needs_review(doubts) else PaperState.READY
    return replace(judged, state=state, checks=doubts, page_count=len(notes.pages), grade=grade)


PREPARE: tuple[Step, ...] = (inspect, clean, read, classify, extract, check)


# --- finish: from the confirmation to the owner's store --------------------------------------------------------


def assemble(house: House, paper_id: PaperId) -> None:
    """Write the masters and the words behind them as PDF/A-2b, without hidden pages; a signed file stays as it is.

    A file assembled for the same agency's stamp is kept: a paper may come by often while it waits to be sealed.
    """
    paper, work = _open(house, paper_id)
    if paper.signed_origin:
        return
    agency = house.seals.of(paper.agency or house.agency, times.now()).name
    if work.has(_ASSEMBLED_FOR) and work.get_value(_ASSEMBLED_FOR, str) == agency:
        return
    notes = shown_pages(paper, work).pages
    read = {page.number: page for page in reading_of(work).pages}
    pages = [SearchablePage(work.get(note.master), read[note.number]) for note in notes]
    top = house.page_work.top(pages[0].image)
    headroom = headroom_mm(_stamp(house, paper, agency), top, notes[0].dpi, paper.created_at)
    pages[0] = replace(pages[0], headroom_mm=headroom)
    title = paper.title or _type(house, paper).name_vi
    metadata = PdfMetadata(title, created=paper.confirmed_at or paper.created_at, author=agency)
    pdf = searchable_pdf(pages, metadata)
    work.put("assembled.pdf", pdf, "application/pdf")
    work.put_value(_ASSEMBLED_FOR, agency)


def seal(house: House, paper_id: PaperId) -> None:
    """Seal with the key of the paper's agency, once; the result is verified before anybody relies on it.

    Where the person who confirmed it is an official with a key of his or her own, that signs beside the agency's.
    """
    paper, work = _open(house, paper_id)
    if paper.signed_origin:
        return
    verified = None
    if not work.has("sealed.pdf"):
        verified = verify(house, _sealed(house, paper, work))
        if verified.report.verdict is not Verdict.VALID:
            why = ", ".join(dict.fromkeys(f.code for f in reasons(verified.report)))
            raise PartFailed(part="seal", reason=f"the fresh seal does not validate: {why}")
        work.put_once("sealed.pdf", verified.data, "application/pdf")
    sealed = work.get("sealed.pdf")
    if verified is None or verified.data != sealed:  # another process was first, or a crash came in between
        verified = verify(house, sealed)
    keep_verification(house, paper_id, verified, Occasion.SEAL, actor=ACTOR)


def _sealed(house: House, paper: Paper, work: Workspace) -> bytes:
    moment, level = times.now(), house.settings.seal_level
    agency = house.seals.of(paper.agency or house.agency, moment)
    official = agency.official(paper.confirmed_by)
    # Keys and time first: they may be away, and then nothing is to be prepared in vain.
    key, official_key = house.seals.key(agency), house.seals.key(official) if official else None
    time_stamper = house.time_stamper if level.has_timestamp else None
    first = shown_pages(paper, work).pages[0]
    top = house.page_work.top(work.get(first.master))
    stamp = on_free_paper(_stamp(house, paper, agency.name), top, first.dpi, moment)
    return seal_pdf(
        work.get("assembled.pdf"),
        key=key,
        official=official_key,
        level=level,
        stamp=stamp,
        time_stamper=time_stamper,
        trust=house.trust,
        signing_time=moment,
        environment=house.settings.environment,
    )


def store(house: House, paper_id: PaperId) -> None:
    """Lock the sealed paper in its owner's store and make it findable; its event is kept in the same transaction."""
    paper, work = _open(house, paper_id)
    if paper.stored_at is not None:
        return
    if paper.owner is None:
        raise InvalidOwnerNumber(reason="the paper has no owner", reason_vi="giấy tờ chưa xác định được chủ sở hữu")
    moment = times.now()
    folder = f"papers/{paper.owner.pseudonym(house.owner_secret)}/{paper_id}"
    retain_until = house.retain_until(paper.confirmed_at or paper.created_at, paper.paper_type or OTHER, at=moment)

    def keep(name: str, data: bytes, media_type: str) -> StoredObject:
        key = f"{folder}/{name}"
        return house.objects.put(key, data, media_type=media_type, retain_until=retain_until, if_absent=True)

    file = _original(house, paper) if paper.signed_origin else work.get("sealed.pdf")
    sealed = keep("paper.pdf", file, "application/pdf")
    keep(FIRST_READING, dump_value(as_archived(paper, reading_of(work))), "application/json")
    _lock_original(house, paper, retain_until)
    stored = replace(
        paper,
        state=PaperState.STORED,
        sealed=sealed,
        verdict=paper.verdict if paper.signed_origin else Verdict.VALID,
        grade=(paper.grade if paper.signed_origin else None) or SourceGrade.SEALED_SCAN,
        stored_at=moment,
        protected_until=protected_until(file),
        fields=fields_as_archived(paper),
        page_count=len(shown_pages(paper, work).pages),
    )
    keep_prints(house.catalogue, paper_id, shown_pages(paper, work).prints)
    event = Event("paper.stored", paper_id, moment)
    also = at_storing(house.paper_types.get(paper.paper_type or OTHER), at=moment, actor=ACTOR)
    house.catalogue.save(stored, actor=ACTOR, action="paper.stored", event=event, also=also)


def _lock_original(house: House, paper: Paper, until: dt.datetime) -> None:
    """Lock what was received as long as what is made of it; a lock that is longer already stays."""
    present = house.objects.retention(paper.original.key, paper.original.version)
    if present is None or present < until:
        house.objects.retain(paper.original.key, paper.original.version, until)


def link(house: House, paper_id: PaperId) -> None:
    """Link the numbers that the code of a stored identity card says are one person's."""
    link_owners(house, house.catalogue.paper(paper_id), actor=ACTOR)


def index(house: House, paper_id: PaperId) -> None:
    """Make the words of the stored paper searchable."""
    index_stored(house, paper_id)


def announce(house: House, paper_id: PaperId) -> None:
    """Let go of the work in progress; subscribers read the event from the outbox."""
    _, work = _open(house, paper_id)
    work.clear()


FINISH: tuple[Step, ...] = (assemble, seal, store, link, index, announce)


# --- what the steps share --------------------------------------------------------------------------------------


def _open(house: House, paper: PaperId) -> tuple[Paper, Workspace]:
    return house.catalogue.paper(paper), Workspace(house.objects, paper)


def _type(house: House, paper: Paper) -> PaperType:
    return find_type(house.paper_types, paper.paper_type or OTHER)


def printed_owner(paper: Paper, paper_type: PaperType) -> Owner | None:
    """Return the owner whose number the paper itself carries, if it can be read."""
    number = paper_type.owner_number(paper.fields)
    return Owner.parse(number, paper_type.owner_name(paper.fields)) if number else None


def _stamp(house: House, paper: Paper, agency: str) -> Stamp:
    """Return what the stamp says: the form of the copy is what the sender said of the file."""
    entry = announced(house, paper)
    return Stamp(agency, entry.copy_form) if entry else Stamp(agency)


def _original(house: House, paper: Paper) -> bytes:
    return sound(house, paper.original)


def papers_of(work: Workspace) -> tuple[Part, ...]:
    """Return the papers that the scan in a workspace seems to hold; none where nobody has looked yet."""
    return work.get_value(_PAPERS, _PARTS) if work.has(_PAPERS) else ()

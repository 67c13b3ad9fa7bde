"""Split and join: a named person parts a scan of several papers, before anybody confirms it. A machine only proposes.

Each part becomes a paper of the same batch with an original of its own, its pages copied without loss, and goes the
whole way from the beginning; the scan ends as ``split``, each naming the other. The parts' files are kept first and
everything else is one change of the catalogue, so that a crash leaves either the scan as it was or all of its parts,
whose work the next worker starts.

Parts that turn out to be one paper are joined again in the same way: the pages of all of them, in the order of the
scan, become one more part, which is read anew; those that went into it end as ``joined``, each naming it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from dossier import times
from dossier.errors import InvalidValue, NotFound, NotJoinable, NotSplittable, WrongState
from dossier.identifiers import DossierNumber, PaperId
from dossier.papers import Paper, PaperState, StoredObject
from dossier.text import nfc
from ingest.decoding import pdf, tiff
from ingest.house import House
from ingest.intake.inspect import INPUT_NAME, MediaType, whole
from ingest.intake.receive import is_collated
from ingest.limited.child import read_output, run_limited, workplace
from ingest.pipeline import papers_of
from ingest.scan.collation import page_of_file
from ingest.scan.pages import left_out_of, separators_of
from ingest.workspace import Workspace
from ocr.separators import Separator, named_for
from ocr.splitting import Part, parted
from storage.under_way.claims import unclaimed_by_others
from storage.under_way.joining import Joining
from storage.under_way.joining import join as join_parts

_SPLITTABLE = frozenset({PaperState.READY, PaperState.NEEDS_REVIEW})

Pages = tuple[int, ...]
"""Numbers of pages of a scan, from 1, rising."""
_RANGES = re.compile(r" \[([\d, -]+)\]$")
"""How the name of a part ends."""


def proposed(house: House, paper_id: PaperId) -> tuple[Part, ...]:
    """Return the papers that a scan seems to hold; one or none if there is nothing to split.

    Raises:
        NotFound: No such paper. WrongState: It has not been read yet, or somebody has decided already.
    """
    _require_splittable(house.catalogue.paper(paper_id))
    return papers_of(Workspace(house.objects, paper_id))


def split(house: House, paper_id: PaperId, first_pages: Sequence[int], *, by: str, actor: str) -> tuple[Paper, ...]:
    """Part a scan; the parts' preparation must then be queued. Asking for the same again changes nothing.

    Pages that are separator sheets go to no part; what they say of the papers behind them holds for these. What the
    sender said of the type and of confirmation was said of the scan and does not hold for its parts; whose they are,
    they say themselves, or else the sender did.

    Args:
        house: The parts of the service.
        paper_id: A scan that is ready or needs review.
        first_pages: Numbers of the pages on which its papers begin; page 1 always counts as one.
        by: The person's name.
        actor: Who told us, for the audit log.

    Returns:
        The scan as it now stands, and its parts in order.

    Raises:
        NotFound: No such paper.
        WrongState: It cannot be split now, or was split at other pages.
        ClaimedByOther: Somebody else has it in hand.
        NotSplittable: It arrived signed, or its file cannot be parted without loss.
        InvalidValue: ``by`` is empty, there is no such page, or nothing would be parted.
    """
    begins = sorted({1, *first_pages})
    try:
        _split(house, house.catalogue.paper(paper_id), begins, by=by, actor=actor)
    except (NotFound, WrongState):
        # Whoever asks for what has just been done, or for the same at the same moment, has what is asked for.
        if house.catalogue.paper(paper_id).parts[:1] != (_part_id(paper_id, begins, 1),):
            raise
    scan = house.catalogue.paper(paper_id)
    return scan, *(house.catalogue.paper(part) for part in scan.parts)


def _split(house: House, scan: Paper, begins: Sequence[int], *, by: str, actor: str) -> None:
    _require_splittable(scan)
    if not by.strip():
        raise InvalidValue(key="by", reason="a name is needed", reason_vi="cần họ tên người tách")
    if scan.signed_origin:
        raise NotSplittable(reason="its signature would be lost", reason_vi="chữ ký số của tệp sẽ mất giá trị")
    work = Workspace(house.objects, scan.id)
    sheets, left_out = separators_of(work), left_out_of(work)
    groups = _groups(scan, begins, left_out)
    parts = []
    for number, (pages, data) in enumerate(zip(groups, _divided(house, scan, groups), strict=True), 1):
        part_id = _part_id(scan.id, begins, number)
        named = _known(house, named_for(pages[0], sheets, left_out))
        parts.append(_part(scan, part_id, pages, _kept(house, scan, part_id, data), named))
    ended = replace(
        scan,
        state=PaperState.SPLIT,
        parts=tuple(part.id for part in parts),
        split_by=nfc(by).strip(),
        split_at=times.now(),
    )
    detail = {"parts": " ".join(part.id.value for part in parts)}
    house.catalogue.save(
        ended,
        actor=actor,
        action="paper.split",
        detail=detail,
        expected=scan.state,
        parts=parts,
        also=unclaimed_by_others(house.catalogue, actor),
    )
    work.clear()


def join(house: House, paper_id: PaperId, others: Collection[PaperId], *, by: str, actor: str) -> tuple[Paper, ...]:
    """Make one paper of parts of a scan; its preparation must then be queued. Asking for it again changes nothing.

    What was read or corrected in the parts was read in pieces of a paper and goes with them; the original of the paper
    they become is copied from the scan's, in the order of its pages.

    Args:
        house: The parts of the service.
        paper_id: A part that is ready or needs review.
        others: Other parts of the same scan, likewise.
        by: The person's name.
        actor: Who told us, for the audit log.

    Returns:
        The paper they became, and they themselves in the order of their pages.

    Raises:
        NotFound: No such paper.
        WrongState: One of them does not wait for a person.
        ClaimedByOther: Somebody else has one of them in hand.
        NotJoinable: They are not parts of one scan, or not of one dossier.
        InvalidValue: ``by`` is empty, or no other paper is named.
    """
    parts = sorted((house.catalogue.paper(part) for part in {paper_id, *others}), key=_first_page)
    joined_id = PaperId.derived("joined", *(part.id.value for part in parts))
    try:
        _join(house, parts, joined_id, by=by, actor=actor)
    except WrongState:
        # Whoever asks for what has just been done, or for the same at the same moment, has what is asked for.
        if any(house.catalogue.paper(part.id).joined_into != joined_id for part in parts):
            raise
    return house.catalogue.paper(joined_id), *(house.catalogue.paper(part.id) for part in parts)


def _join(house: House, parts: Sequence[Paper], joined_id: PaperId, *, by: str, actor: str) -> None:
    for part in parts:
        _require_splittable(part)
    if not by.strip():
        raise InvalidValue(key="by", reason="a name is needed", reason_vi="cần họ tên người gộp")
    if len(parts) == 1:
        raise InvalidValue(key="others", reason="another paper is needed", reason_vi="cần nêu giấy tờ khác để gộp")
    origin = parts[0].split_from
    if origin is None or any(part.split_from != origin for part in parts):
        raise NotJoinable(reason="they are not parts of one scan", reason_vi="không được tách từ cùng một bản quét")
    if len({part.dossier for part in parts}) > 1:
        raise NotJoinable(reason="they belong to several dossiers", reason_vi="thuộc các hồ sơ khác nhau")
    scan = house.catalogue.paper(origin)
    pages = tuple(sorted(page for part in parts for page in _pages(part)))
    (data,) = _divided(house, scan, [pages])
    dossier = parts[0].dossier.value if parts[0].dossier else None
    joined = _part(scan, joined_id, pages, _kept(house, scan, joined_id, data), Separator(dossier))
    ids = [part.id for part in parts]
    join_parts(house.catalogue, Joining(scan.id, ids, joined, nfc(by).strip()), actor=actor)
    for gone in ids:
        Workspace(house.objects, gone).clear()


def _first_page(part: Paper) -> int:
    return min(_pages(part), default=0)


def _pages(part: Paper) -> Pages:
    """Return which pages of its scan a part has, as its name says; none of a paper that is no part."""
    named = _RANGES.search(part.name) if part.split_from else None
    runs = [run.partition("-") for run in named[1].split(", ")] if named else []
    return tuple(page for first, _, last in runs for page in range(int(first), int(last or first) + 1))


def _kept(house: House, scan: Paper, part_id: PaperId, data: bytes) -> StoredObject:
    """Keep the original of a part."""
    return house.objects.put(f"originals/{part_id}/original", data, media_type=scan.original.media_type)


def _in_file(groups: Sequence[Pages], count: int) -> Sequence[Pages]:
    """Return where in the file the pages are of a scan that was made in two passes, if it could be put in order."""
    return [tuple(page_of_file(page, count) for page in pages) for pages in groups] if count % 2 == 0 else groups


def _known(house: House, named: Separator) -> Separator:
    """Return what a separator sheet says, without a component that the catalogue does not have."""
    return named if named.component in house.paper_types else replace(named, component=None)


def _part(scan: Paper, part_id: PaperId, pages: Pages, original: StoredObject, named: Separator) -> Paper:
    """Return a part as a paper of which only what separator sheets and the whole batch's sender said is known."""
    return Paper(
        id=part_id,
        batch=scan.batch,
        name=f"{scan.name} [{_ranges(pages)}]",
        state=PaperState.RECEIVED,
        created_at=times.now(),
        original=original,
        kind=scan.kind,
        paper_type=named.component,
        agency=scan.agency,
        dossier=DossierNumber(named.dossier).canonical if named.dossier else scan.dossier,
        procedure=scan.procedure,
        split_from=scan.id,
        lane=scan.lane,
    )


def _require_splittable(paper: Paper) -> None:
    if paper.state not in _SPLITTABLE:
        raise WrongState(state=paper.state.value, needed=", ".join(sorted(_SPLITTABLE)))


def _part_id(scan: PaperId, begins: Sequence[int], number: int) -> PaperId:
    """Return the identifier of a part: who asks again for the same, even at the same moment, makes nothing new."""
    return PaperId.derived(scan.value, ",".join(map(str, begins)), str(number))


def _groups(scan: Paper, begins: Sequence[int], left_out: Collection[int]) -> list[Pages]:
    """Return the pages of each part.

    Raises:
        InvalidValue: There is no such page, or nothing would be parted.
    """
    count = scan.page_count or 0
    if not 1 <= begins[0] <= begins[-1] <= count:
        raise InvalidValue(
            key="first_pages",
            reason=f"the pages are 1 to {count}",
            reason_vi=f"bản quét có các trang từ 1 đến {count}",
        )
    groups = parted(range(1, count + 1), begins, left_out)
    if not groups or groups == [tuple(range(1, count + 1))]:
        raise InvalidValue(
            key="first_pages",
            reason="this parts nothing; name the pages on which further papers begin",
            reason_vi="như vậy không tách được gì; hãy nêu các trang bắt đầu giấy tờ tiếp theo",
        )
    return groups


def _divided(house: House, scan: Paper, groups: Sequence[Pages]) -> list[bytes]:
    """Return the file of each group of pages, made in a limited child process, because the bytes came from outside."""
    media_type, limits = MediaType(scan.original.media_type), house.limits
    data = house.objects.get(scan.original.key, scan.original.version)
    in_file = _in_file(groups, scan.page_count or 0) if is_collated(house, scan) else groups
    names = [f"part-{number}" for number in range(1, len(groups) + 1)]
    divide = pdf.part if media_type is MediaType.PDF else tiff.part
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(whole(data, media_type))
        run_limited(divide, INPUT_NAME, [list(pages) for pages in in_file], names, limits=limits, folder=folder)
        return [read_output(folder, name, max_bytes=limits.output_bytes) for name in names]


def _ranges(pages: Pages) -> str:
    """Return page numbers as people write them: ``1-3, 5``."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(pages), lambda item: item[1] - item[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)

"""Split: a named person parts a scan of several papers, before anybody confirms it. A machine only proposes where.

Each part becomes a paper of the same batch with an original of its own, its pages copied without loss, and goes the
whole way from the beginning; the scan ends as ``split``, each naming the other. The parts' files are kept first and
everything else is one change of the catalogue, so that a crash leaves either the scan as it was or all of its parts,
whose work the next worker starts.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from dossier import times
from dossier.errors import InvalidValue, NotFound, NotSplittable, WrongState
from dossier.identifiers import DossierNumber, PaperId
from dossier.papers import Paper, PaperState, StoredObject
from dossier.text import nfc
from ingest import pdf, tiff
from ingest.child import read_output, run_limited, workplace
from ingest.collation import page_of_file
from ingest.house import House
from ingest.inspect import INPUT_NAME, MediaType, whole
from ingest.limits import Limits
from ingest.pages import left_out_of, separators_of
from ingest.pipeline import papers_of
from ingest.receive import is_collated
from ingest.workspace import Workspace
from ocr.separators import Separator, named_for
from ocr.splitting import Part, parted
from storage.claims import unclaimed_by_others

_SPLITTABLE = frozenset({PaperState.READY, PaperState.NEEDS_REVIEW})

Pages = tuple[int, ...]
"""Numbers of pages of a scan, from 1, rising."""


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
    in_file = _in_file(groups, scan.page_count or 0) if is_collated(house, scan) else groups
    originals = _divided(house.objects.get(scan.original.key, scan.original.version), scan, in_file, house.limits)
    parts = []
    for number, (pages, data) in enumerate(zip(groups, originals, strict=True), 1):
        part_id = _part_id(scan.id, begins, number)
        original = house.objects.put(f"originals/{part_id}/original", data, media_type=scan.original.media_type)
        named = _known(house, named_for(pages[0], sheets, left_out))
        parts.append(_part(scan, part_id, pages, original, named))
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


def _divided(data: bytes, scan: Paper, groups: Sequence[Pages], limits: Limits) -> list[bytes]:
    """Return the file of each group of pages, made in a limited child process, because the bytes came from outside."""
    media_type = MediaType(scan.original.media_type)
    names = [f"part-{number}" for number in range(1, len(groups) + 1)]
    divide = pdf.part if media_type is MediaType.PDF else tiff.part
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(whole(data, media_type))
        run_limited(divide, INPUT_NAME, [list(pages) for pages in groups], names, limits=limits, folder=folder)
        return [read_output(folder, name, max_bytes=limits.output_bytes) for name in names]


def _ranges(pages: Pages) -> str:
    """Return page numbers as people write them: ``1-3, 5``."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(pages), lambda item: item[1] - item[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)

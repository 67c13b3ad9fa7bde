"""What the national portal is told of a paper, in its own official field names, which are used nowhere else.

One message tells of one paper in one dossier, with what is known of that dossier: a component under ``TaiLieuNop``, a
result under ``DanhSachGiayToKetQua`` and in the fields of the portal's store of results (circular 01/2023/TT-VPCP). It
is told when it is stored, and again whenever the message would be another one: its fields or its file changed, it
expired, was replaced or revoked, its dossier went on. A result is told once it was handed over to its owner.

A paper that was accepted into another dossier is told of there too, as an attachment of its own: its identifier is the
reuse's reference, so that taking one reuse back leaves the paper's other attachments as they are.

What absent facts look like: the portal takes an empty text. Moments are ``yyyyMMddHHmmss`` and days ``yyyyMMdd``, in
Vietnam's time. Owner numbers stand in the body alone.
"""

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from dossier import times
from dossier.accepted import Marks, Reuse, Use, marks_of
from dossier.dossiers import Dossier, Outcome
from dossier.owners import Owner
from dossier.paper_types import PaperType
from dossier.papers import Paper, PaperKind, PaperState, StoredObject
from dossier.procedures import Procedure

Body = dict[str, Any]
_TOLD = {PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED}
_GONE = {PaperState.SUPERSEDED, PaperState.REVOKED}
_NUMBER_FIELDS = ("document_number", "number", "certificate_number")
"""Keys of the fields in which a paper's own number may stand."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the portal is told.

    Attributes:
        body: In its field names. digest: Hash of the body and of the paper's file, lower-case hex: what is known
            already is not told again.
    """

    body: Body
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the portal said.

    Attributes:
        accepted: Whether it took the message, now or before. reasons: Why not, as it says.
    """

    accepted: bool
    reasons: tuple[str, ...] = ()


class NationalPortal(Protocol):
    """The national portal."""

    def push(self, message: Message, key: str) -> Answer:
        """Tell it, and return what it says.

        Args:
            message: What.
            key: The same for every try at telling this, another one when the same is told anew after something else.

        Raises:
            PortalUnavailable: It does not answer, or not to us; it may have taken the message all the same.
        """


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message is made of.

    Attributes:
        paper: Which. paper_type: Its type. dossier: What is known of the dossier in which it is told of.
        procedure: The dossier's procedure, where the catalogue has it.
        successor: The type of the paper that took its place, where one did.
        files_url: Where the portal gets files from, without a slash at the end.
        reuse: That it was accepted into ``dossier``; ``None``: ``dossier`` is its own.
    """

    paper: Paper
    paper_type: PaperType
    dossier: Dossier | None
    procedure: Procedure | None
    successor: PaperType | None
    files_url: str
    reuse: Reuse | None = None

    @property
    def is_result(self) -> bool:
        """Whether the paper is what its dossier ended with; in another dossier it is handed in like any other."""
        return self.reuse is None and self.paper.kind is PaperKind.RESULT


def message(facts: Facts) -> Message | None:
    """Return what the portal is to know of a paper in a dossier, ``None`` as long as that is nothing."""
    paper, dossier = facts.paper, facts.dossier
    if paper.state not in _TOLD or paper.sealed is None or paper.owner is None or dossier is None:
        return None
    handed_over_at = dossier.returned_at or (paper.handed_over_at if facts.reuse is None else None)
    if facts.is_result and handed_over_at is None:
        return None
    body = _of_dossier(dossier, paper.owner, handed_over_at)
    if facts.is_result:
        body |= _of_result(facts)
        body["DanhSachGiayToKetQua"] = [_result(facts)]
    else:
        body["TaiLieuNop"] = [_attachment(facts)]
    return Message(body, _digest(body, paper.sealed))


def _of_dossier(dossier: Dossier, owner: Owner, handed_over_at: dt.datetime | None) -> Body:
    codes, kind = _codes(), owner.number.kind
    deciding = dossier.decided_by or dossier.agency
    return {
        "MaHoSo": dossier.number.value,
        "MaTTHC": dossier.procedure.value,
        "MaLinhVuc": "",
        "LoaiDoiTuong": codes["owner_kind"][kind],
        "LoaiDinhDanhCHS": codes["owner_number_kind"][kind],
        "MaChuGiayTo": owner.number.value,
        "NgayTiepNhan": _moment(dossier.received_at),
        "TrangThaiHoSo": _status(dossier),
        "HinhThuc": codes["channel"][dossier.channel.value],
        "MaCoQuan": deciding.value,
        "DonViXuLy": deciding.value,
        "NoiNopHoSo": codes["submitted_at"],
        "HoSoCoThanhPhanSoHoa": 1,
        "NgayNopHoSo": _moment(dossier.received_at),
        "NgayHenTra": "",
        "NgayTra": _moment(handed_over_at),
        "MaCSDLDaKetNoi": "",
    }


def _of_result(facts: Facts) -> Body:
    paper = facts.paper
    return {
        "MaGiayToKetQua": _type_code(facts.paper_type),
        "TenGiayToKetQua": facts.paper_type.name_vi,
        "SoKyHieu": _own_number(paper),
        "TrichYeuNoiDung": paper.title or facts.paper_type.name_vi,
        "NgayCap": _day(paper.issued_on),
        "ThoiHanHieuLuc": _day(paper.valid_until),
        "PhamViHieuLuc": _codes()["validity_scope"],
        "TenFileGiayToKetQuaDinhKem": _file_name(paper),
    }


def _result(facts: Facts) -> Body:
    return {
        "TenGiayTo": facts.paper_type.name_vi,
        "MaThanhPhanHoSo": _type_code(facts.paper_type),
        "GiayToId": facts.paper.id.value,
        "DuongDanTepTinKetQua": _file_url(facts),
        "MaGiayToKetQua": _type_code(facts.paper_type),
        "IsDeleted": _is_deleted(facts),
    }


def _attachment(facts: Facts) -> Body:
    marks = _marks(facts)
    return {
        "TepDinhKemId": facts.reuse.reference.value if facts.reuse else facts.paper.id.value,
        "TenTepDinhKem": _file_name(facts.paper),
        "IsDeleted": _is_deleted(facts),
        "MaThanhPhanHoSo": _component_code(facts),
        "DuongDanTaiTepTin": _file_url(facts),
        "DuocSoHoa": 1,
        "DuocTaiSuDung": marks.reused,
        "DuocLayTuKhoDMQG": int(marks.from_national_store),
        "MaKetQuaThayThe": marks.result.value if marks.result else "",
    }


def _marks(facts: Facts) -> Marks:
    """Return the marks of an attachment: of a reuse as it was accepted, else by what took the paper's place."""
    if facts.reuse is not None:
        return marks_of(facts.reuse.how, facts.paper_type)
    return marks_of(Use.REPLACEMENT if facts.successor else None, facts.successor)


def _is_deleted(facts: Facts) -> int:
    is_withdrawn = facts.reuse is not None and facts.reuse.withdrawn is not None
    return int(is_withdrawn or facts.paper.state in _GONE)


def _status(dossier: Dossier) -> int:
    names = {Outcome.SUCCESSFUL: "settled", Outcome.REFUSED: "refused", Outcome.WITHDRAWN: "withdrawn"}
    if dossier.returned_at is not None and dossier.is_accepted:
        name = "returned"
    elif dossier.outcome is not None:
        name = names[dossier.outcome]
    else:
        name = "processing" if dossier.processing_started_at else "received"
    return int(_codes()["dossier_status"][name])


def _digest(body: Body, sealed: StoredObject) -> str:
    told = json.dumps([body, sealed.sha256], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _own_number(paper: Paper) -> str:
    found = (paper.field(key) for key in _NUMBER_FIELDS)
    return next((field.value for field in found if field and field.value), "")


def _type_code(paper_type: PaperType) -> str:
    return paper_type.result_code.value if paper_type.result_code else paper_type.code


def _component_code(facts: Facts) -> str:
    """Return which component of the procedure the paper serves as; its type where nothing tells."""
    if facts.reuse is not None and facts.reuse.component is not None:
        return facts.reuse.component
    listed = facts.procedure.components if facts.procedure else ()
    codes = (component.code for component in listed if facts.paper_type.code in component.paper_types)
    return next(codes, _type_code(facts.paper_type))


def _file_name(paper: Paper) -> str:
    return f"{paper.id}.pdf"


def _file_url(facts: Facts) -> str:
    return f"{facts.files_url}/v1/papers/{facts.paper.id}/file"


def _moment(moment: dt.datetime | None) -> str:
    return f"{times.local(moment):%Y%m%d%H%M%S}" if moment else ""


def _day(day: dt.date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


@cache
def _codes() -> Mapping[str, Any]:
    return tomllib.loads((files("ingest.telling") / "national_portal.toml").read_text(encoding="utf-8"))

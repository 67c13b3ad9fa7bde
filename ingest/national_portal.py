"""What the national portal is told of a paper, in its own official field names, which are used nowhere else.

One message tells of one paper, with what is known of its dossier: a component under ``TaiLieuNop``, a result under
``DanhSachGiayToKetQua`` and in the fields of the portal's store of results (circular 01/2023/TT-VPCP). It is told when
it is stored, and again whenever the message would be another one: its fields or its file changed, it expired, was
replaced or revoked, its dossier went on. A result is told once it was handed over to its owner.

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
        body: In its field names. digest: Hash of the body and of the paper's file, lower-case hex: the same for the
            same, so that nothing is told twice.
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

    def push(self, message: Message) -> Answer:
        """Tell it, and return what it says.

        Raises:
            PortalUnavailable: It does not answer, or not to us; it may have taken the message all the same.
        """


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message is made of.

    Attributes:
        paper: Which. paper_type: Its type. dossier: What is known of its dossier.
        procedure: The dossier's procedure, where the catalogue has it.
        successor: The type of the paper that took its place, where one did.
        files_url: Where the portal gets files from, without a slash at the end.
    """

    paper: Paper
    paper_type: PaperType
    dossier: Dossier | None
    procedure: Procedure | None
    successor: PaperType | None
    files_url: str


def message(facts: Facts) -> Message | None:
    """Return what the portal is to know of a paper, ``None`` as long as that is nothing."""
    paper, dossier = facts.paper, facts.dossier
    if paper.state not in _TOLD or paper.sealed is None or paper.owner is None or dossier is None:
        return None
    is_handed_over = paper.handed_over_at is not None or dossier.returned_at is not None
    if paper.kind is PaperKind.RESULT and not is_handed_over:
        return None
    body = _of_dossier(dossier, paper, paper.owner)
    if paper.kind is PaperKind.RESULT:
        body |= _of_result(facts)
        body["DanhSachGiayToKetQua"] = [_result(facts)]
    else:
        body["TaiLieuNop"] = [_attachment(facts)]
    return Message(body, _digest(body, paper.sealed))


def reuse_code(facts: Facts) -> int:
    """Return the portal's ``DuocTaiSuDung``: 0 digitized for this dossier, 2 replaced by another result."""
    return 2 if facts.successor is not None else 0


def _of_dossier(dossier: Dossier, paper: Paper, owner: Owner) -> Body:
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
        "NgayTra": _moment(dossier.returned_at or paper.handed_over_at),
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
        "IsDeleted": int(facts.paper.state in _GONE),
    }


def _attachment(facts: Facts) -> Body:
    return {
        "TepDinhKemId": facts.paper.id.value,
        "TenTepDinhKem": _file_name(facts.paper),
        "IsDeleted": int(facts.paper.state in _GONE),
        "MaThanhPhanHoSo": _component_code(facts),
        "DuongDanTaiTepTin": _file_url(facts),
        "DuocSoHoa": 1,
        "DuocTaiSuDung": reuse_code(facts),
        "DuocLayTuKhoDMQG": 0,
        "MaKetQuaThayThe": _type_code(facts.successor) if facts.successor else "",
    }


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
    """Return which component of the procedure the paper serves as; its type where the catalogue does not tell."""
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
    return tomllib.loads((files("ingest") / "national_portal.toml").read_text(encoding="utf-8"))

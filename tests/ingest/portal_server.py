"""A national portal of ours for tests: takes POSTs on real HTTP, checks names and kinds of every field, and behaves.

What it checks is written down here apart from what is sent, after the official lists of fields.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.ingest.receiver import Receiver, Taken, receiving

TOKEN = "token-of-tests"  # noqa: S105 - of tests

MOMENT, DAY = r"\d{14}", r"\d{8}"
DOSSIER = {
    "MaHoSo": r"[A-Y]\d{2}(\.\w{1,3})*-\d{6,8}-\d{4,7}",
    "MaTTHC": r"[123]\.\d{6}.*",
    "MaLinhVuc": r".*",
    "LoaiDoiTuong": {1, 2},
    "LoaiDinhDanhCHS": {1, 2, 3, 4},
    "MaChuGiayTo": r"\S{8,14}",
    "NgayTiepNhan": f"({MOMENT})?",
    "TrangThaiHoSo": set(range(1, 11)),
    "HinhThuc": {0, 1, 2},
    "MaCoQuan": r"\S+",
    "DonViXuLy": r"\S+",
    "NoiNopHoSo": {1, 2},
    "HoSoCoThanhPhanSoHoa": {0, 1},
    "NgayNopHoSo": f"({MOMENT})?",
    "NgayHenTra": f"({MOMENT})?",
    "NgayTra": f"({MOMENT})?",
    "MaCSDLDaKetNoi": r".*",
}
RESULT_FACTS = {
    "MaGiayToKetQua": r"\S+",
    "TenGiayToKetQua": r".+",
    "SoKyHieu": r".*",
    "TrichYeuNoiDung": r".+",
    "NgayCap": f"({DAY})?",
    "ThoiHanHieuLuc": f"({DAY})?",
    "PhamViHieuLuc": r".+",
    "TenFileGiayToKetQuaDinhKem": r"[^/\\]+\.pdf",
}
RESULT = {
    "TenGiayTo": r".+",
    "MaThanhPhanHoSo": r".*",
    "GiayToId": r"\S+",
    "DuongDanTepTinKetQua": r"https?://\S+",
    "MaGiayToKetQua": r"\S+",
    "IsDeleted": {0, 1},
}
ATTACHMENT = {
    "TepDinhKemId": r"\S+",
    "TenTepDinhKem": r"[^/\\]+\.pdf",
    "IsDeleted": {0, 1},
    "MaThanhPhanHoSo": r"\S+",
    "DuongDanTaiTepTin": r"https?://\S+",
    "DuocSoHoa": {0, 1},
    "DuocTaiSuDung": {0, 1, 2},
    "DuocLayTuKhoDMQG": {0, 1},
    "MaKetQuaThayThe": r".*",
}


def wrong_parts(body: Any) -> list[str]:
    """Return the names of fields that are missing, unknown, or of another kind than the portal's."""
    if not isinstance(body, dict):
        return ["body"]
    lists = {"TaiLieuNop": ATTACHMENT, "DanhSachGiayToKetQua": RESULT}
    named = [name for name in lists if name in body]
    facts = DOSSIER | (RESULT_FACTS if "DanhSachGiayToKetQua" in body else {})
    wrong = [] if len(named) == 1 else ["TaiLieuNop"]
    wrong += _wrong({name: value for name, value in body.items() if name not in lists}, facts)
    for name in named:
        for one in body[name]:
            wrong += _wrong(one, lists[name])
    return wrong


def _wrong(told: dict[str, Any], form: dict[str, Any]) -> list[str]:
    wrong = sorted(set(told) ^ set(form))
    for name in set(told) & set(form):
        value, wanted = told[name], form[name]
        if isinstance(wanted, set):
            fits = type(value) is int and value in wanted
        else:
            fits = isinstance(value, str) and re.fullmatch(wanted, value) is not None
        wrong += [] if fits else [name]
    return wrong


@dataclass
class Portal:
    """What came, what was accepted by its key, and how the next messages are answered: one mood each, the last stays.

    Moods: ok, refuse, error, unauthorized, silent (no answer in time), forgetful (takes it, and does not say so), slow.
    """

    receiver: Receiver
    moods: list[str] = field(default_factory=lambda: ["ok"])
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    repeated: int = 0

    @property
    def url(self) -> str:
        return self.receiver.url

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(taken.body) for taken in self.receiver.taken]

    def answer(self, taken: Taken, handler: BaseHTTPRequestHandler) -> int | None:
        mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
        body, key = json.loads(taken.body), taken.headers["Idempotency-Key"]
        if taken.headers["Authorization"] != f"Bearer {TOKEN}" or mood == "unauthorized":
            return 401
        if mood in {"error", "silent"}:
            time.sleep(2 if mood == "silent" else 0)
            return 500
        wrong = wrong_parts(body) or (["MaHoSo"] if mood == "refuse" else [])
        if wrong:
            self.complaints += wrong if mood != "refuse" else []
            told = {"errors": [{"field": name, "message": "không hợp lệ"} for name in wrong]}
            _send(handler, 422, json.dumps(told, ensure_ascii=False).encode())
            return None
        if key in self.kept:
            self.repeated += 1
            return 409
        self.kept[key] = body
        if mood == "forgetful":
            time.sleep(2)
        if mood == "slow":
            time.sleep(0.3)
        _send(handler, 200, b"{}")
        return None


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def portal_running() -> Iterator[Portal]:
    """Run a portal on loopback."""
    with receiving() as receiver:
        portal = Portal(receiver)
        receiver.behaviour = portal.answer
        yield portal

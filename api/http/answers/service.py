"""Problems, and how the service itself is."""

from typing import Literal

from pydantic import BaseModel

from api.http.answers.base import Answer


class WrongPart(BaseModel):
    """Phần sai của yêu cầu. / A part of a request that is wrong."""

    field: str
    reason: str
    kind: str


class Problem(BaseModel):
    """Lỗi (RFC 9457). / An error."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    detail_en: str
    instance: str
    code: str
    advice: str
    advice_en: str
    errors: list[WrongPart] = []
    parts: list[str] = []


class Alive(Answer):
    """Dịch vụ đang chạy. / The service runs."""

    status: Literal["ok"]


class Version(Answer):
    """Phiên bản. / What is running."""

    name: str
    version: str
    api: str

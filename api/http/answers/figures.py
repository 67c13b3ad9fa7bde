"""Figures of a period."""

from typing import Literal

from api.http.answers.base import Answer


class Days(Answer):
    """Các ngày, kể cả hai đầu. / Days in Vietnam, both ends included."""

    first: str
    last: str


class FigureDefinition(Answer):
    """Cách tính một chỉ tiêu. / What is counted above and below the line, and the target in percent."""

    code: str
    name: str
    name_en: str
    above: str
    above_en: str
    below: str
    below_en: str
    target: int | None
    source: str
    confirmed: bool


class Figure(Answer):
    """Một chỉ tiêu. / One figure; ``percent`` is null where there was nothing to count."""

    above: int
    below: int
    percent: float | None
    reached: bool | None


class FigureRow(Answer):
    """Một cơ quan (kể cả cấp dưới) hoặc một thủ tục. / An agency with what lies in it, or a procedure."""

    key: str
    name: str | None
    figures: dict[str, Figure]


class StationWork(Answer):
    """Một người tại một trạm quét. / What one person at one station handed in."""

    station: str
    operator: str | None
    employer: str | None
    batches: int
    papers: int
    pages: int
    stored: int
    waiting: int
    stopped: int


class Figures(Answer):
    """Báo cáo chỉ tiêu của một kỳ. / The report of a period."""

    period: Days
    by: Literal["agency", "procedure"]
    under: str | None
    made_at: str
    unknown_procedures: list[str]
    definitions: list[FigureDefinition]
    total: dict[str, Figure]
    rows: list[FigureRow]
    stations: list[StationWork]

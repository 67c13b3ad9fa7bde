"""Whether a scan is good enough."""

from typing import Literal

from api.http.answers.base import Answer
from api.http.answers.papers import Finding
from ingest.scan.measures import Colour, Side
from ingest.scan.quality import Advice


class Measures(Answer):
    """Các số đo của một trang. / What was measured on a page."""

    dpi: int
    width_mm: float
    height_mm: float
    colour: Colour
    effective_dpi: int
    enlarged: float
    edge_px: float | None
    contrast: float | None
    paper: int
    burnt: float
    shadow: float
    cut_off: list[Side]
    skew_deg: float
    rotation: Literal[0, 90, 180, 270]
    photographed: bool
    blank: bool


class PageQuality(Answer):
    """Chất lượng một trang. / How good a page is, why, and what was measured."""

    page: int
    advice: Advice
    reasons: list[Finding]
    measures: Measures


class FileQuality(Answer):
    """Chất lượng một tệp: ``rescan`` nếu có trang phải quét lại. / How good a file's pages are."""

    file: str
    advice: Advice
    pages: list[PageQuality]

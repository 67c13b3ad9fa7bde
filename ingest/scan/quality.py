"""The quality gate: may a page be archived as it was scanned, or must the paper be put on the glass again, and why.

What a digitized paper must be is law: a colour image of at least 200 dots per inch at the paper's own size (decree
30/2020/NĐ-CP, annex I, part II, section I.2, letters b to d; circular 05/2025/TT-BNV: 24 bits of colour). The figures
are measured on the page, because tags can be wrong and enlarging an image adds no detail. What only reading well asks
for, sharpness say, has thresholds taken from measurements, see docs/operate.md.

A reason's weight says what follows: an error asks for another scan; a warning tells the operator what could be better;
information tells what was put right by itself.

======================= ======= =====================================================================================
code                    weight  when
======================= ======= =====================================================================================
scan-resolution-low     error   fewer than 200 dots per inch
scan-enlarged           error   an image of fewer than 200 dots per inch was enlarged by software
scan-blurred            error   edges are so soft that small print is lost; somewhat soft: warning
scan-black-and-white    error   one bit per pixel: the colour of seals and signatures is gone for good
scan-grey               warning shades of grey; nothing is lost if the paper itself has no colour, which a person sees
scan-faint              error   the print hardly differs from the paper
scan-overexposed        error   the same, and the paper is burnt out: light settings are too bright
scan-dark               error   the paper itself is dark: print and shadows cannot be told apart
scan-black              error   nothing but black: the lid was open, or the sheet missed the glass
scan-cut-off            error   lines of text run over an edge
scan-skewed             warning the page leaned by more than 5 degrees; it was straightened
scan-photographed       warning the page was photographed, not scanned, so 1:1 is not assured
scan-shadow             warning a deep shadow lies over print
page-blank              warning nothing is printed or written on the page
scan-turned             info    the page lay turned; it was turned upright
======================= ======= =====================================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from dossier.verdicts import Finding, Severity
from ingest.scan.images import MasterPage, PageImage
from ingest.scan.measures import Colour, Measures, measure

MIN_DPI = 200
"""Decree 30/2020/NĐ-CP, annex I, part II, section I.2, letter c."""
MAX_SKEW_DEG = 5.0
"""Beyond this corners of the sheet are likely to lie outside the glass."""

_DPI_TOLERANCE = 0.98
"""Scanners round: 204 × 196 dots per inch of fax machines count as 200."""
_BLURRED_DPI, _SOFT_DPI = 125, 150
"""Effective dots per inch below which small print is lost, or suffers: 9 point print of 0.5 % CER has 1.0 % at 157,
1.4 % at 134 and 2.6 % at 111."""
_BLACK, _DARK = 60, 110
"""Brightness of the paper; brown recycled paper has 190."""
_FAINT = 0.3
"""Contrast below which letters break up; a worn ribbon on grey paper still gives 0.4."""
_MOSTLY_BURNT = 0.8
_DEEP_SHADOW = 0.45


class Advice(StrEnum):
    """What is to be done with a page."""

    ACCEPT = "accept"
    RESCAN = "rescan"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a page is.

    Attributes:
        number: Of the page, from 1. measures: What was measured. reasons: What follows, the gravest first.
    """

    number: int
    measures: Measures
    reasons: tuple[Finding, ...]

    @property
    def advice(self) -> Advice:
        """Rescan if any reason is an error."""
        return Advice.RESCAN if any(r.severity is Severity.ERROR for r in self.reasons) else Advice.ACCEPT

    def of_signed_file(self) -> "Quality":
        """Return the same for a page of a signed file: an electronic document, which no scan can replace."""
        reasons = (replace(r, severity=Severity.WARNING) if r.severity is Severity.ERROR else r for r in self.reasons)
        return replace(self, reasons=tuple(reasons))


def assess(page: PageImage, master: MasterPage) -> Quality:
    """Measure a page and judge it.

    Args:
        page: As decoded.
        master: What ``clean`` made of it.
    """
    measures = measure(page, master)
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    reasons = sorted(_judge(measures), key=lambda reason: order.index(reason.severity))
    return Quality(page.number, measures, tuple(reasons))


def _judge(measures: Measures) -> Iterator[Finding]:
    """Give the reasons; what follows from another is not said twice."""
    m = measures
    if m.paper < _BLACK and m.blank:
        yield _error(
            "scan-black",
            "Trang toàn màu đen. Đặt giấy đúng vào mặt kính, đậy nắp máy quét rồi quét lại.",
            "Nothing but black. Put the sheet on the glass, close the lid and scan again.",
        )
        return
    yield from _resolution(m)
    yield from _light(m)
    yield from _sheet(m)


def _resolution(m: Measures) -> Iterator[Finding]:
    if m.dpi < MIN_DPI * _DPI_TOLERANCE:
        yield _error(
            "scan-resolution-low",
            f"Độ phân giải chỉ có {m.dpi} dpi, quy định tối thiểu 200 dpi. Đặt máy quét ở 200 hoặc 300 dpi rồi"
            " quét lại.",
            f"Only {m.dpi} dpi; the law asks for at least 200. Set the scanner to 200 or 300 dpi and scan again.",
        )
    elif m.dpi / m.enlarged < MIN_DPI * _DPI_TOLERANCE:
        real = round(m.dpi / m.enlarged, -1)
        yield _error(
            "scan-enlarged",
            f"Ảnh đã bị phóng to bằng phần mềm, thực chất chỉ khoảng {real:.0f} dpi. Quét lại ở 200 hoặc 300 dpi thật"
            " (optical), tắt chức năng nội suy.",
            f"The image was enlarged by software from about {real:.0f} dpi. Scan at 200 or 300 dpi optical, without"
            " interpolation.",
        )
    elif m.effective_dpi < _BLURRED_DPI:
        yield _error(
            "scan-blurred",
            "Ảnh bị mờ, chữ nhỏ khó đọc. Lau mặt kính, ép phẳng giấy, giữ yên khi quét rồi quét lại.",
            "The image is blurred. Clean the glass, press the sheet flat, keep it still and scan again.",
        )
    elif m.effective_dpi < _SOFT_DPI:
        yield _warning(
            "scan-blurred",
            "Ảnh hơi mờ. Nên lau mặt kính và ép phẳng giấy ở lần quét sau.",
            "The image is somewhat soft. Clean the glass and press the sheet flat next time.",
        )
    if m.colour is Colour.BLACK_AND_WHITE and not m.blank:
        yield _error(
            "scan-black-and-white",
            "Bản quét đen trắng (1 bit), quy định phải là ảnh màu. Chọn chế độ màu (24 bit) trên máy quét rồi quét"
            " lại.",
            "Scanned in black and white; the law asks for colour. Choose colour (24 bits) and scan again.",
        )
    elif m.colour is Colour.GREY and not m.blank:
        yield _warning(
            "scan-grey",
            "Ảnh không có màu. Nếu giấy có dấu đỏ, chữ ký mực xanh hay nền màu thì phải quét lại ở chế độ màu.",
            "The image has no colour. If the paper has any, in a seal, say, scan it again in colour.",
        )


def _light(m: Measures) -> Iterator[Finding]:
    if m.paper < _DARK:
        yield _error(
            "scan-dark",
            "Ảnh quá tối. Tăng độ sáng của máy quét, đậy kín nắp rồi quét lại.",
            "The image is too dark. Raise the scanner's brightness, close the lid and scan again.",
        )
    elif m.contrast is not None and m.contrast < _FAINT and m.burnt > _MOSTLY_BURNT:
        yield _error(
            "scan-overexposed",
            "Ảnh bị cháy sáng, nét chữ mất gần hết. Giảm độ sáng của máy quét rồi quét lại.",
            "The image is overexposed and its strokes are nearly gone. Lower the brightness and scan again.",
        )
    elif m.contrast is not None and m.contrast < _FAINT:
        yield _error(
            "scan-faint",
            "Chữ quá nhạt so với nền giấy. Tăng độ đậm (tương phản) của máy quét rồi quét lại.",
            "The print hardly differs from the paper. Raise darkness or contrast and scan again.",
        )
    if m.shadow < _DEEP_SHADOW:
        yield _warning(
            "scan-shadow",
            "Có bóng đậm phủ lên chữ. Ép phẳng giấy, đậy kín nắp máy quét; nếu chụp ảnh thì tránh bóng tay.",
            "A deep shadow lies over print. Press the sheet flat and close the lid; keep hands out of the light.",
        )


def _sheet(m: Measures) -> Iterator[Finding]:
    if m.cut_off:
        names, english = ", ".join(side.text_vi for side in m.cut_off), ", ".join(m.cut_off)
        yield _error(
            "scan-cut-off",
            f"Chữ bị cắt ở mép {names}. Đặt lại giấy cho nằm trọn trong vùng quét, chọn đúng khổ giấy rồi quét lại.",
            f"Text is cut off at the {english} edge. Put the whole sheet within the scanned area and scan again.",
        )
    if abs(m.skew_deg) > MAX_SKEW_DEG:
        yield _warning(
            "scan-skewed",
            f"Giấy nằm lệch {abs(m.skew_deg):.0f}°; đã được xoay thẳng. Nên đặt giấy sát thước của máy quét.",
            f"The sheet lay {abs(m.skew_deg):.0f}° askew; it was straightened. Lay it along the scanner's ruler.",
        )
    if m.photographed:
        yield _warning(
            "scan-photographed",
            "Đây là ảnh chụp, không bảo đảm tỷ lệ 1:1 theo quy định. Nên quét bằng máy quét nếu có bản giấy.",
            "This is a photograph, so its scale is not assured to be 1:1. Scan the paper if it is at hand.",
        )
    if m.blank:
        yield _warning(
            "page-blank",
            "Trang trống. Nếu mặt giấy này có chữ, hãy lật lại giấy hoặc tăng độ đậm rồi quét lại.",
            "The page is blank. If the sheet is not, turn it over or raise the darkness, and scan again.",
        )
    if m.rotation:
        yield Finding(
            "scan-turned",
            Severity.INFO,
            f"Trang nằm xoay {360 - m.rotation}°; đã được xoay đúng chiều.",
            f"The page lay turned by {360 - m.rotation}°; it was turned upright.",
        )


def _error(code: str, text: str, text_en: str) -> Finding:
    return Finding(code, Severity.ERROR, text, text_en)


def _warning(code: str, text: str, text_en: str) -> Finding:
    return Finding(code, Severity.WARNING, text, text_en)

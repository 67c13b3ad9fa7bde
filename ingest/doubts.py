"""What a person should look at besides fields.

Poor scans, blank and unreadable pages, another language, several papers in one scan, signatures, misnamed files.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from dossier.paper_types import PaperType, find_type
from dossier.papers import Field, FieldSource, Paper
from dossier.verdicts import Finding, Severity, Verdict
from ingest.intake.inspect import MediaType
from ingest.scan.pages import PageNotes
from ocr.additions import SignaturePrint
from ocr.model import Line, Reading
from ocr.separators import Separator
from ocr.splitting import Part

READING_CODES = frozenset({"page-unreadable", "language-unexpected"})
"""Codes of the findings about what was read on pages, not about the pages."""
HIDDEN = "pages-hidden"
"""Code of the finding that names hidden pages."""
_ENDINGS = {
    ".pdf": MediaType.PDF,
    **dict.fromkeys((".tif", ".tiff"), MediaType.TIFF),
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), MediaType.JPEG),
    ".png": MediaType.PNG,
}
_CODED = frozenset({FieldSource.QR, FieldSource.MRZ})
_LETTERS_TO_JUDGE = 120
"""Fewer letters say nothing about the language."""
_MARKED_SHARE = 0.08
"""Vietnamese office text has a mark on 22 to 30 % of its letters; a text in another language read with the Vietnamese
model has a few by mistake."""
_READABLE = 0.6
"""Mean confidence of a page's words, 0 to 1, under which the page is called unreadable."""


def page_doubts(
    notes: PageNotes, reading: Reading, fields: Iterable[Field] = (), hidden: Sequence[int] = ()
) -> tuple[Finding, ...]:
    """Return a warning for blank pages, for each page that could hardly be read, and for another language.

    Args:
        notes: The pages.
        reading: What was read on them.
        fields: What was found there.
        hidden: Numbers of the pages that are not archived, of which is only told.
    """
    shown = [note for note in notes.pages if note.number not in hidden]
    blank = [note.number for note in shown if note.blank]
    findings = [*hidden_pages_told(hidden)]
    if len(blank) == len(shown):
        text = "Mọi trang đều trống; có thể giấy đặt úp mặt trong máy quét."
        findings.append(
            Finding("paper-blank", Severity.ERROR, text, "Every page is blank; it may have lain face down.")
        )
    elif blank:
        numbers = ", ".join(map(str, blank))
        text = f"Trang {numbers} gần như trống, có nét mờ; trang vẫn được giữ trong giấy tờ."
        text_en = f"Page {numbers} is blank but for faint traces; it stays in the paper."
        findings.append(Finding("page-blank", Severity.WARNING, text, text_en))
    return (*findings, *reading_doubts(reading, fields))


def hidden_pages_told(hidden: Sequence[int]) -> tuple[Finding, ...]:
    """Return what tells of hidden pages, if there are any."""
    if not hidden:
        return ()
    numbers = ", ".join(map(str, hidden))
    text = f"Trang {numbers} trống hoặc là tờ phân cách nên không đưa vào bản lưu; khôi phục được trước khi xác nhận."
    text_en = f"Page {numbers} is empty or a separator sheet and is left out; it can be restored before confirming."
    return (Finding(HIDDEN, Severity.INFO, text, text_en),)


def reading_doubts(reading: Reading, fields: Iterable[Field] = ()) -> tuple[Finding, ...]:
    """Return a warning for pages that could hardly be read, and for another language.

    Where a QR code or machine-readable lines said what a page says, its print need not be read: cards have tiny print.
    """
    findings = []
    coded = {field.page for field in fields if field.source in _CODED}
    read = (p for p in reading.pages if p.lines and p.number not in coded)
    poor = [str(p.number) for p in read if _mean_confidence(p.lines) < _READABLE]
    if poor:
        numbers = ", ".join(poor)
        text = f"Trang {numbers} rất khó đọc; hãy xem lại bản quét."
        findings.append(Finding("page-unreadable", Severity.WARNING, text, f"Page {numbers} can hardly be read."))
    if _is_foreign(reading.text):
        text = "Văn bản có vẻ không phải tiếng Việt; các trường có thể không đọc được."
        findings.append(
            Finding("language-unexpected", Severity.WARNING, text, "The text does not seem to be Vietnamese.")
        )
    return tuple(findings)


def several_papers(
    papers: Sequence[Part], sheets: Mapping[int, Separator], types: Mapping[str, PaperType]
) -> tuple[Finding, ...]:
    """Return a warning if a scan seems to hold several papers, and one if separator sheets part them.

    Args:
        papers: The papers it seems to hold.
        sheets: What its separator sheets say, by page.
        types: The catalogue.
    """
    findings = []
    if len(papers) > 1:
        begins = [(part.pages[0], find_type(types, part.code)) for part in papers]
        vietnamese = "; ".join(f"trang {page}: {kind.name_vi.lower()}" for page, kind in begins)
        english = "; ".join(f"page {page}: {kind.name_en.lower()}" for page, kind in begins)
        text = f"Bản quét có vẻ gồm {len(papers)} giấy tờ ({vietnamese}); nếu đúng, hãy tách trước khi xác nhận."
        text_en = f"The scan seems to hold {len(papers)} papers ({english}); if so, split it before confirming."
        findings.append(Finding("several-papers", Severity.WARNING, text, text_en))
    if sheets and len(papers) != 1:
        numbers = ", ".join(map(str, sorted(sheets)))
        named = "; ".join(f"{page}: {words}" for page, words in sorted(_named(sheets).items()))
        told = f" ({named})" if named else ""
        text = f"Trang {numbers} là tờ phân cách{told}, không thuộc giấy tờ nào; hãy tách trước khi xác nhận."
        text_en = (
            f"Page {numbers} is a separator sheet{told} and belongs to no paper; split the scan before confirming."
        )
        findings.append(Finding("separator-sheet", Severity.WARNING, text, text_en))
    return tuple(findings)


def _named(sheets: Mapping[int, Separator]) -> dict[int, str]:
    """Return by page what separator sheets name, for those that name something."""
    named = {page: " ".join(filter(None, (sheet.dossier, sheet.component))) for page, sheet in sheets.items()}
    return {page: words for page, words in named.items() if words}


def scan_doubts(notes: PageNotes) -> tuple[Finding, ...]:
    """Return why pages should be scanned again: each reason once, with the pages it holds for.

    What is only worth a remark to whoever scans does not send a paper to a person.
    """
    reasons: dict[str, list[tuple[int, Finding]]] = {}
    for note in notes.pages:
        for reason in note.quality.reasons if note.quality else ():
            if reason.severity is Severity.ERROR:
                reasons.setdefault(reason.code, []).append((note.number, reason))
    return tuple(_on_pages(found) for found in reasons.values())


def _on_pages(found: list[tuple[int, Finding]]) -> Finding:
    numbers, first = ", ".join(str(number) for number, _ in found), found[0][1]
    pages = "Page" if len(found) == 1 else "Pages"
    return replace(first, text=f"Trang {numbers}: {first.text}", text_en=f"{pages} {numbers}: {first.text_en}")


def signature_doubts(paper: Paper) -> tuple[Finding, ...]:
    """Return what is doubtful about the signatures a paper arrived with."""
    if not paper.signed_origin or paper.verdict is Verdict.VALID:
        return ()
    if paper.verdict is Verdict.INVALID:
        text = "Tệp đến kèm chữ ký số KHÔNG HỢP LỆ: đã bị sửa sau khi ký, hoặc chữ ký hỏng."
        english = (
            "The file arrived with an INVALID signature: it was changed after signing, or the signature is broken."
        )
        return (Finding("signature-invalid", Severity.ERROR, text, english),)
    text = "Chưa xác định được chữ ký số kèm theo tệp có hợp lệ hay không; hãy chạy 'sohoa verify' để biết lý do."
    english = "Whether the file's own signature is valid could not be determined; 'sohoa verify' tells why."
    return (Finding("signature-undetermined", Severity.WARNING, text, english),)


def uneven_passes(pages: int, *, collated: bool) -> tuple[Finding, ...]:
    """Return an error if a scan that was made in two passes cannot be put in order, because it has an odd page."""
    if not collated or pages % 2 == 0:
        return ()
    text = "Hai lượt quét mặt trước và mặt sau không bằng nhau; các trang chưa được xếp lại theo tờ."
    text_en = "The passes over fronts and backs have different numbers of pages; they are not put in order."
    return (Finding("passes-uneven", Severity.ERROR, text, text_en),)


def misnamed(name: str, media_type: MediaType) -> tuple[Finding, ...]:
    """Return a remark if a file's name says that it is of another type than its content, which alone counts."""
    named = _ENDINGS.get(PurePath(name).suffix.lower())
    if named is None or named is media_type:
        return ()
    text = f"Tên tệp ghi loại {named.name} nhưng nội dung là {media_type.name}; hãy xem có gửi nhầm tệp không."
    text_en = f"The file is named as {named.name} but is {media_type.name}; see that it is not the wrong file."
    return (Finding("file-misnamed", Severity.INFO, text, text_en),)


def date_doubts(issued_on: dt.date | None, printed: SignaturePrint | None) -> tuple[Finding, ...]:
    """Return an error if a paper was issued after the day that its own digital signature prints."""
    if issued_on is None or printed is None or issued_on <= printed.date:
        return ()
    text = "Ngày ban hành đọc được sau ngày ký số in trên giấy tờ."
    english = "The date of issue as read lies after the day that the digital signature prints on the paper."
    return (Finding("issued-after-signing", Severity.ERROR, text, english),)


def _is_foreign(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    marked = sum(c in "đĐ" or len(unicodedata.normalize("NFD", c)) > 1 for c in letters)
    return len(letters) >= _LETTERS_TO_JUDGE and marked < _MARKED_SHARE * len(letters)


def _mean_confidence(lines: tuple[Line, ...]) -> float:
    letters = sum(len(word.text) for line in lines for word in line.words)
    return sum(word.confidence * len(word.text) for line in lines for word in line.words) / letters

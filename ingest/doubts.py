"""What a person should look at besides fields.

Poor scans, blank and unreadable pages, another language, several papers in one scan, signatures.
"""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from dossier.paper_types import PaperType, find_type
from dossier.papers import Paper
from dossier.verdicts import Finding, Severity, Verdict
from ingest.pages import PageNotes
from ocr.additions import SignaturePrint
from ocr.model import Line, Reading
from ocr.splitting import Part

READING_CODES = frozenset({"page-unreadable", "language-unexpected"})
"""Codes of the findings about what was read on pages, not about the pages."""
_LETTERS_TO_JUDGE = 120
"""Fewer letters say nothing about the language."""
_MARKED_SHARE = 0.08
"""Vietnamese office text has a mark on 22 to 30 % of its letters; a text in another language read with the Vietnamese
model has a few by mistake."""
_READABLE = 0.6
"""Mean confidence of a page's words, 0 to 1, under which the page is called unreadable."""


def page_doubts(notes: PageNotes, reading: Reading) -> tuple[Finding, ...]:
    """Return a warning for each blank page, each page that could hardly be read, and for another language.

    Args:
        notes: The pages.
        reading: What was read on them.
    """
    blank = [note.number for note in notes.pages if note.blank]
    findings = []
    if len(blank) == len(notes.pages):
        text = "Mọi trang đều trống; có thể giấy đặt úp mặt trong máy quét."
        findings.append(
            Finding("paper-blank", Severity.ERROR, text, "Every page is blank; it may have lain face down.")
        )
    elif blank:
        numbers = ", ".join(map(str, blank))
        text = f"Trang {numbers} trống; trang vẫn được giữ trong giấy tờ."
        findings.append(
            Finding("page-blank", Severity.WARNING, text, f"Page {numbers} is blank; it stays in the paper.")
        )
    return (*findings, *reading_doubts(reading))


def reading_doubts(reading: Reading) -> tuple[Finding, ...]:
    """Return a warning for pages that could hardly be read, and for another language."""
    findings = []
    poor = [str(p.number) for p in reading.pages if p.lines and _mean_confidence(p.lines) < _READABLE]
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
    papers: Sequence[Part], sheets: Collection[int], types: Mapping[str, PaperType]
) -> tuple[Finding, ...]:
    """Return a warning if a scan seems to hold several papers, and one if separator sheets are among its pages.

    Args:
        papers: The papers it seems to hold.
        sheets: Numbers of its separator sheets.
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
    if sheets:
        numbers = ", ".join(map(str, sorted(sheets)))
        text = f"Trang {numbers} là tờ phân cách, không thuộc giấy tờ nào; hãy tách trước khi xác nhận."
        text_en = f"Page {numbers} is a separator sheet and belongs to no paper; split the scan before confirming."
        findings.append(Finding("separator-sheet", Severity.WARNING, text, text_en))
    return tuple(findings)


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

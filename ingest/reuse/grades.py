"""Grade: what a paper is worth as a source, from what it says of itself, how it was made and who signed it.

A scan that is sealed here is a sealed scan. A paper that arrives signed is graded by evidence, and where that does not
decide, the lowest grade counts until the person who confirms it says more:

====================================  =======================================  ============================
its signatures                        what it shows                            grade
====================================  =======================================  ============================
valid                                 SAO Y, SAO LỤC or TRÍCH SAO              sealed scan
valid                                 words of a certified electronic copy     certified copy
valid                                 neither, and every page is drawn text    electronic original
valid                                 neither, on scanned pages                sealed scan, a person decides
undetermined                          anything                                 sealed scan, a person decides
invalid                               anything                                 sealed scan
====================================  =======================================  ============================

Words of a certification that paper copies carry too decide nothing, and no drawn text makes an original of them.
"""

from dossier.errors import InvalidValue
from dossier.papers import Paper, SourceGrade
from dossier.verdicts import Finding, Severity, Verdict
from ocr.copies import CopyWords

GRADE_UNSURE = "grade-unsure"


def grade_of(
    paper: Paper, words: frozenset[CopyWords], *, drawn: bool
) -> tuple[SourceGrade | None, tuple[Finding, ...]]:
    """Return the grade that the evidence gives a paper, ``None`` for a scan not sealed yet, and a doubt about it.

    Args:
        paper: With its verdict.
        words: What it says of its being a copy.
        drawn: Every page of the file shows text as text, not as a picture.
    """
    if not paper.signed_origin:
        return None, ()
    if paper.verdict is not Verdict.VALID or CopyWords.COPIED in words:
        return SourceGrade.SEALED_SCAN, ()
    if CopyWords.CERTIFIED_ELECTRONICALLY in words:
        return SourceGrade.CERTIFIED_COPY, ()
    if drawn and not words:
        return SourceGrade.ELECTRONIC_ORIGINAL, ()
    text = "Không tự xác định được tệp đã ký số là bản gốc điện tử hay bản sao; đang xếp là bản sao y ký số."
    text_en = "Whether the signed file is an electronic original or a copy cannot be told; it counts as a sealed scan."
    return SourceGrade.SEALED_SCAN, (Finding(GRADE_UNSURE, Severity.WARNING, text, text_en),)


def chosen_grade(paper: Paper, chosen: SourceGrade | None) -> SourceGrade | None:
    """Return the grade of a paper that a person confirms: the one they chose, else what the evidence gave.

    Its signatures may have been verified anew since evidence was looked at: once invalid, that counts.

    Raises:
        InvalidValue: A scan, or a paper whose signatures are invalid, cannot be more than a sealed scan.
    """
    if chosen is None:
        return SourceGrade.SEALED_SCAN if paper.grade and paper.verdict is Verdict.INVALID else paper.grade
    if chosen is not SourceGrade.SEALED_SCAN and (not paper.signed_origin or paper.verdict is Verdict.INVALID):
        raise InvalidValue(
            key="grade",
            reason="only a file that arrived with signatures that are not invalid can be more than a sealed scan",
            reason_vi="chỉ tệp đến kèm chữ ký số không bị kết luận là không hợp lệ mới có thể cao hơn bản sao y ký số",
        )
    return chosen

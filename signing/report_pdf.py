"""A verification report as a page to file: the verdict in large words, the reasons, and what stands behind them.

Vietnamese first, English small beside it. Colour only repeats what words and signs say.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from dossier.times import local
from dossier.verdicts import Finding, Severity, Verdict
from signing.report import HARMLESS_CHANGES, AnchorFacts, FileReport, RevocationFacts, SignatureReport, reasons
from signing.texts import advice, word
from signing.typeset import A4, BOLD, REGULAR, Colour, Sheet, bound, face, readable

_LEFT, _RIGHT = 42.0, A4[0] - 42.0
_WIDTH = _RIGHT - _LEFT
_TOP, _BOTTOM = 44.0, A4[1] - 46.0
_LABELS = 118.0
"""Width of the column of labels."""
_MOST_REASONS = 5
_MOST_ANCHORS = 4
_MOST_CHANGES = 8

_INK: Colour = (0.11, 0.13, 0.16)
_GREY: Colour = (0.40, 0.43, 0.47)
_LIGHT: Colour = (0.56, 0.59, 0.62)
_RULE: Colour = (0.82, 0.84, 0.86)
_PALE: Colour = (0.965, 0.970, 0.975)
_WHITE: Colour = (1, 1, 1)
_COLOUR: dict[Verdict, Colour] = {
    Verdict.VALID: (0.07, 0.45, 0.24),
    Verdict.INVALID: (0.72, 0.11, 0.11),
    Verdict.UNDETERMINED: (0.62, 0.38, 0.0),
}
_TINT: dict[Verdict, Colour] = {
    Verdict.VALID: (0.91, 0.96, 0.93),
    Verdict.INVALID: (0.99, 0.92, 0.91),
    Verdict.UNDETERMINED: (1.0, 0.96, 0.87),
}
_WEIGHT: dict[Severity, Verdict] = {
    Severity.INFO: Verdict.VALID,
    Severity.WARNING: Verdict.UNDETERMINED,
    Severity.ERROR: Verdict.INVALID,
}


def report_pdf(report: FileReport, *, name: str) -> bytes:
    """Return ``report`` as a PDF/A-2b file: one page, more if there are many signatures.

    Args:
        report: What a check gave.
        name: What the file is called.

    Returns:
        The same bytes for the same arguments.

    Raises:
        PartMissing: The fonts are not installed.
        ValueError: The report does not say when the file was checked.
    """
    how = report.circumstances
    if how is None:
        raise ValueError("a report without its circumstances")
    setting = _Setting(readable(name))
    setting.heading(report)
    setting.verdict(report)
    setting.file(report)
    for number, signature in enumerate(report.signatures, 1):
        setting.signature(number, signature)
    setting.foot(report)
    setting.number_pages()
    return bound(setting.sheets, title=f"Phiếu kiểm tra chữ ký số: {setting.name}", moment=how.checked_at)


@dataclass(slots=True)
class _Setting:
    """Pages filled from the top to the bottom."""

    name: str
    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    y: float = _TOP
    said: set[str] = field(default_factory=set)
    """Sentences that need not be repeated: it is plain which signature they are about."""

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def need(self, height: float) -> None:
        """Begin a page if ``height`` is not left on this one."""
        if self.y + height > _BOTTOM:
            self.sheets.append(Sheet())
            self.y = _TOP
            self.sheet.text(_LEFT, self.y, _cut(f"Phiếu kiểm tra chữ ký số · {self.name}", 8, _WIDTH), 8, _GREY)
            self.y += 16

    def put(
        self, text: str, size: float, colour: Colour, *, x: float = _LEFT, width: float = _WIDTH, name: str = REGULAR
    ) -> None:
        """Set ``text`` in lines from the present height on."""
        for line in face(name).wrap(readable(text), size, width):
            self.sheet.text(x, self.y + size, line, size, colour, name=name)
            self.y += size * 1.32

    def title(self, text: str, english: str) -> None:
        """Set the heading of a section."""
        self.need(40)
        self.y += 11
        self.sheet.text(_LEFT, self.y + 10, text, 10, _INK, name=BOLD)
        self.sheet.text(_LEFT + face(BOLD).width(text, 10) + 6, self.y + 10, english, 8, _GREY)
        self.y += 15
        self.sheet.line([(_LEFT, self.y), (_RIGHT, self.y)], 0.6, _RULE)
        self.y += 4

    def row(self, label: str, value: str, name: str = REGULAR) -> None:
        """Set a label, Vietnamese and English parted by a bar, and what belongs to it."""
        lines = face(name).wrap(readable(value), 8.8, _WIDTH - _LABELS)
        self.need(11.8 * len(lines))
        text, _, english = label.partition("|")
        self.sheet.text(_LEFT, self.y + 9, text, 8.2, _GREY)
        self.sheet.text(_LEFT + face(REGULAR).width(text, 8.2) + 4, self.y + 9, english, 6.6, _LIGHT)
        for line in lines:
            self.sheet.text(_LEFT + _LABELS, self.y + 9, line, 8.8, _INK, name=name)
            self.y += 11.8

    # --- the parts of the page

    def heading(self, report: FileReport) -> None:
        self.sheet.text(_LEFT, self.y + 12, "PHIẾU KIỂM TRA CHỮ KÝ SỐ", 15, _INK, name=BOLD)
        self.sheet.text(_LEFT, self.y + 25, "Digital signature verification report", 8.5, _GREY)
        if report.circumstances:
            when = f"{local(report.circumstances.checked_at):%d/%m/%Y %H:%M:%S}"
            for line, size, at in ((f"Kiểm tra lúc {when} (+07:00)", 8.8, 11), ("Checked at, Vietnam time", 7.5, 22)):
                self.sheet.text(_RIGHT - face(REGULAR).width(line, size), self.y + at, line, size, _GREY)
        self.y += 36

    def verdict(self, report: FileReport) -> None:
        colour, words = _COLOUR[report.verdict], list(_reason_lines(report))
        if sum(not s.is_timestamp for s in report.signatures) <= 1:
            self.said = {text for text, _, _, _ in words}
        text_width = _WIDTH - 92
        wrapped = [(face(n).wrap(readable(t), s, text_width), s, c, n) for t, s, c, n in words]
        height = 58 + sum(len(lines) * s * 1.32 + 1.5 for lines, s, _, _ in wrapped)
        self.sheet.box(_LEFT, self.y, _WIDTH, height, _TINT[report.verdict])
        self.sheet.box(_LEFT, self.y, 5, height, colour)
        _sign(self.sheet, report.verdict, _LEFT + 42, self.y + 36, 20)
        text, english = word("verdict", report.verdict.value)
        self.sheet.text(_LEFT + 78, self.y + 35, text, 25, colour, name=BOLD)
        said = f"{english} · {report.verdict.indication}" + (
            f" / {report.sub_indication}" if report.sub_indication else ""
        )
        self.sheet.text(_LEFT + 78, self.y + 48, said, 8.2, _GREY)
        at = self.y + 54
        for lines, size, ink, name in wrapped:
            for line in lines:
                self.sheet.text(_LEFT + 78, at + size, line, size, ink, name=name)
                at += size * 1.32
            at += 1.5
        self.y += height + 2

    def file(self, report: FileReport) -> None:
        how = report.circumstances
        self.title("Tệp", "File")
        self.row("Tên|name", self.name, name=BOLD)
        if how:
            self.row("SHA-256", _grouped(how.sha256))
            self.row("Kích thước|size", f"{how.size:,} byte".replace(",", "."))
        people = sum(not s.is_timestamp for s in report.signatures)
        stamps = len(report.signatures) - people
        self.row("Chữ ký|signatures", f"{people} chữ ký số" + (f", {stamps} dấu thời gian trên tệp" if stamps else ""))
        for finding in report.findings:
            if finding.text not in self.said:
                self._finding(finding)

    def signature(self, number: int, signature: SignatureReport) -> None:
        kind = "Dấu thời gian trên tệp" if signature.is_timestamp else f"Chữ ký {number}"
        rows = list(_timestamp_rows(signature) if signature.is_timestamp else _signature_rows(signature))
        self.need(30 + 11.8 * min(len(rows), 6))
        self.y += 8
        self.sheet.box(_LEFT, self.y, _WIDTH, 17, _PALE)
        self.sheet.box(_LEFT, self.y, 2.5, 17, _COLOUR[signature.verdict])
        text, _ = word("verdict", signature.verdict.value)
        end = _RIGHT - 8 - face(BOLD).width(text, 8.5)
        self.sheet.text(end, self.y + 11.7, text, 8.5, _COLOUR[signature.verdict], name=BOLD)
        _sign(self.sheet, signature.verdict, end - 10, self.y + 8.7, 5)
        title = f"{kind}: {readable(signature.signer) or '—'}"
        self.sheet.text(_LEFT + 9, self.y + 11.9, _cut(title, 9.5, end - _LEFT - 34, BOLD), 9.5, _INK, name=BOLD)
        self.y += 21
        for label, value in rows:
            self.row(label, value)
        for finding in signature.findings:
            if finding.severity is not Severity.INFO and finding.text not in self.said:
                self._finding(finding)

    def foot(self, report: FileReport) -> None:
        self.title("Cần làm gì", "What to do")
        text, english = advice(report.verdict.indication, report.sub_indication)
        self.need(48)
        self.put(text, 9.2, _INK)
        self.put(english, 7.6, _GREY)
        self.title("Cách kiểm tra", "How it was checked")
        for line in _circumstances(report):
            self.need(12)
            self.put(line, 8.2, _GREY)

    def number_pages(self) -> None:
        """Set the line at the foot of every page."""
        for number, sheet in enumerate(self.sheets, 1):
            y = A4[1] - 24
            sheet.line([(_LEFT, y - 11), (_RIGHT, y - 11)], 0.5, _RULE)
            sheet.text(
                _LEFT, y, "sohoa · Phiếu này nói về tệp có mã băm SHA-256 nêu trên, không thay cho tệp.", 7.5, _GREY
            )
            said = f"Trang {number}/{len(self.sheets)}"
            sheet.text(_RIGHT - face(REGULAR).width(said, 7.5), y, said, 7.5, _GREY)

    def _finding(self, finding: Finding) -> None:
        verdict = _WEIGHT[finding.severity]
        lines = face(REGULAR).wrap(readable(finding.text), 8.8, _WIDTH - 18)
        english = face(REGULAR).wrap(readable(finding.text_en), 7.4, _WIDTH - 18)
        self.need(11.6 * len(lines) + 10 * len(english) + 3)
        self.y += 2
        _sign(self.sheet, verdict, _LEFT + 6, self.y + 6, 4.6)
        for line in lines:
            self.sheet.text(_LEFT + 18, self.y + 9, line, 8.8, _COLOUR[verdict])
            self.y += 11.6
        for line in english:
            self.sheet.text(_LEFT + 18, self.y + 7.5, line, 7.4, _GREY)
            self.y += 9.6


def _sign(sheet: Sheet, verdict: Verdict, x: float, y: float, radius: float) -> None:
    """Draw the sign of a verdict: a tick, a cross or an exclamation mark on a disc."""
    sheet.disc(x, y, radius, _COLOUR[verdict])
    r, width = radius, radius * 0.20
    match verdict:
        case Verdict.VALID:
            sheet.line(
                [(x - 0.45 * r, y + 0.02 * r), (x - 0.12 * r, y + 0.36 * r), (x + 0.46 * r, y - 0.34 * r)],
                width,
                _WHITE,
            )
        case Verdict.INVALID:
            sheet.line([(x - 0.36 * r, y - 0.36 * r), (x + 0.36 * r, y + 0.36 * r)], width, _WHITE)
            sheet.line([(x - 0.36 * r, y + 0.36 * r), (x + 0.36 * r, y - 0.36 * r)], width, _WHITE)
        case Verdict.UNDETERMINED:
            sheet.line([(x, y - 0.52 * r), (x, y + 0.12 * r)], width, _WHITE)
            sheet.disc(x, y + 0.48 * r, 0.13 * r, _WHITE)


def _cut(text: str, size: float, width: float, name: str = REGULAR) -> str:
    """Return ``text`` shortened to ``width``."""
    if face(name).width(text, size) <= width:
        return text
    while text and face(name).width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


# --- what stands in the lines ----------------------------------------------------------------------------------------


def _reason_lines(report: FileReport) -> Iterator[tuple[str, float, Colour, str]]:
    """Yield the lines under the verdict: text, size, colour and face."""
    weighty = reasons(report)
    if not weighty:
        seals = [s for s in report.signatures if not s.is_timestamp]
        who = ", ".join(dict.fromkeys(readable(s.signer) for s in seals))
        yield f"Tệp do {who} ký, còn nguyên vẹn, và mọi điều cần chứng minh đã được chứng minh.", 9.6, _INK, REGULAR
        yield "Signed as stated, whole, and everything that had to be proven was proven.", 7.6, _GREY, REGULAR
        for finding in _without_value(report):
            yield finding.text, 9.6, _COLOUR[Verdict.UNDETERMINED], BOLD
            yield finding.text_en, 7.6, _GREY, REGULAR
        return
    for finding in weighty[:_MOST_REASONS]:
        yield finding.text, 9.6, _INK, REGULAR
        yield finding.text_en, 7.6, _GREY, REGULAR
    if len(weighty) > _MOST_REASONS:
        yield f"Và {len(weighty) - _MOST_REASONS} lý do khác, xem từng chữ ký bên dưới.", 8.6, _INK, REGULAR


def _without_value(report: FileReport) -> list[Finding]:
    """Return what takes the legal value from a file though everything is in order: it was signed for a test."""
    tests = [f for s in report.signatures if not s.is_timestamp for f in s.findings if f.code == "trust-test"]
    return tests[:1]


def _signature_rows(signature: SignatureReport) -> Iterator[tuple[str, str]]:
    certificate = signature.certificate
    if certificate is None:
        yield "Trường chữ ký|field", signature.field
        return
    if certificate.unit:
        yield "Cơ quan quản lý|unit", certificate.unit
    yield (
        "Chứng thư số|certificate",
        f"số {certificate.serial} · hiệu lực {_day(certificate.valid_from)} – {_day(certificate.valid_until)}",
    )
    yield "Dấu vân tay|SHA-256", _grouped(certificate.sha256)
    trust = signature.trust_class.value if signature.trust_class else "none"
    yield "Tổ chức cấp|issuer", f"{certificate.issuer} · {word('trust', trust)[0]}"
    yield "Thời gian ký|time", _times(signature)
    integrity, covered = word("integrity", signature.integrity)[0], word("coverage", signature.coverage)[0]
    yield "Toàn vẹn|integrity", f"{integrity}; chữ ký bảo vệ {covered}"
    yield "Thay đổi sau ký|changes", word("changes", signature.changes_after)[0]
    yield from _changes(signature)
    yield "Thu hồi|revocation", "; ".join(_evidence(r) for r in signature.revocation) or "Không có bằng chứng dùng được"
    yield (
        "Thuật toán, mức|level",
        f"{signature.algorithm} ({word('strength', signature.strength)[0]}) · {signature.profile}",
    )
    stamp = next((f for f in signature.findings if f.code.startswith("stamp-")), None)
    if stamp and signature.stamp_text:
        agrees = {"stamp-matches": " (khớp)", "stamp-differs": " (KHÔNG KHỚP)"}
        shown = _cut(readable(signature.stamp_text), 8.8, 560)
        yield "Phần hiển thị|stamp", f"“{shown}”{agrees.get(stamp.code, '')}"
    elif stamp:
        yield "Phần hiển thị|stamp", stamp.text


def _changes(signature: SignatureReport) -> Iterator[tuple[str, str]]:
    """Yield what was changed, one line each, unless it was only what keeps signatures provable."""
    if signature.changes_after in HARMLESS_CHANGES:
        return
    for change in signature.changes[:_MOST_CHANGES]:
        yield "", f"Bản {change.revision}: {change.text}"
    if len(signature.changes) > _MOST_CHANGES:
        yield "", f"Và {len(signature.changes) - _MOST_CHANGES} thay đổi khác."


def _timestamp_rows(signature: SignatureReport) -> Iterator[tuple[str, str]]:
    when = f"{local(signature.signing_time):%d/%m/%Y %H:%M:%S}" if signature.signing_time else "—"
    end = f" · chứng thư số đến {_day(signature.certificate.valid_until)}" if signature.certificate else ""
    yield "Thời điểm|time", f"{when} · {signature.algorithm} · {signature.issuer}{end}"


def _times(signature: SignatureReport) -> str:
    claimed = f"{local(signature.signing_time):%d/%m/%Y %H:%M:%S}" if signature.signing_time else "không ghi"
    if signature.timestamp_time is None:
        return f"{claimed} (theo lời khai của người ký, chưa có dấu thời gian tin cậy)"
    return f"{claimed} · dấu thời gian chứng minh: {local(signature.timestamp_time):%d/%m/%Y %H:%M:%S}"


def _evidence(used: RevocationFacts) -> str:
    state = "đã thu hồi" if used.says == "revoked" else "không bị thu hồi"
    return (
        f"{state} theo {used.kind} của {used.issuer} ngày {_day(used.this_update)} ({word('source', used.source)[0]})"
    )


def _circumstances(report: FileReport) -> Iterator[str]:
    how = report.circumstances
    if how is None:
        return
    yield "Theo ETSI EN 319 102-1 và Thông tư 15/2025/TT-BKHCN, Phụ lục II; chuỗi chứng thực kiểm bằng khóa."
    if how.online:
        yield f"Được phép tải bằng chứng qua mạng: {len(how.fetched)} yêu cầu."
    else:
        yield "Không dùng mạng; chỉ dùng bằng chứng trong tệp và trong thư mục tin cậy."
    if not how.anchors:
        yield "Không có chứng thư số gốc nào được tin cậy."
        return
    named = "; ".join(_anchor(a) for a in how.anchors[:_MOST_ANCHORS])
    more = f" và {len(how.anchors) - _MOST_ANCHORS} chứng thư khác" if len(how.anchors) > _MOST_ANCHORS else ""
    yield f"Tin cậy {len(how.anchors)} chứng thư số gốc: {named}{more}."


def _anchor(anchor: AnchorFacts) -> str:
    return f"{readable(anchor.subject)} ({word('trust', anchor.trust_class.value)[0]}, {anchor.sha256[:16]}…)"


def _grouped(digest: str) -> str:
    """Return a hash in groups that can be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _day(moment: dt.datetime) -> str:
    return f"{local(moment):%d/%m/%Y}"

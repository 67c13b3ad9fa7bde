"""Attacks on where a signature says it is and what it covers, and on how the file is read."""

import re
from collections.abc import Callable

from tests.signing.kit import Kit
from tests.signing.papers import small_page
from tests.signing.raw import Update, contents_of, last_startxref, number_of, objects_in, trailer_of

_PAINTED = b"BT /F1 14 Tf 60 660 Td (So tien: 90 trieu) Tj ET"
_EVIL = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_PAINTED), _PAINTED)


def replaced(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Replace text by other text of the same length, padded."""
    assert pdf.count(old) == 1, old
    return pdf.replace(old, new.ljust(len(old)))


def _byte_range(text: bytes) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        found = re.search(rb"/ByteRange \[[^\]]*\]\s*", kit.signed)
        assert found
        return replaced(kit.signed, found[0], b"/ByteRange " + text + b" ")

    return make


def _without(key: bytes) -> Callable[[Kit], bytes]:
    return lambda kit: _rename(kit.signed, key)


def _rename(pdf: bytes, key: bytes) -> bytes:
    at = pdf.rindex(key + (b" <" if key == b"/Contents" else b" "))
    return pdf[:at] + key[:-1] + b"X" + pdf[at + len(key) :]


def _contents(digits: bytes) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        start, end = contents_of(kit.signed)[-1]
        return kit.signed[:start] + digits.ljust(end - start, b"0") + kit.signed[end:]

    return make


def _contents_as(token: bytes) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        start, end = contents_of(kit.signed)[-1]
        return kit.signed[: start - 1] + token.ljust(end - start + 2) + kit.signed[end + 1 :]

    return make


def _range(change: Callable[[int, int, int], tuple[int, int, int, int]]) -> Callable[[Kit], bytes]:
    """A byte range made from where the value begins and ends and from the file's length."""

    def make(kit: Kit) -> bytes:
        start, end = contents_of(kit.signed)[-1]
        values = change(start - 1, end + 1, len(kit.signed))
        return _byte_range(b"[%d %d %d %d]" % values)(kit)

    return make


_FORGERIES = {
    "no-contents": _without(b"/Contents"),
    "no-byte-range": _without(b"/ByteRange"),
    "null-contents": _contents_as(b"null"),
    "number-contents": _contents_as(b"0"),
    "empty-contents": _contents_as(b"<>"),
    "zero-contents": _contents(b""),
    "one-byte-contents": _contents_as(b"<00>"),
    "null-byte-range": _byte_range(b"null"),
    "empty-byte-range": _byte_range(b"[]"),
    "short-byte-range": _byte_range(b"[0 100]"),
    "negative-byte-range": _byte_range(b"[0 -1 -1 -1]"),
    "zero-byte-range": _byte_range(b"[0 0 0 0]"),
    "named-byte-range": _byte_range(b"[/A /B /C /D]"),
    "huge-byte-range": _byte_range(b"[0 99999999999 0 1]"),
}

_RANGES = {
    "gap-before": _range(lambda a, b, n: (0, a - 20, b, n - b)),
    "gap-after": _range(lambda a, b, n: (0, a, b + 20, n - b - 20)),
    "overlap": _range(lambda a, b, n: (0, a, b - 10, n - b + 10)),
    "late-start": _range(lambda a, b, n: (10, a - 10, b, n - b)),
    "swapped": _range(lambda a, b, n: (b, n - b, 0, a)),
    "short-tail": _range(lambda a, b, n: (0, a, b, n - b - 30)),
}


# --- incremental saving


def _saved(kind: str, pdf: Callable[[Kit], bytes] = lambda kit: kit.signed) -> Callable[[Kit], bytes]:
    """Redefine the page's content."""

    def make(kit: Kit) -> bytes:
        content = number_of(pdf(kit), b"So tien")
        return Update({content: _EVIL}, kind=kind).append(pdf(kit))

    return make


def _bare(kit: Kit) -> bytes:
    content = number_of(kit.signed, b"So tien")
    return kit.signed + b"%d 0 obj\n%s\nendobj\n" % (content, _EVIL)


def _no_trailer(kit: Kit) -> bytes:
    return _bare(kit) + b"xref\n0 0\nstartxref\n%d\n%%%%EOF\n" % last_startxref(kit.signed)


def _signature_again(kit: Kit) -> bytes:
    """Redefine content and signature in one update, so that the signature seems to belong to it."""
    found = objects_in(kit.signed)
    content = number_of(kit.signed, b"So tien")
    signature = number_of(kit.signed, b"/ByteRange")
    return Update({content: _EVIL, signature: found[signature]}).append(kit.signed)


# --- wrapping


def _wrapped(kit: Kit) -> bytes:
    """Move the second part to the end, and put a table where its ``startxref`` leads: digests stay right.

    What follows the value in the signature's dictionary, its byte range too, lies in the second part: the attacker
    writes it anew.
    """
    _start, end = contents_of(kit.signed)[-1]
    head, tail = kit.signed[: end + 1], kit.signed[end + 1 :]
    here = last_startxref(kit.signed)
    entries = tail[: tail.index(b">>")].replace(
        b" ".join(tail.split(b"[")[1].split(b"]")[0].split()),
        b"0 %d @@@@@@ %d" % (len(head) - (end + 1 - _start) - 1, len(tail)),
    )
    block = (head + entries + b">>\nendobj\n").ljust(here)
    content = number_of(kit.signed, b"So tien")
    table = re.findall(rb"(?:\d+ \d+\n)(?:\d{10} \d{5} [nf] \n)+", kit.signed[here:])
    trailer = kit.signed[kit.signed.index(b"trailer", here) : kit.signed.index(b"startxref", here)]
    evil = b"%d 0 obj\n%s\nendobj\n" % (content, _EVIL)
    size = len(b"xref\n") + sum(map(len, table)) + len(b"%d 1\n" % content) + 20 + len(trailer)
    listed = b"xref\n" + b"".join(table) + b"%d 1\n%010d 00000 n \n" % (content, here + size)
    whole = block + listed + trailer + evil + tail
    return whole.replace(b"@@@@@@", b"%06d" % (len(whole) - len(tail)))


def _stretched(kit: Kit) -> bytes:
    """Hide an object in the signature's own gap, after the digits."""
    _start, end = contents_of(kit.signed)[-1]
    evil = b" 4 0 obj " + _EVIL.replace(b"\n", b" ") + b" endobj "
    return kit.signed[: end - len(evil)] + evil + kit.signed[end:]


# --- tables


def _twice(kit: Kit) -> bytes:
    """Define an object twice in one update; the table lists one."""
    content = number_of(kit.signed, b"So tien")
    more = b"900 0 obj\n<< /Title (x) >>\nendobj\n"
    plain = Update({900: b"<< /Title (x) >>"}).append(kit.signed)
    at = plain.index(more)
    shift = b"%d 0 obj\n%s\nendobj\n" % (content, _EVIL)
    moved = plain[:at] + shift + plain[at:]
    here = last_startxref(plain)
    moved = moved.replace(b"%010d 00000 n \n" % at, b"%010d 00000 n \n" % (at + len(shift)))
    return moved.replace(b"startxref\n%d\n" % here, b"startxref\n%d\n" % (here + len(shift)))


def _hybrid(kit: Kit) -> bytes:
    """Give the table a stream beside it that lists another object."""
    content = number_of(kit.signed, b"So tien")
    first = Update({content: _EVIL}, kind="stream").append(kit.signed)
    stream = last_startxref(first)
    pdf = first[: first.rindex(b"startxref")]
    here = len(pdf)
    entries = b"".join(b"%s %s " % e for e in trailer_of(kit.signed).items())
    trailer = b"trailer\n<< /Size 99 %s/XRefStm %d /Prev %d >>\n" % (entries, stream, last_startxref(kit.signed))
    return pdf + b"xref\n0 0\n" + trailer + b"startxref\n%d\n%%%%EOF\n" % here


def _misplaced(kit: Kit) -> bytes:
    """Let an entry lead into the middle of a string that looks like an object."""
    content = number_of(kit.signed, b"So tien")
    hidden = b"<< /Title (%d 0 obj << /Length 2 >> stream\nBT\nendstream endobj ) >>" % content
    first = Update({900: hidden}).append(kit.signed)
    at = first.rindex(b"(%d 0 obj" % content) + 1
    return Update({900: hidden}, entries={content: at}).append(kit.signed)


def _hidden_in_signed(kit: Kit) -> bytes:
    """Bring up an object of the same number that lies unlisted in the signed part."""
    from tests.signing.others import sign  # noqa: PLC0415 - only here
    from tests.signing.papers import AT  # noqa: PLC0415

    page = small_page()
    content = number_of(page, b"So tien")
    at = page.index(b"\n") + 1
    hidden = b"%d 0 obj\n%s\nendobj\n" % (content, _EVIL)
    prepared = _shifted(page, at, hidden)
    signed = sign(prepared, kit.gov.key(), at=AT)
    return Update({}, entries={content: signed.index(hidden)}).append(signed)


def _shifted(pdf: bytes, at: int, text: bytes) -> bytes:
    """Put text near the beginning of an unsigned file and correct its table."""
    here = last_startxref(pdf)
    head, table = pdf[:here], pdf[here:]
    table = re.sub(rb"(\d{10}) (\d{5}) n", lambda m: b"%010d %s n" % (int(m[1]) + len(text), m[2]), table)
    table = re.sub(rb"startxref\s+\d+", b"startxref\n%d" % (here + len(text)), table)
    return head[:at] + text + head[at:] + table


# --- other formats


def _other_pdf_after(kit: Kit) -> bytes:
    other = small_page(pages=2).replace(b"10 trieu", b"90 trieu")
    here = last_startxref(other)
    moved = re.sub(rb"(\d{10}) (\d{5}) n", lambda m: b"%010d %s n" % (int(m[1]) + len(kit.signed), m[2]), other[here:])
    moved = re.sub(rb"startxref\s+\d+", b"startxref\n%d" % (here + len(kit.signed)), moved)
    return kit.signed + other[:here] + moved


MAKERS: dict[str, Callable[[Kit], bytes]] = {
    **_FORGERIES,
    **_RANGES,
    "isa-table": _saved("table"),
    "isa-stream": _saved("stream"),
    "isa-archived": _saved("table", lambda k: k.archived),
    "isa-no-table": _saved("none"),
    "isa-bare": _bare,
    "isa-no-trailer": _no_trailer,
    "isa-lost": _saved("lost"),
    "isa-signature-again": _signature_again,
    "swa-moved": _wrapped,
    "swa-in-gap": _stretched,
    "xref-twice": _twice,
    "xref-hybrid": _hybrid,
    "xref-misplaced": _misplaced,
    "xref-back": _hidden_in_signed,
    "xref-loop": _saved("loop"),
    "xref-free": lambda k: Update({}, kind="free", free=(4,)).append(k.signed),
    "xref-small-size": lambda k: Update({900: b"<< >>"}, size=3).append(k.signed),
    "polyglot-pdf-after": _other_pdf_after,
    "polyglot-pdf-before": lambda k: small_page() + k.signed,
    "polyglot-header": lambda k: b"%PDF-1.4\n" + k.signed,
    "polyglot-html-before": lambda k: b"<html><body>x</body></html>\n" + k.signed,
    "polyglot-html-after": lambda k: k.signed + b"<html></html>\n",
    "polyglot-zip-after": lambda k: k.signed + b"PK\3\4" + bytes(range(256)),
}

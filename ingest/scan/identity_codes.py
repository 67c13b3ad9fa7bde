"""Identity codes: the code of an identity card on a picture that somebody took of it, read without keeping anything.

As of scans, it is decoded and searched in limited processes; pictures are smaller, and one.
"""

from collections.abc import Iterable
from dataclasses import replace

from dossier.errors import InvalidValue
from ingest.decoding.decode import decode
from ingest.house import House
from ingest.intake.inspect import inspect
from ocr.qr import Code, IdentityQr, parse_identity_qr

MOST_BYTES = 20 * 1024 * 1024
"""Of a picture: a telephone's of 50 million pixels is about 15 MB."""
READ = "identity-code.read"
"""Action in the audit log."""


def read_identity(house: House, picture: bytes, *, actor: str) -> IdentityQr:
    """Return what the code of an identity card on a picture says; the audit log has who read one, and not whose.

    Args:
        house: The parts.
        picture: JPEG, PNG, TIFF or PDF of one page, at most ``MOST_BYTES``.
        actor: Who asks.

    Raises:
        InputError: The picture cannot be used. PartError: A part is missing or failed.
        InvalidValue: There is no code of an identity card on it.
    """
    limits = replace(house.limits, max_bytes=min(MOST_BYTES, house.limits.max_bytes), max_pages=1)
    (page,) = decode(picture, inspect(picture, limits), limits)
    found = _identity(house.page_work.codes(page))
    if found is None:
        raise InvalidValue(
            key="qr",
            reason="no code of an identity card is to be seen on the picture",
            reason_vi="không thấy mã QR của thẻ căn cước trong ảnh",
        )
    house.catalogue.record(actor, READ, "identity-card")
    return found


def _identity(codes: Iterable[Code]) -> IdentityQr | None:
    for code in codes:
        try:
            return parse_identity_qr(code.text)
        except InvalidValue:
            continue  # another code may lie beside the card
    return None

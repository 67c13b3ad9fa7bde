"""Identity codes: the code of an identity card on a picture that somebody took of it, read without keeping anything.

As of scans, decoders run in the limited child and the reader of codes sees pixels alone; pictures are smaller, and one.
"""

from dataclasses import replace

from dossier.errors import InvalidValue
from ingest.decode import decode
from ingest.house import House
from ingest.images import PageImage
from ingest.inspect import inspect
from ocr.qr import IdentityQr, find_codes, parse_identity_qr

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
    (found,) = house.over_pages(_identity_on, decode(picture, inspect(picture, limits), limits))
    if found is None:
        raise InvalidValue(
            key="qr",
            reason="no code of an identity card is to be seen on the picture",
            reason_vi="không thấy mã QR của thẻ căn cước trong ảnh",
        )
    house.catalogue.record(actor, READ, "identity-card")
    return found


def _identity_on(page: PageImage) -> IdentityQr | None:
    for code in find_codes(page.pixels, page.number):
        try:
            return parse_identity_qr(code.text)
        except InvalidValue:
            continue  # another code may lie beside the card
    return None

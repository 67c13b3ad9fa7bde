"""Whether bytes are DER: lengths and sets, looked at byte by byte (X.690, clauses 10.1 and 11.6)."""


def elements(encoded: bytes) -> list[bytes]:
    """Return the elements one after another in ``encoded``.

    Raises:
        ValueError: A length is indefinite, longer than it must be, or wrong.
    """
    found, at = [], 0
    while at + 1 < len(encoded):
        length, start = encoded[at + 1], at + 2
        if length > 127:
            start += length - 128
            length = int.from_bytes(encoded[at + 2 : start])
            if start == at + 2 or length <= 127 or encoded[at + 2] == 0:
                raise ValueError("a length that is indefinite or longer than it must be")
        found.append(encoded[at : start + length])
        at = start + length
    if at != len(encoded):
        raise ValueError("a length beyond the end")
    return found


def first(encoded: bytes) -> bytes:
    """Return the element that ``encoded`` begins with.

    Raises:
        ValueError: There is none, or its length is indefinite.
    """
    if len(encoded) < 2 or encoded[1] == 128:
        raise ValueError("no element, or one of indefinite length")
    long = max(0, encoded[1] - 128)
    length = int.from_bytes(encoded[2 : 2 + long]) if long else encoded[1]
    return encoded[: 2 + long + length]


def contents(element: bytes) -> bytes:
    return element[2 + max(0, element[1] - 128) :]


def check(element: bytes) -> None:
    """Do nothing if ``element`` and all within are DER.

    Raises:
        ValueError: They are not.
    """
    if not element[0] & 0x20:
        return
    inner = elements(contents(element))
    if element[0] == 0x31 and inner != sorted(inner):
        raise ValueError("a set out of order")
    for each in inner:
        check(each)

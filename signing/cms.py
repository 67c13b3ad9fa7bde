# mypy: allow-untyped-calls
# asn1crypto has no types
"""The value of a PDF signature (CMS, RFC 5652) as real signing programs write it, read without guessing.

RFC 5652 asks for DER in some places and BER elsewhere; programs leave a NULL where something optional is absent, use
lengths without end, and pad. All of that is set right before parsing, and named. A NULL is removed only where nothing
is signed; lengths are written as DER everywhere, as the signed attributes are digested anyway (RFC 5652, 5.4). So a
repair can turn "cannot be parsed" into a verdict, never a wrong signature into a right one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from asn1crypto import cms

from dossier.verdicts import Finding
from signing.texts import finding

_MAX_NODES = 300_000
_MAX_DEPTH = 60
_NULL, _SEQUENCE, _SET, _OCTETS = b"\x05", b"\x30", b"\x31", 0x24
_CONTENT, _SIGNED_ATTRIBUTES = 0xA0, 0xA0
_TOP_FIELDS = ("version", "digest_algorithms", "encap_content_info", "certificates", "crls", "signer_infos")
_SIGNER_FIELDS = (
    "version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature", "unsigned_attrs",
)  # fmt: skip


class Unparsable(ValueError):
    """A signature value that cannot be parsed.

    Attributes:
        offset: Of the byte within the value from which on it makes no sense.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(f"byte {offset}")
        self.offset = offset


@dataclass(slots=True)
class _Node:
    """One encoded value: its tag, the offsets of its beginning and end, its content or parts, and whether it is DER."""

    tag: bytes
    start: int
    end: int = 0
    content: bytes = b""
    parts: list["_Node"] | None = None
    der: bool = True

    def encode(self) -> bytes:
        """Return it with definite lengths; constructed octet strings joined."""
        tag = self.tag
        if self.parts is None:
            body = self.content
        elif tag[0] == _OCTETS:
            tag, body = b"\x04", b"".join(p.content for p in self.parts)
        else:
            body = b"".join(p.encode() for p in self.parts)
        size = len(body)
        if size < 0x80:  # noqa: PLR2004 - X.690, 8.1.3.4: the short form
            return tag + bytes([size]) + body
        digits = size.to_bytes((size.bit_length() + 7) // 8)
        return tag + bytes([0x80 | len(digits)]) + digits + body

    def all(self) -> Iterator["_Node"]:
        """Yield it and all below."""
        yield self
        for part in self.parts or ():
            yield from part.all()


@dataclass
class _Walk:
    """Reads encoded values (X.690), whole, and counts them."""

    data: bytes
    left: int = _MAX_NODES
    depth: int = 0
    ends: list[int] = field(default_factory=list)

    def node(self, at: int, limit: int) -> _Node:
        """Return the value that begins at ``at`` and ends before ``limit``.

        Raises:
            Unparsable: It does not, or is too large to be one.
        """
        self.left -= 1
        if self.left < 0 or self.depth > _MAX_DEPTH:
            raise Unparsable(at)
        tag, body, size, der = self._header(at, limit)
        node = _Node(tag, at, der=der)
        if not tag[0] & 0x20:
            if size is None:
                raise Unparsable(at)
            node.content, node.end = self.data[body : body + size], body + size
            return node
        node.parts = []
        end = limit if size is None else body + size
        self.depth += 1
        while size is None or body < end:
            if size is None and self.data[body : body + 2] == b"\0\0":
                body += 2
                break
            if body >= end:
                raise Unparsable(body)
            part = self.node(body, end)
            node.parts.append(part)
            body = part.end
        self.depth -= 1
        node.end = body
        return node

    def _header(self, at: int, limit: int) -> tuple[bytes, int, int | None, bool]:
        """Return tag, where the content begins, its length (``None``: until its end mark), and if the length is DER."""
        data, position = self.data, at + 1
        if at + 2 > limit:
            raise Unparsable(at)
        if data[at] & 0x1F == 0x1F:  # noqa: PLR2004 - X.690, 8.1.2.4: tag numbers from 31 on
            while position < limit and data[position] & 0x80:
                position += 1
            position += 1
        tag = data[at:position]
        if position >= limit:
            raise Unparsable(at)
        first = data[position]
        position += 1
        if first == 0x80:  # noqa: PLR2004 - X.690, 8.1.3.6: the indefinite form
            return tag, position, None, False
        size, der = first, True
        if first & 0x80:
            count = first & 0x7F
            size = int.from_bytes(data[position : position + count])
            position += count
            der = count <= 4 and size >= 0x80 and data[position - count] != 0  # noqa: PLR2004
        if position + size > limit:
            raise Unparsable(at)
        return tag, position, size, der


def read(value: bytes) -> tuple[cms.ContentInfo, list[Finding]]:
    """Return what ``value``, the content of ``/Contents``, encodes, and findings on how.

    Raises:
        Unparsable: It is no CMS SignedData with one signer.
    """
    walk = _Walk(value)
    root = walk.node(0, len(value))
    if root.tag != _SEQUENCE:
        raise Unparsable(0)
    findings = []
    rest = value[root.end :].strip(b"\0")
    if rest:
        findings.append(finding("cms-surplus", count=len(value) - root.end, offset=root.end))
    nulls = _drop_nulls(root)
    ber = not all(n.der for n in root.all())
    if nulls:
        findings.append(finding("cms-null", offset=nulls[0]))
    if ber:
        findings.append(finding("cms-ber"))
    encoded = root.encode() if nulls or ber else value[: root.end]
    info = cms.ContentInfo.load(encoded)
    _check(info, root)
    return info, findings


def _drop_nulls(root: _Node) -> list[int]:
    """Remove each NULL that stands for something absent; return where they stood. Signed attributes stay as they are.

    RFC 5652, 5.1 to 5.3: every one of these members is optional, and none may be NULL.
    """
    signed = _at(root, 1, 0)
    if signed is None or signed.parts is None:
        return []
    found = _without_nulls(signed)
    encapsulated = _at(signed, 2)
    if encapsulated is not None:
        found += _without_nulls(encapsulated)
        content = _at(encapsulated, 1)
        if content is not None and content.parts is not None and _without_nulls(content):
            found.append(content.start)
            if not content.parts and encapsulated.parts is not None:
                encapsulated.parts.remove(content)
    for part in signed.parts[3:]:
        found += _without_nulls(part)
        for signer in part.parts or () if part.tag == _SET else ():
            found += _without_nulls(signer)
            for member in signer.parts or ():
                if member.tag == b"\xa1":
                    found += _without_nulls(member)
            signer.parts = [p for p in signer.parts or () if p.tag != b"\xa1" or p.parts]
    signed.parts = [p for p in signed.parts if p.tag not in {b"\xa0", b"\xa1"} or p.parts]
    return sorted(found)


def _without_nulls(node: _Node) -> list[int]:
    if node.parts is None:
        return []
    found = [p.start for p in node.parts if p.tag == _NULL]
    if found:
        node.parts = [p for p in node.parts if p.tag != _NULL]
    return found


def _at(node: _Node | None, *path: int) -> _Node | None:
    for place in path:
        if node is None or node.parts is None or len(node.parts) <= place:
            return None
        node = node.parts[place]
    return node


def _check(info: cms.ContentInfo, root: _Node) -> None:
    """Look into every member, since parsing is lazy.

    Raises:
        Unparsable: One of them is not what it should be; the offset is its own as far as that can be told.
    """
    signed_node = _at(root, 1, 0)
    start = signed_node.start if signed_node else root.start
    try:
        if info["content_type"].native != "signed_data":
            raise Unparsable(root.start)
        signed = info["content"]
    except (ValueError, TypeError, KeyError) as error:
        raise Unparsable(start) from error
    for name in _TOP_FIELDS:
        try:
            _look(signed[name])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unparsable(_offset(signed_node, name)) from error
    signers = _at(signed_node, len((signed_node and signed_node.parts) or ()) - 1)
    if len(signed["signer_infos"]) != 1:
        raise Unparsable(signers.start if signers else start)
    signer, signer_node = signed["signer_infos"][0], _at(signers, 0)
    for place, name in enumerate(_SIGNER_FIELDS):
        try:
            _look(signer[name])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            at = _at(signer_node, place)
            raise Unparsable(at.start if at else start) from error


def _look(value: object) -> None:
    """Parse ``value`` one level deep; certificates and time stamps are parsed where they are used."""
    if hasattr(value, "__len__") and not isinstance(value, bytes | str):
        len(value)
        for part in value if isinstance(value, cms.SignerInfos | cms.CMSAttributes) else ():
            _ = part["type"].native if isinstance(part, cms.CMSAttribute) else part


def _offset(signed: _Node | None, name: str) -> int:
    """Return where the member ``name`` of SignedData begins, as far as its tag tells."""
    tags = {"certificates": b"\xa0", "crls": b"\xa1"}
    if signed is None or signed.parts is None:
        return 0
    if name in tags:
        return next((p.start for p in signed.parts if p.tag == tags[name]), signed.start)
    place = {"version": 0, "digest_algorithms": 1, "encap_content_info": 2}.get(name, len(signed.parts) - 1)
    at = _at(signed, place)
    return at.start if at else signed.start

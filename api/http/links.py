"""Links: short-lived addresses at which one version of a sealed file can be fetched without a key.

Where other systems reach the object store, it signs them itself; else they are addresses of ours, ``/v1/links/…``, the
last part of which names paper, version, maker and end, under an HMAC-SHA-256.

Threat: somebody makes up a link, or changes one to lead to another paper or to live longer. What stops it: without the
secret no HMAC can be made; whatever is changed leads nowhere. Residual risk accepted: whoever gets hold of a link can
fetch this one file until it ends, a quarter of an hour at most; it cannot be called back before.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass

from dossier.errors import LinkExpired, UnknownAddress
from dossier.identifiers import PaperId
from ingest.house import House

_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to.

    Attributes:
        paper: The paper. version: Of its sealed file in the object store. maker: Name of the key that asked for it.
        ends_at: When it leads nowhere any more, UTC, whole seconds.
    """

    paper: PaperId
    version: str
    maker: str
    ends_at: dt.datetime


def token_of(house: House, link: Link) -> str:
    """Return the last part of a link's address: letters, digits, ``-`` and ``_``; it holds no personal data."""
    said = json.dumps([link.paper.value, link.version, link.maker, int(link.ends_at.timestamp())]).encode()
    return base64.urlsafe_b64encode(_mac(house, said) + said).rstrip(b"=").decode()


def link_of(house: House, token: str, *, at: dt.datetime) -> Link:
    """Return what a link leads to.

    Raises:
        UnknownAddress: It is none of ours.
        LinkExpired: It ended before ``at``.
    """
    try:
        read = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise UnknownAddress from None
    mac, said = read[:_MAC_BYTES], read[_MAC_BYTES:]
    # Compared as it was sent too: the last character of base 64 has bits that mean nothing.
    if not hmac.compare_digest(mac, _mac(house, said)) or base64.urlsafe_b64encode(read).rstrip(b"=") != token.encode():
        raise UnknownAddress
    paper, version, maker, ends = json.loads(said)
    link = Link(PaperId(paper), version, maker, dt.datetime.fromtimestamp(ends, dt.UTC))
    if link.ends_at <= at:
        raise LinkExpired
    return link


def _mac(house: House, said: bytes) -> bytes:
    return hmac.digest(house.link_secret, said, hashlib.sha256)

"""Bytes encrypted at rest: one format for the files of the folder store, readable from any place in them.

An encrypted file is a header of 56 bytes and chunks::

    "SOHOA-E1"    8 bytes: the format and its version
    key id        8 bytes: which key of the key file (``storage.objects.object_keys``)
    salt         32 bytes: random, drawn anew for every file
    size          8 bytes: of the content, big-endian
    chunks       each at most 65,536 bytes of content under AES-256-GCM, followed by its tag of 16 bytes

**Nonces.** A key of the key file encrypts nothing itself: HKDF-SHA-256 (RFC 5869) makes of it and of the file's salt a
key that this one file has for itself. Under it the nonces are the numbers of the chunks, 0, 1, 2 …; a file is written
once and never changed, so no nonce is used twice, however many files and processes there are. (Random nonces under one
key would be safe for about 2³² chunks only, NIST SP 800-38D, 8.3.)

**What is proven.** Every chunk's tag covers the header and the file's place in the store too. A chunk that was changed,
moved, cut off, or a file put in another's place is noticed as soon as the chunk is read. Empty content has one chunk.

Threat: somebody gets hold of the disk, or of a copy of it, without the key file. What is seen then: object keys, sizes,
times and locks; no content, no hash of it, no media type. Residual risk accepted: whoever can run code as the
service's user reads the key file as well; and who can write to the disk can put an unencrypted object in the place of
an encrypted one, because those kept before encryption began stay readable: signatures and the hashes in the catalogue
tell.
"""

import io
import secrets
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.objects.object_keys import ObjectKey

CHUNK = 64 * 1024
"""Bytes of content in a chunk: what is decrypted at least to read one byte."""
_TAG = 16
_MAGIC = b"SOHOA-E1"
_HEADER = struct.Struct(">8s8s32sQ")


class NotAuthentic(Exception):
    """The file is not what was written: it was changed, cut off, or put in the place of another."""


def encrypted(content: bytes, key: ObjectKey, place: str) -> Iterator[bytes]:
    """Yield the parts of an encrypted file one after the other, so that little more than ``content`` is held.

    Args:
        content: What to encrypt.
        key: Of the key file.
        place: Where the file is kept; must be the same when it is read.
    """
    header = _HEADER.pack(_MAGIC, key.id, secrets.token_bytes(32), len(content))
    cipher, bound, view = _cipher(key, header), header + place.encode(), memoryview(content)
    yield header
    for number in range(_chunks(len(content))):
        yield cipher.encrypt(_nonce(number), view[number * CHUNK : (number + 1) * CHUNK], bound)


def decrypted(
    file: BinaryIO, find: Callable[[bytes], ObjectKey], place: str, start: int = 0, end: int | None = None
) -> bytes:
    """Return a part of the content of an encrypted file, or all of it; only the chunks it lies in are read.

    Args:
        file: At its beginning.
        find: Returns the key with an identifier.
        place: Where the file is kept.
        start: First byte of the content.
        end: Byte after the last; the end of the content if none, or if it lies beyond.

    Raises:
        NotAuthentic: Damage shows in what was read.
        ObjectKeyMissing: From ``find``.
    """
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        raise NotAuthentic
    _, key_id, _, size = _HEADER.unpack(header)
    cipher, bound = _cipher(find(key_id), header), header + place.encode()
    end = size if end is None else min(end, size)
    start = min(start, end)
    # Of an empty part a chunk is read all the same: it proves the size in the header.
    first = min(start // CHUNK, _chunks(size) - 1)
    last = max(first, (end - 1) // CHUNK)
    file.seek(_HEADER.size + first * (CHUNK + _TAG))
    content = io.BytesIO()
    for number in range(first, last + 1):
        chunk, begins = _opened(cipher, file.read(CHUNK + _TAG), number, bound), number * CHUNK
        content.write(memoryview(chunk)[max(0, start - begins) : max(0, end - begins)])
    return content.getvalue()  # shares the buffer: the content is held once


def _opened(cipher: AESGCM, chunk: bytes, number: int, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(number), chunk, bound)
    except InvalidTag:
        raise NotAuthentic from None


def _cipher(key: ObjectKey, header: bytes) -> AESGCM:
    salt = _HEADER.unpack(header)[2]
    return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=b"sohoa object").derive(key.secret))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _chunks(size: int) -> int:
    return max(1, -(-size // CHUNK))

"""Seals made one after another, in one process or in two, and what each costs.

Keys, certificates and revocation lists are those of the tests' own tree; the keys are loaded once in a process, as
`sohoa worker` does. A time-stamp authority answers within the process, or over HTTP from a process of its own.
"""

import io
import logging
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from asn1crypto import crl, x509
from certomancer.registry import CertomancerConfig
from PIL import Image
from pyhanko.sign.timestamps import TimeStamper

from dossier.times import now
from ocr.model import PageReading
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from signing.keys import LoadedSigner, PrivateKey, SealKey
from signing.seal import Level, seal
from signing.stamp import Stamp
from signing.timestamps import LocalTimeStamper, rfc3161
from signing.trust import TrustAnchor, TrustStore
from tests.benchmarks.usage import resident_bytes
from tests.signing.pages import scan
from tests.signing.pki import Tree, serve, tree

AGENCY = "Trung tâm Phục vụ hành chính công tỉnh Thử Nghiệm"
KEYS = {"RSA 2048, PSS": "signer", "RSA 3072, PSS": "large", "ECDSA P-256": "elliptic"}
"""Kinds of keys, and the names of their certificates."""
_DPI = 200
_WARMING = 5
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of seal.

    Attributes:
        level: Of ETSI EN 319 142-1. key: Name of the agency's certificate.
        witnessed: An official signs too. authority: URL of the time-stamp authority, the process itself if ``None``.
    """

    level: Level = Level.B_LTA
    key: str = "signer"
    witnessed: bool = False
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What seals of one kind cost: how many were made, in what time, with how much processor time, and how large."""

    seals: int
    wall_s: float
    cpu_s: float
    added_bytes: int


@cache
def page() -> bytes:
    """Return a paper of one page, A4 in colour at 200 dpi, as the assembly writes it."""
    width, height = round(210 / 25.4 * _DPI), round(297 / 25.4 * _DPI)
    jpeg = io.BytesIO()
    scan().resize((width, height), Image.Resampling.BICUBIC).save(jpeg, "JPEG", quality=85)
    words = PageReading(1, width, height, _DPI, ())
    return searchable_pdf([SearchablePage(jpeg.getvalue(), words)], PdfMetadata("Quyết định", now()))


@dataclass(frozen=True, slots=True)
class Sealer:
    """Everything that seals of one kind need, loaded."""

    kind: Kind
    key: SealKey
    official: SealKey | None
    time_stamper: TimeStamper | None
    trust: TrustStore

    @classmethod
    def load(cls, kind: Kind, folder: Path) -> "Sealer":
        """Return the sealer of a kind with the keys in ``folder``."""
        own = load_tree(folder)
        stamper = rfc3161(kind.authority) if kind.authority else LocalTimeStamper(*_loaded(own, "tsa"))
        key = SealKey.of(LoadedSigner(*_loaded(own, kind.key)))
        official = SealKey.of(LoadedSigner(*_loaded(own, "official"))) if kind.witnessed else None
        return cls(kind, key, official, stamper if kind.level.has_timestamp else None, _trust(own))

    def seal(self) -> bytes:
        """Return the paper sealed now."""
        return seal(
            page(),
            key=self.key,
            official=self.official,
            stamp=Stamp(AGENCY),
            time_stamper=self.time_stamper,
            trust=self.trust,
            signing_time=now(),
            level=self.kind.level,
        )


@cache
def load_tree(folder: Path) -> Tree:
    """Return the tree whose keys lie in ``folder`` (`tests.signing.pki.make_trees`)."""
    return tree(CertomancerConfig.from_file(str(folder / "trees.yml"), str(folder)), "gov")


def _loaded(own: Tree, name: str) -> tuple[PrivateKey, x509.Certificate, list[x509.Certificate]]:
    """Return key, certificate and chain as they come out of a file: encoded once."""
    chain = [x509.Certificate.load(own.certificate(n).dump()) for n in (name, "ca")]
    return own.private_key(name), chain[0], chain[1:]


def _trust(own: Tree) -> TrustStore:
    """Return the trust store as it comes out of a folder."""
    made = own.trust(now())
    return TrustStore(
        anchors=tuple(TrustAnchor(x509.Certificate.load(a.certificate.dump()), a.trust_class) for a in made.anchors),
        certificates=tuple(x509.Certificate.load(c.dump()) for c in made.certificates),
        crls=tuple(crl.CertificateList.load(c.dump()) for c in made.crls),
    )


class Workers:
    """Two processes that seal on command; they live on from one kind of seal to the next.

    Args:
        folder: Where the keys lie.
    """

    def __init__(self, folder: Path) -> None:
        self._pipes = []
        self._processes = []
        for _ in range(2):
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_work, args=(folder, theirs), daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(None)
            process.join()

    def measure(self, kind: Kind, count: int, processes: int) -> Cost:
        """Return the cost of ``count`` seals in each of so many processes, all starting together."""
        pipes = self._pipes[:processes]
        for pipe in pipes:
            pipe.send((kind, count))
        for pipe in pipes:
            pipe.recv()
        began = time.perf_counter()
        for pipe in pipes:
            pipe.send(None)
        costs: list[Cost] = [pipe.recv() for pipe in pipes]
        wall = time.perf_counter() - began
        return replace(costs[0], seals=sum(c.seals for c in costs), wall_s=wall, cpu_s=sum(c.cpu_s for c in costs))

    def memory(self, kind: Kind, marks: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Yield how many bytes the first process holds after so many seals more."""
        pid, done = self._processes[0].pid, 0
        assert pid is not None
        for mark in marks:
            self.measure(kind, mark - done, 1)
            done = mark
            yield mark, resident_bytes(pid)


def _work(folder: Path, pipe: Connection) -> None:
    sealers: dict[Kind, Sealer] = {}
    while order := pipe.recv():
        kind, count = order
        sealer = sealers.setdefault(kind, Sealer.load(kind, folder))
        sealed = [sealer.seal() for _ in range(_WARMING)][-1]
        pipe.send(None)
        pipe.recv()
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            sealer.seal()
        pipe.send(Cost(count, time.perf_counter() - began, time.process_time() - cpu, len(sealed) - len(page())))


@contextmanager
def authority(folder: Path) -> Iterator[str]:
    """Serve certomancer's time-stamp authority in a process of its own; yields its URL."""
    ours, theirs = _SPAWN.Pipe()
    server = _SPAWN.Process(target=_serve, args=(folder, theirs))
    server.start()
    try:
        yield f"{ours.recv()}/gov/tsa/tsa"
    finally:
        ours.send(None)
        server.join()


def _serve(folder: Path, pipe: Connection) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    config = CertomancerConfig.from_file(str(folder / "trees.yml"), str(folder))
    with serve(config) as url:
        pipe.send(url)
        pipe.recv()

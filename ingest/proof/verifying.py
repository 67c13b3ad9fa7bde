# mypy: allow-untyped-calls
# asn1crypto has no types
"""Verification of files from strangers, many at once: each in a limited process of its own.

What a process says is a report as data, checked again here. A file that exhausts its limits or crashes its process gets
the finding ``verification-aborted``, and the next file is not touched by it.
"""

import base64
import datetime as dt
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Any, TypeVar

from asn1crypto import core, crl, ocsp, x509
from pydantic import TypeAdapter, ValidationError

from dossier.errors import DamagedFile, LimitExceeded, PartFailed
from dossier.times import now
from dossier.verdicts import Finding, Verdict
from ingest.limited.limits import MIB, Limits
from ingest.limited.pool import WarmPool
from ingest.proof.rehearsal import rehearse
from signing.facts import anchor_facts
from signing.online import FetchRules
from signing.report import Circumstances, FileReport
from signing.texts import finding
from signing.trust import TrustAnchor, TrustClass, TrustStore
from signing.validate import validate

VERIFICATION_LIMITS = Limits(memory_bytes=1024 * MIB, cpu_s=8, wall_s=10.0, output_bytes=8 * MIB, open_files=64)
"""What checking one file may use; a usual one takes a twentieth of a second and a hundred megabytes."""

ABORTED = "verification-aborted"
"""Code of the finding on a file whose check ended at a limit or crashed."""
_LIMIT_VI = {"memory": "bộ nhớ", "processor time": "thời gian xử lý", "wall-clock time": "thời gian chờ"}
_REPORT = TypeAdapter(FileReport)

_Asn1 = TypeVar("_Asn1", bound=core.Asn1Value)
A = TypeVar("A")
B = TypeVar("B")


# --- in the child ----------------------------------------------------------------------------------------------------

_trust = TrustStore()


def prepare(material: bytes) -> None:
    """Keep the trust store packed in ``material`` for `check`."""
    global _trust  # noqa: PLW0603 - what a warm worker is prepared with
    _trust = unpack(material)
    # Parsed here once, not in every fork.
    for certificate in (*_trust.roots, *_trust.certificates):
        _ = certificate.native, certificate.subject.hashable, certificate.issuer.hashable
    for revocations in (*_trust.crls, *_trust.ocsps):
        _ = revocations.native
    rehearse()


def check(pdf: bytes, at: str, allow_test: bool, online: dict[str, Any] | None) -> object:  # noqa: FBT001 - arguments of a request come in order
    """Return the report on ``pdf`` as JSON values."""
    rules = FetchRules(**online) if online is not None else None
    report = validate(pdf, _trust, at=dt.datetime.fromisoformat(at), allow_test=allow_test, online=rules)
    return _REPORT.dump_python(report, mode="json")


# --- in the process that asks ----------------------------------------------------------------------------------------


class Verifier:
    """Checks files in limited processes, as many at once as it has.

    Args:
        trust: Whom to believe, or what tells that now: a store that changes with its folders.
        processes: Most files checked at once.
        limits: What one file may use; the time for fetching comes on top.
        online: What may be fetched; nothing if ``None``.
    """

    def __init__(
        self,
        trust: TrustStore | Callable[[], TrustStore],
        *,
        processes: int = 1,
        limits: Limits = VERIFICATION_LIMITS,
        online: FetchRules | None = None,
    ) -> None:
        self._trust_now = trust if callable(trust) else lambda: trust
        self._trust = self._trust_now()
        self._online = asdict(online) if online else None
        if online is not None:
            limits = replace(limits, wall_s=limits.wall_s + online.whole_s + online.request_s, network=True)
        self._pool = WarmPool(prepare, pack(self._trust), size=processes, limits=limits)

    def verify(self, pdf: bytes, *, at: dt.datetime | None = None, allow_test: bool = True) -> FileReport:
        """Return the report on ``pdf``, as `signing.validate.validate` does; safe to call from many threads.

        Raises:
            PartMissing: No process can be started.
        """
        moment = at or now()
        trust = self._trust_now()
        if trust is not self._trust:
            self._trust = trust
            self._pool.renew(pack(trust))
        try:
            answer = self._pool.run(check, pdf, moment.isoformat(), allow_test, self._online)
            return _REPORT.validate_python(answer)
        except LimitExceeded as error:
            reason = str(error.details["limit"])
            aborted = finding(ABORTED, limit_vi=_LIMIT_VI.get(reason, reason), limit=reason)
        except (DamagedFile, PartFailed, ValidationError):
            aborted = finding(ABORTED, limit_vi="lỗi bộ đọc", limit="a crash of the reader")
        return self._aborted(pdf, moment, aborted)

    def over_files(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield ``work`` of each item in order, worked out on all processes; few are held at a time."""
        waiting: deque[Future[B]] = deque()
        with ThreadPoolExecutor(self._pool.size, thread_name_prefix="sohoa-verify") as threads:
            for item in items:
                waiting.append(threads.submit(work, item))
                if len(waiting) > 2 * self._pool.size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def _aborted(self, pdf: bytes, at: dt.datetime, reason: Finding) -> FileReport:
        how = Circumstances(
            at, hashlib.sha256(pdf).hexdigest(), len(pdf), anchor_facts(self._trust), self._online is not None
        )
        return FileReport(Verdict.UNDETERMINED, (reason,), (), how)


def pack(trust: TrustStore) -> bytes:
    """Return the trust store as JSON, each of its parts in DER."""
    packed = {
        "anchors": [(_text(a.certificate), a.trust_class.value) for a in trust.anchors],
        "certificates": [_text(c) for c in trust.certificates],
        "crls": [_text(c) for c in trust.crls],
        "ocsps": [_text(r) for r in trust.ocsps],
    }
    return json.dumps(packed).encode()


def unpack(material: bytes) -> TrustStore:
    """Return the trust store that `pack` packed."""
    packed = json.loads(material)

    def load(kind: type[_Asn1], values: Iterable[str]) -> tuple[_Asn1, ...]:
        return tuple(kind.load(base64.b64decode(value)) for value in values)

    anchors = packed["anchors"]
    roots = load(x509.Certificate, (value for value, _ in anchors))
    return TrustStore(
        anchors=tuple(TrustAnchor(root, TrustClass(label)) for root, (_, label) in zip(roots, anchors, strict=True)),
        certificates=load(x509.Certificate, packed["certificates"]),
        crls=load(crl.CertificateList, packed["crls"]),
        ocsps=load(ocsp.OCSPResponse, packed["ocsps"]),
    )


def _text(value: core.Asn1Value) -> str:
    return base64.b64encode(value.dump()).decode("ascii")

# mypy: allow-untyped-calls
# asn1crypto has no types
"""Checking an evidence record (RFC 4998, section 5.3): offline, alone, with a finding for everything looked at.

It is judged as signatures are: an error makes it invalid, a doubt undetermined. From the last time stamp back to the
first, each must count at the moment the next one proves; the last at the moment of checking.
"""

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from asn1crypto import cms, crl, ocsp
from asn1crypto.algos import DigestAlgorithm
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation

from dossier.times import iso_local, now
from dossier.verdicts import Finding, Verdict
from signing.algorithms import SUNSETS, Sunsets, used_by_timestamp
from signing.evidence_record import (
    ArchiveTimeStamp,
    ArchiveTimeStampSequence,
    EvidenceRecord,
    HashAlgorithm,
    hashed,
    rehashed,
    root_of,
)
from signing.judge import about_timestamp, verdict
from signing.proof import Evidence, StampedTime, judge_timestamp
from signing.strength import STRONG_DIGESTS
from signing.texts import finding
from signing.trust import TrustClass, TrustStore


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What a record proves.

    Attributes:
        verdict: Of the record and the file together.
        proven: The moment at which the file is proven to have existed, whole; ``None`` unless the verdict is valid.
        time_stamps: The moments of the record's time stamps, in order. findings: In the order they were made.
    """

    verdict: Verdict
    proven: dt.datetime | None
    time_stamps: tuple[dt.datetime, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; times with Vietnam's offset."""
        return {
            "verdict": self.verdict.value,
            "proven": iso_local(self.proven) if self.proven else None,
            "time_stamps": [iso_local(moment) for moment in self.time_stamps],
            "findings": [
                {"code": f.code, "severity": f.severity.value, "text": f.text, "text_en": f.text_en}
                for f in self.findings
            ],
        }


@dataclass(frozen=True, slots=True)
class _Link:
    """One time stamp of a record: what must be stamped, and by which hash function."""

    token: cms.SignedData
    algorithm: str
    root: bytes


_Judged = tuple[_Link, StampedTime, dt.datetime]
"""A time stamp, what is found of it, and the moment at which it had to count still."""


class _BrokenError(Exception):
    """The record does not hold together; the argument is the finding."""


def check_record(
    file: bytes,
    record: bytes,
    trust: TrustStore,
    *,
    at: dt.datetime | None = None,
    allow_test: bool = True,
    sunsets: Sunsets = SUNSETS,
) -> RecordReport:
    """Return what ``record`` proves of ``file``; never raises on their content, fetches nothing.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        file: The bytes that are to be proven.
        record: The evidence record, DER.
        trust: Whom to believe, and revocation evidence from outside the record.
        at: The moment of checking, aware; now if ``None``.
        allow_test: Whether a chain that ends in a test anchor counts.
        sunsets: The ends of algorithms; only dates that a person confirmed count.
    """
    try:
        judged = list[_Judged]()
        asyncio.run(_judge(list(_links(file, _parsed(record))), trust, at or now(), judged))
        findings = [finding("record-covers", count=len(judged)), *_about_time(judged)]
        for link, stamp, control in judged:
            findings += _about_stamp(link, stamp, control, sunsets, trust, allow_test=allow_test)
    except _BrokenError as broken:
        return RecordReport(Verdict.INVALID, None, (), (broken.args[0],))
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; all of it means "unreadable"
        return RecordReport(Verdict.INVALID, None, (), (finding("record-unreadable"),))
    reached = verdict(findings)
    moments = tuple(stamp.moment for _, stamp, _ in judged if stamp.moment is not None)
    proven = moments[0] if reached is Verdict.VALID else None
    if proven is not None:
        findings.insert(0, finding("record-proven", moment=iso_local(proven)))
    return RecordReport(reached, proven, moments, tuple(dict.fromkeys(findings)))


def _parsed(record: bytes) -> EvidenceRecord:
    parsed = EvidenceRecord.load(record, strict=True)
    used = {_algorithm(stamp) for chain in parsed["sequence"] for stamp in chain}
    listed = {_hash_name(one) for one in parsed["digest_algorithms"]}
    if parsed["version"].native != 1 or not used or not used <= listed or not all(len(c) for c in parsed["sequence"]):
        raise _BrokenError(finding("record-malformed"))
    return cast("EvidenceRecord", parsed)


def _links(file: bytes, record: EvidenceRecord) -> Iterator[_Link]:
    """Yield the time stamps in order, each with what it must be over.

    Raises:
        _BrokenError: A hash tree does not hold what it should.
    """
    sequence = record["sequence"]
    for place, chain in enumerate(sequence):
        algorithm, before = _algorithm(chain[0]), None
        for stamp in chain:
            if _algorithm(stamp) != algorithm:
                raise _BrokenError(finding("record-malformed"))
            if before is not None:
                leaf, code = hashed(algorithm, before["time_stamp"].dump()), "record-renewal-broken"
            elif place:
                earlier = ArchiveTimeStampSequence(list(sequence)[:place])
                leaf, code = rehashed(algorithm, hashed(algorithm, file), earlier), "record-rehash-broken"
            else:
                leaf, code = hashed(algorithm, file), "record-other-file"
            yield _link(stamp, algorithm, leaf, code)
            before = stamp


def _link(stamp: ArchiveTimeStamp, algorithm: str, leaf: bytes, code: str) -> _Link:
    groups = [list(group.native) for group in stamp["reduced_hashtree"]] if stamp["reduced_hashtree"] else []
    token = stamp["time_stamp"]["content"]
    _require_tidy(token)
    imprint = token["encap_content_info"]["content"].parsed["message_imprint"]
    root = root_of(groups, algorithm) if groups else leaf
    if groups and leaf not in groups[0]:
        raise _BrokenError(finding(code))
    if (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native) != (algorithm, root):
        raise _BrokenError(finding("record-tree-broken" if groups else code))
    return _Link(token, algorithm, root)


def _require_tidy(token: cms.SignedData) -> None:
    """Do nothing if what no signature covers in a time stamp is what a correct one has (RFC 5652, section 5.1).

    Raises:
        _BrokenError: It is not.
    """
    (signer,) = token["signer_infos"]
    digests = {_hash_name(one) for one in token["digest_algorithms"]}
    certificate, identity = extract_certs_for_validation(token).signer_cert, signer["sid"].chosen
    by_issuer = isinstance(identity, cms.IssuerAndSerialNumber)
    named = not by_issuer or identity["issuer"].dump() == certificate.issuer.dump()
    versions = token["version"].native in {"v3", "v5"} and signer["version"].native == ("v1" if by_issuer else "v3")
    if not (named and versions and digests == {_hash_name(signer["digest_algorithm"])}):
        raise _BrokenError(finding("record-malformed"))


def _algorithm(stamp: ArchiveTimeStamp) -> str:
    """Return the hash function of a time stamp's tree: its own if none is named (RFC 4998, section 4.1)."""
    if stamp["digest_algorithm"]:
        return _hash_name(stamp["digest_algorithm"])
    info = stamp["time_stamp"]["content"]["encap_content_info"]["content"].parsed
    return _hash_name(info["message_imprint"]["hash_algorithm"])


def _hash_name(algorithm: HashAlgorithm | DigestAlgorithm) -> str:
    """Return the name of a hash function, which takes no parameters (RFC 5754, section 2).

    Raises:
        _BrokenError: It has some.
    """
    if algorithm["parameters"].native is not None:
        raise _BrokenError(finding("record-malformed"))
    return str(algorithm["algorithm"].native)


async def _judge(links: list[_Link], trust: TrustStore, at: dt.datetime, judged: list[_Judged]) -> None:
    """Put the time stamps, judged, into ``judged``, the first one first.

    They are not returned: a loop that ends writes out what its task returned, and these are large.
    """
    evidence = Evidence(tuple(trust.roots), trust.certificates, trust.crls, trust.ocsps)
    control = at
    for link in reversed(links):
        own = evidence.plus((), *revocation_in(link.token))
        stamp = await judge_timestamp(link.token, _digest(link), own, control)
        judged.insert(0, (link, stamp, control))
        if stamp.code == "timestamp-ok" and stamp.moment is not None:
            control = min(control, stamp.moment)


def _digest(link: _Link) -> Any:  # noqa: ANN401 - a function from a name to bytes
    return lambda name: link.root if name == link.algorithm else b""


def revocation_in(token: cms.SignedData) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Return the revocation evidence inside a time stamp."""
    crls, ocsps = list[crl.CertificateList](), list[ocsp.OCSPResponse]()
    for choice in token["crls"] or ():
        if choice.name == "crl":
            crls.append(choice.chosen)
        elif choice.chosen["other_rev_info_format"].native == "ocsp_response":
            ocsps.append(choice.chosen["other_rev_info"])
    return crls, ocsps


def _about_time(judged: list[_Judged]) -> list[Finding]:
    moments = [stamp.moment for _, stamp, _ in judged if stamp.moment is not None]
    return [] if moments == sorted(moments) else [finding("record-order")]


def _about_stamp(
    link: _Link, stamp: StampedTime, control: dt.datetime, sunsets: Sunsets, trust: TrustStore, *, allow_test: bool
) -> list[Finding]:
    findings = [about_timestamp(stamp)]
    certificate = stamp.integrity.certificate
    weak = sunsets.of_hash(link.algorithm)
    ended = weak.until is not None and weak.confirmed and weak.until <= control
    if certificate is not None and sunsets.ended(used_by_timestamp(link.token, certificate), control):
        ended = True
    if ended or link.algorithm not in STRONG_DIGESTS:
        findings.append(finding("record-algorithm-ended", moment=iso_local(control)))
    if stamp.code == "timestamp-ok" and stamp.standing.anchor is not None:
        trust_class = trust.class_of(stamp.standing.anchor)
        refused = trust_class is TrustClass.TEST and not allow_test
        findings.append(finding("trust-test-refused" if refused else f"trust-{trust_class.value}"))
    return findings

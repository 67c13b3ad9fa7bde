# mypy: allow-untyped-calls
# asn1crypto has no types
"""Time stamps for evidence records: asked for, proven, and kept with what proves them.

Certificates and revocation lists stand in the time stamp's own CMS fields (RFC 4998, section 4.2), which its signature
does not cover; OCSP responses among the lists (RFC 5940). They are put in when it is made, and replaced by fresh ones
just before the next time stamp covers it, so that they speak for the whole of its time.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence

from asn1crypto import cms, pem
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation

from dossier.errors import PartFailed, TimestampUnavailable
from signing.algorithms import SUNSETS, Sunsets
from signing.evidence_record import Chain, HashTree, Stamp, StampedTree
from signing.precheck import CheckedTimeStamper, Holder, Prover
from signing.renewal import end_of_timestamp
from signing.trust import TrustStore

_CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def stamp_leaves(
    leaves: Sequence[bytes], algorithm: str, *, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime
) -> Chain:
    """Return a new chain over ``leaves``: their tree's root under one time stamp.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        leaves: Hashes by ``algorithm``, at least one.
        algorithm: The hash function.
        time_stamper: Who stamps.
        trust: Proves the authority at ``at``.
        at: The present moment, aware.

    Raises:
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
        SealRefused: The authority cannot be proven today.
        PartFailed: Its clock is wrong.
    """
    token = _stamp(HashTree(leaves, algorithm).root, algorithm, time_stamper, trust, at)
    return Chain(algorithm, tuple(leaves), (Stamp(token),))


def restamp(
    trees: Sequence[StampedTree], *, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime
) -> tuple[StampedTree, ...]:
    """Return ``trees``, whose last chains are of one hash function, after a time-stamp renewal: one stamp for all.

    Args, raises: See `stamp_leaves`.
    """
    algorithm = trees[0].chains[-1].algorithm
    complete = [tree.with_evidence(with_evidence(tree.last.token, trust, at)) for tree in trees]
    shared = HashTree([tree.renewable for tree in complete], algorithm)
    token = _stamp(shared.root, algorithm, time_stamper, trust, at)
    return tuple(tree.restamped(Stamp(token, shared.reduced(tree.renewable))) for tree in complete)


def with_evidence(token: bytes, trust: TrustStore, at: dt.datetime) -> bytes:
    """Return a time stamp with its chain and with revocation evidence that is fresh at ``at``.

    Raises:
        SealRefused: Its authority cannot be proven today.
    """
    info = cms.ContentInfo.load(token)
    signed, prover = info["content"], Prover(trust, at)
    certificates = extract_certs_for_validation(signed)
    asyncio.run(prover.prove(certificates.signer_cert, Holder.TIME_STAMPER, certificates.other_certs))
    proof = prover.proofs[certificates.signer_cert.sha256]
    anchors = {anchor.sha256 for anchor in trust.roots}
    chain = [c for c in proof.certificates if c.sha256 not in anchors]
    signed["certificates"] = [cms.CertificateChoices("certificate", c) for c in chain]
    answers = [
        cms.RevocationInfoChoice("other", {"other_rev_info_format": "ocsp_response", "other_rev_info": one})
        for one in proof.ocsps
    ]
    if answers:
        signed["version"] = "v5"  # RFC 5652, section 5.1
    signed["crls"] = [*(cms.RevocationInfoChoice("crl", one) for one in proof.crls), *answers]
    return bytes(info.dump())


def evidence_pem(trust: TrustStore) -> bytes:
    """Return what ``trust`` knows besides its anchors: intermediate certificates, revocation lists, OCSP responses.

    A trust folder may hold the result as a file: it proves the signatures in papers that brought no such evidence.
    """
    parts = {"CERTIFICATE": trust.certificates, "X509 CRL": trust.crls, "OCSP RESPONSE": trust.ocsps}
    return b"".join(pem.armor(name, part.dump()) for name, found in parts.items() for part in found)


def end_of_tree(tree: StampedTree, sunsets: Sunsets = SUNSETS) -> dt.datetime:
    """Return the first moment at which the records of ``tree`` no longer prove anything unless they are renewed."""
    ends = [end_of_timestamp(cms.ContentInfo.load(tree.last.token)["content"], sunsets)]
    weak = sunsets.of_hash(tree.chains[-1].algorithm).until
    return min([*ends, weak] if weak else ends)


def moment_of(token: bytes) -> dt.datetime:
    """Return the time that a time stamp states."""
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    moment: dt.datetime = info["gen_time"].native
    return moment


def _stamp(digest: bytes, algorithm: str, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime) -> bytes:
    checked = CheckedTimeStamper(time_stamper, Prover(trust, at))
    try:
        answer = asyncio.run(checked.async_timestamp(digest, algorithm))
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    token = with_evidence(answer.dump(), trust, at)
    if abs(moment_of(token) - at) > _CLOCK_TOLERANCE:
        raise PartFailed(part="time stamps", reason="the authority's clock and this machine's differ by minutes")
    return token

# mypy: allow-untyped-calls
# asn1crypto has no types
"""Evidence package: everything that proves a stored paper, in one ZIP file that needs no program of ours to be checked.

What it holds and how to check it stands in its own README.txt (``ingest.proof.evidence_guide``); its form is described
in docs/audit.md. The same paper, verification and head of the log give the same bytes: members in alphabetical order,
stored and not packed, without times of their own.

It holds what the paper says, and names of those who worked on it and of its signers: it is given only to whoever may
read the paper, its members' names say nothing of either, and every export is an entry in the audit log.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from asn1crypto import pem, x509

from dossier import times
from dossier.errors import NotSealed, ObjectDamaged
from dossier.papers import Paper
from ingest.house import House
from ingest.proof.day_records import record_of
from ingest.proof.evidence_guide import guide
from ingest.proof.evidence_record_steps import RECORD
from ingest.proof.evidence_steps import Names
from ingest.proof.verifications import Verified, all_of, reverify, trust_of
from ingest.upkeep.audit_log import stamp_of
from ingest.upkeep.fixity import sound
from signing.etsi_report import report_xml
from signing.material import Material, Token, material
from signing.record_links import record_links
from signing.report_pdf import report_pdf
from signing.trust import TrustStore
from signing.validate import validate
from storage.audit_log import audit, audit_tree
from storage.audit_log.audit_reads import READINGS
from storage.audit_log.audit_tree import Excerpt

EXPORTED = "paper.evidence-exported"
"""Action in the audit log."""
SUMS = "SHA256SUMS"
_EXTENSIONS = {"application/pdf": "pdf", "image/tiff": "tif", "image/jpeg": "jpg", "image/png": "png"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP file can name: its members have no times of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """The paper's part of the audit log.

    Attributes:
        excerpt: The entries with their proof. token, rests_on: The time stamp of the head, if it has one.
    """

    excerpt: Excerpt
    token: Token | None
    rests_on: Material


def evidence_package(house: House, paper: Paper, *, actor: str, with_original: bool = False) -> bytes:
    """Return the evidence package of a stored paper, a ZIP file; the export becomes an entry in the audit log.

    A paper whose verdict was never kept is verified first. If something happened to the paper after the newest head of
    the log, a new one is made and time-stamped; where no authority answers, the head goes without.

    Args:
        house: The parts.
        paper: The paper.
        actor: Who asks.
        with_original: Put the file as it was received into the package too, not only its hash.

    Raises:
        NotSealed: It is not stored.
        ObjectDamaged: Something kept is no longer what it was. AuditChainBroken: The log is not.
    """
    if paper.sealed is None:
        raise NotSealed(state=paper.state.value)
    pdf = sound(house, paper.sealed)
    verified = _newest(house, paper, actor)
    trust = trust_of(house, verified.kept.basis)
    rests_on = material(pdf, trust)
    log = _log(house, f"paper:{paper.id}")
    record = record_of(house, paper)
    links, by_record = record_links(pdf, record, house.trust) if record else ((), Material())
    everything = rests_on.plus(log.rests_on).plus(by_record)
    names = Names(everything)
    contents = {
        "paper.pdf": pdf,
        **_original(house, paper, with_original=with_original),
        "report/report.json": sound(house, verified.verification.report),
        **_forms(pdf, verified, trust),
        **_proofs(everything, names),
        **_audit_files(log),
        **({RECORD: record} if record else {}),
        "README.txt": guide(
            paper.id, verified, everything, names, head=log.excerpt.head, token=log.token, links=links
        ).encode(),
    }
    data = _zipped({**contents, SUMS: _sums(contents)})
    detail = {"sha256": hashlib.sha256(data).hexdigest(), "with_original": "yes" if with_original else "no"}
    house.catalogue.record(actor, EXPORTED, f"paper:{paper.id}", detail)
    return data


def _newest(house: House, paper: Paper, actor: str) -> Verified:
    """Return the newest verification of the paper's file, made now if there is none."""
    sealed = paper.sealed.sha256 if paper.sealed else ""
    of_file = [one for one in all_of(house, paper.id) if one.verification.file_sha256 == sealed]
    return of_file[-1] if of_file else reverify(house, paper, actor=actor)


def _original(house: House, paper: Paper, *, with_original: bool) -> dict[str, bytes]:
    stored = paper.original
    name = f"original.{_EXTENSIONS.get(stored.media_type, 'bin')}"
    kept = {"original.sha256": f"{stored.sha256}  {name}\n".encode()}
    return {**kept, name: sound(house, stored)} if with_original else kept


def _forms(pdf: bytes, verified: Verified, trust: TrustStore) -> dict[str, bytes]:
    """Return the report's other forms, made again from what it rests on.

    None if today's rules would find something else than was found then: the report is what was kept.
    """
    again = validate(pdf, trust, at=verified.kept.at)
    codes = {(None, f.code) for f in again.findings} | {(s.field, f.code) for s in again.signatures for f in s.findings}
    if codes != set(verified.kept.findings) or again.verdict is not verified.verification.verdict:
        return {}
    return {
        "report/report.xml": report_xml(again, name="paper.pdf"),
        "report/report.pdf": report_pdf(again, name="paper.pdf"),
    }


def _proofs(everything: Material, names: Names) -> dict[str, bytes]:
    """Return certificates as PEM; revocation data and time stamps as DER, as they were."""
    roots = [anchor.certificate for anchor in everything.anchors]
    return {
        **{names.certificate(one): _pem(one) for one in (*roots, *everything.certificates)},
        **{names.revocation(one): one.dump() for one in everything.crls},
        **{names.revocation(one): one.dump() for one in everything.ocsps},
        **{
            names.token(number, place): token.der
            for number, signature in enumerate(everything.signatures, 1)
            for place, token in enumerate(signature.tokens, 1)
        },
    }


def _pem(certificate: x509.Certificate) -> bytes:
    armored: bytes = pem.armor("CERTIFICATE", certificate.dump())
    return armored


# --- the audit log ---------------------------------------------------------------------------------------------


def _audit_files(log: _Log) -> dict[str, bytes]:
    excerpt = log.excerpt
    proof = {
        "object": excerpt.entries[0].object,
        "entries": [
            {"seq": entry.seq, "hash": entry.hash, "path": list(path)}
            for entry, path in zip(excerpt.entries, excerpt.paths, strict=True)
        ],
    }
    contents = {
        "audit/entries.jsonl": b"".join(audit.canonical(entry) + b"\n" for entry in excerpt.entries),
        "audit/proof.json": json.dumps(proof, indent=1).encode() + b"\n",
        "audit/head.json": excerpt.head.dump(),
        "audit/check.py": files("ingest.proof").joinpath("check_audit.py").read_bytes(),
    }
    return {**contents, "audit/head.tst": log.token.der} if log.token else contents


def _log(house: House, about: str) -> _Log:
    """Return the entries about a paper, proven by a head that covers all but the latest readings."""
    head = audit_tree.newest_head(house.objects)
    if head is None or head.seq < audit_tree.last_seq(house.catalogue, about, but=READINGS):
        excerpt = audit_tree.excerpt(house.catalogue, about)
        until = house.retain_until(times.now())
        audit_tree.keep(excerpt.head, house.objects, retain_until=until)
    else:
        excerpt = audit_tree.excerpt(house.catalogue, about, up_to=head.seq)
        if excerpt.head != head:
            raise ObjectDamaged(key=head.key)
    token, rests_on = stamp_of(house, excerpt.head)
    return _Log(excerpt, token, rests_on)


# --- the file --------------------------------------------------------------------------------------------------


def _sums(contents: Mapping[str, bytes]) -> bytes:
    """Return the SHA-256 of every member, as ``sha256sum`` writes it."""
    lines = (f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents))
    return "".join(lines).encode()


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, contents[name])
    return out.getvalue()

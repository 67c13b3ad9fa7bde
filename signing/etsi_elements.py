"""A verification report in XML as ETSI TS 119 102-2 lays down (namespace ``http://uri.etsi.org/19102/v1.2.1#``).

Each signature of the file has a ``SignatureValidationReport``; document time stamps are validation objects with a
report of their own. Certificates, revocation evidence and time stamps are named by their SHA-256: the bytes are in the
file or with the verifier. Each finding is a validation constraint that was applied. What is found of the file as a
whole counts for every signature in it; a file without a signature has one report that says so. The report is unsigned.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pyhanko.generated.etsi import ts_11910202 as vr
from pyhanko.generated.etsi.xades import DigestAlgAndValueType
from pyhanko.generated.w3c.xmldsig_core import DigestMethod, DigestValue, SignatureValue
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDateTime

from dossier.times import local
from dossier.verdicts import Finding, Severity, Verdict
from signing.changes import Change
from signing.etsi_report import FINDING_URN
from signing.report import CertificateFacts, Circumstances, FileReport, SignatureReport, TimeStampFacts, sub_indication
from signing.texts import SUB_INDICATIONS
from signing.typeset import readable

_URN = "urn:etsi:019102:"
_NAMESPACES = {
    "vr": "http://uri.etsi.org/19102/v1.2.1#",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xades": "http://uri.etsi.org/01903/v1.3.2#",
    "xs": "http://www.w3.org/2001/XMLSchema",
}
_DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha224": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "sha3_256": "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
    "sha3_384": "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
    "sha3_512": "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
}
_MAIN = {Severity.INFO: "passed", Severity.WARNING: "indeterminate", Severity.ERROR: "failed"}


def document(report: FileReport, *, name: str) -> bytes:
    """See `signing.etsi_report.report_xml`."""
    if report.circumstances is None:
        raise ValueError("a report without its circumstances")
    writing = _Writing(report, report.circumstances, readable(name))
    tree = vr.ValidationReport(
        signature_validation_report=tuple(writing.reports()),
        signature_validation_objects=vr.ValidationObjectListType(tuple(writing.objects())) if writing.any else None,
    )
    text = XmlSerializer(config=SerializerConfig(indent="  ")).render(tree, ns_map=dict(_NAMESPACES))
    return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Writing:
    """The parts of one report."""

    report: FileReport
    how: Circumstances
    name: str

    @property
    def any(self) -> bool:
        """Whether there is any object to list."""
        return any(s.certificate or s.timestamps for s in self.report.signatures)

    def reports(self) -> Iterator[vr.SignatureValidationReportType]:
        """Yield a report for each signature; one on the file alone if it has none."""
        signatures = [s for s in self.report.signatures if not s.is_timestamp]
        for number, signature in enumerate(signatures, 1):
            yield self._of(signature, f"signature-{number}")
        if not signatures:
            yield vr.SignatureValidationReportType(
                validation_constraints_evaluation_report=self._constraints(self.report.findings),
                validation_time_info=self._times(None),
                signature_validation_status=_status(self.report.verdict, self.report.sub_indication),
            )

    def _of(self, signature: SignatureReport, key: str) -> vr.SignatureValidationReportType:
        findings = (*self.report.findings, *signature.findings)
        verdict = Verdict.of(findings)
        return vr.SignatureValidationReportType(
            signature_identifier=_identifier(signature, key),
            validation_constraints_evaluation_report=self._constraints(findings, signature.changes),
            validation_time_info=self._times(signature.timestamp_time),
            signers_document=_document(signature),
            signature_attributes=_attributes(signature),
            signer_information=_signer(signature.certificate),
            signature_validation_process=vr.SignatureValidationProcessType(
                signature_validation_process_id=f"{_URN}validationprocess:LTA"
            ),
            signature_validation_status=_status(verdict, sub_indication(findings), _data(signature, key)),
        )

    def _times(self, proven: dt.datetime | None) -> vr.ValidationTimeInfoType:
        """Return when it was checked, and the moment it was judged at: the proven one, else that of checking."""
        best = vr.POEType(poetime=_time(proven or self.how.checked_at), type_of_proof=f"{_URN}poetype:validation")
        return vr.ValidationTimeInfoType(validation_time=_time(self.how.checked_at), best_signature_time=best)

    def _constraints(
        self, findings: Iterable[Finding], changes: tuple[Change, ...] = ()
    ) -> vr.ValidationConstraintsEvaluationReportType:
        told = tuple(_constraint(f, changes if f.code.startswith("changes-") else ()) for f in findings)
        file = vr.TypedDataType(type_value="urn:x-sohoa:file", value=f"{self.name} sha256:{self.how.sha256}")
        about = vr.IndividualValidationConstraintReportType(
            validation_constraint_identifier="urn:x-sohoa:file",
            validation_constraint_parameter=(file,),
            constraint_status=vr.ConstraintStatusType(status=f"{_URN}constraintStatus:applied"),
        )
        return vr.ValidationConstraintsEvaluationReportType(validation_constraint=(about, *told))

    def objects(self) -> Iterator[vr.ValidationObjectType]:
        """Yield what was used: certificates, revocation evidence and time stamps, each once."""
        over: dict[TimeStampFacts, list[str]] = {}
        for number, signature in enumerate((s for s in self.report.signatures if not s.is_timestamp), 1):
            for stamp in signature.timestamps:
                over.setdefault(stamp, []).append(f"signature-{number}")
        told = {stamp.sha256: self._stamp(stamp, keys) for stamp, keys in over.items()}
        for signature in self.report.signatures:
            for certificate in (signature.certificate, *signature.chain):
                if certificate is not None:
                    key = _certificate_key(certificate.sha256)
                    told.setdefault(key, _object(key, "certificate", certificate.sha256))
            for used in signature.revocation:
                key = _evidence_key(used.sha256)
                told.setdefault(key, _object(key, "CRL" if used.kind == "CRL" else "OCSPResponse", used.sha256))
        yield from told.values()

    def _stamp(self, stamp: TimeStampFacts, over: list[str]) -> vr.ValidationObjectType:
        """Return a time stamp, what it proves, and the report on it if it is one of the file's own signatures."""
        key = _stamp_key(stamp.sha256)
        own = next((s for s in self.report.signatures if s.token_sha256 == stamp.sha256), None)
        proven = vr.POEProvisioningType(poetime=_time(stamp.moment), validation_object=tuple(map(_reference, over)))
        return replace(
            _object(key, "timestamp", stamp.sha256),
            poeprovisioning=proven if stamp.counts else None,
            validation_report=self._of(own, f"{key}-signature") if own else None,
        )


def _object(key: str, kind: str, sha256: str) -> vr.ValidationObjectType:
    return vr.ValidationObjectType(
        id=key,
        object_type=f"{_URN}validationObject:{kind}",
        validation_object_representation=vr.ValidationObjectRepresentationType(
            digest_alg_and_value=_digest("sha256", sha256)
        ),
    )


def _identifier(signature: SignatureReport, key: str) -> vr.SignatureIdentifierType | None:
    known = signature.identifier
    if known is None:
        return None
    return vr.SignatureIdentifierType(
        id=key,
        digest_alg_and_value=_digest(known.digest_algorithm, known.signed),
        signature_value=SignatureValue(bytes.fromhex(known.value)),
        hash_only=False,
        doc_hash_only=False,
    )


def _constraint(finding: Finding, changes: tuple[Change, ...]) -> vr.IndividualValidationConstraintReportType:
    """Return the constraint that ``finding`` is about; ``changes`` are told with the finding on them."""
    texts = tuple(
        vr.TypedDataType(type_value=f"urn:x-sohoa:text:{language}", value=readable(text))
        for language, text in (("vi", finding.text), ("en", finding.text_en))
    )
    reason = SUB_INDICATIONS.get(finding.code) if finding.severity is not Severity.INFO else None
    return vr.IndividualValidationConstraintReportType(
        validation_constraint_identifier=FINDING_URN + finding.code,
        validation_constraint_parameter=(*texts, *(_change(c) for c in changes)),
        constraint_status=vr.ConstraintStatusType(status=f"{_URN}constraintStatus:applied"),
        validation_status=vr.ValidationStatusType(
            main_indication=f"{_URN}mainindication:{_MAIN[finding.severity]}",
            sub_indication=(f"{_URN}subindication:{reason}",) if reason else (),
        ),
    )


def _change(change: Change) -> vr.TypedDataType:
    text = f"{change.revision} {change.kind}: {change.text_en}"
    return vr.TypedDataType(type_value="urn:x-sohoa:change", value=readable(text))


def _status(
    verdict: Verdict, reason: str | None, data: vr.ValidationReportDataType | None = None
) -> vr.ValidationStatusType:
    return vr.ValidationStatusType(
        main_indication=f"{_URN}mainindication:{verdict.indication.lower()}",
        sub_indication=(f"{_URN}subindication:{reason}",) if reason else (),
        associated_validation_report_data=(data,) if data else (),
    )


def _data(signature: SignatureReport, key: str) -> vr.ValidationReportDataType | None:
    """Return what stands behind the status: the chain, the evidence, the algorithm."""
    if signature.certificate is None:
        return None
    *between, anchor = signature.chain or (None,)
    digest = signature.identifier.digest_algorithm if signature.identifier else ""
    return vr.ValidationReportDataType(
        trust_anchor=_certificate(anchor) if anchor else None,
        certificate_chain=vr.CertificateChainType(
            signing_certificate=_certificate(signature.certificate),
            intermediate_certificate=tuple(_certificate(c) for c in between if c),
            trust_anchor=_certificate(anchor) if anchor else None,
        ),
        related_validation_object=tuple(_reference(_evidence_key(r.sha256)) for r in signature.revocation),
        crypto_information=vr.CryptoInformationType(
            validation_object_id=_reference(key),
            algorithm=_algorithm(signature.algorithm, digest),
            secure_algorithm=signature.strength in {"strong", "legacy"},
        )
        if signature.identifier
        else None,
    )


def _algorithm(name: str, digest: str) -> str:
    """Return the identifier (RFC 9231) of a signature algorithm."""
    kinds = (("RSASSA-PSS", "2007/05/xmldsig-more#{}-rsa-MGF1"), ("RSA", "2001/04/xmldsig-more#rsa-{}"))
    short = digest.replace("_", "-")
    form = next((f for begin, f in kinds if name.startswith(begin)), "2001/04/xmldsig-more#ecdsa-{}")
    return "http://www.w3.org/" + form.format(short)


def _document(signature: SignatureReport) -> vr.SignersDocumentType | None:
    known = signature.identifier
    digest = _digest(known.digest_algorithm, known.document) if known else None
    return vr.SignersDocumentType(digest_alg_and_value=digest) if digest else None


def _attributes(signature: SignatureReport) -> vr.SignatureAttributesType | None:
    def stamped(place: str, *, signed: bool) -> tuple[vr.SATimestampType, ...]:
        return tuple(
            vr.SATimestampType(
                signed=signed,
                attribute_object=(_reference(_stamp_key(t.sha256)),),
                time_stamp_value=_time(t.moment),
            )
            for t in signature.timestamps
            if t.place == place
        )

    if signature.is_timestamp:
        return None
    claimed = signature.signing_time
    return vr.SignatureAttributesType(
        signing_time=(vr.SASigningTimeType(signed=True, time=_time(claimed)),) if claimed else (),
        signature_time_stamp=stamped("signature", signed=False),
        doc_time_stamp=stamped("document", signed=False),
    )


def _signer(certificate: CertificateFacts | None) -> vr.SignerInformationType | None:
    if certificate is None:
        return None
    who = ", ".join(part for part in (certificate.subject, certificate.unit) if part)
    return vr.SignerInformationType(signer_certificate=_certificate(certificate), signer=readable(who))


def _digest(algorithm: str, digest: str) -> DigestAlgAndValueType | None:
    uri = _DIGESTS.get(algorithm)
    if uri is None:
        return None
    return DigestAlgAndValueType(
        digest_method=DigestMethod(algorithm=uri), digest_value=DigestValue(bytes.fromhex(digest))
    )


def _time(moment: dt.datetime) -> XmlDateTime:
    return XmlDateTime.from_datetime(local(moment))


def _reference(key: str) -> vr.VOReferenceType:
    return vr.VOReferenceType(voreference=(key,))


def _certificate(certificate: CertificateFacts) -> vr.VOReferenceType:
    return _reference(_certificate_key(certificate.sha256))


def _certificate_key(sha256: str) -> str:
    return f"certificate-{sha256}"


def _evidence_key(sha256: str) -> str:
    return f"revocation-{sha256}"


def _stamp_key(sha256: str) -> str:
    return f"timestamp-{sha256}"

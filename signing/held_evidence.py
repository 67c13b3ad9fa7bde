# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""The evidence that a file brings along: certificates and revocation data in its security store and its signatures."""

from collections.abc import Iterator
from typing import TypeVar

from asn1crypto import cms, core, crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import extract_signer_info, find_cms_attribute_iter

from signing.limits import Reader, TooComplex
from signing.proof import Evidence
from signing.trust import TrustStore

_Asn1 = TypeVar("_Asn1", bound=core.Asn1Value)
_EVIDENCE_BYTES_PER_UNIT = 4


def evidence_of(trust: TrustStore, reader: Reader) -> Evidence:
    """Return what the trust store and the file's document security store (ETSI EN 319 142-1, 5.4) hold."""
    evidence = Evidence(tuple(trust.roots), trust.certificates, trust.crls, trust.ocsps)
    if reader.encrypted or "/DSS" not in reader.root:
        return evidence
    store = reader.root["/DSS"]

    def read(key: str, kind: type[_Asn1], purpose: DecodePurpose) -> Iterator[_Asn1]:
        for reference in store.get(key, ()):
            try:
                encoded = reference.get_object().read_data(purpose)
                reader.budget.spend(len(encoded) // _EVIDENCE_BYTES_PER_UNIT)
                value = kind.load(encoded, strict=True)
                # A list of a hundred thousand entries is looked into only where it is needed.
                _ = (value["tbs_cert_list"]["this_update"] if isinstance(value, crl.CertificateList) else value).native
            except TooComplex:
                raise
            except (ValueError, TypeError, KeyError, AttributeError, PdfError):
                # A part that cannot be read proves nothing; its absence shows in the findings.
                continue
            yield value

    return evidence.plus(
        read("/Certs", x509.Certificate, DecodePurpose.CERTIFICATE),
        read("/CRLs", crl.CertificateList, DecodePurpose.CRL),
        read("/OCSPs", ocsp.OCSPResponse, DecodePurpose.OCSP_RESPONSE),
    )


def attached_revocation(
    signed_data: cms.SignedData,
) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Return the revocation data inside the signature: among its CRLs, or as Adobe's signed attribute."""
    crls = [c.chosen for c in signed_data["crls"] if isinstance(c.chosen, crl.CertificateList)]
    ocsps: list[ocsp.OCSPResponse] = []
    signed_attributes = extract_signer_info(signed_data)["signed_attrs"]
    for archive in find_cms_attribute_iter(signed_attributes, "adobe_revocation_info_archival"):
        crls.extend(archive["crl"])
        ocsps.extend(archive["ocsp"])
    return crls, ocsps

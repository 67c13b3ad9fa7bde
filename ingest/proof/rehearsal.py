# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""A file of our own to check once, so that a process has loaded what a check needs before it sees a stranger's."""

import datetime as dt
import io

import pikepdf
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from dossier.times import now
from signing.keys import LoadedSigner
from signing.timestamps import LocalTimeStamper
from signing.trust import TrustAnchor, TrustClass, TrustStore
from signing.validate import validate

_NAME = "rehearsal"


def rehearse() -> None:
    """Sign a blank page with a key that nobody keeps, and check it, twice signed and with a time stamp."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key)
    signer, stamper = LoadedSigner(key, certificate), LocalTimeStamper(key, certificate, [], now)
    pdf = io.BytesIO()
    with pikepdf.new() as blank:
        blank.add_blank_page()
        blank.save(pdf)
    for number in range(2):
        metadata = PdfSignatureMetadata(
            field_name=f"{_NAME}-{number}", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        )
        pdf = PdfSigner(metadata, signer, timestamper=stamper).sign_pdf(IncrementalPdfFileWriter(pdf))
    validate(pdf.getvalue(), TrustStore((TrustAnchor(certificate, TrustClass.TEST),)))


def _certificate(key: ec.EllipticCurvePrivateKey) -> asn1_x509.Certificate:
    moment = now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - dt.timedelta(hours=1))
        .not_valid_after(moment + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(made.public_bytes(Encoding.DER))
    return loaded

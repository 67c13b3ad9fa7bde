# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""Sealing: the PAdES signature of the agency that makes a scan a certified copy (decree 30/2020/NĐ-CP, art. 25).

Up to three revisions are appended to the file, and what was there stays byte for byte:

1. if an official compared the scan with the paper, his signature, without a picture. It certifies the file and permits
   no change but signatures in fields that are there (ISO 32000-1, 12.8.2.2, level 2), and it brings along the agency's
   field, empty, with a lock;
2. the agency's signature, with the stamp as its appearance. After it nothing may change but long-term updates: alone it
   certifies the file (level 1), after an official it locks every field and lowers the permission to 1 (ISO 32000-2,
   12.7.5.5), for only the first signature of a file may certify;
3. the document security store with certificates and revocation lists, under a document time stamp.

Both are ETSI.CAdES.detached with SHA-256 and RSASSA-PSS or ECDSA, with a signature time stamp inside. How far it goes
is the `Level`. A PDF/A-2b file stays one: the appearance embeds its font, paints DeviceGray black (defined by the
file's output intent) and uses no transparency.
"""

import asyncio
import datetime as dt
import io
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import IO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from dossier.errors import ConfigurationError, DamagedFile, SealRefused, TimestampUnavailable
from signing import cades
from signing.appender import Appender
from signing.cades import DIGEST
from signing.keys import SealKey, require_usable
from signing.precheck import CheckedTimeStamper, Holder, Prover
from signing.stamp import FittedStamp, PageBox, Stamp, StampStyle, page_box
from signing.trust import TrustStore

SEAL_FIELD = "sohoa-seal"
"""Name of the form field that holds the agency's seal."""
OFFICIAL_FIELD = "sohoa-official"
"""Name of the form field that holds the signature of the official who compared scan and paper."""
TIMESTAMP_FIELD = "sohoa-timestamp"
"""Name of the form field that holds the first document time stamp."""

_OFFICIAL_LABEL = "Người đối chiếu bản số hóa với bản giấy: {}"
_TIMESTAMP_LABEL = "Dấu thời gian lưu trữ"
_SLACK = 512
"""Bytes reserved beyond the expected signature or token: the real one's numbers may be a few bytes longer."""


class Level(StrEnum):
    """How long a signature can be proven, each level with what the one before has (ETSI EN 319 142-1, clause 6)."""

    B_B = "B-B"
    """The signature: while certificate and evidence are at hand."""
    B_T = "B-T"
    """A signature time stamp: also after the certificate has expired or was revoked."""
    B_LT = "B-LT"
    """Certificates and revocation evidence in the file: also when nobody publishes them any more."""
    B_LTA = "B-LTA"
    """A document time stamp over all of it: also when algorithms grow weak, if it is renewed in time."""

    @property
    def has_timestamp(self) -> bool:
        """Whether each signature holds a time stamp."""
        return self is not Level.B_B

    @property
    def has_evidence(self) -> bool:
        """Whether the file holds a document security store."""
        return self in {Level.B_LT, Level.B_LTA}


def seal(
    pdf: bytes,
    *,
    key: SealKey,
    stamp: Stamp,
    trust: TrustStore,
    signing_time: dt.datetime,
    time_stamper: TimeStamper | None = None,
    official: SealKey | None = None,
    level: Level = Level.B_LTA,
    environment: str = "production",
) -> bytes:
    """Return ``pdf`` with the agency's seal and the stamp on page 1; all of it, or an error and nothing.

    Every certificate is checked before anything is signed, at every level. Runs an event loop of its own; call it from
    a thread without one.

    Args:
        pdf: A file without signatures.
        key: The agency's.
        stamp: What the stamp says and where.
        trust: Anchors and revocation evidence that prove keys and time stamper.
        signing_time: Stated in stamp and signatures; aware.
        time_stamper: Whose time stamps go in; not needed at B-B.
        official: Of the person who compared scan and paper, named as in his certificate; signs before the agency.
        level: What the file shall hold.
        environment: ``production`` refuses test keys.

    Raises:
        SealRefused: A certificate may not be used (validity, purpose, strength, chain, revocation), or the file is
            signed.
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
        DamagedFile: ``pdf`` cannot be read.
        InvalidValue: The stamp does not fit onto the page.
        ConfigurationError: The level needs a time stamper.
    """
    if level.has_timestamp and time_stamper is None:
        raise ConfigurationError(reason=f"a seal of level {level} needs a time-stamp authority")
    require_usable(key, environment=environment, at=signing_time)
    if official is not None:
        _require_other(official, key, environment=environment, at=signing_time)
    prover = Prover(trust, signing_time)
    checked = CheckedTimeStamper(time_stamper, prover) if time_stamper is not None and level.has_timestamp else None
    sealing = _Sealing(key, official, stamp, checked, prover, level)
    try:
        return sealing.result(pdf)
    except TimestampRequestError as error:
        raise TimestampUnavailable(
            reason=str(error), reason_vi="câu trả lời không phải là dấu thời gian hợp lệ"
        ) from error
    except PdfError as error:
        raise DamagedFile(reason="the PDF cannot be read") from error
    except SigningError as error:
        raise SealRefused(reason="the file cannot be signed", reason_vi="không thể ký tệp này") from error


def _require_other(official: SealKey, agency: SealKey, *, environment: str, at: dt.datetime) -> None:
    """Do nothing if ``official`` may sign beside ``agency``.

    Raises:
        SealRefused: His certificate is not usable, or it is the agency's: one key does not witness for itself.
    """
    if official.certificate.public_key.dump() == agency.certificate.public_key.dump():
        raise SealRefused(
            reason="the official's key is the agency's own",
            reason_vi="khóa của người đối chiếu trùng với khóa của cơ quan",
        )
    try:
        require_usable(official, environment=environment, at=at)
    except SealRefused as error:
        raise SealRefused(
            reason=f"the official's signature: {error.details['reason']}",
            reason_vi=f"chữ ký của người đối chiếu: {error.details['reason_vi']}",
        ) from error


@dataclass(frozen=True, slots=True)
class _Sealing:
    """One seal on its way; what `seal` was given, with a time stamper only if the level needs one."""

    key: SealKey
    official: SealKey | None
    stamp: Stamp
    time_stamper: CheckedTimeStamper | None
    prover: Prover
    level: Level

    def result(self, pdf: bytes) -> bytes:
        """Return ``pdf`` sealed."""
        try:
            return asyncio.run(self._run(pdf)).read()
        except SigningError:
            if self.time_stamper is None or not self.time_stamper.grew:
                raise
            # The authority's answers have become longer than the room left for them; now it is known how long.
            return asyncio.run(self._run(pdf)).read()

    async def _run(self, pdf: bytes) -> IO[bytes]:
        """Return ``pdf`` sealed, to be read from the beginning."""
        writer = Appender(io.BytesIO(pdf))
        _require_unsigned(writer.prev)
        box = page_box(writer.find_page_for_modification(0)[0].get_object())
        fitted = self.stamp.fitted(self.prover.at, *box.size)
        await self._prove()
        field = SigFieldSpec(
            sig_field_name=SEAL_FIELD,
            box=box.to_page(fitted.area),  # type: ignore[arg-type]  # typed for whole points, takes fractions
            readable_field_name=self.stamp.text(self.prover.at),
        )
        if self.official is not None:
            writer = await self._sign_as_official(writer, self.official, field)
        output = await self._sign_as_agency(writer, field, fitted, box)
        if self.level.has_evidence:
            await self._keep_evidence(output)
        output.seek(0)
        return output

    async def _prove(self) -> None:
        """Let everybody prove himself before anybody signs.

        Raises:
            SealRefused: Somebody cannot.
            TimestampRequestError: The authority does not answer.
        """
        await self.prover.prove(self.key.certificate, Holder.AGENCY, self.key.signer.cert_registry)
        if self.official is not None:
            await self.prover.prove(self.official.certificate, Holder.OFFICIAL, self.official.signer.cert_registry)
        if self.time_stamper is not None:
            await self.time_stamper.async_dummy_response(DIGEST)

    async def _sign_as_official(self, writer: "Appender", official: SealKey, seal_field: SigFieldSpec) -> "Appender":
        """Return the file with the official's signature and the agency's field, still empty and locking all."""
        label = _OFFICIAL_LABEL.format(official.agency)
        append_signature_field(writer, SigFieldSpec(OFFICIAL_FIELD, readable_field_name=label))
        append_signature_field(writer, _locking(seal_field))
        metadata = _metadata(OFFICIAL_FIELD, MDPPerm.FILL_FORMS, certify=True)
        signer = PdfSigner(metadata, official.signer, timestamper=self.time_stamper)
        return Appender(await self._sign(writer, signer))

    async def _sign_as_agency(
        self, writer: "Appender", field: SigFieldSpec, fitted: FittedStamp, box: PageBox
    ) -> IO[bytes]:
        """Return the file with the agency's signature and stamp."""
        signer = PdfSigner(
            _metadata(SEAL_FIELD, MDPPerm.NO_CHANGES, certify=self.official is None),
            self.key.signer,
            timestamper=self.time_stamper,
            stamp_style=StampStyle(stamp=fitted, rotation=box.rotation),
            new_field_spec=field if self.official is None else None,
        )
        return await self._sign(writer, signer)

    async def _sign(self, writer: "Appender", signer: PdfSigner) -> IO[bytes]:
        session = signer.init_signing_session(writer)
        session.system_time = self.prover.at
        reserved = 2 * (await cades.longest(signer.signer, self.time_stamper) + _SLACK)
        digest, output = session.prepare_tbs_document(None, reserved).digest_tbs_document()
        signature = await cades.signature(signer.signer, digest.document_digest, self.time_stamper)
        digest.fill_with_cms(output, signature)
        return output

    async def _keep_evidence(self, output: IO[bytes]) -> None:
        """Append what proved everybody, under a document time stamp at the highest level."""
        writer = Appender(output)
        self.prover.keep_in(writer)
        if self.level is not Level.B_LTA or self.time_stamper is None:
            writer.write_in_place()
            return
        expected = await self.time_stamper.async_dummy_response(DIGEST)
        stamper = PdfTimeStamper(self.time_stamper, field_name=TIMESTAMP_FIELD, readable_field_name=_TIMESTAMP_LABEL)
        await stamper.async_timestamp_pdf(
            writer, DIGEST, bytes_reserved=2 * (len(expected.dump()) + _SLACK), in_place=True
        )


def _metadata(field: str, permission: MDPPerm, *, certify: bool) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=permission,
        signer_key_usage=set(),
    )


def _locking(field: SigFieldSpec) -> SigFieldSpec:
    """Return ``field`` with a lock: signing it locks every field and forbids all changes (ISO 32000-2, 12.7.5.5)."""
    return replace(field, field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL), doc_mdp_update_value=MDPPerm.NO_CHANGES)


def _require_unsigned(reader: PdfFileReader) -> None:
    """Do nothing if the file has no signature: what arrives signed is kept as it is, never sealed over.

    Raises:
        SealRefused: It has one.
    """
    if reader.embedded_signatures:
        raise SealRefused(reason="the file is signed already", reason_vi="tệp đã có chữ ký số")

# mypy: allow-untyped-calls
# asn1crypto has no types
"""Steps of an evidence package's README that check certificates, signatures and time stamps with openssl and coreutils.

Each step is written for exactly this file: with the places of its bytes, the moments at which its certificates are
judged, and the names of the members that are needed.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from asn1crypto import crl, ocsp, x509

from dossier import times
from signing.material import Material, SignatureMaterial, Token, certificate_ids, is_list_of, speaks_of

WORK = "check"
"""Folder in the unpacked package for what the commands write."""
_TRUST = f"-CAfile {WORK}/trust.pem -untrusted {WORK}/chain.pem"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it shows, in both languages, and its commands."""

    vi: str
    en: str
    commands: tuple[str, ...] = ()


class Names:
    """Names of a package's members, from the order in which things are met; they say nothing of persons."""

    def __init__(self, everything: Material) -> None:
        roots = (anchor.certificate for anchor in everything.anchors)
        self._names = _numbered("certificates/anchor-{}.pem", roots)
        self._names |= _numbered("certificates/cert-{}.pem", everything.certificates)
        self._names |= _numbered("revocation/list-{}.crl", everything.crls)
        self._names |= _numbered("revocation/answer-{}.ocsp", everything.ocsps)

    def certificate(self, certificate: x509.Certificate) -> str:
        """Return the name of a certificate's member."""
        return self._names[certificate.dump()]

    def revocation(self, evidence: crl.CertificateList | ocsp.OCSPResponse) -> str:
        """Return the name of the member of a revocation list or an OCSP response."""
        return self._names[evidence.dump()]

    @staticmethod
    def token(signature: int, place: int) -> str:
        """Return the name of a time stamp's member: of which signature, the how manieth, both from 1."""
        return f"timestamps/{signature}-{place}.tst"


def _numbered(
    name: str, parts: Iterable[x509.Certificate | crl.CertificateList | ocsp.OCSPResponse]
) -> dict[bytes, str]:
    return {part.dump(): name.format(number) for number, part in enumerate(parts, 1)}


class Steps:
    """Writes the steps on certificates, signatures and time stamps.

    Args:
        everything: What is in the package.
        names: Of its members.
        checked_at: When the signatures were verified, UTC: certificates without a proven moment are judged then.
    """

    def __init__(self, everything: Material, names: Names, checked_at: dt.datetime) -> None:
        self._everything, self._names, self._checked_at = everything, names, checked_at
        self._roots = {anchor.certificate.sha256 for anchor in everything.anchors}
        self._partial = "" if all(a.certificate.self_issued for a in everything.anchors) else " -partial_chain"

    def trust(self) -> Iterator[Step]:
        """Write what has to be trusted, and put it where the other steps look for it."""
        roots = [self._names.certificate(anchor.certificate) for anchor in self._everything.anchors]
        yield Step(
            "Gốc tin cậy: so mã băm in ra với nguồn do tổ chức chứng thực công bố.",
            "Trusted roots: compare the fingerprints printed with what the authority publishes.",
            (
                f"mkdir -p {WORK}",
                f"cat certificates/*.pem > {WORK}/chain.pem",
                *(f"openssl x509 -in {root} -noout -subject -fingerprint -sha256" for root in roots),
                f"cat {' '.join(roots)} > {WORK}/trust.pem",
                *(
                    f"openssl crl -inform DER -in {self._names.revocation(one)} >> {WORK}/trust.pem"
                    for one in self._everything.crls
                ),
            )
            if roots
            else (),
        )

    def certificates(self) -> Iterator[Step]:
        """Write one step for each certificate: its chain, and that it was not revoked."""
        written = set(self._roots)
        moments = [(chain, m) for one in self._everything.signatures for chain, m in self._judged(one)]
        moments += [(chain, self._checked_at) for chain in self._everything.chains]
        for chain, moment in moments:
            for subject, issuer in pairwise(chain if chain[-1].sha256 in self._roots else ()):
                if subject.sha256 not in written:
                    written.add(subject.sha256)
                    yield self._certificate(subject, issuer, moment)

    def _judged(self, signature: SignatureMaterial) -> Iterator[tuple[tuple[x509.Certificate, ...], dt.datetime]]:
        if signature.chain:
            yield signature.chain, signature.moment or self._checked_at
        for token in signature.tokens:
            yield token.chain, token.moment

    def _certificate(self, subject: x509.Certificate, issuer: x509.Certificate, moment: dt.datetime) -> Step:
        name = self._names.certificate(subject)
        lists = [one for one in self._everything.crls if is_list_of(one, issuer)]
        answers = [one for one in self._everything.ocsps if speaks_of(one, subject, issuer)]
        what = {(True, True): "CRL, OCSP", (True, False): "CRL", (False, True): "OCSP"}.get(
            (bool(lists), bool(answers))
        )
        checked = f"-crl_check {_clock(moment, lists, subject)}" if lists else _at(moment)
        return Step(
            f"{name}: dẫn đến gốc tin cậy, còn hạn"
            + (f", chưa bị thu hồi ({what})." if what else "; không có dữ liệu thu hồi."),
            f"{name}: it leads to a trusted root and is in force"
            + (f" and not revoked ({what})." if what else "; there is no revocation data."),
            (
                f"openssl verify{self._partial} {checked} {_TRUST} {name}",
                *(self._answer(one, subject, issuer, moment) for one in answers),
            ),
        )

    def _answer(
        self, answer: ocsp.OCSPResponse, subject: x509.Certificate, issuer: x509.Certificate, moment: dt.datetime
    ) -> str:
        name = self._names.certificate(subject)
        digest = certificate_ids(answer)[0]["hash_algorithm"]["algorithm"].native
        return (
            f"openssl ocsp -respin {self._names.revocation(answer)} -{digest} -issuer {self._names.certificate(issuer)}"
            f" -cert {name} -CAfile {WORK}/trust.pem -no_nonce -validity_period 9999999999 {_at(moment)}"
            f" | grep -q '{name}: good'"
        )

    def signature(self, number: int, signature: SignatureMaterial) -> Iterator[Step]:
        """Write the steps of one signature or document time stamp."""
        first, second = signature.covered
        start, contents = second.start + 1, signature.contents
        yield Step(
            f"{_plain(signature.field)}: lấy ra các byte được ký (ByteRange) và chữ ký (Contents).",
            f"{_plain(signature.field)}: take out the signed bytes (ByteRange) and the signature (Contents).",
            (
                f"head -c {first.length} paper.pdf > {WORK}/{number}.signed",
                f"tail -c +{start} paper.pdf | head -c {second.length} >> {WORK}/{number}.signed",
                (
                    f"tail -c +{contents.start + 1} paper.pdf | head -c {contents.length} | tr a-f A-F"
                    f" | basenc --base16 -d > {WORK}/{number}.p7s"
                ),
            ),
        )
        if signature.is_timestamp:
            name = self._names.token(number, 1)
            yield self._token(
                f"{_plain(signature.field)}: ", name, signature.tokens[0], f"{WORK}/{number}.signed", number
            )
            return
        yield self._signer(number, signature)
        value = signature.value
        for place, token in enumerate(signature.tokens, 1):
            taken = f"tail -c +{value.start + 1} {WORK}/{number}.p7s | head -c {value.length} > {WORK}/{number}.value"
            step = self._token(
                f"{_plain(signature.field)}: ", self._names.token(number, place), token, f"{WORK}/{number}.value"
            )
            yield Step(step.vi, step.en, (taken, *step.commands))

    def _signer(self, number: int, signature: SignatureMaterial) -> Step:
        trusted = signature.chain[-1].sha256 in self._roots
        chain = f"-CAfile {WORK}/trust.pem -purpose any{self._partial} {_at(signature.moment or self._checked_at)}"
        return Step(
            f"{_plain(signature.field)}: chữ ký đúng với các byte được ký"
            + (" và do chứng thư dẫn đến gốc tin cậy lập." if trusted else "; không có gốc tin cậy cho chứng thư này."),
            f"{_plain(signature.field)}: the signature fits the signed bytes"
            + (" and is by a certificate that leads to a trusted root." if trusted else "; its chain has no anchor."),
            (
                (
                    f"openssl cms -verify -binary -inform DER -in {WORK}/{number}.p7s -content {WORK}/{number}.signed"
                    f" -certfile {WORK}/chain.pem {chain if trusted else '-noverify'} -out /dev/null"
                ),
            ),
        )

    def stamp(self, token: Token) -> Iterator[Step]:
        """Write the step of the time stamp over the log's head."""
        yield self._token("audit/head.json: ", "audit/head.tst", token, "audit/head.json")

    def _token(self, what: str, name: str, token: Token, data: str, number: int | None = None) -> Step:
        """Write the step of one time stamp over ``data``; ``number`` if it is a document time stamp of the file."""
        moment = times.iso_local(token.moment)
        same = (f"cmp {WORK}/{number}.p7s {name}",) if number else ()
        if token.chain[-1].sha256 not in self._roots:
            return Step(
                f"{what}dấu thời gian {moment} không có gốc tin cậy.", f"{what}the time stamp has no anchor.", same
            )
        return Step(
            f"{what}dấu thời gian {moment} ({name}) đúng với {data}.",
            f"{what}the time stamp of {moment} ({name}) fits {data}.",
            (*same, *(self._pss(name, token, data) if token.is_pss else self._ts(name, token, data))),
        )

    def over_digest(self, name: str, token: Token) -> tuple[str, ...]:
        """Return the commands that check the time stamp in file ``name`` over the hash in the variable ``h``."""
        if token.chain[-1].sha256 not in self._roots:
            return ()
        if not token.is_pss:
            verify = f"openssl ts -verify -digest $h -in {name} -token_in {_TRUST}{self._partial}"
            return (f"{verify} {_at(token.moment)}",)
        *checked, _ = self._pss(name, token, "")
        return (*checked, f"printf %s $h | tr a-f A-F | basenc --base16 -d | cmp - {WORK}/imprint")

    def _ts(self, name: str, token: Token, data: str) -> tuple[str, ...]:
        return (f"openssl ts -verify -data {data} -in {name} -token_in {_TRUST}{self._partial} {_at(token.moment)}",)

    def _pss(self, name: str, token: Token, data: str) -> tuple[str, ...]:
        """Write the check of a time stamp signed with RSASSA-PSS, which ``openssl ts`` does not take."""
        info, imprint = f"{WORK}/tstinfo", token.imprint
        return (
            (
                f"openssl cms -verify -binary -inform DER -in {name} -certfile {WORK}/chain.pem"
                f" -CAfile {WORK}/trust.pem -purpose timestampsign{self._partial} {_at(token.moment)} -out {info}"
            ),
            f"tail -c +{imprint.start + 1} {info} | head -c {imprint.length} > {WORK}/imprint",
            f"openssl dgst -{token.digest} -binary {data} | cmp - {WORK}/imprint",
        )


def _plain(field: str) -> str:
    """Return a form field's name, which a stranger chose, so that it cannot pass for commands of ours."""
    return re.sub(r"[^\w.\-]", "_", field)[:60]


def _clock(moment: dt.datetime, lists: Sequence[crl.CertificateList], subject: x509.Certificate) -> str:
    """Return the option for the first moment, from ``moment`` on, at which certificate and a list are both in force.

    Where there is none, openssl is not to look at the clock: a list of any time that does not name it shows enough.
    """
    spans = [(one["tbs_cert_list"]["this_update"].native, one["tbs_cert_list"]["next_update"].native) for one in lists]
    for candidate in sorted([moment, *(start for start, _ in spans if start > moment)]):
        in_force = any(start <= candidate and (end is None or candidate <= end) for start, end in spans)
        if in_force and candidate <= subject.not_valid_after:
            return _at(candidate)
    return "-no_check_time"


def _at(moment: dt.datetime) -> str:
    return f"-attime {int(moment.timestamp())}"

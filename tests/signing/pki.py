"""A small certification tree with everything that can be wrong with a certificate, served over HTTP by certomancer."""

import contextlib
import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import yaml
from asn1crypto import ocsp, pem, x509
from certomancer.integrations.animator import Animator
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, KeyLabel, PKIArchitecture, ServiceLabel
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from werkzeug.serving import make_server

from signing.keys import LoadedSigner, PrivateKey, SealKey
from signing.timestamps import LocalTimeStamper
from signing.trust import TrustAnchor, TrustClass, TrustStore

AGENCY = "Trung tâm Phục vụ hành chính công tỉnh Nghệ An"
"""Whose the certificates are: a stamp has to name it."""
REVOKED_SINCE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
EXPIRED_SINCE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

_KEYS = ("root", "ca", "signer", "large", "elliptic", "official", "tsa", "ocsp", "short")
_RSA_BITS = {"signer": 2048, "large": 3072, "short": 1024}


def _use(name: str) -> dict[str, object]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": [name]}}


def _purpose(name: str) -> dict[str, object]:
    return {"id": "extended_key_usage", "critical": True, "value": [name]}


def _ca(name: str, issuer: str, below: int) -> dict[str, object]:
    profile = {"id": "simple-ca", "params": {"crl-repo": name, "max-path-len": below}}
    return {"subject": name, "issuer": issuer, "profiles": [profile]}


def _leaf(subject: str, key: str, extensions: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {"subject": subject, "subject-key": key, "issuer": "ca", "extensions": extensions, **more}


def _validity(start: str, end: str) -> dict[str, str]:
    return {"valid-from": f"{start}T00:00:00+0000", "valid-to": f"{end}T00:00:00+0000"}


def _architecture(keyset: str) -> dict[str, object]:
    revoked = {"revoked-since": REVOKED_SINCE.isoformat(), "reason": "key_compromise"}
    signing, stamping = [_use("digital_signature")], [_purpose("time_stamping")]
    urls = {"schema": "aia-urls", "params": {"ocsp-responder-names": ["ca"], "ca-issuer-links": [{"repo": "ca"}]}}
    responder = {"id": "authority_information_access", "smart-value": urls}
    certificates = {
        "root": _ca("root", "root", 1),
        "ca": _ca("ca", "root", 0),
        "signer": _leaf("signer", "signer", [*signing, responder]),
        "large": _leaf("large", "large", signing),
        "elliptic": _leaf("elliptic", "elliptic", signing),
        "official": _leaf("official", "official", signing),
        "revoked": _leaf("revoked", "signer", [*signing, responder], revocation=revoked),
        "expired": _leaf("expired", "signer", signing, validity=_validity("2024-01-01", "2026-01-01")),
        "future": _leaf("future", "signer", signing, validity=_validity("2030-01-01", "2031-01-01")),
        "server": _leaf("server", "signer", [*signing, _purpose("server_auth")]),
        "encipher": _leaf("encipher", "signer", [_use("key_encipherment")]),
        "short": _leaf("short", "short", signing),
        "tsa": _leaf("tsa", "tsa", stamping),
        "tsa-brief": _leaf("tsa-brief", "tsa", stamping, validity=_validity("2026-01-01", "2027-01-01")),
        "not-tsa": _leaf("not-tsa", "tsa", signing),
        "ocsp": _leaf("ocsp", "ocsp", [_purpose("ocsp_signing"), {"id": "ocsp_no_check"}]),
    }
    names = {name: {"common-name": f"{name} (gov)"} for name in certificates}
    authorities = ("tsa", "tsa-brief", "not-tsa")
    stamps = {n: {"signing-key": "tsa", "signing-cert": n, "certs-to-embed": ["ca"]} for n in authorities}
    return {
        "keyset": keyset,
        "entity-defaults": {"country-name": "VN", "organization-name": AGENCY},
        "entities": names,
        "certs": {n: {"validity": _validity("2010-01-01", "2040-01-01"), **c} for n, c in certificates.items()},
        "services": {
            "crl-repo": {
                "root": {"for-issuer": "root", "signing-key": "root", "simulated-update-schedule": "P90D"},
                "ca": {"for-issuer": "ca", "signing-key": "ca", "simulated-update-schedule": "P7D"},
            },
            "cert-repo": {"ca": {"for-issuer": "ca", "issuer-cert": "ca"}},
            "ocsp": {"ca": {"for-issuer": "ca", "responder-cert": "ocsp", "signing-key": "ocsp"}},
            "time-stamping": stamps,
        },
    }


class _WithoutNull(Signer):
    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate, store: SimpleCertificateStore) -> None:
        super().__init__(prefer_pss=False, signing_cert=certificate, cert_registry=store)
        self._numbers = key.private_numbers()

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002
        del dry_run
        info = (
            bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + hashlib.new(digest_algorithm, data).digest()
        )
        size = self._numbers.public_numbers.n.bit_length() // 8
        block = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        return pow(int.from_bytes(block), self._numbers.d, self._numbers.public_numbers.n).to_bytes(size)


class Tree:
    """One tree: its keys, its trust, its revocation lists, its time stamps."""

    def __init__(self, architecture: PKIArchitecture) -> None:
        self.architecture = architecture

    def certificate(self, name: str) -> x509.Certificate:
        return self.architecture.get_cert(CertLabel(name))

    def private_key(self, name: str) -> PrivateKey:
        info = self.architecture.key_set.get_private_key(KeyLabel(name))
        key = load_der_private_key(info.dump(), None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return key

    def key(self, name: str = "signer") -> SealKey:
        key = name if name in _KEYS else "signer"
        return SealKey.of(LoadedSigner(self.private_key(key), self.certificate(name), [self.certificate("ca")]))

    def older_key(self, name: str = "signer") -> SealKey:
        """The key as older programs use it: RSA PKCS#1 v1.5, with any digest."""
        registry = SimpleCertificateStore()
        registry.register_multiple([self.certificate(name), self.certificate("ca")])
        secret = self.architecture.key_set.get_private_key(KeyLabel("short" if name == "short" else "signer"))
        return SealKey.of(SimpleSigner(self.certificate(name), secret, registry, prefer_pss=False))

    def key_without_null(self) -> SealKey:
        """The key as some programs use it: the DigestInfo of RSA PKCS#1 v1.5 lacks the NULL parameter."""
        secret = self.private_key("signer")
        assert isinstance(secret, rsa.RSAPrivateKey)
        registry = SimpleCertificateStore()
        registry.register_multiple([self.certificate("signer"), self.certificate("ca")])
        return SealKey.of(_WithoutNull(secret, self.certificate("signer"), registry))

    def stamper(self, at: dt.datetime, name: str = "tsa") -> LocalTimeStamper:
        return LocalTimeStamper(self.private_key("tsa"), self.certificate(name), [self.certificate("ca")], lambda: at)

    def ocsp(self, name: str, at: dt.datetime) -> ocsp.OCSPResponse:
        """What the responder says at that moment, for ten minutes."""
        issuer, subject = self.certificate("ca"), self.certificate(name)
        identifier = {
            "hash_algorithm": {"algorithm": "sha1"},
            "issuer_name_hash": issuer.subject.sha1,
            "issuer_key_hash": issuer.public_key.sha1,
            "serial_number": subject.serial_number,
        }
        request = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identifier}]}})
        responder = self.architecture.service_registry.summon_responder(ServiceLabel("ca"), at)
        return responder.build_ocsp_response(request)

    def trust(self, at: dt.datetime, *, revocation: bool = True) -> TrustStore:
        services = self.architecture.service_registry
        crls = [services.get_crl(ServiceLabel(name), at) for name in ("root", "ca")] if revocation else []
        anchor = TrustAnchor(self.certificate("root"), TrustClass.PUBLIC)
        return TrustStore(anchors=(anchor,), certificates=(self.certificate("ca"),), crls=tuple(crls))


@contextlib.contextmanager
def serve(config: CertomancerConfig, port: int = 0) -> Iterator[str]:
    """Serve the trees' certificates, time stamps, CRLs and OCSP on a loopback port, any if 0; yields the base URL."""
    animator = Animator(config.pki_archs, with_web_ui=False, allow_time_override=False)
    server = make_server("127.0.0.1", port, animator, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_trees(folder: Path, url: str = "http://127.0.0.1") -> CertomancerConfig:
    """Make two trees that share every name and no key: ``gov`` and ``impostor``; ``url`` is in their certificates."""
    keysets = {}
    for tree in ("gov", "impostor"):
        place = folder / tree
        place.mkdir()
        for name in _KEYS:
            (place / f"{name}.pem").write_bytes(_new_key(name))
        keysets[tree] = {"path-prefix": tree, "keys": {n: {"path": f"{n}.pem"} for n in _KEYS}}
    config = {
        "external-url-prefix": url,
        "keysets": keysets,
        "pki-architectures": {tree: _architecture(tree) for tree in keysets},
    }
    path = folder / "trees.yml"
    path.write_text(yaml.safe_dump(config))
    return CertomancerConfig.from_file(str(path), str(folder))


def tree(config: CertomancerConfig, name: str) -> Tree:
    return Tree(config.get_pki_arch(ArchLabel(name)))


def _new_key(name: str) -> bytes:
    key: PrivateKey
    if name in _RSA_BITS:
        key = rsa.generate_private_key(65537, _RSA_BITS[name])
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_pem(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(pem.armor("CERTIFICATE", certificate.dump()))

"""Which seal is whose, and where the keys and their secrets come from."""

import datetime as dt
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from dossier.errors import AgencyForbidden, BatchMismatch, ConfigurationError, KeyUnavailable, SealMissing, SealRefused
from dossier.identifiers import AgencyCode
from dossier.times import now
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, manifest_of, open_batch
from ingest.proof.seals import Development, Pkcs11, Pkcs12, Seal, Seals, declared_seals, load_seals
from ingest.secret_files import Secret
from ingest.settings import Environment, Settings
from signing.development import DevelopmentAuthority
from signing.keys import require_usable
from signing.stamp_rules import CopyForm

PASSPHRASE = "mật khẩu của tệp"  # noqa: S105 - of a file made here
COMMUNE = AgencyCode("H41.12.5")
FULL = """
[[agency]]
code = "H41.12.5"
name = "Ủy ban nhân dân xã Thử Nghiệm"
last_day = 2026-06-30
pkcs12 = "xa-2025.p12"
secret_variable = "SEAL_OF_XA"

[[agency]]
code = "H41.12.5"
name = "Ủy ban nhân dân xã Thử Nghiệm"
first_day = 2026-07-01
pkcs11_module = "/usr/lib/hsm.so"
pkcs11_token = "xa"
pkcs11_label = "con-dau"
secret_file = "xa.pin"
stations = ["quay-1"]

[[agency.official]]
name = "Lê Thị  Đối Chiếu"
pkcs12 = "le-thi.p12"
secret_file = "/run/secrets/le-thi"

[[agency]]
code = "H41.99"
name = "Trung tâm Phục vụ hành chính công"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "seals.toml"
    path.write_text(text)
    return path


def bundle(folder: Path, name: str = "seal.p12", passphrase: str = PASSPHRASE) -> Path:
    """Write the key of a development authority's seal as PKCS#12."""
    authority = DevelopmentAuthority.open(folder / "authority")
    key = authority.seal_key("Cơ quan Thử")
    certificate = x509.load_der_x509_certificate(key.certificate.dump())
    (place,) = (folder / "authority" / "seals").iterdir()
    secret = load_pem_private_key((place / "seal.key").read_bytes(), None)
    assert isinstance(secret, rsa.RSAPrivateKey)
    path = folder / name
    encryption = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", secret, certificate, None, encryption))
    return path


def day(text: str) -> dt.datetime:
    """The moment at which that day begins in Vietnam."""
    return dt.datetime.fromisoformat(f"{text}T00:00:00+07:00")


def test_a_file_declares_seals_of_several_agencies(tmp_path: Path) -> None:
    old, new, hall = load_seals(written(tmp_path, FULL))
    assert old.source == Pkcs12(tmp_path / "xa-2025.p12", Secret(variable="SEAL_OF_XA"))
    assert new.source == Pkcs11(Path("/usr/lib/hsm.so"), "xa", "con-dau", Secret(file=tmp_path / "xa.pin"))
    assert new.officials[0].source == Pkcs12(tmp_path / "le-thi.p12", Secret(file=Path("/run/secrets/le-thi")))
    assert (hall.agency, hall.source) == (AgencyCode("H41.99"), Development())


def test_the_seal_is_the_one_in_force_in_vietnam(tmp_path: Path) -> None:
    old, new, _ = declared = load_seals(written(tmp_path, FULL))
    seals = Seals(declared, lambda: DevelopmentAuthority.open(tmp_path))
    change = day("2026-07-01")
    assert seals.of(COMMUNE, change - dt.timedelta(seconds=1)) == old
    assert seals.of(COMMUNE, change) == new
    assert [holder.name for _, holder in seals.holders(change)] == [new.name, "Lê Thị  Đối Chiếu", declared[2].name]


@pytest.mark.parametrize("code", ["H41.12", "H41.12.5.1", "H41.12.05", "H41"])
def test_no_seal_is_ever_anothers(tmp_path: Path, code: str) -> None:
    seals = Seals(load_seals(written(tmp_path, FULL)), lambda: DevelopmentAuthority.open(tmp_path))
    with pytest.raises(SealMissing, match=code):
        seals.of(AgencyCode(code), day("2026-07-01"))


def test_an_official_is_known_however_the_name_is_spaced(tmp_path: Path) -> None:
    new = load_seals(written(tmp_path, FULL))[1]
    assert new.official("LÊ THỊ ĐỐI CHIẾU ") == new.officials[0]
    assert [new.official(name) for name in (None, "", "Lê Thi Đối Chiếu", "Người Khác")] == [None] * 4


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('code = "H41.99"', 'code = "hội"'), "'code' must look like"),
        (('code = "H41.99"', 'code = "H41.12.5"'), "two seals in force on the same day"),
        (("2026-06-30", "2026-07-01"), "two seals in force on the same day"),
        (("first_day = 2026-07-01", "first_day = 2026-07-01\nlast_day = 2026-06-30"), "lies before first_day"),
        (('pkcs11_token = "xa"', ""), "'pkcs11_token' is missing"),
        (('secret_file = "xa.pin"', 'secret_file = "xa.pin"\nsecret_variable = "A"'), "excludes the other way"),
        (('pkcs11_label = "con-dau"', 'pkcs11_label = "con-dau"\npkcs12 = "a.p12"'), "excludes the other way"),
        (('stations = ["quay-1"]', 'passphrase = "0000"'), "'passphrase' is not known here"),
        (('name = "Trung tâm Phục vụ hành chính công"', ""), "'name' is missing"),
        ((FULL, ""), r"'agency' is missing"),
        ((FULL, "[[agency"), "seals.toml"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as caught:
        load_seals(written(tmp_path, FULL.replace(*change)))
    assert "0000" not in str(caught.value)


_LINES = FULL.strip().splitlines()


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*_LINES, "code = 5", "name = ''", "[agency]", "last_day = 'x'"]), max_size=20).map(
            "\n".join
        ),
    )
)
def test_any_file_is_seals_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = written(tmp_path_factory.mktemp("any"), text)
    try:
        declared = load_seals(path)
    except ConfigurationError:
        return
    assert declared
    assert all(seal.name and seal.agency for seal in declared)


def test_one_way_of_declaring_is_enough(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="exclude each other"):
        declared_seals(Settings(seals_file=tmp_path / "seals.toml", seal_pkcs12=tmp_path / "seal.p12"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        declared_seals(Settings(seals_file=tmp_path / "missing.toml"))


def test_the_passphrase_may_come_from_a_setting_a_variable_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = bundle(tmp_path), tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("SEAL_OF_XA", PASSPHRASE)
    secrets = [Secret(file=file), Secret(variable="SEAL_OF_XA"), Secret(setting=SecretStr(PASSPHRASE))]
    declared = [Seal(COMMUNE, f"{n}", Pkcs12(path, secret)) for n, secret in enumerate(secrets)]
    seals = Seals(declared, lambda: DevelopmentAuthority.open(tmp_path / "authority"))
    keys = [seals.key(seal) for seal in declared]
    assert len({key.certificate.sha256 for key in keys}) == 1
    assert seals.key(declared[0]) is keys[0], "loaded once"

    single = declared_seals(Settings(seal_pkcs12=path, seal_passphrase_file=file, agency_code="H41.12.5"))
    assert Seals(single, seals._development).key(single[0]).agency == keys[0].agency  # noqa: SLF001 - not asked here


@given(secret=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=50))
def test_a_secret_in_a_file_is_what_stands_there_without_the_line_end(
    tmp_path_factory: pytest.TempPathFactory, secret: str
) -> None:
    file = tmp_path_factory.mktemp("secret") / "pin"
    file.touch(mode=0o600)
    for end in ("", "\n", "\r\n"):
        file.write_bytes(f"{secret}{end}".encode())
        assert Secret(file=file).read() == secret


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644])
def test_a_secret_that_others_could_read_or_write_is_not_used(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "pin"
    file.write_text("73519482")
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        Secret(file=file).read()
    assert "73519482" not in str(caught.value)


def test_a_key_that_cannot_be_loaded_is_away_and_its_secret_in_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "sai mật khẩu")
    monkeypatch.delenv("NOWHERE", raising=False)
    path = bundle(tmp_path)
    for source, why in (
        (Pkcs12(tmp_path / "missing.p12", Secret()), "missing"),
        (Pkcs12(path, Secret(variable="WRONG")), "another passphrase"),
        (Pkcs12(path, Secret(variable="NOWHERE")), "NOWHERE is not set"),
        (Pkcs12(path, Secret(file=tmp_path / "none")), "cannot be read"),
    ):
        seal = Seal(COMMUNE, "Xã", source)
        seals = Seals([seal], lambda: DevelopmentAuthority.open(tmp_path / "authority"))
        with pytest.raises(KeyUnavailable, match=why) as caught:
            seals.key(seal)
        assert os.environ["WRONG"] not in f"{caught.value} {caught.value.text_vi}"
        assert not seals._keys, "and is asked for again"  # noqa: SLF001 - what it keeps


def test_test_keys_are_refused_in_production_of_officials_too(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    text = (
        "[[agency]]\ncode = 'H41.12.5'\nname = 'Xã'\n"
        f"[[agency.official]]\nname = 'A'\npkcs12 = '{path}'\nsecret_variable = 'P'\n"
    )
    house = House(Settings(environment=Environment.PRODUCTION, data_dir=tmp_path, seals_file=written(tmp_path, text)))
    seal = house.seals.declared[0]
    with pytest.raises(KeyUnavailable, match="TEST keys are refused"):
        house.seals.key(seal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("P", PASSPHRASE)
        key = house.seals.key(seal.officials[0])
    with pytest.raises(SealRefused, match="test certificate"):
        require_usable(key, environment=house.settings.environment, at=now())


def test_an_agency_may_name_the_stations_that_send_its_papers(tmp_path: Path) -> None:
    text = FULL.replace("last_day = 2026-06-30\n", 'last_day = 2026-06-30\nstations = ["quay-1", "quay-2"]\n')
    house = House(Settings(data_dir=tmp_path / "data", seals_file=written(tmp_path, text)))
    entries = (ManifestEntry("a.pdf"),)
    for station, agency in (("quay-1", "H41.12.5"), ("quay-2", None), ("quay-2", "H41.13")):
        batch = open_batch(house, Manifest(station, entries, agency=agency))
        assert batch.agency == AgencyCode(agency or "H41.99")
    for station in ("quay-2", "quay-3"):
        with pytest.raises(AgencyForbidden, match=r"H41\.12\.5"):
            open_batch(house, Manifest(station, entries, agency="H41.12.5"))
    house.close()


def test_a_batch_is_the_same_however_its_agencys_code_is_written(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path / "data"))
    first, again = (
        open_batch(house, Manifest("a", (ManifestEntry("a.pdf"),), batch="1", agency=code))
        for code in ("000.05.12.H41", "H41.12.05")
    )
    assert first == again
    house.close()


def test_a_batch_announced_before_there_was_a_choice_is_the_same(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path / "data"))
    entry = ManifestEntry("a.pdf", "001190012345", "Người Thử")
    batch = open_batch(house, Manifest("a", (entry,), batch="1"))
    before = (
        '{"station":"a","entries":[{"name":"a.pdf","owner_number":"001190012345","owner_name":"Người Thử",'
        '"paper_type":null,"kind":"component","confirmed_by":null}],"batch":"1","operator":"","dossier":null,'
        '"procedure":null}'
    )
    assert batch.manifest_sha256 == hashlib.sha256(before.encode()).hexdigest()
    assert manifest_of(house, batch.id).entries == (entry,)
    with pytest.raises(BatchMismatch):
        open_batch(house, Manifest("a", (replace(entry, copy_form=CopyForm.EXTRACT),), batch="1"))
    house.close()

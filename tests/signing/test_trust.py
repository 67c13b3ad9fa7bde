from pathlib import Path

import pytest

from dossier.errors import ConfigurationError
from signing.trust import TrustClass, TrustFolders, TrustStore, is_test
from tests.signing.conftest import AT
from tests.signing.pki import Tree, write_pem


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("official-duty/root.pem", TrustClass.OFFICIAL_DUTY),
        ("public/deep/er/root.crt", TrustClass.PUBLIC),
        ("foreign-root.pem", TrustClass.FOREIGN),
        ("public/test-root.pem", TrustClass.TEST),
        ("root.pem", TrustClass.UNLABELLED),
        ("publicity.pem", TrustClass.UNLABELLED),
    ],
)
def test_folder_or_file_name_says_what_an_anchor_is(tmp_path: Path, gov: Tree, name: str, expected: TrustClass) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    write_pem(tmp_path / name, gov.certificate("root"))

    assert [a.trust_class for a in TrustStore.load(tmp_path).anchors] == [expected]


def test_the_folder_given_may_itself_be_the_label(tmp_path: Path, gov: Tree) -> None:
    (tmp_path / "official-duty").mkdir()
    write_pem(tmp_path / "official-duty" / "r.pem", gov.certificate("root"))

    assert TrustStore.load(tmp_path / "official-duty").anchors[0].trust_class is TrustClass.OFFICIAL_DUTY


def test_a_certificate_is_an_anchor_unless_its_issuer_is_there(tmp_path: Path, gov: Tree) -> None:
    alone, both = tmp_path / "alone", tmp_path / "both"
    for folder in (alone, both):
        folder.mkdir()
        write_pem(folder / "ca.pem", gov.certificate("ca"))
    write_pem(both / "root.pem", gov.certificate("root"))

    assert [a.certificate.sha256 for a in TrustStore.load(alone).anchors] == [gov.certificate("ca").sha256]
    together = TrustStore.load(both)
    assert [a.certificate.sha256 for a in together.anchors] == [gov.certificate("root").sha256]
    assert [c.sha256 for c in together.certificates] == [gov.certificate("ca").sha256]


def test_der_pem_and_revocation_lists_are_read_and_other_files_left_alone(tmp_path: Path, gov: Tree) -> None:
    (tmp_path / "root.der").write_bytes(gov.certificate("root").dump())
    (tmp_path / "root.crl").write_bytes(gov.trust(AT).crls[0].dump())
    (tmp_path / "README.txt").write_text("the roots of the tests")

    store = TrustStore.load(tmp_path)
    assert (len(store.anchors), len(store.crls)) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"\x30\x03\x02\x01\x05", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_a_file_that_is_no_certificate_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pem").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"odd\.pem"):
        TrustStore.load(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        TrustStore.load(tmp_path / "nowhere")


def test_an_empty_folder_trusts_nobody(tmp_path: Path) -> None:
    assert TrustStore.load(tmp_path).anchors == ()


def test_only_marked_certificates_are_tests(gov: Tree) -> None:
    assert not is_test(gov.certificate("signer"))


def test_a_folder_whose_files_change_is_read_again(tmp_path: Path, gov: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pem(tmp_path / "root.pem", gov.certificate("root"))
    folders = TrustFolders(tmp_path)
    first = folders.store
    (tmp_path / "root.crl").write_bytes(gov.trust(AT).crls[0].dump())
    assert folders.store is first, "not looked at every time"

    monkeypatch.setattr("signing.trust._LOOK_AGAIN_S", 0.0)
    second = folders.store
    assert len(second.crls) == 1
    assert folders.store is second, "the same as long as nothing changes"

"""What a verdict rests on: all of it, nothing else, and the same verdict from it alone."""

import datetime as dt

import pytest
from asn1crypto import cms, tsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.verdicts import Verdict
from signing.material import material, token_material, trust_hash
from signing.timestamps import token_over
from signing.trust import TrustAnchor, TrustClass, TrustStore
from signing.validate import validate
from tests.signing.conftest import AT
from tests.signing.others import add_timestamp, sign
from tests.signing.pki import Tree

HOUR = dt.timedelta(hours=1)


def names(store: TrustStore) -> list[str]:
    return [c.subject.native["common_name"] for c in (*store.roots, *store.certificates)]


def together(others: TrustStore, ours: TrustStore) -> TrustStore:
    """What an installation trusts that trusts both."""
    anchors = (*others.anchors, *ours.anchors)
    return TrustStore(anchors, (*others.certificates, *ours.certificates), (*others.crls, *ours.crls))


def test_the_places_of_a_signature_are_where_its_bytes_are(sealed: bytes, trust: TrustStore) -> None:
    for shifted in (b"", b"junk\n"):
        found = material(shifted + sealed, trust)
        seal, stamp = found.signatures
        assert (seal.field, seal.is_timestamp, stamp.is_timestamp) == ("sohoa-seal", False, True)
        for one in found.signatures:
            data = shifted + sealed
            first, second = one.covered
            gap = data[first.start + first.length : second.start]
            assert (gap[:1], gap[-1:]) == (b"<", b">")
            assert bytes.fromhex(gap[1:-1].decode()).rstrip(b"\0") == one.cms.rstrip(b"\0")
            assert bytes.fromhex(one.contents.of(data).decode()) == one.cms
            signer = cms.ContentInfo.load(one.cms)["content"]["signer_infos"][0]
            assert one.value.of(one.cms) == signer["signature"].native
        assert [token.moment for token in (*seal.tokens, *stamp.tokens)] == [AT, AT]
        assert stamp.tokens[0].der == stamp.cms
        info = tsp.TSTInfo.load(cms.ContentInfo.load(stamp.cms)["content"]["encap_content_info"]["content"].contents)
        assert stamp.tokens[0].imprint.of(info.dump()) == info["message_imprint"]["hashed_message"].native


def test_only_what_is_of_use_is_taken_and_gives_the_same_verdict(
    gov: Tree, impostor: Tree, trust: TrustStore, page: bytes
) -> None:
    signed = add_timestamp(
        sign(page, gov.key(), at=AT, stamper=gov.stamper(AT), evidence=gov.trust(AT)), gov.stamper(AT + HOUR)
    )
    everybody = together(trust, gov.trust(AT + HOUR))
    assert validate(signed, everybody, at=AT + HOUR).verdict is Verdict.VALID

    found = material(signed, everybody)
    assert names(found.trust) == ["root (gov)", "signer (gov)", "ca (gov)", "tsa (gov)"]
    assert found.anchors[0].certificate.dump() == gov.certificate("root").dump()
    assert {c.issuer.native["common_name"] for c in found.crls} == {"root (gov)", "ca (gov)"}
    with_impostors = material(signed, together(impostor.trust(AT + HOUR), everybody))
    assert names(with_impostors.trust) == names(found.trust)
    assert [c.dump() for c in with_impostors.crls] == [c.dump() for c in found.crls]
    assert [c.subject.native["common_name"] for c in found.signatures[0].chain] == [
        "signer (gov)",
        "ca (gov)",
        "root (gov)",
    ]
    again = validate(signed, found.trust, at=AT + HOUR)
    assert again.verdict is Verdict.VALID
    assert [s.findings for s in again.signatures] == [
        s.findings for s in validate(signed, everybody, at=AT + HOUR).signatures
    ]


def test_answers_about_the_signer_are_taken_and_others_left(gov: Tree, page: bytes) -> None:
    answers = (gov.ocsp("signer", AT), gov.ocsp("revoked", AT))
    root_list = gov.trust(AT).crls[:1]
    trust = TrustStore(gov.trust(AT).anchors, gov.trust(AT).certificates, root_list, answers)
    found = material(sign(page, gov.key(), at=AT), trust)
    assert [one.dump() for one in found.ocsps] == [answers[0].dump()]


def test_a_signature_is_judged_when_a_time_stamp_first_shows_it(gov: Tree, page: bytes) -> None:
    alone = sign(page, gov.key(), at=AT)
    assert material(alone, gov.trust(AT)).signatures[0].moment is None, "what the signer states is not proven"
    stamped = add_timestamp(add_timestamp(alone, gov.stamper(AT + HOUR)), gov.stamper(AT + 2 * HOUR), "Archive2")
    assert [one.moment for one in material(stamped, gov.trust(AT)).signatures] == [AT + HOUR, AT + HOUR, AT + 2 * HOUR]
    inside = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT))
    assert material(add_timestamp(inside, gov.stamper(AT + HOUR)), gov.trust(AT)).signatures[0].moment == AT


def test_a_signer_nobody_knows_has_a_chain_without_an_anchor(gov: Tree, impostor: Tree, page: bytes) -> None:
    found = material(sign(page, impostor.key(), at=AT), gov.trust(AT))
    assert found.anchors == found.crls == ()
    assert names(found.trust) == ["signer (gov)", "ca (gov)"], "its own, not ours of the same name"
    assert found.certificates[1].dump() == impostor.certificate("ca").dump()


def test_a_token_is_taken_apart_with_what_it_rests_on(gov: Tree, impostor: Tree) -> None:
    everybody = together(impostor.trust(AT), gov.trust(AT))
    token, rests_on = token_material(token_over(b"head", gov.stamper(AT)), everybody)
    assert (token.moment, token.digest) == (AT, "sha256")
    assert names(rests_on.trust) == ["root (gov)", "tsa (gov)", "ca (gov)"]
    with pytest.raises(ValueError, match=r"."):
        token_material(b"\x30\x00", gov.trust(AT))


def test_the_trust_hash_tells_who_is_believed_and_as_what(gov: Tree, impostor: Tree) -> None:
    mine = gov.trust(AT)
    assert trust_hash(mine) == trust_hash(TrustStore(mine.anchors)), "what only helps to find chains is no belief"
    more = (*mine.anchors, *impostor.trust(AT).anchors)
    assert trust_hash(TrustStore(more)) == trust_hash(TrustStore(more[::-1]))
    other_class = TrustStore((TrustAnchor(gov.certificate("root"), TrustClass.TEST),))
    assert len({trust_hash(mine), trust_hash(other_class), trust_hash(TrustStore(more)), trust_hash(TrustStore())}) == 4


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gives_what_can_be_read_of_it(data: st.DataObject, sealed: bytes, trust: TrustStore) -> None:
    damaged = bytearray(sealed)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    for broken in (bytes(damaged), cut):
        assert len(material(broken, trust).signatures) <= 2

import unicodedata

import pytest

from dossier.errors import InvalidOwnerNumber
from dossier.identifiers import CitizenNumber, PassportNumber, TaxCode
from dossier.owners import Owner

SECRET = b"a secret of this test"


def test_an_owner_is_made_from_texts() -> None:
    owner = Owner.parse("001 190 012 345", unicodedata.normalize("NFD", " Nguyễn Thị Ánh "))
    assert owner == Owner(CitizenNumber("001190012345"), "Nguyễn Thị Ánh")
    assert Owner.parse("0100109106", "  ").name is None
    assert Owner.parse("0100109106").number.kind == "tax_code"


def test_an_invalid_number_makes_no_owner() -> None:
    with pytest.raises(InvalidOwnerNumber):
        Owner.parse("123")


def test_a_pseudonym_is_stable_hides_the_number_and_depends_on_the_secret() -> None:
    owner = Owner.parse("001190012345", "Nguyễn Thị Ánh")
    name = owner.pseudonym(SECRET)
    assert name == Owner.parse("001190012345").pseudonym(SECRET)
    assert len(name) == 32
    assert owner.number.value not in name
    assert name != owner.pseudonym(b"another")


def test_equal_digits_of_two_kinds_are_two_owners() -> None:
    assert Owner(TaxCode("0100109106")).pseudonym(SECRET) != Owner(PassportNumber("A10010910")).pseudonym(SECRET)

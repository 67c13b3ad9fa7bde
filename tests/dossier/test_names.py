import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.identifiers import Sex
from dossier.mending import read_value
from dossier.names import is_family_name, mended_name
from dossier.text import fold
from tests.generator.chance import seeded
from tests.generator.people import invent_name


@pytest.mark.parametrize(
    ("read", "spelled"),
    [
        ("Nguyển Thị An", "Nguyễn Thị An"),
        ("ĐỊNH QUỐC DŨNG", "ĐINH QUỐC DŨNG"),
        ("Tổ Quỳnh Hường", "Tô Quỳnh Hường"),
        ("Hô Văn Sơn", "Hồ Văn Sơn"),
        ("Đổ Thùy Tuyết", "Đỗ Thùy Tuyết"),
        ("Chủ Văn Bảo", "Chử Văn Bảo"),
    ],
)
def test_a_family_name_gets_its_marks(read: str, spelled: str) -> None:
    assert mended_name(read) == spelled
    assert read_value("person_name", read) == spelled


@pytest.mark.parametrize("name", ["Đương Thị Oanh", "Xyz Văn Bảo", "Lã Thị Ý", "La Thị Ý", "Y Định Niê", "Hồ"])
def test_what_is_a_family_name_or_near_to_two_or_to_none_stays(name: str) -> None:
    assert mended_name(name) == name


def test_names_in_use_stay() -> None:
    rng = seeded("names")
    for subset in ("dev", "test"):
        for sex in Sex:
            for _ in range(200):
                name = invent_name(rng, sex, subset)
                assert mended_name(name) == name
                assert mended_name(name.upper()) == name.upper()
                assert is_family_name(name.split()[0])


@given(st.text(st.characters(categories=["L", "M"]), max_size=12), st.text(max_size=12))
def test_only_marks_of_the_first_word_change(first: str, rest: str) -> None:
    name = f"{first} {rest}"
    mended = mended_name(name)
    assert mended.partition(" ")[2] == name.partition(" ")[2]
    assert fold(mended) == fold(name)
    assert mended_name(mended) == mended

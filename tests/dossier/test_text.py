import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dossier.text import fold, nfc

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
vietnamese = st.text(alphabet=LETTERS + LETTERS.upper() + " ÐðĐ.,0123456789")


@given(vietnamese)
def test_both_normal_forms_become_one(text: str) -> None:
    assert nfc(unicodedata.normalize("NFD", text)) == nfc(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_folding_and_normalizing_twice_changes_nothing(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
def test_folded_vietnamese_is_plain_lower_case(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower()
    assert "  " not in folded


def test_the_eth_of_old_fonts_is_the_vietnamese_d() -> None:
    assert nfc("QUYẾT ÐỊNH") == "QUYẾT ĐỊNH"
    assert fold("QUYẾT ÐỊNH") == fold("quyết định") == "quyet dinh"

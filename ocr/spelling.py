"""Syllables that Vietnamese spelling does not know, set right where there is only one way to.

Engines lose stacked marks: QUYẾT is read as QUYÉT. Few rimes exist; a syllable whose rime does not, and to which marks
can be added in exactly one way to give one that does, is mended. Nothing else is touched: syllables that may be spelt
so, words without any mark (names, abbreviations), and anything with digits stay as read.
"""

import re
import unicodedata
from functools import lru_cache

_RIMES = frozenset(
    # Without tones. Words in lines are easier to check against a spelling book than a list of literals.
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich im in ing inh ip it iu iêc iêm iên iêng iêp iêt iêu y yêm yên yêng yêt yêu
    o oc oi om on ong oong ooc op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oem oen oeo oet
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uêt uêu uơ
    uy uya uych uyên uyêt uyn uynh uyt uyp uyu
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    """.split()  # noqa: SIM905 - see above
)
_RIMES_AFTER_QU = frozenset(
    """
    a ac ach ai am an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât âu ây
    e en eo et ê ên êch êt i it in inh o ơ ôc y ynh yt ych yên yêt
    """.split()  # noqa: SIM905 - see above
)
_WORD = re.compile(r"[^\W\d_]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MOST_LETTERS = 7
_ONSETS = (
    *("", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh"),
    *("p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"),
)


def mended(text: str) -> str:
    """Return ``text`` with its impossible syllables set right where there is one way to.

    Args:
        text: NFC.

    Returns:
        NFC, as many characters as before.
    """
    return _WORD.sub(lambda word: _mended(word.group()), text)


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if word.isascii() or len(word) > _MOST_LETTERS:
        return word
    letters = [_parts(letter) for letter in word]
    bare = "".join(letter for letter, _ in letters).lower()
    syllables = [(onset, bare[len(onset) :]) for onset in _ONSETS if bare.startswith(onset)]
    if not syllables or any(rime in _rimes(onset) for onset, rime in syllables):
        return word
    ways = {onset + full for onset, rime in syllables for full in _rimes(onset) if _adds_marks(rime, full)}
    if len(ways) != 1:
        return word
    marked = (new.upper() if old.isupper() else new for new, (old, _) in zip(ways.pop(), letters, strict=True))
    return "".join(
        unicodedata.normalize("NFC", letter + tone) for letter, (_, tone) in zip(marked, letters, strict=True)
    )


def _rimes(onset: str) -> frozenset[str]:
    return _RIMES_AFTER_QU if onset == "qu" else _RIMES


def _parts(letter: str) -> tuple[str, str]:
    """Part a letter from its tone: ế is ê and the rising tone."""
    decomposed = unicodedata.normalize("NFD", letter)
    tone = "".join(c for c in decomposed if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES)), tone


def _adds_marks(rime: str, full: str) -> bool:
    """Tell whether ``full`` is ``rime`` with marks added to bare letters."""
    return len(rime) == len(full) and all(
        a == b or (a in "aeou" and unicodedata.normalize("NFD", b)[0] == a) for a, b in zip(rime, full, strict=True)
    )

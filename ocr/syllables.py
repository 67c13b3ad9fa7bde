"""How Vietnamese syllables are spelt: onset, rime and tone, and which of them go together.

Rules, not a list of words: what keeps them is possible, though no dictionary may know it; what breaks them is no
Vietnamese syllable. Names from other languages of Viet Nam (Đắk Lắk, Krông) break them too: impossible is not wrong.

* A rime is a nucleus with a final, and not every nucleus takes every final.
* c, g and ng stand before a, ă, â, o, ô, ơ, u, ư; k, gh and ngh before e, ê, i, y. The glide u after the sound k makes
  qu. gi swallows an i that follows: giếng is gi and iêng.
* After an onset, and alone, i may be spelt y at a syllable's end: lí and lý.
* A rime that ends in c, ch, p or t carries the tone sắc or nặng.
* The tone's mark stands over the letter that has another mark, else over the nucleus. Where oa, oe, uy end a syllable
  it stands over either letter: hòa and hoà are the old and the new way to write one syllable, and both are right.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType


class Tone(Enum):
    """The six tones; the value is the combining mark."""

    NGANG = ""
    HUYEN = "\u0300"
    SAC = "\u0301"
    NGA = "\u0303"
    HOI = "\u0309"
    NANG = "\u0323"


@dataclass(frozen=True, slots=True)
class Syllable:
    """A possible syllable.

    Attributes:
        onset: Lower case, as spelt: ``"ngh"``, ``"qu"``, ``"gi"``; empty without one.
        rime: Lower case, without the tone: ``"iêng"`` also in giếng, ``"yêt"`` in quyết.
        tone: Its tone.
    """

    onset: str
    rime: str
    tone: Tone

    @property
    def spellings(self) -> tuple[str, ...]:
        """How it is written, NFC, lower case: one way, or two where the tone may stand over either of two letters."""
        start = len(_joined(self.onset, self.rime)) - len(self.rime)
        if self.tone is Tone.NGANG:
            return (_joined(self.onset, self.rime),)
        return tuple(
            _with_tone(_joined(self.onset, self.rime), start + seat, self.tone) for seat in _tone_seats(self.rime)
        )


_FRONT_ONSETS, _BACK_ONSETS = ("k", "gh", "ngh"), ("c", "g", "ng")
_FREE_ONSETS = (
    *("", "b", "ch", "d", "đ", "h", "kh", "l", "m", "n", "nh", "p", "ph", "r", "s", "t", "th", "tr", "v", "x"),
)
ONSETS = (*_FREE_ONSETS, *_FRONT_ONSETS, *_BACK_ONSETS, "gi", "qu")
"""All onsets, the empty one included."""

# Which finals a nucleus takes; "-" is none.
_NUCLEI: Mapping[str, str] = MappingProxyType(
    {
        "a": "- c ch i m n ng nh o p t u y",
        "ă": "c m n ng p t",
        "â": "c m n ng p t u y",
        "e": "- c m n ng o p t",
        "ê": "- ch m n nh p t u",
        "i": "- a ch m n nh p t u",
        "iê": "c m n ng p t u",
        "o": "- c i m n ng p t",
        "oo": "c ng",
        "ô": "- c i m n ng p t",
        "ơ": "- i m n p t",
        "u": "- a c i m n ng p t",
        "uô": "c i m n ng t",
        "ư": "- a c i m n ng t u",
        "ươ": "c i m n ng p t u",
        "y": "-",
    }
)
_GLIDED: Mapping[str, str] = MappingProxyType(
    {
        "oa": "- c ch i m n ng nh o p t y",
        "oă": "c m n ng t",
        "oe": "- m n ng o t",
        "uâ": "n ng t y",
        "uê": "- ch nh u",
        "uơ": "-",
        "uy": "- a ch n nh p t u",
        "uyê": "n t",
    }
)
_AFTER_QU: Mapping[str, str] = MappingProxyType(
    {
        "a": "- c ch i m n ng nh o p t u y",
        "ă": "c m n ng p t",
        "â": "n ng t y",
        "e": "- n o t",
        "ê": "- ch n nh t",
        "i": "- ch n nh t",
        "ô": "c",
        "ơ": "-",
        "y": "- ch n nh t",
        "yê": "n t",
    }
)
# Without an onset, iê is spelt yê.
_BARE = MappingProxyType({"yê": "m n ng t u"})
_STOPS = ("c", "ch", "p", "t")
_EITHER_SEAT = frozenset({"oa", "oe", "uy"})
_TONES = MappingProxyType({tone.value: tone for tone in Tone})


def is_syllable(text: str) -> bool:
    """Tell whether ``text`` can be a Vietnamese syllable; in any case of letters, NFC."""
    return parse(text) is not None


def parse(text: str) -> Syllable | None:
    """Return the syllable that ``text`` spells, or ``None`` if Vietnamese has no such syllable.

    Args:
        text: One word, NFC, in any case of letters.
    """
    toneless, tone = _without_tone(text.lower())
    split = _toneless().get(toneless)
    if split is None or tone is None:
        return None
    syllable = Syllable(*split, tone)
    return syllable if _is_sung(syllable) and text.lower() in syllable.spellings else None


def neighbours(text: str) -> tuple[str, ...]:
    """Return the possible syllables with the same letters under other marks: tone, â ê ô, ă, ơ ư and đ.

    Args:
        text: One word, NFC.

    Returns:
        NFC, in the case of ``text``, without ``text`` itself, sorted; every way to place the tone is one of its own.
    """
    letters = bare(text.lower())
    if len(letters) != len(text):
        return ()
    spelt = (
        spelling
        for onset, rime in _by_letters().get(letters, ())
        for tone in Tone
        if _is_sung(syllable := Syllable(onset, rime, tone))
        for spelling in syllable.spellings
    )
    cased = {
        "".join(new.upper() if old.isupper() else new for new, old in zip(way, text, strict=True)) for way in spelt
    }
    return tuple(sorted(cased - {text}))


def syllables() -> Iterator[Syllable]:
    """Yield every possible syllable."""
    for onset, rime in _toneless().values():
        for tone in Tone:
            if _is_sung(syllable := Syllable(onset, rime, tone)):
                yield syllable


def bare(text: str) -> str:
    """Return ``text`` without any mark, đ as d, letter for letter."""
    decomposed = unicodedata.normalize("NFD", text.translate(_BARE_D))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


_BARE_D = str.maketrans({"đ": "d", "Đ": "D"})


def _is_sung(syllable: Syllable) -> bool:
    """Tell whether the rime can carry the tone."""
    return not syllable.rime.endswith(_STOPS) or syllable.tone in {Tone.SAC, Tone.NANG}


def _rimes(onset: str) -> Iterator[str]:
    """Yield the rimes that go with an onset."""
    if onset == "qu":
        yield from _spread(_AFTER_QU)
        return
    for rime in (*_spread(_NUCLEI), *(() if onset in {"c", *_FRONT_ONSETS} else _spread(_GLIDED))):
        front = rime.startswith(("e", "ê", "i", "y"))
        if onset in _FRONT_ONSETS:
            fits = front
        elif onset in _BACK_ONSETS:
            fits = not front
        elif onset == "gi":
            # giê + final is gi and iê; gia is gi and a.
            fits = rime not in {"ia", "y"} and (rime == "ê" or not rime.startswith("ê"))
        else:
            fits = bool(onset) or not rime.startswith("iê")
        if fits:
            yield rime
    if not onset:
        yield from _spread(_BARE)


def _spread(table: Mapping[str, str]) -> Iterator[str]:
    for nucleus, finals in table.items():
        yield from (nucleus + final.strip("-") for final in finals.split())


def _joined(onset: str, rime: str) -> str:
    return "g" + rime if onset == "gi" and rime.startswith("i") else onset + rime


@cache
def _toneless() -> Mapping[str, tuple[str, str]]:
    """Return onset and rime by what they spell together."""
    return {_joined(onset, rime): (onset, rime) for onset in ONSETS for rime in _rimes(onset)}


@cache
def _by_letters() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return onsets and rimes by the letters without marks that they are spelt with."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for spelling, split in _toneless().items():
        found[bare(spelling)].append(split)
    return {letters: tuple(splits) for letters, splits in found.items()}


def _tone_seats(rime: str) -> tuple[int, ...]:
    """Return the places in the rime where the tone's mark may stand."""
    marked = [i for i, letter in enumerate(rime) if not letter.isascii()]
    if marked:
        return (marked[-1],)
    if rime in _EITHER_SEAT:
        return (0, 1)
    return (1,) if rime[:2] in {*_EITHER_SEAT, "oo"} else (0,)


def _with_tone(toneless: str, seat: int, tone: Tone) -> str:
    return unicodedata.normalize("NFC", toneless[: seat + 1] + tone.value + toneless[seat + 1 :])


def _without_tone(text: str) -> tuple[str, Tone | None]:
    """Return the text without its tone mark, NFC, and the tone; none for several marks."""
    decomposed = unicodedata.normalize("NFD", text)
    marks = "".join(c for c in decomposed if c in _TONES)
    rest = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return rest, _TONES.get(marks)

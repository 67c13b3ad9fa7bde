"""The syllables to practise: onset, rime, tone, and both fashions of placing the tone.

Fewer than ``ocr.syllables`` allows: rules that judge what was read have to know whatever may be spelt (xoong, huêu);
what is practised is drawn evenly, and the rare would come as often as the common. Equal seeds give equal lines only as
long as the order of the lists stays.
"""

import random
import unicodedata
from functools import cache
from typing import Final

TONES: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_STOP_TONES = ("\u0301", "\u0323")

_ONSETS: Final = (
    *("", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh"),
    *("p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"),
)
_BEFORE_FRONT = frozenset({"k", "gh", "ngh"})  # written so before e, ê, i, y alone
_BEFORE_OTHERS = frozenset({"c", "g", "ng"})

_NUCLEI: Final = {
    "a": " c ch i m n ng nh o p t u y",
    "ă": "c m n ng p t",
    "â": "c m n ng p t u y",
    "e": " c m n ng o p t",
    "ê": " ch m n nh p t u",
    "i": " ch m n nh p t u",
    "o": " c i m n ng p t",
    "ô": " c i m n ng p t",
    "ơ": " i m n p t",
    "u": " c i m n ng p t",
    "ư": " c i m n ng t u",
    "iê": "c m n ng p t u",
    "ia": "",
    "uô": "c i m n ng t",
    "ua": "",
    "ươ": "c i m n ng p t u",
    "ưa": "",
    "oa": " c ch i m n ng nh o p t y",
    "oă": "c m n ng t",
    "oe": " n o t",
    "uâ": "n ng t y",
    "uê": " ch nh",
    "uy": " ch nh p t u",
    "uyê": "n t",
    "uya": "",
    "uơ": "",
    "y": "",
    "yê": "m n ng t u",
}
_AFTER_QU: Final = {
    "a": " c ch i n ng nh o t y",
    "ă": "c m n ng t",
    "â": "n ng t y",
    "e": " n o t",
    "ê": " n ch t",
    "i": "t n",
    "y": " nh t",
    "yê": "n t",
    "ơ": "",
    "ô": "c",
}


def _codas(written: str) -> list[str]:
    return ([""] if written.startswith(" ") or not written else []) + written.split()


def _agree(onset: str, nucleus: str) -> bool:
    """Tell whether spelling allows ``onset`` before ``nucleus``."""
    front = nucleus[0] in "eêiy"
    if onset in _BEFORE_FRONT:
        return (front and not nucleus.startswith("y")) or (onset == "k" and nucleus == "y")
    if onset in _BEFORE_OTHERS:
        return not front and not (onset == "c" and nucleus.startswith(("oa", "oă", "oe", "uâ", "uê", "uy", "uơ")))
    if onset == "gi":
        return nucleus[0] not in "iy" and not nucleus.startswith(("oa", "oă", "oe", "uâ", "uê", "uy", "uơ"))
    if nucleus.startswith("yê"):
        return onset == ""
    if nucleus == "y":
        return onset in {"", "h", "l", "m", "s", "t", "v", "k"}
    return onset != "" or nucleus not in {"iê", "ia"} or nucleus == "ia"


def _with_tone(nucleus: str, coda: str, tone: str, *, new: bool) -> str:
    """Place ``tone``; ``new`` puts it on the second vowel of oa, oe, uy (hoà), the old fashion on the first (hòa)."""
    marked = [i for i, letter in enumerate(nucleus) if letter in "ăâêôơư"]
    if marked:
        at = marked[-1]
    elif len(nucleus) == 1:
        at = 0
    elif coda or (new and nucleus in {"oa", "oe", "uy"}) or nucleus == "uya":
        at = 1
    else:
        at = 0
    if nucleus == "uơ":
        at = 1
    text = nucleus[: at + 1] + tone + nucleus[at + 1 :] + coda
    return unicodedata.normalize("NFC", text)


@cache
def onsets_and_rimes() -> tuple[tuple[str, str, str], ...]:
    """Return every allowed (onset, nucleus, coda)."""
    found = [
        (onset, nucleus, coda)
        for onset in _ONSETS
        if onset != "qu"
        for nucleus, codas in _NUCLEI.items()
        if _agree(onset, nucleus)
        for coda in _codas(codas)
    ]
    found += [("qu", nucleus, coda) for nucleus, codas in _AFTER_QU.items() for coda in _codas(codas)]
    found += [("g", "i", ""), ("g", "i", "n"), ("gi", "ê", "ng"), ("gi", "ê", "c")]  # gì, gìn, giếng, giếc
    return tuple(found)


def spell(onset: str, nucleus: str, coda: str, tone: str, *, new: bool = False) -> str:
    """Return a syllable as it is written."""
    return onset + _with_tone(nucleus, coda, tone, new=new)


def draw_syllable(rng: random.Random) -> str:
    """Return a random syllable, lower case, NFC."""
    onset, nucleus, coda = rng.choice(onsets_and_rimes())
    tone = rng.choice(_STOP_TONES if coda in {"c", "ch", "p", "t"} else TONES)
    return spell(onset, nucleus, coda, tone, new=rng.random() < 0.5)


@cache
def every_syllable() -> frozenset[str]:
    """Return all of them, in both fashions of placing the tone."""
    return frozenset(
        spell(onset, nucleus, coda, tone, new=new)
        for onset, nucleus, coda in onsets_and_rimes()
        for tone in (_STOP_TONES if coda in {"c", "ch", "p", "t"} else TONES)
        for new in (False, True)
    )

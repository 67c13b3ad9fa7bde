"""What a training line says: made by rules, so that nobody's papers and no corpus are needed."""

import random
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from tests.training.alphabet import ALPHABET, knows
from tests.training.syllables import draw_syllable

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_LAWS: Final = ("Nghị định", "Nghị quyết", "Thông tư", "Quyết định", "Chỉ thị", "Công văn", "Kế hoạch", "Thông báo")
_WORD_SEPARATORS: Final = (*",,;;::..", " -", " –", "/", ")", "”", "…", "...", ",…", "…)", "!", "?")


@cache
def _stock(use: str) -> tuple[str, ...]:
    with files("tests.training").joinpath("vocabulary.toml").open("rb") as source:
        found = tomllib.load(source)[use]
    entries = found if isinstance(found, list) else found.replace("\n", "|").split("|")
    return tuple(entry for entry in entries if entry)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def words(rng: random.Random, count: int) -> str:
    """Return about ``count`` syllables of lower-case running text: vocabulary and invented syllables mixed."""
    found: list[str] = []
    invented = rng.choice((0.1, 0.3, 0.3, 0.7, 1.0))
    while sum(part.count(" ") + 1 for part in found) < count:
        kind = rng.random()
        if rng.random() < invented:
            found.append(draw_syllable(rng))
        elif kind < 0.6:
            found.append(rng.choice(_stock("compounds")))
        else:
            found.append(rng.choice(_stock("small")))
    return " ".join(found)


def _name(rng: random.Random) -> str:
    given = [_capitalized(draw_syllable(rng)) if rng.random() < 0.6 else rng.choice(_stock("places")) for _ in range(2)]
    middle = rng.choice(("Văn", "Thị", "Thị", "Hữu", "Đức", "Ngọc", "Minh", "Thùy", "Quốc", "Xuân", given[0]))
    return " ".join((rng.choice(_stock("surnames")), middle, *given[: rng.choice((1, 1, 2))]))


def _place(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.15:
        return _capitalized(draw_syllable(rng)) + " " + _capitalized(draw_syllable(rng))
    return " ".join(rng.choices(_stock("places"), k=2))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1930, 2035)
    separator = rng.choice("//////.-")
    if rng.random() < 0.5:
        return f"{day:02}{separator}{month:02}{separator}{year}"
    return f"{day}{separator}{month}{separator}{year if rng.random() < 0.9 else f'{year % 100:02}'}"


def _grouped(rng: random.Random, separator: str = ".") -> str:
    value = rng.randrange(10 ** rng.randint(2, 11))
    if rng.random() < 0.6:
        value -= value % 1000
    return f"{value:,}".replace(",", separator)


def _code(rng: random.Random) -> str:
    number = rng.choice((f"{rng.randint(1, 9999)}", f"{rng.randint(1, 99):02}", f"{rng.randint(1, 999):03}"))
    abbreviations = _stock("abbreviations")
    symbol = "-".join(rng.choices(abbreviations, k=rng.choice((1, 2, 2, 2))))
    if rng.random() < 0.5:
        symbol = f"{rng.choice(('QĐ', 'KH', 'TB', 'BC', 'CV', 'TTr', 'NQ', 'HD', 'GM', 'CT'))}-{symbol.split('-')[-1]}"
    if rng.random() < 0.3:
        return f"{number}/{rng.randint(1990, 2030)}/{symbol}"
    return f"{number}-{symbol}" if rng.random() < 0.1 else f"{number}/{symbol}"


def _latin(rng: random.Random, least: int = 3, most: int = 9) -> str:
    vowels, consonants = "aeiouy", "bcdfghjklmnpqrstvwxz"
    start = rng.random() < 0.5
    return "".join(rng.choice(vowels if (i % 2 == 0) == start else consonants) for i in range(rng.randint(least, most)))


def _email(rng: random.Random) -> str:
    user = rng.choice(
        (
            _latin(rng),
            f"{_latin(rng)}.{_latin(rng)}",
            f"{_latin(rng)}{rng.randint(1, 2010)}",
            f"{_latin(rng)}_{_latin(rng)}",
        )
    )
    host = rng.choice(("gmail.com", f"{_latin(rng)}.gov.vn", f"{_latin(rng)}.vn", f"{_latin(rng)}.com.vn", "yahoo.com"))
    return f"{user}@{host}"


def _address(rng: random.Random) -> str:
    number = rng.choice(
        (
            f"{rng.randint(1, 999)}",
            f"{rng.randint(1, 300)}/{rng.randint(1, 90)}",
            f"{rng.randint(1, 99)}{rng.choice('ABCD')}",
        )
    )
    below = rng.choice(
        (
            f"Số {number} đường {_place(rng)}",
            f"{number} {_place(rng)}",
            f"Thôn {_place(rng)}",
            f"Tổ {rng.randint(1, 40)}",
            f"Xóm {rng.randint(1, 20)}",
            f"Ấp {_place(rng)}",
            f"Lô {rng.choice('ABCDE')}{rng.randint(1, 40)}, KĐT {_place(rng)}",
        )
    )
    kind = rng.choice(("xã", "phường", "X.", "P.", "thị trấn"))
    above = rng.choice(
        (
            f"tỉnh {_place(rng)}",
            f"TP. {_place(rng)}",
            f"thành phố {_place(rng)}",
            f"huyện {_place(rng)}",
            f"Q.{rng.randint(1, 12)}, TP.HCM",
        )
    )
    return f"{below}, {kind} {_place(rng)}, {above}"


def _phone(rng: random.Random) -> str:
    digits = "0" + _digits(rng, 9)
    return rng.choice(
        (
            digits,
            f"{digits[:4]} {digits[4:7]} {digits[7:]}",
            f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
            f"(0{digits[1:3]}) {digits[3:]}",
            f"+84 {digits[1:]}",
        )
    )


def _slot(rng: random.Random, slot: str) -> str:  # noqa: C901, PLR0911, PLR0912 - one line per slot reads best
    match slot:
        case "n":
            return str(rng.randint(1, 12))
        case "nn":
            return str(rng.randint(1, 99))
        case "nnn":
            return str(rng.randint(1, 9999))
        case "dd":
            return f"{rng.randint(1, 31):02}"
        case "mm":
            return rng.choice((f"{rng.randint(1, 12)}", f"{rng.randint(1, 12):02}"))
        case "year":
            return str(rng.randint(1930, 2035))
        case "date":
            return _date(rng)
        case "time":
            return rng.choice(
                (
                    f"{rng.randint(0, 23)} giờ {rng.randint(0, 59):02} phút",
                    f"{rng.randint(0, 23)}h{rng.randint(0, 59):02}",
                    f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}",
                )
            )
        case "code":
            return _code(rng)
        case "money":
            return _grouped(rng, rng.choice("....,"))
        case "decimal":
            return f"{rng.randint(0, 120)}{rng.choice(',,,.')}{_digits(rng, rng.randint(1, 3))}"
        case "area":
            return rng.choice((_grouped(rng), f"{rng.randint(10, 9999)},{rng.randint(0, 9)}"))
        case "id12" | "id9" | "id6":
            return _digits(rng, int(slot[2:]))
        case "tax":
            return _digits(rng, 10) + rng.choice(("", f"-{_digits(rng, 3)}"))
        case "account":
            return _digits(rng, rng.randint(9, 15))
        case "dossier":
            office = ".".join(_digits(rng, 2) for _ in range(3))
            return f"{rng.choice('HGK')}{office}-{_digits(rng, 6)}-{_digits(rng, 4)}"
        case "phone":
            return _phone(rng)
        case "email":
            return _email(rng)
        case "web":
            return rng.choice(
                (f"www.{_latin(rng)}.gov.vn", f"https://{_latin(rng)}.vn/{_latin(rng)}", f"http://{_latin(rng)}.com.vn")
            )
        case "address":
            return _address(rng)
        case "Name":
            return _name(rng)
        case "NAME":
            return _name(rng).upper()
        case "Place":
            return _place(rng)
        case "PLACE":
            return _place(rng).upper()
        case "kind":
            return rng.choice(("xã", "phường", "tỉnh", "thành phố", "huyện"))
        case "KIND":
            return rng.choice(("XÃ", "PHƯỜNG", "HUYỆN", "QUẬN", "THỊ TRẤN"))
        case "law":
            return rng.choice(_LAWS)
        case "range":
            first = rng.randint(0, 400)
            return f"{first} {rng.choice('-–')} {first + rng.randint(1, 60)}"
        case "ROMAN":
            return rng.choice(_ROMAN)
        case "letter":
            return rng.choice("abcdđeghik")
        case "XX":
            return rng.choice(_stock("abbreviations"))
        case "Word":
            return _capitalized(draw_syllable(rng))
        case "CAPS":
            return words(rng, rng.randint(2, 5)).upper()
        case "Title":
            return _capitalized(words(rng, rng.randint(2, 7)))
        case "title":
            return words(rng, rng.randint(2, 7))
    raise KeyError(slot)


def _filled(rng: random.Random) -> str:
    pattern = rng.choice(_stock("phrases"))
    parts = pattern.split("{")
    return parts[0] + "".join(_slot(rng, part.split("}", 1)[0]) + part.split("}", 1)[1] for part in parts[1:])


def _running(rng: random.Random) -> str:
    """Return a piece of running text with punctuation, names, numbers and foreign words strewn in."""
    parts: list[str] = []
    for _ in range(rng.randint(1, 4)):
        part = words(rng, rng.randint(1, 6))
        kind = rng.random()
        if kind < 0.3:
            part = _capitalized(part)
        elif kind < 0.4:
            part = " ".join(_capitalized(word) for word in part.split(" "))
        if rng.random() < 0.22:
            part += " " + _insertion(rng)
        if rng.random() < 0.35:
            part += rng.choice(_WORD_SEPARATORS)
        if rng.random() < 0.06:
            part = rng.choice(("(", "“", "- ", "+ ", "/", '"')) + part
        parts.append(part)
    return (" " if rng.random() < 0.92 else rng.choice((" - ", " - ", " – "))).join(parts)


def _insertion(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.15:
        return rng.choice(_stock("foreign")).replace("₂", "2")
    if kind < 0.28:
        return rng.choice(_stock("abbreviations"))
    return _slot(
        rng,
        rng.choice(
            (
                "n",
                "nn",
                "nnn",
                "date",
                "code",
                "money",
                "decimal",
                "year",
                "Name",
                "Place",
                "time",
                "ROMAN",
                "id12",
                "range",
            )
        ),
    )


def _jumble(rng: random.Random) -> str:
    """Return characters in no order: what is rare elsewhere must be learnt too."""
    pool = rng.choice(
        (
            ALPHABET[1:],
            ALPHABET[1:95],
            "0123456789./-,",
            "0123456789",
            ALPHABET[95:229],
            "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ0123456789-./",
            ALPHABET[229:] + ",.;:!?()[]{}<>@#$%^&*_=+\\|~`'\"",
        )
    )
    groups = ["".join(rng.choices(pool, k=rng.randint(1, 9))) for _ in range(rng.randint(1, 5))]
    return " ".join(groups)


_BOXES: Final = ("☐", "☐", "☐", "☑", "☒", "☒")
_VALUES: Final = (
    *("n", "nn", "nnn", "date", "date", "year", "Name", "Name", "NAME", "id12", "id12", "money", "money", "decimal"),
    *("area", "Place", "code", "phone", "email", "address", "title", "Title", "kind"),
)
_UNITS: Final = ("", "", "", "", "", " (m²)", " (đồng)", " (nếu có)", " (ha)", " (3)", " (cây)", "*")


def _label(rng: random.Random) -> str:
    number = rng.choice(("", "", f"{rng.randint(1, 20)}. ", f"{rng.randint(1, 9)}.{rng.randint(1, 9)}. ", "- "))
    return number + _capitalized(words(rng, rng.randint(1, 4))) + rng.choice(_UNITS)


def draw_row(rng: random.Random, longest: int = 60) -> tuple[str, ...]:
    """Return what stands in a row of a form, apart from each other: labels with their values, or boxes to tick.

    Args:
        rng: Chance.
        longest: Characters of all of them with a space between.
    """
    if rng.random() < 0.25:
        parts = [_label(rng) + ":"] if rng.random() < 0.6 else []
        parts += [f"{rng.choice(_BOXES)} {_capitalized(words(rng, rng.randint(1, 3)))}" for _ in range(3)]
    else:
        kinds = [rng.choice(_VALUES) if rng.random() < 0.85 else "" for _ in range(rng.choice((1, 2, 2, 3)))]
        parts = [f"{_label(rng)}: {_slot(rng, kind) if kind else ''}".rstrip() for kind in kinds]
    while len(parts) > 1 and sum(len(part) + 1 for part in parts) > longest + 1:
        parts.pop()
    return (*parts[:-1], parts[-1][:longest].rstrip())


def _headline(rng: random.Random) -> str:
    text = words(rng, rng.randint(1, 8))
    if rng.random() < 0.3:
        text += " " + _insertion(rng)
    return text.upper()


def draw_text(rng: random.Random, longest: int = 60) -> str:
    """Return the text of one line: at most ``longest`` characters of the alphabet, no spaces at its ends."""
    kind = rng.random()
    if kind < 0.38:
        text = _running(rng)
    elif kind < 0.66:
        text = _filled(rng)
        if rng.random() < 0.25:
            text += rng.choice((" ", "; ", ", ", " - ")) + (_filled(rng) if rng.random() < 0.5 else _running(rng))
    elif kind < 0.77:
        text = _headline(rng)
    elif kind < 0.92:
        text = " ".join(_insertion(rng) for _ in range(rng.randint(1, 3)))
    else:
        text = _jumble(rng)
    if rng.random() < 0.04:
        text = text.upper()
    if len(text) > longest:
        start = 0 if rng.random() < 0.6 else rng.randrange(len(text) - longest)
        text = text[start : start + longest]
        if " " in text.strip() and rng.random() < 0.8:  # cut between words, as lines are
            text = text.rsplit(" ", 1)[0] if start == 0 else text.split(" ", 1)[1]
    text = " ".join("".join(c for c in text if knows(c)).split())
    return text or _digits(rng, 2)

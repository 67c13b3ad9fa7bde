"""Numbers, dates and sums as Vietnamese papers write them."""

import datetime as dt

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _below_hundred(number: int) -> str:
    tens, units = divmod(number, 10)
    if tens == 0:
        return _DIGITS[units]
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if units == 0:
        return head
    if units == 1 and tens > 1:
        return f"{head} mốt"
    return f"{head} {'lăm' if units == 5 else _DIGITS[units]}"


def in_words(number: int) -> str:
    """Return ``number`` (0 to 9999) in words: 2005 is *hai nghìn không trăm linh năm*."""
    thousands, rest = divmod(number, 1000)
    hundreds, rest_below = divmod(rest, 100)
    words = [f"{_DIGITS[thousands]} nghìn"] if thousands else []
    if hundreds or (thousands and rest_below):
        words.append(f"{_DIGITS[hundreds]} trăm")
    if rest_below or not words:
        linh = "linh " if words and rest_below < 10 else ""
        words.append(linh + _below_hundred(rest_below))
    return " ".join(words)


def sum_in_words(number: int) -> str:
    """Return a sum of whole millions, below a thousand milliards, in words: *Một tỷ năm trăm triệu đồng*."""
    milliards, millions = divmod(number // 1_000_000, 1000)
    parts = [f"{in_words(milliards)} tỷ"] if milliards else []
    if millions:
        parts.append(f"{in_words(millions)} triệu")
    words = " ".join(parts)
    return f"{words[0].upper()}{words[1:]} đồng"


def date_in_words(date: dt.date) -> str:
    """Return *Ngày … tháng … năm …* in words; the fourth month is *tháng tư*."""
    month = "tư" if date.month == 4 else in_words(date.month)
    return f"Ngày {in_words(date.day)} tháng {month} năm {in_words(date.year)}"


def long_date(date: dt.date) -> str:
    """Return ``ngày 05 tháng 3 năm 2024``: days below 10, months below 3 take a leading zero (decree 30, annex I)."""
    month = f"{date.month:02}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02} tháng {month} năm {date.year}"


def short_date(date: dt.date) -> str:
    """Return ``05/03/2024``."""
    return f"{date.day:02}/{date.month:02}/{date.year}"


def grouped(number: int) -> str:
    """Return ``1.250.000``."""
    return f"{number:,}".replace(",", ".")

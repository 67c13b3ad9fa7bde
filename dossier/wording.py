"""Words that programs match on, each with what people read in its place."""

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """Members are declared as ``WORD = "word", "tiếng Việt", "English"``; they are, and are found by, the word alone.

    Attributes:
        text: In Vietnamese. text_en: In English.
    """

    text: str
    text_en: str

    def __new__(cls, word: str, text: str = "", text_en: str = "") -> Self:
        """Make a member; once all are made, calls look one up and texts are not asked for."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.text, member.text_en = text, text_en
        return member

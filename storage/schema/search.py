"""What can be searched."""

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, Serial

SEARCH_INDEX = "page_index"
"""A table that each database has in a kind of its own (``storage.searching.page_index``), not declared here."""


class IndexedRow(Base):
    """A paper whose words can be searched, by its serial; ``tokens`` are those that each of its pages has besides.

    What is searched is ``page_index``, a table of each database's own kind (:mod:`storage.searching.page_index`), with
    the pages by their places (:mod:`storage.searching.places`), which follow this paper's.
    """

    __tablename__ = "indexed"

    paper: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(unique=True)
    reading_version: Mapped[int]
    tokens: Mapped[list[str]]


class PageWordsRow(Base):
    """The words of a page that can be searched, packed by :mod:`storage.searching.page_words`."""

    __tablename__ = "page_words"

    paper: Mapped[int] = mapped_column(ForeignKey("indexed.paper", ondelete="CASCADE"), primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    words: Mapped[bytes]

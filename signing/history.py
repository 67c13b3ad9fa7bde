# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""What a revision of a PDF holds and what it wrote anew: pages, form fields, annotations, in plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError

from signing.limits import Reader, Revision

_INHERITED = "/Parent"

Ref = generic.Reference
Dict = generic.DictionaryObject


@dataclass(frozen=True, slots=True)
class Field:
    """A form field: its own dictionary, its type, and the dictionaries of its widgets with what they stand in."""

    ref: Ref
    own: Dict
    kind: str
    widgets: tuple[tuple[Ref, Dict], ...]

    @property
    def value(self) -> object:
        """Its value, or ``None``."""
        return entry(self.own, "/V")


class View:
    """The file as it was at one revision; one object for each, as what it holds is looked up often."""

    @classmethod
    def of(cls, reader: Reader, revision: int) -> "View":
        """Return the view of a revision."""
        found = reader.views.get(revision)
        if not isinstance(found, cls):
            found = reader.views[revision] = cls(reader, revision)
        return found

    def __init__(self, reader: Reader, revision: int) -> None:
        self._pages: dict[Ref, Dict] = {}
        self.reader = reader
        self.revision = revision
        self.resolver: Revision = reader.get_historical_resolver(revision)  # type: ignore[assignment]

    def __call__(self, ref: Ref) -> object:
        """Return an object."""
        return self.resolver(ref)

    @property
    def root(self) -> Dict:
        """The catalogue."""
        return self.resolver.root

    @cached_property
    def written(self) -> frozenset[Ref]:
        """What this revision defines or redefines with another content."""
        refs = self.reader.xrefs.explicit_refs_in_revision(self.revision)
        info = self.reader.xrefs.get_xref_container_info(self.revision)
        return frozenset(r for r in refs if r != info.stream_ref)

    @cached_property
    def named(self) -> frozenset[tuple[int, int]]:
        """Every object that this or an older revision points to."""
        earlier = View.of(self.reader, self.revision - 1).named if self.revision else frozenset()
        values = [self.resolver.trailer_view, *map(self, self.reader.xrefs.explicit_refs_in_revision(self.revision))]
        return earlier | {(r.idnum, r.generation) for value in values for r in _references(value)}

    @cached_property
    def prepared(self) -> tuple[Ref, ...]:
        """What this revision defines for the first time although older ones point to it already.

        A signed file may point to an object that does not exist, which shows nothing, until an update defines it.
        """
        xrefs = self.reader.xrefs
        fresh = [
            ref
            for ref in xrefs.explicit_refs_in_revision(self.revision)
            if xrefs.get_historical_ref(ref, self.revision - 1) is None
            and xrefs.get_historical_ref(ref, self.revision) is not None
        ]
        named = View.of(self.reader, self.revision - 1).named if fresh else frozenset()
        return tuple(ref for ref in fresh if (ref.idnum, ref.generation) in named)

    @cached_property
    def pages(self) -> tuple[Ref, ...]:
        """Its pages, in order.

        Raises:
            PdfReadError: The page tree goes round in circles.
        """
        pages = self.root.raw_get("/Pages")
        return tuple(_leaves(pages, frozenset()))

    @cached_property
    def form(self) -> Dict:
        """The form's dictionary, empty if there is none."""
        form = entry(self.root, "/AcroForm")
        return form if isinstance(form, Dict) else Dict()

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The form's fields by their full names."""
        return dict(_fields(entry(self.form, "/Fields"), "", None, frozenset()))

    def page(self, ref: Ref) -> Dict:
        """Return a page's dictionary.

        Raises:
            PdfReadError: It is none.
        """
        if ref not in self._pages:
            found = self(ref)
            if not isinstance(found, Dict):
                raise PdfReadError("a page that is no dictionary")
            self._pages[ref] = found
        return self._pages[ref]

    def annotations(self, page: Ref) -> list[generic.PdfObject]:
        """Return a page's annotations, as they stand in its list."""
        found = entry(self.page(page), "/Annots")
        return [found.raw_get(i) for i in range(len(found))] if isinstance(found, generic.ArrayObject) else []

    def contents(self, page: Ref) -> list[generic.PdfObject]:
        """Return the streams a page is painted with, as references."""
        own = self.page(page)
        if "/Contents" not in own:
            return []
        raw = own.raw_get("/Contents")
        value = raw.get_object()
        if isinstance(value, generic.ArrayObject):
            return [value.raw_get(i) for i in range(len(value))]
        return [raw]

    def area(self, page: Ref) -> float:
        """Return a page's area in square points, that of A4 if it has none."""
        node: object = self.page(page)
        for _ in range(50):
            if not isinstance(node, Dict):
                break
            if "/MediaBox" in node:
                return area(node["/MediaBox"]) or _A4
            node = entry(node, _INHERITED)
        return _A4


_A4 = 595.0 * 842.0


def entry(own: Dict, key: str, default: object = None) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the value behind ``key``, references followed, as ``own.get`` does not."""
    return own[key] if key in own else default  # noqa: SIM401 - `get` does not follow references


def area(box: object) -> float:
    """Return the area of a rectangle in square points; of one that cannot be read, that of a page, to be safe."""
    if box is None:
        return 0.0
    try:
        left, bottom, right, top = (float(box[i]) for i in range(4))  # type: ignore[index]
        size = abs(right - left) * abs(top - bottom)
    except (TypeError, ValueError, IndexError, KeyError):
        return _A4
    return size if isfinite(size) else _A4


def _references(value: object) -> Iterator[generic.IndirectObject]:
    """Yield the references directly in ``value``."""
    if isinstance(value, generic.IndirectObject):
        yield value
    elif isinstance(value, Dict):
        for key in value:
            yield from _references(value.raw_get(key))
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            yield from _references(value.raw_get(place))


def _leaves(node: generic.PdfObject, above: frozenset[Ref]) -> Iterator[Ref]:
    if not isinstance(node, generic.IndirectObject) or node.reference in above:
        raise PdfReadError("a page tree that goes round in circles")
    own = node.get_object()
    if not isinstance(own, Dict):
        raise PdfReadError("a page tree with something else in it")
    if "/Kids" not in own:
        yield node.reference
        return
    kids = own["/Kids"]
    for place in range(len(kids)):
        yield from _leaves(kids.raw_get(place), above | {node.reference})


def _fields(values: object, parent: str, inherited: str | None, above: frozenset[Ref]) -> Iterator[tuple[str, Field]]:
    for place in range(len(values)) if isinstance(values, generic.ArrayObject) else ():
        raw = values.raw_get(place)  # type: ignore[attr-defined]
        own = raw.get_object()
        if not isinstance(raw, generic.IndirectObject) or not isinstance(own, Dict) or "/T" not in own:
            continue
        if raw.reference in above:
            raise PdfReadError("form fields that go round in circles")
        name = f"{parent}.{own['/T']}" if parent else str(own["/T"])
        kind = str(entry(own, "/FT", inherited or ""))
        kids = entry(own, "/Kids")
        widgets = []
        for kid in range(len(kids)) if isinstance(kids, generic.ArrayObject) else ():
            at = kids.raw_get(kid)
            if (
                isinstance(at, generic.IndirectObject)
                and isinstance(at.get_object(), Dict)
                and "/T" not in at.get_object()
            ):
                widgets.append((at.reference, at.get_object()))
        if "/Rect" in own:
            widgets.append((raw.reference, own))
        yield name, Field(raw.reference, own, kind, tuple(widgets))
        yield from _fields(kids, name, kind or None, above | {raw.reference})

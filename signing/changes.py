# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""What was changed after a signature, one by one, and whether it may be.

Whether an update may be is pyHanko's difference policy to say, which refuses whatever no rule explains; what it did is
said here. Each update is held against the revision before it, so that every step has to be explained, not only their
sum.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import DiffResult, SuspiciousModification
from pyhanko.sign.diff_analysis.policies import StandardDiffPolicy
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.history import Dict, Field, Ref, View, area, entry
from signing.limits import Reader, TooComplex
from signing.marks import MARK_KINDS, STRICT, WITH_MARKS, acts, added, is_plain, paints_plainly

_KINDS = tomllib.loads(files("signing").joinpath("changes.toml").read_text("utf-8"))
_HARMLESS = frozenset({"/Extensions", "/Version", "/MarkInfo"})
_ACTIONS = frozenset({"/OpenAction", "/AA", "/Names"})
_FORM = frozenset({"/Fields", "/SigFlags"})
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed after a signature.

    Attributes:
        kind: Stable, a section of ``changes.toml``. revision: Of the file, the first being 1.
        by: Who signed that revision, if somebody did: the name in the certificate.
        text, text_en: What a person should know.
    """

    kind: str
    revision: int
    by: str | None
    text: str
    text_en: str

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"kind": self.kind, "revision": self.revision, "by": self.by, "text": self.text, "text_en": self.text_en}


@dataclass(frozen=True, slots=True)
class Item:
    """One change as found: its kind, what its sentence names, and how much of a page it may cover (0 to 1)."""

    kind: str
    details: tuple[tuple[str, object], ...] = ()
    page: int = 0
    share: float = 0.0

    @property
    def weight(self) -> str:
        """See ``changes.toml``."""
        return str(_KINDS[self.kind]["weight"])

    def change(self, revision: int, by: str | None) -> Change:
        """Return it as it is reported."""
        entry, details = _KINDS[self.kind], dict(self.details)
        return Change(
            self.kind, revision + 1, by, entry["vi"].format(**details) + ".", entry["en"].format(**details) + "."
        )


def _item(kind: str, page: int = 0, share: float = 0.0, **details: object) -> Item:
    shown = {k: v if isinstance(v, int) else _short(v) for k, v in details.items()}
    if page:
        shown["page"] = page
    if share or kind.endswith(("-mark", "annotation-added")):
        shown["share"] = max(round(100 * share), 1)
    return Item(kind, tuple(shown.items()), page, share)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


class Update:
    """One revision held against the one before it.

    Attributes:
        revision: Its number, from 0. items: What it did.
    """

    def __init__(self, reader: Reader, revision: int) -> None:
        self.reader = reader
        self.revision = revision
        self._before, self._after = View.of(reader, revision - 1), View.of(reader, revision)

    def level(
        self, policy: StandardDiffPolicy, locked: FieldMDPSpec | None, allowed: MDPPerm | None
    ) -> DiffResult | None:
        """Return how far the update goes under ``policy``, ``None`` if it refuses.

        Args:
            policy: `STRICT` or `WITH_MARKS`.
            locked: Fields a signature locked.
            allowed: What a certification allows.
        """
        try:
            if self._after.prepared:
                return None
            result = policy.apply(self._before.resolver, self._after.resolver, locked, allowed)
        except TooComplex:
            raise
        except SuspiciousModification as error:
            self._refusals.append(str(error))
            return None
        except Exception:  # noqa: BLE001 - a hostile update leads the rules anywhere; what cannot be judged is refused
            return None
        limit = {None: 3, MDPPerm.NO_CHANGES: 1, MDPPerm.FILL_FORMS: 2, MDPPerm.ANNOTATE: 3}[allowed]
        return result if result.modification_level.value <= limit else None

    @cached_property
    def _refusals(self) -> list[str]:
        return []

    @cached_property
    def strict(self) -> DiffResult | None:
        """How far the update goes under the strict policy, whatever a signature may ask for."""
        return self.level(STRICT, None, None)

    @cached_property
    def explained(self) -> bool:
        """Whether either policy explains everything that was written."""
        return self.strict is not None or self.level(WITH_MARKS, None, None) is not None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """What the update did; one that no policy explains has at least one refused item."""
        try:
            found = list(_listed(self._before, self._after))
            # What shows nothing is told once; each mark counts, however much alike they are.
            items = [i for n, i in enumerate(found) if i.weight != "nothing" or i not in found[:n]]
        except TooComplex:
            raise
        except Exception:  # noqa: BLE001 - a hostile update leads the walk anywhere
            return (_item("unreadable"),)
        if not self.explained and not any(i.weight == "refused" for i in items):
            items += self._unexplained() or [_item("refused")]
        if not items and self._after.written:
            items.append(_item("unused", count=len(self._after.written)))
        return tuple(items)

    def _unexplained(self) -> list[Item]:
        """Return the objects that the last policy could not explain, with their places in the file."""
        numbers = {int(n) for text in self._refusals[-1:] for n in re.findall(r"idnum=(\d+)", text)}
        refs = sorted((r for r in self._after.written if r.idnum in numbers), key=lambda r: r.idnum)
        return [_item("object", number=r.idnum, place=_place(self._before, r)) for r in refs[:20]]


def _place(before: View, ref: Ref) -> str:
    """Return where an object was used before, as a path, ``mới/new`` if nowhere."""
    paths = before.resolver._get_usages_of_ref(ref)  # noqa: SLF001 - no public way leads back from an object
    return min((str(p).lstrip(".") for p in paths), key=len, default="mới/new")


def _listed(before: View, after: View) -> Iterator[Item]:
    for ref in after.prepared:
        yield _item("prepared", number=ref.idnum)
    yield from _of_catalogue(before, after)
    yield from _of_pages(before, after)
    yield from _of_form(before, after)
    old, new = before.resolver.trailer_view, after.resolver.trailer_view
    if _changed(before, after, old, new, "/Info"):
        yield _item("metadata")


def _changed(before: View, after: View, old: Dict, new: Dict, key: str) -> bool:
    """Return whether ``key`` leads elsewhere, or to something that was written anew and differs."""
    first = old.raw_get(key) if key in old else None
    second = new.raw_get(key) if key in new else None
    if first != second:
        return True
    return isinstance(second, generic.IndirectObject) and _rewritten(before, after, second.reference)


def _rewritten(before: View, after: View, ref: Ref) -> bool:
    return ref in after.written and not _equal(before(ref), after(ref))


def _equal(first: object, second: object) -> bool:
    """Return whether two objects are the same, without following references."""
    if isinstance(first, generic.StreamObject) or isinstance(second, generic.StreamObject):
        if not (isinstance(first, generic.StreamObject) and isinstance(second, generic.StreamObject)):
            return False
        if first.encoded_data != second.encoded_data:
            return False
    if isinstance(first, Dict) and isinstance(second, Dict):
        return first.keys() == second.keys() and all(_equal(first.raw_get(k), second.raw_get(k)) for k in first)
    return type(first) is type(second) and bool(first == second)


def _of_catalogue(before: View, after: View) -> Iterator[Item]:
    old, new = before.root, after.root
    for key in sorted({*old.keys(), *new.keys()} - {"/AcroForm"}):
        if not _changed(before, after, old, new, key):
            continue
        if key == "/DSS":
            yield _item("evidence" if key in new else "catalog", key=key)
        elif key == "/Metadata":
            yield _item("metadata")
        elif key == "/Pages":
            if entry(old, key) is None or before.pages == after.pages:
                yield _item("catalog", key=key)
        elif key in _HARMLESS:
            yield _item("extension")
        else:
            yield _item("action" if key in _ACTIONS else "catalog", key=key)


def _of_pages(before: View, after: View) -> Iterator[Item]:
    old, new = before.pages, after.pages
    was, now = dict.fromkeys(old), dict.fromkeys(new)
    for place, ref in enumerate(old, 1):
        if ref not in now:
            yield _item("page-removed", place)
    seen: set[Ref] = set()
    for place, ref in enumerate(new, 1):
        if ref not in was or ref in seen:
            yield _item("page-added", place)
        seen.add(ref)
    if [r for r in was if r in now] != [r for r in now if r in was]:
        yield _item("pages-reordered")
    for place, ref in enumerate(old, 1):
        if ref in now:
            yield from _of_page(before, after, ref, place)


def _of_page(before: View, after: View, page: Ref, place: int) -> Iterator[Item]:
    old, new = before.page(page), after.page(page)
    for key in sorted(({*old.keys(), *new.keys()}) - {"/Annots", "/Contents", "/Resources", "/Parent"}):
        if _changed(before, after, old, new, key):
            yield _item("action" if key == "/AA" else "page-changed", place, key=key)
    streams = before.contents(page)
    more = _more(streams, after.contents(page))
    rewritten = any(isinstance(s, generic.IndirectObject) and _rewritten(before, after, s.reference) for s in streams)
    if more is None or rewritten:
        yield _item("content-changed", place)
    elif more:
        yield _item("content-added", place)
    elif _changed(before, after, old, new, "/Resources"):
        yield _item("content-changed", place)
    yield from _of_annotations(before, after, page, place)


def _more(before: list[generic.PdfObject], after: list[generic.PdfObject]) -> list[generic.PdfObject] | None:
    """Return what ``after`` has more, ``None`` if something is missing or in another order."""
    try:
        return list(added(before, after))
    except SuspiciousModification:
        return None


def _of_annotations(before: View, after: View, page: Ref, place: int) -> Iterator[Item]:
    marks = before.annotations(page)
    more = _more(marks, after.annotations(page))
    if more is None:
        yield _item("annotation-removed", place)
        return
    widgets = {ref for field in after.fields.values() for ref, _ in field.widgets}
    for mark in marks:
        ref = mark.reference if isinstance(mark, generic.IndirectObject) else None
        if ref and ref not in widgets and _rewritten(before, after, ref):
            yield _item("annotation-changed", place)
    for mark in more:
        own = mark.get_object()
        if isinstance(mark, generic.IndirectObject) and mark.reference in widgets:
            continue
        if not isinstance(own, Dict):
            yield _item("annotation-doubtful", place, subtype="?")
        elif acts(own):
            yield _item("action", place, key="/A")
        else:
            subtype = str(entry(own, "/Subtype", "?")).lstrip("/")
            known = f"/{subtype}" in MARK_KINDS and is_plain(after, own)
            share = area(entry(own, "/Rect")) / after.area(page)
            yield _item("annotation-added" if known else "annotation-doubtful", place, share, subtype=subtype)


def _of_form(before: View, after: View) -> Iterator[Item]:
    old, new = before.form, after.form
    for key in sorted({*old.keys(), *new.keys()} - _FORM):
        if _changed(before, after, old, new, key):
            fillable = any(f.kind != "/Sig" for f in (*before.fields.values(), *after.fields.values()))
            yield _item("form-settings" if fillable or key == "/XFA" else "form-defaults", key=key)
    for name in before.fields.keys() - after.fields.keys():
        yield _item("field-removed", field=name)
    for name, field in after.fields.items():
        known = before.fields.get(name)
        if known is None:
            yield from _of_new_field(after, name, field)
        else:
            yield from _of_field(before, after, name, known, field)


def _of_new_field(after: View, name: str, field: Field) -> Iterator[Item]:
    if field.kind == "/Sig":
        yield from _of_signature(after, name, field)
    elif field.kind or "/V" in field.own:
        yield _item("field-added", field=name)


def _of_signature(after: View, name: str, field: Field) -> Iterator[Item]:
    value = field.value
    stamp = isinstance(value, Dict) and entry(value, "/Type") == "/DocTimeStamp"
    visible = [(ref, own) for ref, own in field.widgets if area(entry(own, "/Rect"))]
    plain, mark = ("time-stamp", "time-stamp-mark") if stamp else ("signature", "signature-mark")
    if value is None:
        plain, mark = "field-prepared", "signature-empty"
    elif not all(is_plain(after, own) for _, own in field.widgets) or acts(field.own):
        mark = (
            "action" if any(acts(own) for own in (field.own, *(w for _, w in field.widgets))) else "signature-doubtful"
        )
        visible = list(field.widgets)
    if not visible:
        yield _item(plain, field=name)
    for ref, own in visible:
        for page, share in _places(after, ref, own):
            yield _item(mark, page, share, field=name, key="/AA", **({} if page else {"page": "?"}))


def _places(view: View, widget: Ref, own: Dict) -> list[tuple[int, float]]:
    """Return the numbers of the pages a widget stands on and its share of each; page 0 if on none."""
    size = area(entry(own, "/Rect"))
    found = [
        (place, size / view.area(page))
        for place, page in enumerate(view.pages, 1)
        if any(isinstance(a, generic.IndirectObject) and a.reference == widget for a in view.annotations(page))
    ]
    return found or [(0, size / view.area(view.pages[0]))]


def _of_field(before: View, after: View, name: str, known: Field, field: Field) -> Iterator[Item]:
    if field.kind == "/Sig":
        if known.value is None and field.value is not None:
            yield from _of_signature(after, name, field)
        elif not _equal(known.own, field.own):
            yield _item("signature-changed", field=name)
        return
    old, new = entry(known.own, "/V"), entry(field.own, "/V")
    if old != new:
        if not all(paints_plainly(after, own) for _, own in field.widgets):
            yield _item("field-appearance", field=name)
        kind = "field-filled" if _is_empty(old) and field.kind == "/Tx" else "field-changed"
        places = [p for ref, own in field.widgets for p in _places(after, ref, own)] or [(0, 0.0)]
        for place, share in places:
            yield _item(
                kind, place, share, field=name, old="" if old is None else old, value="" if new is None else new
            )
    elif any(
        _paints_otherwise(before, after, w, o) for w, o in zip(known.widgets, field.widgets, strict=False)
    ) or not (_equal(known.own, field.own)):
        yield _item("field-appearance", field=name)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _paints_otherwise(before: View, after: View, known: tuple[Ref, Dict], now: tuple[Ref, Dict]) -> bool:
    """Return whether a widget, or one of the pictures it shows, was written anew and differs."""
    if not _equal(known[1], now[1]):
        return True
    pictures = after.resolver.collect_dependencies(entry(now[1], "/AP", Dict()))
    return any(r in after.written and _rewritten(before, after, r) for r in pictures)


def reader_updates(reader: Reader, first: int) -> Callable[[int], Update]:
    """Return what gives the update of a revision after ``first``, each held against the one before it only once."""
    updates: dict[int, Update] = {}

    def update(revision: int) -> Update:
        if revision <= first:
            raise ValueError(revision)
        return updates.setdefault(revision, Update(reader, revision))

    return update

# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""Marks that offices put on a paper between two signatures: number and date, stamps, pictures of signatures.

The lawful way of a Vietnamese paper (NĐ 30/2020/NĐ-CP, art. 13 to 18 and Annex I): the leader signs, the clerk enters
number and date, the agency seals. Each is an update of the file. pyHanko's policy lets new signatures and form values
pass; the rule here adds what else such an update may do, and nothing more: new annotations of two kinds, and new
content after (or around) a page's old content, which stays as it was. That something passes here never makes a
signature valid: `signing.judge` asks in addition that a later signature answers for it.
"""

from collections.abc import Iterable, Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.policies import DEFAULT_DIFF_POLICY, StandardDiffPolicy
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules_api import QualifiedWhitelistRule, ReferenceUpdate, RelativeContext

from signing.history import Dict, Ref, View, area, entry

MARK_KINDS = frozenset({"/Stamp", "/FreeText"})
"""Annotations an office marks a paper with; every other kind (links, films, highlights, redactions) is none."""

_PLAIN = frozenset(
    [
        "/Type",
        "/Subtype",
        "/Rect",
        "/AP",
        "/F",
        "/P",
        "/NM",
        "/M",
        "/T",
        "/TU",
        "/TM",
        "/Contents",
        "/C",
        "/CA",
        "/BS",
        "/Border",
        "/DA",
        "/DS",
        "/RC",
        "/Q",
        "/Name",
        "/Subj",
        "/IT",
        "/CreationDate",
        "/RD",
        "/Rotate",
        "/FT",
        "/V",
        "/Ff",
        "/Parent",
        "/MK",
        "/H",
        "/DR",
        "/Lock",
        "/SV",
        "/Kids",
        "/StructParent",
    ]
)
"""Keys of annotations and signature fields that do nothing but describe and paint."""
_TRICKS = frozenset(
    ["/OC", "/OPI", "/Ref", "/Alternates", "/AA", "/A", "/JS", "/JavaScript", "/PieceInfo", "/RichMedia"]
)
"""Keys in a painting that let it look different from one program, or moment, to another."""
_HIDDEN = 1 | 2 | 32
"""Annotation flags Invisible, Hidden and NoView (ISO 32000-1, 12.5.3): what is printed is not what is seen."""


def is_plain(view: View, mark: Dict) -> bool:
    """Return whether ``mark`` always paints the same and does nothing else."""
    return mark.keys() <= _PLAIN and paints_plainly(view, mark)


def paints_plainly(view: View, mark: Dict) -> bool:
    """Return whether what ``mark`` paints is always seen and always the same."""
    if int(entry(mark, "/F", 4)) & _HIDDEN:
        return False
    painting = entry(mark, "/AP")
    if painting is None:
        # A field without a picture is painted from its value, a stamp as each program likes.
        return area(entry(mark, "/Rect")) == 0 or entry(mark, "/Subtype") == "/Widget"
    if not isinstance(painting, Dict) or painting.keys() != {"/N"}:
        return False
    refs = view.resolver.collect_dependencies(painting, since_revision=view.revision)
    return not any(_tricks(o) for o in (painting, *(view(r) for r in refs)))


def acts(mark: Dict) -> bool:
    """Return whether ``mark`` carries an action."""
    return bool(mark.keys() & {"/A", "/AA"})


def _tricks(value: object) -> bool:
    if isinstance(value, Dict):
        return bool(value.keys() & _TRICKS) or any(_tricks(value.raw_get(k)) for k in value)
    if isinstance(value, generic.ArrayObject):
        return any(_tricks(value.raw_get(i)) for i in range(len(value)))
    return False


class _AddedMarks(QualifiedWhitelistRule):
    """Lets new annotations and new content on old pages pass; raises on everything else that was done to a page."""

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        before, after = View.of(old.reader, old.revision), View.of(new.reader, new.revision)  # type: ignore[arg-type]
        if before.pages != after.pages:
            raise SuspiciousModification("pages")
        widgets = {ref for field in after.fields.values() for ref, _ in field.widgets}
        for page in after.pages:
            for update in _of_page(before, after, page, widgets):
                yield ModificationLevel.ANNOTATIONS, update


def _of_page(before: View, after: View, page: Ref, widgets: set[Ref]) -> Iterator[ReferenceUpdate]:
    """Yield what may have been written to mark ``page``.

    Raises:
        SuspiciousModification: The page was changed otherwise.
    """
    marks = list(added(before.annotations(page), after.annotations(page)))
    for mark in marks:
        if not isinstance(mark, generic.IndirectObject) or not _is_new(before, mark.reference):
            raise SuspiciousModification("annotation that is not new")
        own = mark.get_object()
        if mark.reference not in widgets:
            if not isinstance(own, Dict) or entry(own, "/Subtype") not in MARK_KINDS or not is_plain(after, own):
                raise SuspiciousModification("annotation of another kind")
            yield from map(ReferenceUpdate, (mark.reference, *_fresh(before, after, own)))
    streams = list(added(before.contents(page), after.contents(page)))
    for stream in streams:
        if not isinstance(stream, generic.IndirectObject) or not _is_new(before, stream.reference):
            raise SuspiciousModification("content that is not new")
        yield from map(ReferenceUpdate, (stream.reference, *_fresh(before, after, stream.get_object())))
    if not marks and not streams:
        return
    own_before, own_after = before.page(page), after.page(page)
    compare_dicts(own_before, own_after, frozenset({"/Annots", "/Contents", "/Resources"}))
    yield ReferenceUpdate(page)  # every way that leads to it: its other entries are as they were
    yield from _array(before, page, own_before, own_after, "/Annots")
    if streams:
        yield from _array(before, page, own_before, own_after, "/Contents")
        yield from map(ReferenceUpdate, _resources(before, after, own_before, own_after))
    elif not _same(own_before, own_after, "/Resources"):
        raise SuspiciousModification("resources without content")


def added(before: list[generic.PdfObject], after: list[generic.PdfObject]) -> Iterator[generic.PdfObject]:
    """Yield what ``after`` has more than ``before``.

    Raises:
        SuspiciousModification: Something is missing, or the order is another: what lies on top would change.
    """
    rest = iter(before)
    awaited = next(rest, None)
    for value in after:
        if awaited is not None and value == awaited:
            awaited = next(rest, None)
        else:
            yield value
    if awaited is not None:
        raise SuspiciousModification("missing or in another order")


def _is_new(before: View, ref: Ref) -> bool:
    return bool(before.resolver.is_ref_unassignable(ref))


def _fresh(before: View, after: View, value: generic.PdfObject) -> set[Ref]:
    return after.resolver.collect_dependencies(value, since_revision=before.revision + 1)


def _same(before: Dict, after: Dict, key: str) -> bool:
    return (before.raw_get(key) if key in before else None) == (after.raw_get(key) if key in after else None)


def _array(before: View, page: Ref, own_before: Dict, own_after: Dict, key: str) -> Iterator[ReferenceUpdate]:
    """Yield the list behind ``key`` if it is an object of its own: the old one, or a new one."""
    raw = own_after.raw_get(key) if key in own_after else None
    if not isinstance(raw, generic.IndirectObject) or not isinstance(raw.get_object(), generic.ArrayObject):
        return
    old = own_before.raw_get(key) if key in own_before else None
    if raw == old or _is_new(before, raw.reference):
        yield ReferenceUpdate(raw.reference, context_checked=RelativeContext(page, RawPdfPath(key)))


def _resources(before: View, after: View, own_before: Dict, own_after: Dict) -> Iterator[Ref]:
    """Yield the new resources of a page whose old ones are all there still.

    Raises:
        SuspiciousModification: A name means something else now.
    """
    old, new = entry(own_before, "/Resources", Dict()), entry(own_after, "/Resources", Dict())
    for key in old:
        if _same(old, new, key):
            continue
        if not isinstance(old[key], Dict) or key not in new or not all(_same(old[key], new[key], n) for n in old[key]):
            raise SuspiciousModification("resources")
    yield from _fresh(before, after, new)
    if "/Resources" in own_after:
        yield from (r for r in _touched(own_after.raw_get("/Resources"), new) if r in after.written)


def _touched(raw: object, resources: Dict) -> Iterator[Ref]:
    """Yield the resources' own dictionary and those one below, where they are objects of their own."""
    if isinstance(raw, generic.IndirectObject):
        yield raw.reference
    for key in resources:
        below = resources.raw_get(key)
        if isinstance(below, generic.IndirectObject) and isinstance(below.get_object(), Dict):
            yield below.reference


STRICT = DEFAULT_DIFF_POLICY
"""New signatures, validation data, form values."""
WITH_MARKS = StandardDiffPolicy(
    global_rules=[*DEFAULT_DIFF_POLICY.global_rules, _AddedMarks()],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(approve_widget_bindings=False),
            SigFieldModificationRule(),
            GenericFieldModificationRule(),
        ]
    ),
)
"""Marks too."""

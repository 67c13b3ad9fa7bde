"""Tables over understood papers."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from dossier.papers import FieldSource
from dossier.thresholds import threshold
from dossier.values import VALUE_KINDS
from tests.benchmarks.ocr.tables import Table, shown
from tests.benchmarks.understanding.codes import share_read
from tests.benchmarks.understanding.understood import Judged, Understood

_CODES: Final = 300
_T = TypeVar("_T")

EXACT_KINDS: Final = frozenset(
    kind for kind in VALUE_KINDS if kind in {"date", "term", "year"} or kind.endswith(("_number", "_code", "_tax_code"))
)
"""Kinds of value that are identifiers or dates."""

_STEPS: Final = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)


def share(part: int, whole: int, digits: int = 1) -> str:
    """Return a share in percent."""
    return shown(100 * part / whole if whole else float("nan"), digits)


def expected(papers: Sequence[Understood], kinds: frozenset[str] | None = None) -> list[Judged]:
    """Return the fields that the papers have, of some kinds of value if given."""
    fields = (f for u in papers for f in u.fields)
    return [f for f in fields if f.wanted is not None and (kinds is None or f.value_kind in kinds)]


def straight_values(papers: Sequence[Understood]) -> list[Judged]:
    """Return the fields with a value that no finding is about, on papers that go straight through."""
    fields = (f for u in papers if u.straight_through for f in u.fields)
    return [f for f in fields if f.got is not None and f.got.value is not None and not f.doubted]


def targets_table(papers: Sequence[Understood]) -> Table:
    """What was asked for, and what came."""
    typed = [u for u in papers if u.truth.fields and not u.plan.by_pen]
    by_pen = [u for u in papers if u.plan.by_pen]
    fields, codes = expected(papers), expected(papers, EXACT_KINDS)
    values = straight_values(papers)
    wrong = sum(f.wrong for f in values)
    surely_wrong = sum(_surely(u) and not u.type_right for u in papers)
    cards = [u for u in papers if u.plan.kind == "identity-card"]
    by_code = sum(any(f.source is FieldSource.QR for f in u.paper.fields) for u in cards)
    cpu = sum(u.cpu["extract"] for u in papers)
    cells = [c for u in papers for c in u.cells if c.wanted is not None]
    figures = [c for c in cells if c.value_kind != "person_name"]
    found = [c for u in papers for c in u.cells if c.got is not None and c.got.value is not None and not c.doubted]
    unseen = sum(c.wrong for c in found)
    rows = [
        ["papers of the right type, %", "≥ 99", share(sum(u.type_right for u in papers), len(papers))],
        ["papers of a wrong type above its threshold", "0", str(surely_wrong)],
        ["fields exact, %", "≥ 97", share(sum(f.right for f in fields), len(fields), 2)],
        ["identifiers and dates exact, %", "≥ 99", share(sum(f.right for f in codes), len(codes), 2)],
        ["papers straight through, of those in print, %", "≥ 70", _straight(typed)],
        ["papers straight through, of those in print and colour or grey, %", "", _straight(in_colour(typed))],
        ["papers straight through, of those with required data by pen, %", "0", _straight(by_pen)],
        [
            "values on these that are wrong and not in doubt, %",
            "≤ 0.1",
            f"{share(wrong, len(values), 2)} ({wrong} of {len(values)})",
        ],
        ["QR codes of 2 cm at 200 dpi and up to 5° askew that are read, %", "≥ 99", shown(100 * share_read(_CODES), 1)],
        ["identity cards of this set whose QR code was read, %", "", share(by_code, len(cards))],
        ["cells of tables exact, %", "", share(sum(c.right for c in cells), len(cells), 2)],
        ["names in these apart, %", "", share(sum(c.right for c in figures), len(figures), 2)],
        ["cells that are wrong and not in doubt, %", "", f"{share(unseen, len(found), 2)} ({unseen} of {len(found)})"],
        ["extraction, CPU s a page", "≤ 0.1", shown(cpu / sum(u.truth.pages for u in papers), 3)],
    ]
    return Table(f"{len(papers)} papers", ["", "target", "measured"], rows)


def in_colour(papers: Sequence[Understood]) -> list[Understood]:
    """Return the papers that were not scanned in black and white, which always goes to a person."""
    return [u for u in papers if u.plan.spec.scanner.mode != "bilevel"]


def _straight(papers: Sequence[Understood]) -> str:
    return share(sum(u.straight_through for u in papers), len(papers))


def _surely(u: Understood) -> bool:
    return (u.paper.type_confidence or 0.0) >= u.paper_type.review_below and bool(u.paper_type.fields)


def types_table(papers: Sequence[Understood]) -> Table:
    """One row for each kind of paper, all together last."""
    kinds = dict.fromkeys(u.plan.kind for u in papers)
    rows = [_row(kind, [u for u in papers if u.plan.kind == kind]) for kind in kinds]
    head = ["paper", "papers", "type right", "fields", "exact %", "ids, dates %", "straight through %", "wrong there"]
    return Table("By kind of paper", [*head, "commonest reasons for a closer look"], [*rows, _row("all", papers)])


def _row(name: str, papers: Sequence[Understood]) -> list[str]:
    fields, codes = expected(papers), expected(papers, EXACT_KINDS)
    values = straight_values(papers)
    wrong = sum(f.wrong for f in values)
    reasons = Counter(reason for u in papers for reason in dict.fromkeys(r.split(" (")[0] for r in u.reasons))
    return [
        name,
        str(len(papers)),
        str(sum(u.type_right for u in papers)),
        str(len(fields)),
        share(sum(f.right for f in fields), len(fields)),
        share(sum(f.right for f in codes), len(codes)),
        share(sum(u.straight_through for u in papers), len(papers)),
        f"{wrong} / {len(values)}",
        ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(4)) or "–",
    ]


def fields_table(papers: Sequence[Understood]) -> Table:
    """Fields that are most often not exact."""
    seen, missed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    wrong = Counter[tuple[str, str]]()
    for u in papers:
        for f in u.fields:
            if f.wanted is not None:
                seen[u.truth.paper_type, f.key] += 1
                missed[u.truth.paper_type, f.key] += not f.right
                wrong[u.truth.paper_type, f.key] += f.wrong
    rows = [
        [*name, str(seen[name]), str(count), str(wrong[name])] for name, count in missed.most_common(24) if count > 0
    ]
    return Table("Fields least often exact", ["type", "field", "papers", "not exact", "of these wrong"], rows)


def field_curve(papers: Sequence[Understood]) -> Table:
    """What a threshold on single values would let through."""
    values = [f for u in papers for f in u.fields if f.got is not None and f.got.value is not None]
    return _curve("Values by confidence", values, lambda f: f.got.confidence if f.got else 0.0, lambda f: f.right)


def kinds_table(papers: Sequence[Understood]) -> Table:
    """What the thresholds of the kinds of value let through, whatever becomes of the paper."""
    values = [f for u in papers for f in u.fields if f.got is not None and f.got.value is not None]
    rows = []
    for kind in sorted({f.value_kind for f in values}):
        some = [f for f in values if f.value_kind == kind]
        passing = [f for f in some if f.got and f.got.confidence >= threshold(kind)]
        rows.append(
            [
                kind,
                str(len(some)),
                str(sum(not f.right for f in some)),
                f"{threshold(kind):g}",
                share(len(passing), len(some)),
                str(sum(not f.right for f in passing)),
            ]
        )
    head = ["kind of value", "values", "wrong", "threshold", "at or above %", "of these wrong"]
    return Table("Values by their kind", head, rows)


def type_curve(papers: Sequence[Understood]) -> Table:
    """What a threshold on types would let through."""
    guessed = [u for u in papers if u.paper_type.fields]
    return _curve(
        "Types by confidence ('other' apart)",
        guessed,
        lambda u: u.paper.type_confidence or 0.0,
        lambda u: u.type_right,
    )


def _curve(title: str, things: Sequence[_T], confidence: Callable[[_T], float], right: Callable[[_T], bool]) -> Table:
    rows = []
    for step in _STEPS:
        above = [t for t in things if confidence(t) >= step]
        wrong = sum(not right(t) for t in above)
        rows.append([f"{step:g}", share(len(above), len(things)), str(wrong), share(wrong, len(above), 2)])
    return Table(title, ["threshold", "at or above %", "wrong", "wrong of these %"], rows)


def cost_table(papers: Sequence[Understood]) -> Table:
    """CPU seconds of each step."""
    pages = sum(u.truth.pages for u in papers)
    rows = [
        [step, shown(sum(u.cpu[step] for u in papers) / pages, 3), shown(max(u.cpu[step] for u in papers), 2)]
        for step in papers[0].cpu
    ]
    return Table("Cost after reading", ["step", "CPU s a page", "at most, a paper"], rows)

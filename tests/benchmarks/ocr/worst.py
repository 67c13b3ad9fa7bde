"""What went wrong: the worst pages line by line, and what is read as what most often."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from tests.benchmarks.ocr.compare import EMPTY, PageScore
from tests.benchmarks.ocr.metrics import confusions, edit_kinds
from tests.benchmarks.ocr.order import place_lines
from tests.benchmarks.ocr.tables import Table, groups

_INVERTED = 6
_LONGEST = 12
"""Longer runs of wrong characters are lost lines, no confusions."""


def confusions_table(scores: Sequence[PageScore], *, limit: int = 40) -> Table:
    """What was read as what, the commonest first; lines are matched wherever they stand, so order does not show."""
    seen, pages = Counter[tuple[str, str]](), defaultdict[tuple[str, str], set[str]](set)
    for s in scores:
        for line, got in zip(s.scan.lines, place_lines(s.scan.lines, s.text).readings, strict=True):
            for pair, times in confusions(line, got).items() if got else ():
                if max(map(len, pair)) <= _LONGEST:
                    seen[pair] += times
                    pages[pair].add(s.scan.name)
    rows = [
        [f"`{wanted or '∅'}`", f"`{got or '∅'}`", str(times), str(len(pages[wanted, got]))]
        for (wanted, got), times in seen.most_common(limit)
    ]
    return Table("What is read as what", ["printed", "read", "times", "pages"], rows)


def budget_table(scores: Sequence[PageScore]) -> Table:
    """Where the edits come from, by group: what to work on first."""
    kinds = ("order", "lost lines", "beyond the truth", "marks", "case", "letters", "digits", "punctuation", "spaces")
    rows = []
    for group, some in groups(scores):
        spent: Counter[str] = sum((_budget(s) for s in some), Counter())
        characters = max(1, sum(len(s.scan.text) for s in some))
        rows.append([group, *(f"{100 * spent[kind] / characters:.2f}" for kind in kinds)])
    return Table("Where errors come from: edits per 100 characters of the truth", ["group", *kinds], rows)


def _budget(s: PageScore) -> Counter[str]:
    placed = place_lines(s.scan.lines, s.text)
    pairs = list(zip(s.scan.lines, placed.readings, strict=True))
    spent: Counter[str] = sum((edit_kinds(line, got) for line, got in pairs if got), Counter())
    spent["lost lines"] = sum(len(line) for line, got in pairs if not got)
    spent["beyond the truth"] = placed.beyond
    spent["order"] = round(s.order.characters.part)
    return spent


def page_differences(s: PageScore, *, limit: int = 14) -> str:
    """Return a page's wrong lines as text, the costliest first, inverted ones, and what was read beyond the truth."""
    placed = place_lines(s.scan.lines, s.text)
    pairs = list(zip(s.scan.lines, placed.readings, strict=True))
    wrong = sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: -Levenshtein.distance(*pair))
    shown = [f"- {wanted}\n+ {got or '(not found)'}" for wanted, got in wrong[:limit]]
    if len(wrong) > limit:
        shown.append(f"… and {len(wrong) - limit} more of {len(pairs)} lines")
    found = [(line, place) for line, place in zip(s.scan.lines, placed.places, strict=True) if place is not None]
    inverted = [(a, b) for (a, first), (b, second) in pairwise(found) if second < first]
    shown += [f"~ read in the other order: {a[:50]} / {b[:50]}" for a, b in inverted[:_INVERTED]]
    if extra := left_over(s):
        shown.append(f"! read beyond the truth: {extra[:400]}")
    return "\n".join(shown)


def left_over(s: PageScore) -> str:
    """Return what was read and belongs to no line."""
    rest = Counter(s.text.split())
    placed = place_lines(s.scan.lines, s.text)
    rest.subtract(word for got in placed.readings for word in got.split())
    return " ".join(word for word, times in rest.items() for _ in range(times))


def worst_pages(scores: Sequence[PageScore], *, limit: int = 10) -> str:
    """Return the worst pages with their wrong lines, as Markdown."""
    printed = sorted((s for s in scores if s.scan.group != EMPTY), key=lambda s: -s.cer)[:limit]
    false = [s for s in scores if s.scan.group == EMPTY and s.text]
    parts = [
        f"### {s.scan.name}: CER {s.cer:.2f} %, order {s.order.characters.percent:.2f} %, {s.scan.dpi} dpi, "
        f"{', '.join(s.scan.faults) or 'no fault'}\n\n```diff\n{page_differences(s)}\n```\n"
        for s in printed
        if s.characters.part
    ]
    parts += [f"### {s.scan.name}: empty, yet read: `{s.text[:200]}`\n" for s in false]
    return "\n".join(parts)

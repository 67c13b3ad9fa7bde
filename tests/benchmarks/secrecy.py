"""How surely state-secret marks are seen, and how often ordinary pages are taken for secret ones.

``python -m tests.benchmarks.secrecy --pages 40`` prints a table. Pages are generated, stamped with a mark, an urgency
mark of the same shape, or nothing, scanned by an ordinary or a bad office scanner, cleaned and read as in the pipeline.
"""

import argparse
from collections import Counter

from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ocr.ctc import CtcReader
from ocr.orientation import orientation
from ocr.reader import read_page
from ocr.secrecy import MARKS, has_secrecy_mark
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.render import Kind
from tests.ocr.secrecy_pages import BLACK, RED, Stamp, page_of, scanned, stamped

KINDS = (Kind.DECISION, Kind.OFFICIAL_LETTER, Kind.BODY_TEXT, Kind.DECISION_WITH_TABLE)
OTHERS = ("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "BẢO MẬT", "MẬT KHẨU", "ĐÃ KIỂM TRA")


def looks_secret(seed: int, stamp: Stamp | None, scanner: Scanner, reader: CtcReader) -> bool:
    """Return what the pipeline would say of a page."""
    page = page_of(KINDS[seed % len(KINDS)], seed, 200, "test")
    pixels = scanned(stamped(page, stamp) if stamp else page, scanner, seed)
    master = clean(PageImage(1, pixels, 200), lambda *a: orientation(*a, engine=reader))
    reading = read_page(master.pixels, number=1, dpi=master.dpi, engine=reader)
    return has_secrecy_mark(master.pixels, reading, reader)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=40)
    pages = parser.parse_args().pages
    reader = CtcReader()
    seen: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for number in range(pages):
        rng = seeded("secrecy", number)
        where = rng.uniform(0.08, 0.2), rng.uniform(0.13, 0.3)
        tilt = rng.uniform(-6, 6)
        bad = Scanner.draw(rng, severity=2.0)
        colour, grey = Scanner(jpeg=80, noise=3.0, blur=0.4), Scanner(mode="bilevel", noise=2.0)
        mark, other = MARKS[number % 3], OTHERS[number % len(OTHERS)]
        cases = {
            f"{mark}, red, ordinary scan": (Stamp(mark, RED, where, tilt), colour),
            f"{mark}, red, bad scan ({bad.mode})": (Stamp(mark, RED, where, tilt), bad),
            f"{mark}, black and white": (Stamp(mark, BLACK, where, tilt / 3), grey),
            f"no mark: {other}": (Stamp(other, RED, where, tilt), colour),
            "no mark: ordinary page": (None, colour),
            "no mark: bad scan": (None, bad),
        }
        for name, (stamp, scanner) in cases.items():
            tried[name] += 1
            seen[name] += looks_secret(number, stamp, scanner, reader)
    print(f"{'page':<44}{'secret':>8}{'of':>6}")
    for name in sorted(tried):
        print(f"{name:<44}{seen[name]:>8}{tried[name]:>6}")


if __name__ == "__main__":
    main()

"""Steps of an evidence package's README that check the paper's evidence record (RFC 4998) with openssl and coreutils.

A step computes the hash that a time stamp of the record must be over: of the file, of the time stamp before, or of both
file and record so far; joins it, level by level, with the hashes beside it in the day's tree; and has openssl check the
time stamp over what comes out.
"""

from collections.abc import Iterator, Sequence

from dossier import times
from ingest.proof.evidence_steps import WORK, Step, Steps
from signing.record_links import Over, RecordLink

RECORD = "record/paper.ers"
"""Name of the record's member."""


def record_steps(links: Sequence[RecordLink], steps: Steps) -> Iterator[Step]:
    """Yield a step for each time stamp of a record; ``steps`` writes how a time stamp is checked."""
    for number, link in enumerate(links, 1):
        moment, what = times.iso_local(link.token.moment), _OVER[link.over]
        token = f"{WORK}/record-{number}.tst"
        commands = [
            f"tail -c +{link.place.start + 1} {RECORD} | head -c {link.place.length} > {token}",
            *_leaf(link, number),
            *(_joined(link, beside) for beside in link.beside if beside),
            *steps.over_digest(token, link.token),
        ]
        yield Step(
            f"{RECORD}: dấu thời gian {moment} đúng với {what[0]}.",
            f"{RECORD}: the time stamp of {moment} fits {what[1]}.",
            tuple(commands),
        )


_OVER = {
    Over.FILE: ("tệp paper.pdf qua cây băm của ngày", "paper.pdf, through the day's hash tree"),
    Over.STAMP: ("dấu thời gian liền trước", "the time stamp before"),
    Over.FILE_AND_CHAINS: (
        "paper.pdf và toàn bộ hồ sơ trước đó, băm lại",
        "paper.pdf and the record so far, hashed anew",
    ),
}


def _leaf(link: RecordLink, number: int) -> Iterator[str]:
    """Yield the commands that put the hash under the tree into the shell's variable ``h``."""
    hashed = f"openssl dgst -{_option(link)} -r"
    if link.chains is None:
        of = "paper.pdf" if link.over is Over.FILE else f"{WORK}/record-{number - 1}.tst"
        yield f"h=$({hashed} {of} | cut -d ' ' -f 1)"
        return
    header, place = link.chains
    yield f"printf %s {header.hex().upper()} | basenc --base16 -d > {WORK}/chains"
    yield f"tail -c +{place.start + 1} {RECORD} | head -c {place.length} >> {WORK}/chains"
    yield f"h=$({hashed} paper.pdf | cut -d ' ' -f 1)$({hashed} {WORK}/chains | cut -d ' ' -f 1)"
    yield f"h=$(printf %s $h | tr a-f A-F | basenc --base16 -d | {hashed} | cut -d ' ' -f 1)"


def _joined(link: RecordLink, beside: Sequence[str]) -> str:
    together = f"printf '%s\\n' $h {' '.join(beside)} | LC_ALL=C sort | tr -d '\\n' | tr a-f A-F"
    return f"h=$({together} | basenc --base16 -d | openssl dgst -{_option(link)} -r | cut -d ' ' -f 1)"


def _option(link: RecordLink) -> str:
    return link.algorithm.replace("sha512_", "sha512-").replace("sha3_", "sha3-")

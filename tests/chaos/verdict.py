"""What must hold when everything was mended: each paper stored once and sealed once, and nothing left behind."""

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from dossier.identifiers import PaperId
from dossier.papers import PaperState
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.intake import uploads
from ingest.limited.child import FOLDER_PREFIX, sweep
from ingest.settings import Settings
from ingest.upkeep import consistency
from signing.validate import validate
from storage.audit_log import audit
from tests.chaos.town import Town

_PAGE = 1000


def troubles(town: Town, committed: list[PaperId]) -> Iterator[str]:
    """Yield in words what does not hold of the papers that have a receipt, and of all that is kept."""
    settings = dict(town.settings)
    settings |= {name: SecretStr(settings[name]) for name in ("database_url", "s3_secret_key")}
    with contextlib.closing(House(Settings(**settings))) as house:
        uploads.drop_expired(house)  # as each worker does when it starts, and every hour
        told = _counted(house)
        if len(set(committed)) != len(committed):
            yield "two scans have one paper"
        for paper in committed:
            yield from _paper_troubles(house, paper, told)
        audit.check(house.catalogue, house.objects)
        for finding in consistency.check(house):
            yield f"storage check: {finding.trouble} {finding.key}"
        # What an upload was of is kept some days, so that whoever asks for it again finds it complete.
        if left := [key for key in house.objects.keys("work/") if not key.endswith("/upload")]:
            yield f"work left behind: {left[:5]}"
    sweep()
    if folders := [path.name for path in town.tmp.glob(f"{FOLDER_PREFIX}*")]:
        yield f"temporary folders left behind: {folders}"


def _paper_troubles(house: House, paper_id: PaperId, told: Counter[tuple[str, str]]) -> Iterator[str]:
    paper = house.catalogue.paper(paper_id)
    if paper.state is not PaperState.STORED or paper.sealed is None:
        yield f"{paper_id} is {paper.state}: {paper.problem}"
        return
    if len(house.objects.versions(paper.sealed.key)) != 1:
        yield f"{paper_id} was sealed more than once"
    report = validate(house.objects.get(paper.sealed.key, paper.sealed.version), house.trust)
    seals = [one for one in report.signatures if one.field == "sohoa-seal"]
    if report.verdict is not Verdict.VALID or len(seals) != 1:
        yield f"{paper_id}: its seal is {report.verdict}, and there are {len(seals)}"
    for what in ("event", "audit"):
        if told[what, paper_id.value] != 1:
            yield f"{paper_id} has {told[what, paper_id.value]} entries of being stored ({what})"


def _counted(house: House) -> Counter[tuple[str, str]]:
    """Count by paper how often its being stored was told: to other systems, and in the audit log."""
    told, after = Counter[tuple[str, str]](), 0
    while events := house.catalogue.events(after, _PAGE):
        told.update(("event", str(one.paper)) for one in events if one.kind == "paper.stored")
        after = events[-1].id
    after = 0
    while entries := audit.entries(house.catalogue, after=after, limit=_PAGE):
        told.update(("audit", one.object.removeprefix("paper:")) for one in entries if one.action == "paper.stored")
        after = entries[-1].seq
    return told


def taken_over_s(town: Town) -> list[float]:
    """Return how long after each worker was killed others took over each paper that it held, seconds."""
    killed = {number: at for process in town.processes.values() for number, at in process.killed.items()}
    found = []
    for process in town.processes.values():
        for line in process.log.read_text(errors="replace").splitlines():
            if '"taking over"' in line:
                entry = json.loads(line)
                number = int(entry["executor"].rsplit("-", 2)[1])
                if number in killed:
                    found.append(dt.datetime.fromisoformat(entry["timestamp"]).timestamp() - killed[number])
    return found


def complaints(log: Path) -> Counter[str]:
    """Count what a process logged as an error, and why papers were set aside, by event."""
    found = Counter[str]()
    for line in log.read_text(errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if entry.get("level") == "error" or "set aside" in entry["event"]:
                found[f"{entry['event']} ({', '.join(entry[key] for key in ('step', 'code') if key in entry)})"] += 1
            continue
        if "Traceback" in line or "ERROR" in line:
            found[line.strip()[:120]] += 1
    return found

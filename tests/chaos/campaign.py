"""One campaign: a station sends papers to a town in which one thing after another breaks; then all is mended."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dossier.identifiers import PaperId
from station import agent as station_agent
from station.agent import Agent
from station.folders import RECEIPT, TICKET, Station, write
from station.server import Server
from tests.chaos.scans import scan
from tests.chaos.schedule import Misfortune
from tests.chaos.town import Town, town
from tests.chaos.verdict import complaints, taken_over_s, troubles

_OF_A_BATCH = 10
_TICKET = {
    "owner_name": "Người Thử",
    "confirmed_by": "Người Đối Chiếu",
    "operator": "chaos",
}
_LOOK_S = 0.25


@dataclass
class Outcome:
    """What came of a campaign.

    Attributes:
        papers: Sent. committed: Those with a receipt. stored_s: Seconds until all were stored.
        happened: What was done to the town, how often. restarts: Processes that ended by themselves, how often.
        helped: What a person had to do, how often. taken_over_s: Seconds from a worker's death until others took over
            what it held, paper by paper. exits: Statuses of our processes when asked to end.
        complaints: What was logged as an error, how often. troubles: What does not hold; none of a campaign passed.
    """

    papers: int
    committed: int = 0
    stored_s: float = 0.0
    happened: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    helped: Counter[str] = field(default_factory=Counter)
    taken_over_s: list[float] = field(default_factory=list)
    exits: dict[str, int | None] = field(default_factory=dict)
    complaints: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)


def run(
    folder: Path, misfortunes: list[Misfortune], *, papers: int, seed: int, patience_s: float, workers: int = 2
) -> Outcome:
    """Run one campaign in an empty folder.

    Args:
        folder: Where everything is kept.
        misfortunes: What happens when, after the first paper was sent.
        papers: How many are sent, ten a batch.
        seed: Of the scans.
        patience_s: Seconds that all may take.
        workers: How many.
    """
    outcome = Outcome(papers)
    began, stop = time.monotonic(), threading.Event()
    with town(folder) as place:
        place.start(workers)
        station = filled(folder / "station", (scan(seed, number) for number in range(papers)), ".jpg")
        agent = Agent(station, Server(f"http://127.0.0.1:{place.port}", place.key("station")), say=lambda _: None)
        sender = threading.Thread(target=agent.run, kwargs={"until": stop.is_set}, daemon=True)
        sender.start()
        try:
            _live_through(place, misfortunes, time.monotonic())
            outcome.helped = _help(place, papers, station, began + patience_s)
        finally:
            stop.set()
            sender.join(60)
        outcome.stored_s = time.monotonic() - began
        for name, process in place.processes.items():
            outcome.exits[name] = process.end()
            outcome.restarts[name] = process.restarts
            outcome.complaints += complaints(process.log)
        outcome.taken_over_s = taken_over_s(place)
        committed = committed_by(station)
        outcome.committed, outcome.happened = len(committed), place.happened
        if len(committed) != papers:
            outcome.troubles.append(f"{papers} papers were sent, {len(committed)} have a receipt")
        outcome.troubles += troubles(place, committed)
        outcome.troubles += [f"{name} ended with {status}" for name, status in outcome.exits.items() if status != 0]
    return outcome


def filled(folder: Path, files: Iterable[bytes], suffix: str) -> Station:
    """Return a station that has files to send, in batches of ten of one owner each, and never waits long."""
    station_agent.POLL_S = 0.5
    station_agent._FIRST_WAIT_S, station_agent._LONGEST_WAIT_S = 0.5, 3.0  # noqa: SLF001 - minutes, not days
    station = Station(folder, settle_s=0.0)
    for number, data in enumerate(files):
        batch = station.inbox / f"{number // _OF_A_BATCH:04}"
        batch.mkdir(exist_ok=True)
        (batch / f"{number:05}{suffix}").write_bytes(data)
        owner = {"owner_number": f"001190{number // _OF_A_BATCH:06}"}
        write(batch / TICKET, json.dumps(_TICKET | owner).encode())
    return station


def _live_through(place: Town, misfortunes: list[Misfortune], began: float) -> None:
    actions = []
    for one in misfortunes:
        actions += [(one.at, place.strike, one.kind), (one.ends, place.mend, one.kind)]
    for at, action, kind in sorted(actions, key=lambda action: action[0]):
        while (left := began + at - time.monotonic()) > 0:
            place.supervise()
            time.sleep(min(left, _LOOK_S))
        action(kind)


def _help(place: Town, papers: int, station: Station, until: float) -> Counter[str]:
    """Do what a person would do now that everything is mended, until all papers are stored; return how often what."""
    helped = Counter[str]()
    headers = {"Authorization": f"Bearer {place.key('officer')}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{place.port}", headers=headers, timeout=60) as client:
        while time.monotonic() < until:
            place.supervise()
            try:
                for state, path, body in (
                    ("failed", "retry", None),
                    ("ready", "confirmation", {"by": "Chaos"}),
                    ("needs_review", "confirmation", {"by": "Chaos"}),
                ):
                    for paper in _listed(client, state):
                        client.post(f"/v1/papers/{paper['id']}/{path}", json=body)
                        helped[f"{path} ({paper['problem']})" if paper["problem"] else path] += 1
                stored = len(committed_by(station)) == papers and not any(
                    _listed(client, state) for state in ("received", "confirmed", "failed", "ready", "needs_review")
                )
            except (httpx.HTTPError, KeyError):  # it is starting yet
                stored = False
            if stored:
                return helped
            time.sleep(1.0)
    return helped


def _listed(client: httpx.Client, state: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/papers", params={"state": state, "limit": 200}).json()["papers"]
    return found


def committed_by(station: Station) -> list[PaperId]:
    """Return the papers that the station has receipts of."""
    receipts = [json.loads(path.read_bytes()) for path in station.done.glob(f"*/{RECEIPT}")]
    return [PaperId(one["paper"]) for told in receipts for one in told["files"] if one["outcome"] == "received"]

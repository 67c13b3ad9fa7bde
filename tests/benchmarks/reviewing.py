"""What reviewing a paper takes at the desk: ``python -m tests.benchmarks.reviewing [--papers N] [--seed N]``.

Identity cards are generated, handed in and read. Every other one is then made to have two fields read wrong, and
doubtful. A browser, steered by keys alone, takes one paper after the other, types what the doubtful fields should say
and confirms. Counted are the seconds from a paper's being there to the next one's, and the keys pressed besides what is
typed into fields. Nobody looks at the papers here: a person's own time comes on top of these seconds.
"""

import argparse
import logging
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from api.keys import Role
from dossier.papers import Paper, PaperState
from ingest.pipeline import weighed
from storage.under_way.claims import WAITING
from tests.api.desks import Desk, opened, peopled, started_browser
from tests.api.http_service import Service, announce
from tests.benchmarks.usage import machine
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render

_READING_S = 1800
_READY, _DOUBTFUL = "ready", "two doubtful fields"
_TARGETS = {_READY: (10.0, 6), _DOUBTFUL: (25.0, None)}
"""Seconds and keys for one paper."""
_NEXT_IS_THERE = """name => document.querySelector("#work").hidden || (!document.querySelector("#confirm").disabled
  && !document.querySelector("#about").textContent.startsWith(name))"""
_WRONG = {"birth_date": ("1930-01-01", "01/01/1930"), "full_name": ("Lê Văn Lầm", "Lê Văn Lầm")}


@dataclass(frozen=True)
class Reviewed:
    """One paper confirmed: of which sort, in how many seconds, with how many keys."""

    sort: str
    seconds: float
    keys: int


def handed_in(service: Service, folder: Path, count: int, seed: int) -> list[Paper]:
    """Hand in so many generated cards and return them once all were read."""
    names = [f"{number:03}.jpg" for number in range(count)]
    batch = announce(service, Role.STATION, "reviewing", *names, owner_number=None, owner_name=None)
    for number, name in enumerate(names):
        write_scan(folder / name, render(PaperSpec(Kind.IDENTITY_CARD, seed + number, dpi=300)).pages)
        path = f"/v1/batches/{batch}/files/{name}"
        service.call(Role.STATION, "PUT", path, content=(folder / name).read_bytes()).raise_for_status()
    deadline = time.monotonic() + _READING_S
    while any(paper.state is PaperState.RECEIVED for paper in service.house.catalogue.papers(limit=count)):
        assert time.monotonic() < deadline
        time.sleep(1)
    return [paper for paper in service.house.catalogue.papers(limit=count) if paper.state in WAITING]


def spoiled(service: Service, paper: Paper) -> dict[str, str]:
    """Have two fields of a paper read wrong; return what they should say, as it is typed."""
    right = {field.key: field.value or "" for field in paper.fields if field.key in _WRONG}
    fields = tuple(
        replace(one, value=_WRONG[one.key][0], raw=_WRONG[one.key][1], confidence=0.3) if one.key in _WRONG else one
        for one in paper.fields
    )
    doubtful = replace(weighed(service.house, replace(paper, fields=fields)), state=PaperState.NEEDS_REVIEW)
    service.house.catalogue.save(doubtful, actor="bench", action="paper.checked")
    return {**right, "birth_date": "".join(reversed(right["birth_date"].split("-")))}


def focused(desk: Desk) -> str:
    return str(desk.page.evaluate("document.activeElement.id"))


def review(desk: Desk, expected: dict[str, dict[str, str]]) -> list[Reviewed]:
    """Review what waits, from the first paper to the last."""
    page, done = desk.page, []
    page.wait_for_selector("#waiting tr")
    page.wait_for_selector("#next:focus")
    desk.press("Enter")
    for _ in expected:
        page.wait_for_selector("#confirm:enabled")
        start, before = time.perf_counter(), desk.keys
        name = page.inner_text("#about").split()[0]
        while (place := focused(desk)) != "confirm":
            key = place.removeprefix("field-")
            if key in expected[name]:
                page.keyboard.type(expected[name][key])
            desk.press("Enter")
        page.wait_for_selector("#confirm:enabled")
        desk.press("Enter")
        while not page.evaluate(_NEXT_IS_THERE, name):
            page.wait_for_timeout(5)
        sort = _DOUBTFUL if expected[name] else _READY
        done.append(Reviewed(sort, time.perf_counter() - start, desk.keys - before))
    return done


def told(reviewed: list[Reviewed]) -> None:
    by_sort: defaultdict[str, list[Reviewed]] = defaultdict(list)
    for one in reviewed:
        by_sort[one.sort].append(one)
    print(f"{'':<22}{'papers':>8}{'s median':>10}{'s worst':>10}{'keys':>8}{'most':>8}   target")
    for sort, ones in sorted(by_sort.items()):
        seconds, keys = [one.seconds for one in ones], [one.keys for one in ones]
        most_s, most_keys = _TARGETS[sort]
        kept = max(seconds) <= most_s and (most_keys is None or max(keys) <= most_keys)
        print(
            f"{sort:<22}{len(ones):>8}{statistics.median(seconds):>10.2f}{max(seconds):>10.2f}"
            f"{statistics.median(keys):>8.0f}{max(keys):>8}   {'met' if kept else 'MISSED'}: {most_s:.0f} s"
            + (f", {most_keys} keys" if most_keys else "")
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as made, peopled(Path(made) / "house") as service:
        papers = handed_in(service, Path(made), options.papers, options.seed)
        clear = [paper for paper in papers if paper.state is PaperState.READY]
        for paper in papers:
            if paper not in clear:  # read with doubts of its own: it would be of neither sort
                service.house.catalogue.save(replace(paper, state=PaperState.REJECTED), actor="bench", action="test")
        expected = {p.name: spoiled(service, p) if n % 2 else {} for n, p in enumerate(clear)}
        if not expected:
            raise SystemExit(f"none of {len(papers)} papers was read without a doubt")
        print(f"{machine()}\n{len(papers)} papers read, {len(clear)} of them without a doubt are reviewed")
        with (
            started_browser() as browser,
            opened(service.house.catalogue, service.url, browser, "canbo", "review") as desk,
        ):
            told(review(desk, expected))


if __name__ == "__main__":
    main()

"""Runs one paper to the end again and again, dying by SIGKILL where it is told to.

Imports everything once and forks a worker per scenario from a single-threaded parent, so that a worker costs no
start-up. Called as ``python -m tests.ingest.crash_runner SCENARIO…`` with the settings in the environment. A scenario
is ``after:<step>`` (the step's work is done, its completion not noted), ``poison:<step>,<name>`` (before that step's
work on papers of that name), ``put:<n>`` (before the n-th write to the object store), ``save:<n>`` (after the n-th
change of the catalogue), ``insert:<n>`` (when new papers were entered into it, the change not done yet), or ``finish``
(die nowhere). With ``split/`` before it the first paper is split at page 2 instead of worked on, with ``join/`` its
parts are joined again. Prints one line per worker: the scenario and how it ended.
"""

import functools
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import structlog

from dossier.identifiers import PaperId
from ingest import pipeline, work
from ingest.house import House
from ingest.people.split import join, split
from ingest.settings import Settings


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(step: pipeline.Step, poison: str) -> pipeline.Step:
    """Return ``step`` that dies before its work is done, of papers named ``poison``."""

    @functools.wraps(step)
    def run(house: House, paper: PaperId) -> None:
        if house.catalogue.paper(paper).name == poison:
            die()
        step(house, paper)

    return run


def dying_after(step: pipeline.Step) -> pipeline.Step:
    """Return ``step`` that dies when its work is done."""

    @functools.wraps(step)
    def run(*arguments: Any) -> Any:
        step(*arguments)
        die()

    return run


class DyingAt:
    """Stands before a real part and dies at the n-th call of one of its methods."""

    def __init__(self, part: Any, method: str, nth: int, *, before: bool) -> None:
        self._part, self._method, self._left, self._before = part, method, nth, before

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._part, name)
        return self._counting(attribute) if name == self._method else attribute

    def _counting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._before:
                die()
            result = method(*arguments, **keywords)
            if self._left == 0:
                die()
            return result

        return call


def worker(scenario: str) -> None:
    """Work until the paper is at its end, or die on the way."""
    house = House(Settings.load())
    does, _, dies = scenario.rpartition("/")
    kind, _, argument = dies.partition(":")
    if kind == "after":
        for name in ("PREPARE", "FINISH"):
            steps = getattr(pipeline, name)
            setattr(pipeline, name, tuple(dying_after(s) if s.__name__ == argument else s for s in steps))
        if argument == "confirm":
            work.confirm_as_announced = dying_after(work.confirm_as_announced)
    elif kind == "poison":
        name, poison = argument.split(",")
        pipeline.PREPARE = tuple(dying_before(s, poison) if s.__name__ == name else s for s in pipeline.PREPARE)
    elif kind == "put":
        house.__dict__["objects"] = DyingAt(house.objects, "put", int(argument), before=True)
    elif kind in {"save", "insert"}:
        house.__dict__["catalogue"] = DyingAt(house.catalogue, kind, int(argument), before=False)
    if does == "split":
        split(house, house.catalogue.papers()[0].id, [2], by="Người Tách", actor="test")
        return
    if does == "join":
        _, first, second, *_ = house.catalogue.papers()
        join(house, second.id, [first.id], by="Người Gộp", actor="test")
        return
    with work.Work(house) as queue:
        papers = [paper.id for paper in house.catalogue.papers()]
        for paper in papers:
            queue.start(paper)
        queue.wait(papers)


def main() -> None:
    """Run the scenarios in order."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # standard output tells how workers ended
    )
    for scenario in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            try:
                worker(scenario)
            except BaseException as error:  # noqa: BLE001 - the parent reports it
                print(scenario, repr(error), flush=True)
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
        print(scenario, how, flush=True)


if __name__ == "__main__":
    main()

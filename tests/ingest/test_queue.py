"""The queue among several workers: lanes, turns, ends in order, versions. The steps here only note who is worked on."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from pydantic import SecretStr

from dossier import times
from dossier.errors import DiskLow, InvalidValue, QueueFull
from dossier.identifiers import PaperId
from dossier.lanes import Lane
from dossier.papers import PaperState
from ingest import pipeline, taking_over, work, work_queue
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.retry import retry
from ingest.settings import Settings
from ingest.turns import Leaving, Turns
from ingest.work import Work
from ingest.work_queue import QUEUE, forget_ended
from storage.catalogue import paper_row
from storage.database import writing
from storage.under_way.setbacks import note_loss
from tests.api.http_service import png

PATIENCE_S = 120


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data", workers=1, heartbeat_s=60, drain_s=60))
    yield house
    house.close()


def send(house: House, count: int = 1, **manifest: bool) -> list[PaperId]:
    """Receive papers of one batch, none of which was sent before."""
    names = [f"{number}.png" for number in range(count)]
    batch = open_batch(house, Manifest("test", tuple(map(ManifestEntry, names)), **manifest))  # type: ignore[arg-type]
    first = len(house.catalogue.papers())
    return [receive(house, batch.id, name, png(first + at)).paper.id for at, name in enumerate(names)]


class Steps:
    """Stands for the preparation: notes each paper, may hold it up, and rejects it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[PaperId] = []
        self.company: dict[PaperId, int] = {}
        self._here: set[PaperId] = set()
        self.go_on = threading.Event()
        self.go_on.set()
        self._lock = threading.Lock()
        monkeypatch.setattr(pipeline, "PREPARE", (self.inspect,))

    @property
    def most(self) -> int:
        """How many papers were worked on at once."""
        return max(self.company.values())

    @property
    def inspect(self) -> Callable[[House, PaperId], None]:
        def inspect(house: House, paper: PaperId) -> None:
            with self._lock:
                self.seen.append(paper)
                self._here.add(paper)
                for one in self._here:
                    self.company[one] = max(self.company.get(one, 0), len(self._here))
            time.sleep(0.02)
            assert self.go_on.wait(PATIENCE_S)
            with self._lock:
                self._here.discard(paper)
            ended = replace(house.catalogue.paper(paper), state=PaperState.REJECTED)
            house.catalogue.save(ended, actor="test", action="paper.rejected")

        return inspect


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_paper_somebody_waits_for_overtakes_all_others(
    tmp_path: Path, steps: Steps, database: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue("postgres_url")) if database == "postgresql" else ""
    settings = Settings(data_dir=tmp_path, workers=1, heartbeat_s=60, database_url=SecretStr(url))
    house = House(settings)
    try:
        with Work(house, draws=False) as worker:
            backlog, counter = send(house, 6, backlog=True), send(house, 3)
            for paper in backlog + counter:
                worker.start(paper)
            hurried = send(house, 1, on_the_spot=True)
            worker.start(hurried[0])
            priorities = [DBOS.list_workflows(workflow_ids=[f"prepare:{p}"])[0].priority for p in hurried + backlog]
        with Work(house) as worker:
            worker.wait(backlog + counter + hurried)
        assert house.catalogue.paper(hurried[0]).lane is Lane.ON_THE_SPOT
    finally:
        house.close()
    # Within a lane they go as they came, to the millisecond.
    assert [set(steps.seen[:1]), set(steps.seen[1:4]), set(steps.seen[4:])] == [
        set(hurried),
        set(counter),
        set(backlog),
    ]
    assert (steps.most, priorities[0], set(priorities[1:])) == (1, 2, {6})


def test_each_process_works_on_as_many_papers_as_its_own_machine_bears(house: House, steps: Steps) -> None:
    with Work(house) as worker:
        steps.go_on.clear()
        papers = send(house, 4)
        engine = sa.create_engine(f"sqlite:///{house.settings.root / 'work.db'}")
        with engine.begin() as other:  # as a larger machine does when it starts
            other.execute(sa.text("UPDATE queues SET worker_concurrency = 8 WHERE name = :name"), {"name": QUEUE})
        engine.dispose()
        for paper in papers:
            worker.start(paper)
        until(lambda: bool(steps.seen))
        time.sleep(0.5)  # several looks at the queue
        steps.go_on.set()
        worker.wait(papers)
    assert steps.most == 1


def test_work_that_ended_long_ago_is_forgotten(house: House, steps: Steps) -> None:
    with Work(house) as worker:
        ended = send(house, 3)
        for paper in ended:
            worker.start(paper)
        worker.wait(ended)
        assert forget_ended(times.now() - dt.timedelta(hours=1), lambda: False) == 0
        steps.go_on.clear()
        under_way, queued = send(house, 2)
        for paper in (under_way, queued):
            worker.start(paper)
        until(lambda: under_way in steps.seen)
        soon = times.now() + dt.timedelta(hours=1)
        assert forget_ended(soon, lambda: True) == 0
        assert forget_ended(soon, lambda: False) == len(ended)
        assert {one.workflow_id for one in DBOS.list_workflows()} == {f"prepare:{under_way}", f"prepare:{queued}"}
        with writing(house.catalogue.engine) as session:  # as a paper that failed and is tried again
            paper_row(session, ended[0]).state = PaperState.RECEIVED.value
        worker.start(ended[0])
        steps.go_on.set()
        worker.wait([under_way, queued, ended[0]])
    assert steps.seen.count(ended[0]) == 2
    assert house.catalogue.paper(ended[0]).state is PaperState.REJECTED


def test_a_batch_has_one_lane(house: House) -> None:
    with pytest.raises(InvalidValue):
        send(house, 1, on_the_spot=True, backlog=True)
    assert house.catalogue.batches() == []


def test_who_ends_in_order_gives_back_what_it_holds_and_complains_of_nothing(
    house: House, steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    steps.go_on.clear()
    (paper,) = send(house)
    impatient = House(house.settings.model_copy(update={"drain_s": 0.1}))
    worker = Work(impatient)
    worker.start(paper)
    until(lambda: bool(steps.seen))
    assert not worker.close(), "the step goes on"
    assert house.catalogue.executors() == []
    steps.go_on.set()
    with Work(house) as following:
        following.wait([paper])
    impatient.close()
    assert steps.seen == [paper, paper]
    assert house.catalogue.paper(paper).setback is None, "nothing was lost"
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def left_by_another_version(house: House, monkeypatch: pytest.MonkeyPatch) -> PaperId:
    """Return a paper whose work a process of another version queued and left."""
    (paper,) = send(house)
    with monkeypatch.context() as before:
        for module in (work_queue, taking_over):
            before.setattr(module, "APPLICATION_VERSION", "1")
        with Work(house, draws=False) as worker:
            worker.start(paper)
    return paper


def test_what_another_version_left_is_begun_anew_once_nobody_runs_it(
    house: House, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_another_version(house, monkeypatch)
    quick = House(house.settings.model_copy(update={"heartbeat_s": 0.05, "dead_after_s": 0.3}))
    house.catalogue.beat("1@elsewhere", times.now() + dt.timedelta(days=1))
    with Work(quick):
        time.sleep(1.0)
        assert steps.seen == [], "it has workers of its own yet"
        house.catalogue.forget_executor("1@elsewhere")
        until(lambda: bool(steps.seen))
    quick.close()


def test_workers_whose_clocks_differ_are_not_taken_for_dead(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(Settings(data_dir=tmp_path, workers=1, heartbeat_s=60, database_url=SecretStr(postgres_url)))
    catalogue = house.catalogue
    with Work(house, draws=False):
        catalogue.beat("2@alive", catalogue.shared_now())
        catalogue.beat("2@silent", catalogue.shared_now() - dt.timedelta(minutes=1))
        ahead = times.now() + dt.timedelta(hours=1)
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(times, "now", lambda: ahead)
            taking_over.take_over(house)
        assert catalogue.executors() == ["2@alive"]
    house.close()


def test_what_was_never_queued_is_found_however_many_others_wait(
    house: House, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_AT_ONCE", 2)
    queued = send(house, 3)
    steps.go_on.clear()
    quick = House(house.settings.model_copy(update={"heartbeat_s": 0.05}))
    with Work(quick) as worker:
        for paper in queued:
            worker.start(paper)
        forgotten = send(house, 2)
        until(lambda: bool(steps.seen))
        begun = [f"prepare:{paper}" for paper in forgotten]
        until(lambda: len(DBOS.list_workflows(workflow_ids=begun)) == len(begun))
        steps.go_on.set()
        worker.wait([*queued, *forgotten])
    quick.close()
    assert sorted(map(str, steps.seen)) == sorted(map(str, queued + forgotten)), "each once"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_crash_while_a_paper_is_queued_anew_loses_nothing(
    tmp_path: Path, steps: Steps, database: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue("postgres_url")) if database == "postgresql" else ""
    house = House(Settings(data_dir=tmp_path, workers=1, heartbeat_s=60, database_url=SecretStr(url)))
    (paper,) = send(house)
    with Work(house) as worker:
        worker.start(paper)
        worker.wait([paper])
    fail_and_retry(house, paper)
    crashes = threading.get_ident()

    def crash(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if crashes == threading.get_ident() and statement.startswith("UPDATE") and "workflow_status" in statement:
            raise RuntimeError("the process ends here")  # what of a process that is killed reaches the database

    with Work(house, draws=False) as worker:
        engine = _get_dbos_instance()._sys_db.engine  # noqa: SLF001 - there is no other way to it
        sa.event.listen(engine, "before_cursor_execute", crash)
        with pytest.raises(RuntimeError, match="ends here"):
            worker.start(paper)
        crashes = 0
        (left,) = DBOS.list_workflows(workflow_ids=[f"prepare:{paper}"])
        assert left.status == "SUCCESS", "all or nothing"
        assert DBOS.list_workflow_steps(left.workflow_id)
    quick = House(house.settings.model_copy(update={"heartbeat_s": 0.05}))
    with Work(quick) as worker:  # nobody asks it to: it finds that the paper still waits for its work
        until(lambda: len(steps.seen) == 2)
        worker.wait([paper])
    quick.close()
    assert house.catalogue.paper(paper).state is PaperState.REJECTED
    house.close()
    assert steps.seen == [paper, paper]


def fail_and_retry(house: House, paper: PaperId) -> None:
    """Have a paper wait for work that has ended, as a retry does."""
    with writing(house.catalogue.engine) as session:
        paper_row(session, paper).state = PaperState.FAILED.value
    retry(house, paper, actor="test")


def test_two_who_queue_a_paper_anew_have_it_done_once(
    house: House, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paper,) = send(house)
    with Work(house) as worker:
        worker.start(paper)
        worker.wait([paper])
        fail_and_retry(house, paper)
        steps.go_on.clear()
        ended = DBOS.get_workflow_status(f"prepare:{paper}")
        worker.start(paper)
        until(lambda: len(steps.seen) == 2)
        with monkeypatch.context() as late:  # who looked at the very same moment sees what was
            answers = iter([ended])
            look = DBOS.get_workflow_status
            late.setattr(DBOS, "get_workflow_status", lambda workflow: next(answers, None) or look(workflow))
            worker.start(paper)
        steps.go_on.set()
        worker.wait([paper])
    assert steps.seen == [paper, paper]


def test_a_crash_while_another_versions_work_is_adopted_loses_nothing(
    house: House, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = left_by_another_version(house, monkeypatch)

    def crash(_paper: PaperId) -> None:
        raise RuntimeError("the process ends here")

    with Work(house, draws=False) as worker:
        with pytest.raises(RuntimeError, match="ends here"):
            taking_over.adopt(house, worker.executor, crash)
        assert DBOS.list_workflows(workflow_ids=[f"prepare:{paper}"]) == []
    quick = House(house.settings.model_copy(update={"heartbeat_s": 0.05}))
    with Work(quick) as worker:
        until(lambda: bool(steps.seen))
        worker.wait([paper])
    quick.close()
    assert steps.seen == [paper]


def test_the_last_try_of_a_paper_is_made_alone(house: House, steps: Steps) -> None:
    two = House(house.settings.model_copy(update={"workers": 2}))
    suspect, *others = send(house, 4)
    for _ in range(house.settings.max_losses - 1):
        note_loss(house.catalogue.engine, suspect, step="inspect", trace="0", at=times.now(), most=3)
    with Work(two) as worker:
        worker.start(suspect)
        for paper in others:
            worker.start(paper)
        worker.wait([suspect, *others])
    two.close()
    assert set(steps.seen) == {suspect, *others}
    assert steps.company[suspect] == 1


def test_alone_means_that_no_other_is_under_way() -> None:
    turns, entered, order = Turns(4), threading.Event(), list[str]()

    def suspect() -> None:
        with turns.turn(alone=True):
            order.append("alone")

    with turns.turn(alone=False):
        thread = threading.Thread(target=suspect)
        thread.start()
        until(lambda: turns.free() == 0)
        with pytest.raises(Leaving), turns.turn(alone=True):
            pass
        assert not entered.wait(0.05)
        order.append("other")
    thread.join()
    assert (order, turns.free()) == (["other", "alone"], 4)
    assert turns.close(0)
    assert turns.free() == 0
    with pytest.raises(Leaving), turns.turn(alone=False):
        pass


@pytest.mark.parametrize(("most", "free_mb", "error"), [(2, 0, QueueFull), (0, 10**12, DiskLow)])
def test_the_gate_lets_in_longest_what_somebody_waits_for(
    tmp_path: Path, most: int, free_mb: int, error: type[Exception]
) -> None:
    house = House(Settings(data_dir=tmp_path, max_under_way=most, min_free_mb=free_mb))
    send(house, 2)
    for lane in (Lane.COUNTER, Lane.BACKLOG):
        with pytest.raises(error):
            house.gate.require_room(lane)
    if error is QueueFull:
        house.gate.require_room(Lane.ON_THE_SPOT)
    house.close()

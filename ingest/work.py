"""Durable work: the pipeline's steps as two DBOS workflows per paper, on a queue every worker draws from.

``prepare`` runs from the received bytes to the checks, ``finish`` from the confirmation to the store. A step that was
done is not done again; a step that was interrupted is (at least once), and steps are written for that. A process shows
that it lives by a heartbeat in the catalogue; whoever lives takes over what a silent one held, and starts what was
received or confirmed but never queued. A paper that misses a part which is away ends its work where it stands and is
started again later, by whoever looks first.
"""

import datetime as dt
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID, StepOptions
from dbos import error as dbos_error
from sqlalchemy import event

from dossier import times
from dossier.errors import InputError, LimitExceeded, NotFound, PartAway, SecrecyMark, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest import pipeline
from ingest.confirm import confirm_as_announced
from ingest.duties import Duties
from ingest.house import House
from ingest.logs import in_one_line
from ingest.problems import set_aside, wait_for
from ingest.uploads import drop_expired, is_waiting
from ingest.workspace import Workspace
from storage import audit
from storage.database import failures
from storage.waiting import take_due

QUEUE = "papers"
APPLICATION_VERSION = "2"
"""Raised when the steps' order changes: workers only take work of their own version."""
_POLL_S, _IDLE_POLL_S = 0.1, 0.5
"""Seconds between looks at the queue while papers come, and after a while without: ten looks a second cost an idle
process a few percent of one processor."""
_IDLE_BEATS = 5
"""Heartbeats without any paper after which looks become rare."""
_RESULT_POLL_S = 0.03
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_WORKFLOWS = {PaperState.RECEIVED: "prepare", PaperState.CONFIRMED: "finish"}
"""Which work a paper in a state waits for."""
_NEEDS_WORKSPACE = {
    PaperState.RECEIVED,
    PaperState.NEEDS_REVIEW,
    PaperState.READY,
    PaperState.CONFIRMED,
    PaperState.FAILED,
}
_PART = "work queue"
_UNRECORDED_S = 5.0
"""Seconds after a paper failed in which the end of its work is recorded, unless it cannot be."""
_TAKEN = dt.timedelta(seconds=60)
"""For how long a waiting paper that was due is left to the process that started it."""
_ENDED = {"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}
_log = structlog.get_logger(__name__)


class Work:
    """The queue and, unless told otherwise, a worker of this process. One per process, because DBOS is one per process.

    Args:
        house: The parts the steps use.
        draws: Whether this process works on papers, or only queues them for others.
    """

    def __init__(self, house: House, *, draws: bool = True) -> None:
        self.house = house
        _ = house.seals, house.time_authorities  # opened before there are threads; a wrong declaration is told now
        self.executor = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._idle_beats, self._poll = 0, _POLL_S
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, name="sohoa-watch", daemon=True)
        self._duties = Duties(house)
        DBOS(config=_configuration(house, self.executor))
        self._prepare = DBOS.workflow(name="prepare")(lambda paper: self._run_prepare(PaperId(paper)))
        self._finish = DBOS.workflow(name="finish")(lambda paper: self._run_finish(PaperId(paper)))
        DBOS.listen_queues([QUEUE] if draws else [])
        self.draws = draws
        if draws:
            self._beat()  # before the first paper is drawn: who holds work must be known to live
        with failures(_PART):
            DBOS.launch()
            self._queue = DBOS.register_queue(
                QUEUE,
                worker_concurrency=house.settings.concurrency,
                polling_interval_sec=_POLL_S,
                on_conflict="always_update",
            )
        if draws:
            self._watch.start()
            self._duties.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop drawing work; what is under way is taken over by another process or by the next start."""
        self._stop.set()
        if self.draws:
            self._watch.join()
            self._duties.stop()
        DBOS.destroy(destroy_registry=True)
        if self.draws:
            self.house.catalogue.beat(self.executor, _LONG_AGO)  # what it still held is free for others at once
        until = self.house.retain_until(times.now())
        audit.anchor(self.house.catalogue, self.house.objects, retain_until=until)

    # --- queueing ---------------------------------------------------------------------------------------------------

    def start(self, paper: PaperId) -> None:
        """Queue what a paper needs next: preparation once received, finishing once confirmed, else nothing.

        Queueing twice changes nothing. Work that ended while its paper still waits for it (a retry) is queued anew.
        """
        state = self.house.catalogue.paper(paper).state
        if state not in _WORKFLOWS:
            return
        workflow = f"{_WORKFLOWS[state]}:{paper}"
        function = self._prepare if state is PaperState.RECEIVED else self._finish
        with failures(_PART):
            status = DBOS.get_workflow_status(workflow)
            # The paper's state is read after the work's: work that ended has moved its paper on, unless it is a retry.
            if status and status.status in _ENDED and self.house.catalogue.paper(paper).state is state:
                DBOS.delete_workflow(workflow)
            with SetWorkflowID(workflow):
                DBOS.enqueue_workflow(QUEUE, function, paper.value)

    def wait(self, papers: Iterable[PaperId]) -> None:
        """Return when no work on any of ``papers`` is queued or under way."""
        for paper in papers:
            for kind in _WORKFLOWS.values():
                with failures(_PART):
                    self._await(f"{kind}:{paper}", paper)

    def _await(self, workflow: str, paper: PaperId) -> None:
        """Return when ``workflow`` ended, or failed so that on a full disk not even its end could be recorded."""
        patience = _UNRECORDED_S
        while (status := DBOS.get_workflow_status(workflow)) and patience > 0:
            if status.status in _ENDED:
                DBOS.retrieve_workflow(workflow).get_result()
                return
            if self.house.catalogue.paper(paper).state is PaperState.FAILED:
                patience -= _RESULT_POLL_S
            time.sleep(_RESULT_POLL_S)

    # --- the workflows ----------------------------------------------------------------------------------------------

    def _run_prepare(self, paper: PaperId) -> str:
        state = self._run_steps(pipeline.PREPARE, paper)
        if state in {PaperState.READY, PaperState.NEEDS_REVIEW} and self._confirm(paper):
            self.start(paper)
        return state.value

    def _confirm(self, paper: PaperId) -> bool:
        """Return whether the paper goes on at once; if that cannot be recorded it waits for a person, as any other."""
        try:
            return DBOS.run_step({"name": "confirm", **_RETRY}, confirm_as_announced, self.house, paper)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this paper alone
            _log.warning("not confirmed", paper=paper.value, code=getattr(error, "code", type(error).__name__))
            return False

    def _run_finish(self, paper: PaperId) -> str:
        return self._run_steps(pipeline.FINISH, paper).value

    def _run_steps(self, steps: tuple[pipeline.Step, ...], paper: PaperId) -> PaperState:
        """Run ``steps`` in order; a paper that fails is set aside with the reason, and harms no other.

        A paper that misses a part which is away ends its work where it stands; `_start_forgotten` starts it again.
        """
        try:
            for step in steps:
                DBOS.run_step({"name": step.__name__, **_RETRY}, step, self.house, paper)
        except Exception as error:
            cause = error.errors[-1] if isinstance(error, dbos_error.DBOSMaxStepRetriesExceeded) else error
            if isinstance(cause, dbos_error.DBOSException):
                raise  # the queue's own fault, as when this process is closing: the paper is left as it is, for others
            if isinstance(cause, PartAway):
                _log.warning("paper waits", paper=paper.value, code=cause.code)
                return DBOS.run_step({"name": "wait"}, wait_for, self.house, paper, cause)
            _log.warning("paper set aside", paper=paper.value, code=getattr(cause, "code", type(cause).__name__))
            return DBOS.run_step({"name": "set_aside"}, set_aside, self.house, paper, cause)
        return self.house.catalogue.paper(paper).state

    # --- watching over the others -----------------------------------------------------------------------------------

    def _beat(self) -> None:
        self.house.catalogue.beat(self.executor, times.now())

    def _keep_watch(self) -> None:
        """Beat, take over what silent workers held, start what was never queued; until closed."""
        self._tidy_up()
        while not self._stop.is_set():
            try:
                with failures(_PART):
                    self._beat()
                    self._take_over()
                    self._look_often(papers=self._start_forgotten())
            except SohoaError as error:
                _log.warning("watch failed; trying again", code=error.code, reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, the others must be watched over
                _log.exception("watch failed; trying again")
            self._stop.wait(self.house.settings.heartbeat_s)

    def _take_over(self) -> None:
        """Queue anew what workers held that have fallen silent."""
        catalogue = self.house.catalogue
        silence = dt.timedelta(seconds=self.house.settings.dead_after_s)
        for executor in catalogue.dead_executors(times.now() - silence):
            held = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
            for workflow in held:
                _log.info("taking over", workflow=workflow.workflow_id)
                DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
            catalogue.forget_executor(executor)

    def _tidy_up(self) -> None:
        """Clear the workspaces of papers that need none any more, where a crash or fault kept that from being done."""
        try:
            drop_expired(self.house)
            for paper in {PaperId(key.split("/")[1]) for key in self.house.objects.keys("work/")}:
                if not self._needs_workspace(paper):
                    Workspace(self.house.objects, paper).clear()
        except SohoaError:
            _log.exception("tidying up failed; the next start tries again")

    def _needs_workspace(self, paper: PaperId) -> bool:
        try:
            return self.house.catalogue.paper(paper).state in _NEEDS_WORKSPACE
        except NotFound:  # what is uploaded in pieces is no paper yet
            return is_waiting(self.house, paper)

    def _start_forgotten(self) -> bool:
        """Start what was never queued, and what waited for a part until now; return whether there is work at all."""
        catalogue, moment = self.house.catalogue, times.now()
        papers = [paper.id for state in _WORKFLOWS for paper in catalogue.papers(state=state, waiting=False)]
        papers += take_due(catalogue.engine, at=moment, again=moment + _TAKEN)
        for paper in papers:
            self.start(paper)
        return bool(papers)

    def _look_often(self, *, papers: bool) -> None:
        """Let all workers look at the queue often while papers come, else rarely: all see the same papers."""
        self._idle_beats = 0 if papers else self._idle_beats + 1
        poll = _POLL_S if self._idle_beats < _IDLE_BEATS else _IDLE_POLL_S
        if poll != self._poll:
            self._queue.set_polling_interval_sec(poll)
            self._poll = poll


def _worth_retrying(error: BaseException) -> bool:
    """Whether the same step may succeed at once: a fault of a part may pass, a fault of the paper will not.

    For a part that is away the paper waits longer than a step should hold up a worker.
    """
    final = InputError | SecrecyMark | LimitExceeded | PartAway
    return not isinstance(error, final) if isinstance(error, SohoaError) else True


_RETRY: StepOptions = {
    "retries_allowed": True,
    "interval_seconds": 0.5,
    "max_attempts": 3,
    "should_retry": _worth_retrying,
}
"""A step of which a part failed is tried three times within two seconds before its paper is set aside."""


def _configuration(house: House, executor: str) -> DBOSConfig:
    url = house.settings.database_url.get_secret_value()
    logging.getLogger("dbos").setLevel(logging.ERROR)
    logging.getLogger("dbos").addFilter(in_one_line)
    configuration = DBOSConfig(
        name="sohoa",
        executor_id=executor,
        application_version=APPLICATION_VERSION,
        log_level="ERROR",
        notification_listener_polling_interval_sec=1.0,
    )
    if url:
        configuration["system_database_url"] = url
    else:
        path = house.settings.root / "work.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        configuration["system_database_url"] = f"sqlite:///{path}"
        configuration["system_database_engine"] = _sqlite(f"sqlite:///{path}")
    return configuration


def _sqlite(url: str) -> sa.Engine:
    """Return an engine in WAL mode (8 → 29–54 workflows per second) whose writers wait for each other."""
    engine = sa.create_engine(url)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # type: ignore[attr-defined]  # a DB-API connection of sqlite3
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine

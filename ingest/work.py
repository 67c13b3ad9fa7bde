"""Durable work: the pipeline's steps as two DBOS workflows per paper, on a queue every worker draws from.

``prepare`` runs from the received bytes to the checks, ``finish`` from the confirmation to the store. A step that was
done is not done again; a step that was interrupted is (at least once), and steps are written for that. A process shows
that it lives by a heartbeat in the catalogue; whoever lives takes over what a silent one held, and starts what was
received or confirmed but never queued. A paper that misses a part which is away ends its work where it stands and is
started again later, by whoever looks first. A process that ends in order takes nothing new and gives back what it
holds.
"""

import datetime as dt
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import structlog
from dbos import DBOS, SetWorkflowID, StepOptions
from dbos import error as dbos_error

from dossier import times
from dossier.errors import InputError, LimitExceeded, NotFound, PartAway, SecrecyMark, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import PaperState, Setback
from ingest import pipeline
from ingest.duties import Duties
from ingest.house import House
from ingest.intake.uploads import drop_expired, is_waiting
from ingest.limited.child import sweep
from ingest.limited.politeness import step_back
from ingest.people.confirm import confirm_as_announced
from ingest.problems import set_aside, wait_for
from ingest.taking_over import adopt, executor_name, hand_back, queue_again, queue_anew, take_over
from ingest.turns import Leaving, Turns
from ingest.work_queue import ENDED, PART, POLL_S, QUEUE, before_others, launch
from ingest.workspace import Workspace
from storage.audit_log import audit
from storage.database import failures
from storage.under_way.setbacks import begin_last_try, setback_of
from storage.under_way.waiting import take_due, to_be_worked_on

_IDLE_POLL_S = 0.5
"""Seconds between looks at the queue after a while without papers: ten looks a second cost an idle process a few
percent of one processor."""
_IDLE_BEATS = 5
"""Heartbeats without any paper after which looks become rare."""
_RESULT_POLL_S = 0.03
_WORKFLOWS = {PaperState.RECEIVED: "prepare", PaperState.CONFIRMED: "finish"}
"""Which work a paper in a state waits for."""
_NEEDS_WORKSPACE = {
    PaperState.RECEIVED,
    PaperState.NEEDS_REVIEW,
    PaperState.READY,
    PaperState.CONFIRMED,
    PaperState.FAILED,
}
_UNRECORDED_S = 5.0
"""Seconds after a paper failed in which the end of its work is recorded, unless it cannot be."""
_TAKEN = dt.timedelta(seconds=60)
"""For how long a waiting paper that was due is left to the process that started it."""
_AT_ONCE = 500
"""Papers that are looked at in one beat."""
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
        self.executor = executor_name(socket.gethostname(), os.getpid(), secrets.token_hex(3))
        self._turns = Turns(house.settings.concurrency)
        self._idle_beats, self._poll = 0, POLL_S
        self._looked_until = 0
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, name="sohoa-watch", daemon=True)
        # It takes long where many papers wait, and who is silent meanwhile would be taken for dead.
        self._tidying = threading.Thread(target=self._tidy_up, name="sohoa-tidying", daemon=True)
        self._duties = Duties(house)
        self._prepare = DBOS.workflow(name="prepare")(lambda paper, trace="": self._run_prepare(PaperId(paper), trace))
        self._finish = DBOS.workflow(name="finish")(lambda paper, trace="": self._run_finish(PaperId(paper), trace))
        self.draws = draws
        if draws:
            self._beat()  # before the first paper is drawn: who holds work must be known to live
        with failures(PART):
            self._queue = launch(house, self.executor, draws=draws, takes=self._turns.free)
        if draws:
            self._watch.start()
            self._tidying.start()
            self._duties.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> bool:
        """Stop: take nothing new, end the steps under way, and give the papers back to the queue for others.

        Returns:
            Whether every step ended within the settings' ``drain_s``; one that did not goes on in its thread, and what
            it does is done again by whoever takes its paper.
        """
        ended = self._turns.close(self.house.settings.drain_s)
        self._stop.set()
        if self.draws:
            self._watch.join()
            self._tidying.join()
            self._duties.stop()
        self.hand_back()
        DBOS.destroy(destroy_registry=True)
        try:
            until = self.house.retain_until(times.now())
            audit.anchor(self.house.catalogue, self.house.objects, retain_until=until)
        except SohoaError as error:
            _log.warning("audit log not anchored; the next process to end does", code=error.code)
        return ended

    def hand_back(self) -> None:
        """Give back to the queue what this process holds, before it ends.

        What cannot be given back because the database is away, others take over when this process has been silent.
        """
        self._turns.close(0.0)
        if not self.draws:
            return
        try:
            with failures(PART):
                if given := hand_back(self.executor):
                    _log.info("papers handed back", papers=given)
            self.house.catalogue.forget_executor(self.executor)
        except SohoaError as error:
            _log.warning("papers not handed back; others take them over", code=error.code)

    # --- queueing ---------------------------------------------------------------------------------------------------

    def start(self, paper: PaperId, trace: str = "") -> None:
        """Queue what a paper needs next: preparation once received, finishing once confirmed, else nothing.

        Queueing twice changes nothing. Work that ended while its paper still waits for it (a retry) is queued anew,
        under the trace it had.

        Args:
            paper: Which.
            trace: Under which the logs tell of it; without, of its own.
        """
        known = self.house.catalogue.paper(paper)
        state = known.state
        if state not in _WORKFLOWS:
            return
        workflow = f"{_WORKFLOWS[state]}:{paper}"
        finishing = state is PaperState.CONFIRMED
        with failures(PART):
            status = DBOS.get_workflow_status(workflow)
            # The paper's state is read after the work's: work that ended has moved its paper on, unless it is a retry.
            if status and status.status in ENDED:
                if self.house.catalogue.paper(paper).state is state:
                    queue_anew(workflow)
                return
            with SetWorkflowID(workflow), before_others(known.lane, finishing=finishing):
                function = self._finish if finishing else self._prepare
                DBOS.enqueue_workflow(QUEUE, function, paper.value, trace or secrets.token_hex(8))

    def wait(self, papers: Iterable[PaperId]) -> None:
        """Return when no work on any of ``papers`` is queued or under way."""
        for paper in papers:
            for kind in _WORKFLOWS.values():
                with failures(PART):
                    self._await(f"{kind}:{paper}", paper)

    def _await(self, workflow: str, paper: PaperId) -> None:
        """Return when ``workflow`` ended, or failed so that on a full disk not even its end could be recorded."""
        patience = _UNRECORDED_S
        while (status := DBOS.get_workflow_status(workflow)) and patience > 0:
            if status.status == "CANCELLED":
                return
            if status.status in ENDED:
                DBOS.retrieve_workflow(workflow).get_result()
                return
            if self.house.catalogue.paper(paper).state is PaperState.FAILED:
                patience -= _RESULT_POLL_S
            time.sleep(_RESULT_POLL_S)

    # --- the workflows ----------------------------------------------------------------------------------------------

    def _run_prepare(self, paper: PaperId, trace: str) -> str:
        with self._run(paper, trace):
            state = self._run_steps(pipeline.PREPARE, paper, trace)
            if state in {PaperState.READY, PaperState.NEEDS_REVIEW} and self._confirm(paper):
                self.start(paper, trace)
            return state.value

    def _confirm(self, paper: PaperId) -> bool:
        """Return whether the paper goes on at once; if that cannot be recorded it waits for a person, as any other."""
        self._require_open()
        try:
            return DBOS.run_step({"name": "confirm", **_RETRY}, confirm_as_announced, self.house, paper)
        except Exception as error:  # whatever it is, it belongs to this paper alone
            if self._turns.closing:
                raise
            _log.warning("not confirmed", code=getattr(error, "code", type(error).__name__))
            return False

    def _run_finish(self, paper: PaperId, trace: str) -> str:
        with self._run(paper, trace):
            return self._run_steps(pipeline.FINISH, paper, trace).value

    @contextmanager
    def _run(self, paper: PaperId, trace: str) -> Iterator[None]:
        """Work on a paper in this process; where the process ends meanwhile, the paper is left to others, in silence.

        The last try of a paper with which workers were lost has this process for itself: it takes no other paper with
        it, and none is blamed for what another did.
        """
        step_back(self.house.settings.nice)
        setback = setback_of(self.house.catalogue.engine, paper)
        alone = setback is not None and setback.losses >= self.house.settings.max_losses - 1
        workflow = DBOS.workflow_id
        with structlog.contextvars.bound_contextvars(paper=paper.value, trace=trace):
            try:
                with self._turns.turn(alone=alone):
                    _log.info("working", workflow=workflow, alone=alone)
                    if alone:
                        begin_last_try(self.house.catalogue.engine, paper)
                    yield
            except Leaving:
                if not self._turns.closing and workflow:  # on a thread of its own: it is no step of the workflow
                    threading.Thread(target=queue_again, args=(workflow,), daemon=True).start()
                raise
            except Exception:
                if self._turns.closing:  # the queue itself may be gone already
                    raise Leaving from None
                raise

    def _run_steps(self, steps: tuple[pipeline.Step, ...], paper: PaperId, trace: str) -> PaperState:
        """Run ``steps`` in order; a paper that fails is set aside with the reason, and harms no other.

        A paper that misses a part which is away ends its work where it stands; `_start_forgotten` starts it again.
        """
        name = ""
        try:
            for step in steps:
                self._require_open()
                name = step.__name__
                DBOS.run_step({"name": name, **_RETRY}, step, self.house, paper)
        except Exception as error:
            cause = error.errors[-1] if isinstance(error, dbos_error.DBOSMaxStepRetriesExceeded) else error
            if isinstance(cause, dbos_error.DBOSException):
                raise  # the queue's own fault, as when another process has the paper now: it is left as it is
            self._require_open()
            if isinstance(cause, PartAway):
                _log.warning("paper waits", step=name, code=cause.code)
                return DBOS.run_step({"name": "wait"}, wait_for, self.house, paper, cause)
            _log.warning("paper set aside", step=name, code=getattr(cause, "code", type(cause).__name__))
            setback = Setback(name, trace, 0, times.now())
            return DBOS.run_step({"name": "set_aside"}, set_aside, self.house, paper, cause, setback)
        return self.house.catalogue.paper(paper).state

    def _require_open(self) -> None:
        if self._turns.closing:
            raise Leaving

    # --- watching over the others -----------------------------------------------------------------------------------

    def _beat(self) -> None:
        self.house.catalogue.beat(self.executor, self.house.catalogue.shared_now())

    def _keep_watch(self) -> None:
        """Beat, take over what silent workers held, start what was never queued; until closed."""
        silence = dt.timedelta(seconds=self.house.settings.dead_after_s)
        beaten = deaf_until = adopt_at = times.now()
        while not self._stop.is_set():
            try:
                with failures(PART):
                    self._beat()
                    moment = times.now()
                    if moment - beaten > silence:  # the catalogue was away: the others have to beat again first
                        deaf_until = moment + silence
                    beaten = moment
                    if moment >= deaf_until:
                        take_over(self.house)
                    if moment >= adopt_at:
                        adopt_at = moment + silence
                        adopt(self.house, self.executor, self.start)
                    self._look_often(papers=self._start_forgotten())
            except SohoaError as error:
                _log.warning("watch failed; trying again", code=error.code, reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, the others must be watched over
                _log.exception("watch failed; trying again")
            self._stop.wait(self.house.settings.heartbeat_s)

    def _tidy_up(self) -> None:
        """Clear the workspaces of papers that need none any more, where a crash or fault kept that from being done."""
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                self._tidy_once()
            except SohoaError:
                _log.exception("tidying up failed; it is tried again")
                pause = self.house.settings.retry_s
            else:
                return

    def _tidy_once(self) -> None:
        sweep()
        drop_expired(self.house)
        for paper in {PaperId(key.split("/")[1]) for key in self.house.objects.keys("work/")}:
            if self._stop.is_set():
                return
            if not self._needs_workspace(paper):
                Workspace(self.house.objects, paper).clear()

    def _needs_workspace(self, paper: PaperId) -> bool:
        try:
            return self.house.catalogue.paper(paper).state in _NEEDS_WORKSPACE
        except NotFound:  # what is uploaded in pieces is no paper yet
            return is_waiting(self.house, paper)

    def _start_forgotten(self) -> bool:
        """Start what was never queued, and what waited for a part until now; return whether there is work at all.

        However many papers wait, a look costs the same: it goes on where the last one ended.
        """
        catalogue, moment = self.house.catalogue, times.now()
        some = to_be_worked_on(catalogue.engine, _WORKFLOWS, after=self._looked_until, limit=_AT_ONCE)
        self._looked_until = some[-1][0] if len(some) == _AT_ONCE else 0
        papers = {f"{_WORKFLOWS[state]}:{paper}": paper for _, paper, state in some}
        if papers:
            known = DBOS.list_workflows(workflow_ids=list(papers), load_input=False, load_output=False)
            for workflow in known:
                if workflow.status not in ENDED:
                    del papers[workflow.workflow_id]
        due = take_due(catalogue.engine, at=moment, again=moment + _TAKEN)
        for paper in (*papers.values(), *due):
            self.start(paper)
        return bool(some or due)

    def _look_often(self, *, papers: bool) -> None:
        """Let all workers look at the queue often while papers come, else rarely: all see the same papers."""
        self._idle_beats = 0 if papers else self._idle_beats + 1
        poll = POLL_S if self._idle_beats < _IDLE_BEATS else _IDLE_POLL_S
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

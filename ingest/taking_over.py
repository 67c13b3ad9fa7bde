"""Taking over: what a worker held that fell silent goes back to the queue, and what a version left that nobody runs.

A paper whose worker ended in the same step again and again is not handed to further workers: it is set aside.
"""

import datetime as dt
from collections.abc import Callable

import structlog
from dbos import DBOS, WorkflowStatus
from dbos import error as dbos_error

from dossier import times
from dossier.errors import NotFound, WorkerLost
from dossier.identifiers import PaperId
from ingest import pipeline
from ingest.house import House
from ingest.problems import set_aside
from ingest.work_queue import APPLICATION_VERSION, ENDED, QUEUE
from storage.under_way.setbacks import note_loss

_STEPS = {"prepare": (*(step.__name__ for step in pipeline.PREPARE), "confirm")}
_STEPS["finish"] = tuple(step.__name__ for step in pipeline.FINISH)
_AT_ONCE = 100
"""Papers of another version taken over at one look."""
_log = structlog.get_logger(__name__)


def executor_name(host: str, *more: object) -> str:
    """Return the name of a process: which version it runs, then where."""
    return f"{APPLICATION_VERSION}@" + "-".join(map(str, (host, *more)))


def queue_again(workflow_id: str) -> None:
    """Queue a workflow that was begun, for whoever draws it next; the steps that are done stay so."""
    DBOS.resume_workflow(workflow_id, queue_name=QUEUE)


def queue_anew(workflow_id: str) -> None:
    """Queue a workflow that has ended once more, from its first step, in one transaction: a crash leaves it as it was.

    One that somebody else has queued meanwhile stays as it is.
    """
    try:
        DBOS.rewind_workflow(workflow_id, application_version=APPLICATION_VERSION, queue_name=QUEUE)
    except dbos_error.DBOSException:
        status = DBOS.get_workflow_status(workflow_id)
        if status is None or status.status in ENDED:
            raise


def paper_of(workflow_id: str) -> PaperId:
    """Return which paper a workflow works on."""
    return PaperId(workflow_id.partition(":")[2])


def take_over(house: House) -> None:
    """Queue anew what workers held that have fallen silent, but set aside papers that ended too many of them."""
    catalogue = house.catalogue
    moment, silence = catalogue.shared_now(), dt.timedelta(seconds=house.settings.dead_after_s)
    _notice_unknown(house, moment)
    for executor in catalogue.dead_executors(moment - silence):
        if not catalogue.claim_executor(executor, moment - silence, moment):
            continue  # another worker sees to it, or it lives after all
        for workflow in _held(executor):
            _log.warning("taking over", workflow=workflow.workflow_id, trace=trace_of(workflow), executor=executor)
            if _is_spared(house, workflow):
                queue_again(workflow.workflow_id)
            else:
                DBOS.cancel_workflow(workflow.workflow_id)
        catalogue.forget_executor(executor)


def _notice_unknown(house: House, moment: dt.datetime) -> None:
    """Note as heard of now who holds work and is not known: it drew a paper at the very moment in which it ended."""
    known = set(house.catalogue.executors())
    held = DBOS.list_workflows(status="PENDING", queue_name=QUEUE, load_input=False, load_output=False)
    for executor in {workflow.executor_id for workflow in held} - known - {None}:
        house.catalogue.beat(str(executor), moment)


def hand_back(executor: str) -> int:
    """Queue anew what a process that ends in order still holds, and return how many papers that are."""
    held = _held(executor)
    for workflow in held:
        queue_again(workflow.workflow_id)
    return len(held)


def adopt(house: House, executor: str, start: Callable[[PaperId], None]) -> None:
    """Begin anew what another version has queued and no process of that version is there to do.

    Of the workers of this version one does so, that no two begin the same.

    Args:
        house: The parts.
        executor: Name of this process.
        start: Queues what a paper needs, by its state: steps may be done twice.
    """
    versions = {version["version_name"] for version in DBOS.list_application_versions()} - {APPLICATION_VERSION}
    present = house.catalogue.executors()
    alive = {name.partition("@")[0] if "@" in name else None for name in present}
    first = min((name for name in present if name.startswith(f"{APPLICATION_VERSION}@")), default=executor)
    if None in alive or first != executor:  # None: of a version that did not tell
        return
    for version in sorted(versions - alive):
        left = DBOS.list_workflows(
            status="ENQUEUED",
            queue_name=QUEUE,
            app_version=version,
            limit=_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        for workflow in left:  # a crash between the two leaves a paper without work, which is found as never queued
            _log.info("adopting", workflow=workflow.workflow_id, version=version)
            DBOS.delete_workflow(workflow.workflow_id)
            start(paper_of(workflow.workflow_id))


def trace_of(workflow: WorkflowStatus) -> str:
    """Return the trace of a workflow's run, empty if it was queued without."""
    arguments = workflow.input["args"] if workflow.input else ()
    return str(arguments[1]) if len(arguments) > 1 else ""


def _held(executor: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(status="PENDING", executor_id=executor, load_output=False)


def _is_spared(house: House, workflow: WorkflowStatus) -> bool:
    """Note that a worker was lost with a paper, and return whether the paper may have another."""
    paper, trace, step = paper_of(workflow.workflow_id), trace_of(workflow), _step_of(workflow)
    try:
        most = house.settings.max_losses
        setback = note_loss(house.catalogue.engine, paper, step=step, trace=trace, at=times.now(), most=most)
        if setback.losses < most:
            return True
        _log.error("paper set aside", paper=paper.value, code=WorkerLost.code, step=step, trace=trace)
        set_aside(house, paper, WorkerLost(losses=setback.losses, step=step), setback)
    except NotFound:
        return True  # the workflow itself finds that out
    return False


def _step_of(workflow: WorkflowStatus) -> str:
    """Return the first step that is not done."""
    done = {step["function_name"] for step in DBOS.list_workflow_steps(workflow.workflow_id, load_output=False)}
    return next((step for step in _STEPS[workflow.name] if step not in done), "end")

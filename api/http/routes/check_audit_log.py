"""``POST /v1/audit-checks``: is the audit log what it was; one check at a time in a process."""

import threading
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.audit import LogCheck
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.audit import break_json, log_json
from dossier import times
from dossier.errors import AuditChainBroken, ObjectDamaged, TooManyRequests
from ingest.audit_log import check_log

router = new_router()
_ONE = threading.Lock()
"""The whole log is gone over, in a thread of its own; a second check would only make both slower."""
_LATER_S = 10


class HowFar(BaseModel):
    """Có đối chiếu từng mục với bản lưu trong kho không. / Whether every entry is compared with its segment too."""

    model_config = ConfigDict(extra="forbid")

    segments: bool = False


@router.post("/v1/audit-checks", response_model=LogCheck, summary="Kiểm tra nhật ký kiểm toán / Check the audit log")
def check_audit_log(caller: Annotated[Caller, allow(Role.AUDITOR)], house: HouseDep, body: HowFar) -> Json:
    """Recompute the chain, compare it with the object store, prove its time stamps; a break is told, and where.

    It takes as long as the log is: give it time, or use ``sohoa audit check``.

    Raises:
        TooManyRequests: Another check is going on.
    """
    if not _ONE.acquire(blocking=False):
        raise TooManyRequests(seconds=_LATER_S)
    at, whole, broken = times.now(), None, None
    try:
        whole = log_json(check_log(house, segments=body.segments, at=at))
    except (AuditChainBroken, ObjectDamaged) as error:
        broken = break_json(error)
    finally:
        _ONE.release()
    house.catalogue.record(caller.name, "audit.checked", "audit", {"outcome": "broken" if broken else "whole"})
    return {"checked_at": times.iso_local(at), "whole": whole, "broken": broken}

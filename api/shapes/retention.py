"""Until when papers are kept, holds, disposals."""

from api.shapes import Json
from dossier import times
from dossier.papers import Paper
from ingest.house import House
from ingest.upkeep.disposal import Decision, Standing, standing
from storage.lifecycle.disposal import Disposal
from storage.lifecycle.holds import Hold, holds_of

_TEXTS = {
    Decision.KEPT_UNTIL: ("Phải lưu đến {until}: {law}.", "Must be kept until {until}: {law}."),
    Decision.KEPT_PERMANENTLY: ("Phải lưu vĩnh viễn: {law}.", "Must be kept permanently: {law}."),
    Decision.HELD: ("Đang bị tạm giữ theo yêu cầu pháp lý.", "Under a legal hold."),
    Decision.UNDER_WAY: ("Đang được xử lý.", "Being worked on."),
    Decision.MAY_BE_DISPOSED: (
        "Đã hết thời hạn lưu; được tiêu hủy khi hai người đồng ý.",
        "Need not be kept any more; it is disposed of when two persons agree.",
    ),
}


def retention_json(found: Standing) -> Json:
    """Return until when a paper must be kept."""
    rule = found.rule
    words = {"until": found.until or "", "law": rule.legal_basis if rule else ""}
    text, text_en = (text.format(**words) for text in _TEXTS[found.decision])
    return {
        "paper": found.paper.id.value,
        "paper_type": found.paper.paper_type,
        "state": found.paper.state.value,
        "decision": found.decision.value,
        "until": found.until.isoformat() if found.until else None,
        "retention_class": rule.code if rule else None,
        "name": rule.name_vi if rule else None,
        "legal_basis": rule.legal_basis if rule else None,
        "text": text,
        "text_en": text_en,
        "disposal": disposal_json(found.disposal) if found.disposal else None,
    }


def disposal_json(disposal: Disposal) -> Json:
    """Return one disposal."""
    return {
        "paper": disposal.paper.value,
        "reason": disposal.reason,
        "proposed_by": disposal.proposed_by,
        "proposed_at": times.iso_local(disposal.proposed_at),
        "approved_by": disposal.approved_by,
        "approved_at": times.iso_local(disposal.approved_at) if disposal.approved_at else None,
        "disposed_at": times.iso_local(disposal.disposed_at) if disposal.disposed_at else None,
    }


def hold_json(hold: Hold) -> Json:
    """Return one hold."""
    asked = hold.lifting
    return {
        "by": hold.person,
        "authority": hold.authority,
        "reason": hold.reason,
        "since": times.iso_local(hold.since),
        "lifting": {
            "by": asked.person,
            "authority": asked.authority,
            "reason": asked.reason,
            "proposed_at": times.iso_local(asked.at),
        }
        if asked
        else None,
        "lifted_at": times.iso_local(hold.lifted_at) if hold.lifted_at else None,
        "lifted_by": hold.lifted_by,
    }


def kept_json(house: House, paper: Paper) -> Json:
    """Return until when a paper must be kept, and its holds."""
    holds = [hold_json(one) for one in holds_of(house.catalogue, paper.id)]
    return {**retention_json(standing(house, paper)), "holds": holds}

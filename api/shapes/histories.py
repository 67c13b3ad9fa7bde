"""How a signed file came about, as JSON."""

import base64

from api.shapes import Json
from ingest.proof.revisions import History, Picture, Step


def history_json(found: History) -> Json:
    """Return the revisions with their pictures."""
    unseen = found.unseen
    return {
        "revisions": [_step(step, found.pictures.get(step.number, ())) for step in found.steps],
        "cut": found.cut,
        "unseen": {"code": unseen.code, "text": unseen.text_vi, "text_en": unseen.text_en} if unseen else None,
    }


def _step(step: Step, pictures: tuple[Picture, ...]) -> Json:
    return {
        "number": step.number,
        "fields": list(step.fields),
        "changes": [one.change.to_json() for one in step.told],
        "pages": [
            {
                "page": one.page,
                "boxes": [[box.x, box.y, box.width, box.height] for box in one.boxes],
                "picture": base64.b64encode(one.jpeg).decode(),
            }
            for one in pictures
        ],
    }

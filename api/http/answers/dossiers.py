"""Facts of a dossier."""

from api.http.answers.base import Answer
from dossier.dossiers import Channel, Outcome


class Dossier(Answer):
    """Những gì đã biết về một hồ sơ. / What is known of a dossier."""

    dossier: str
    procedure: str
    agency: str
    decided_by: str | None
    channel: Channel
    received_at: str | None
    processing_started_at: str | None
    ended_at: str | None
    outcome: Outcome | None
    returned_at: str | None

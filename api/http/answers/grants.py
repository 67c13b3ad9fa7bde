"""Grants."""

from api.http.answers.base import Answer
from dossier.grants import Basis


class Grant(Answer):
    """Quyền được cấp. / What a consumer may be given; ``owner_number`` is shown to counters and inspections only."""

    id: str
    consumer: str
    basis: Basis
    citation: str
    purposes: list[str]
    paper_types: list[str]
    personal_fields: list[str]
    file: bool
    owner_number: str | None
    until: str | None
    given_by: str
    given_at: str
    revoked_by: str | None
    revoked_at: str | None


class Grants(Answer):
    """Các quyền được cấp; ``next`` là tham số ``after`` tiếp theo. / A page of the grants."""

    grants: list[Grant]
    next: str | None

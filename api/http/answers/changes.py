"""What other systems are told."""

from api.http.answers.base import Answer


class Change(Answer):
    """Một thay đổi; ``paper`` là ``null`` nếu không phải của một giấy tờ. / Something that happened."""

    id: int
    kind: str
    paper: str | None
    about: str
    at: str
    payload: dict[str, str]


class Changes(Answer):
    """Thay đổi theo thứ tự; ``next`` là tham số ``after`` tiếp theo. / Changes in order."""

    changes: list[Change]
    next: str

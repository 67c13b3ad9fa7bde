"""What other systems are told."""

from api.http.answers.base import Answer


class Event(Answer):
    """Một sự kiện. / Something that happened to a paper."""

    id: int
    kind: str
    paper: str
    at: str
    payload: dict[str, str]


class Events(Answer):
    """Sự kiện theo thứ tự; ``next`` là tham số ``after`` tiếp theo. / Events in order."""

    events: list[Event]
    next: int

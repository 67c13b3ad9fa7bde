"""How the work goes."""

from api.http.answers.base import Answer
from dossier.lanes import Lane


class LaneQueue(Answer):
    """Số giấy tờ đang chờ của một hàng. / What waits in a lane: for machines, and for people."""

    lane: Lane
    machine: int
    people: int


class Rate(Answer):
    """Một tỷ lệ. / A rate; ``percent`` is null where there was nothing to count."""

    above: int
    below: int
    percent: float | None


class LastHours(Answer):
    """Những giờ gần nhất. / The last hours.

    ``p50_s``, ``p95_s``: giây từ lúc nhận đến lúc ký số xong. / Seconds from receipt to the seal, waits included.
    ``rescan``: rejected of received; ``review``: with a doubt or correction of read; ``straight_through``: without
    either of sealed.
    """

    hours: int
    sealed: int
    p50_s: float | None
    p95_s: float | None
    rescan: Rate
    review: Rate
    straight_through: Rate


class StoreSize(Answer):
    """Kho đối tượng theo kiểm kê. / The object store by its inventory."""

    objects: int
    bytes: int


class Operations(Answer):
    """Tình hình vận hành. / How the work goes."""

    made_at: str
    queues: list[LaneQueue]
    windows: list[LastHours]
    store: StoreSize

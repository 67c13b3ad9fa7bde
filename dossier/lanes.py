"""Lanes: which papers go first where there is more work than machines."""

from enum import StrEnum

from dossier.errors import InvalidValue


class Lane(StrEnum):
    """A paper's lane; a free worker takes the first lane's papers before any of the next."""

    ON_THE_SPOT = "on-the-spot"
    """Somebody waits at the counter: received, appraised, approved and returned on the spot (4 tại chỗ)."""
    COUNTER = "counter"
    """The day's dossiers."""
    BACKLOG = "backlog"
    """Old files that are digitized when nothing else is to be done."""

    @property
    def rank(self) -> int:
        """0 for the first."""
        return list(Lane).index(self)

    @property
    def headroom(self) -> float:
        """How much of a limit the lane may use: the first is let in when the others are refused already."""
        return (2.0, 1.0, 0.5)[self.rank]


def lane_of(*, on_the_spot: bool, backlog: bool) -> Lane:
    """Return the lane that a sender asks for.

    Raises:
        InvalidValue: Both cannot be.
    """
    if on_the_spot and backlog:
        raise InvalidValue(
            key="on_the_spot",
            reason="a batch is either on the spot or backlog",
            reason_vi="một lô không thể vừa làm tại chỗ vừa là hồ sơ tồn",
        )
    if on_the_spot:
        return Lane.ON_THE_SPOT
    return Lane.BACKLOG if backlog else Lane.COUNTER

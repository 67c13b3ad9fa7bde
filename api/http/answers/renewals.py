"""When what must be renewed."""

from api.http.answers.base import Answer


class RenewalMonth(Answer):
    """Số giấy tờ và hồ sơ bằng chứng hết giá trị chứng minh trong tháng. / What ends in one month."""

    month: str | None
    papers: int
    signed_origin: int
    records: int


class RenewalCalendar(Answer):
    """Lịch gia hạn. / In which month how much must have been renewed."""

    months: list[RenewalMonth]

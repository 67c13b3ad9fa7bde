"""Subscriptions of other systems to changes."""

from api.http.answers.base import Answer
from storage.telling.webhooks import DeliveryState, WebhookState


class Webhook(Answer):
    """Một đăng ký nhận thông báo (không có khóa bí mật). / A subscription without its secret."""

    id: str
    url: str
    kinds: list[str]
    state: WebhookState
    created_at: str
    position: int
    secret_generation: int
    overlap_until: str | None


class Webhooks(Answer):
    """Các đăng ký. / The subscriptions."""

    webhooks: list[Webhook]


class NewSecret(Webhook):
    """Đăng ký với khóa bí mật mới; ``secret`` chỉ hiện một lần. / With a fresh secret, shown once."""

    secret: str


class Delivery(Answer):
    """Một lần gửi thông báo. / What became of one change for one subscription."""

    event: int
    state: DeliveryState
    attempts: int
    first_at: str
    last_at: str
    retry_at: str | None
    status: int | None
    error: str | None


class Deliveries(Answer):
    """Các lần gửi theo thứ tự; ``next`` là tham số ``after`` tiếp theo. / Deliveries in order."""

    deliveries: list[Delivery]
    next: str


class Replayed(Answer):
    """Số thông báo sẽ gửi lại. / How many are delivered again."""

    replayed: int

"""Access keys."""

from api.http.answers.base import Answer
from api.keys import Role


class Key(Answer):
    """Một khóa truy cập (không có nội dung khóa). / An access key without its secret."""

    name: str
    role: Role
    created_at: str
    revoked_at: str | None


class Keys(Answer):
    """Các khóa; ``next`` là tham số ``after`` tiếp theo. / A page of the keys."""

    keys: list[Key]
    next: str | None


class NewKey(Key):
    """Khóa mới; ``key`` chỉ hiện một lần. / A fresh key, shown once."""

    key: str

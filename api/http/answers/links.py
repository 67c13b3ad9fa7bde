"""Links to files."""

from api.http.answers.papers import StoredFile


class FileLink(StoredFile):
    """Đường dẫn tải tệp không cần khóa, đến ``ends_at``. / Where a file can be fetched without a key until then."""

    url: str
    ends_at: str

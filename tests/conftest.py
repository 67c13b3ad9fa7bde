"""Fixtures that every room's tests may use."""

from tests.servers import postgres_server, postgres_url, s3_server

__all__ = ["postgres_server", "postgres_url", "s3_server"]

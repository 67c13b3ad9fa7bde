"""Fixtures of the desks' tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.api.desks import started_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module; those that need none do not start it."""
    with started_browser() as browser:
        yield browser

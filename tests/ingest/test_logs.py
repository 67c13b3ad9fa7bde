import logging

import pytest

from ingest.logs import in_one_line


def test_an_error_of_others_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("others")
    logger.addFilter(in_one_line)
    logger.error("no launch of %s:", "queue", exc_info=OSError("the disk is full\nsee page 7"))
    assert caplog.messages == ["no launch of queue: the disk is full"]
    assert "Traceback" not in caplog.text
    assert "page 7" not in caplog.text

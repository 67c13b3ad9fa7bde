"""Short logs of other people's code.

A module of its own: loggers live to the very end of the process, and with them whatever a filter's module imports.
"""

import logging


def in_one_line(record: logging.LogRecord) -> bool:
    """Leave of a logged error its message: traces of code that is not ours help nobody who runs this."""
    if record.exc_info and record.exc_info[1]:
        reason, _, _ = str(record.exc_info[1]).partition("\n")
        record.msg, record.args, record.exc_info = f"{record.getMessage()} {reason}", (), None
    return True

"""What this package itself logs, and how records get the name of the process that makes them.

Cheap to import, unlike `logging`: where nobody has asked for the logger nothing is logged, and
where nobody has imported `logging` there are no records.
"""

import sys
from typing import Any, Callable

__all__ = ["info", "name_records", "set_logger"]

# The logger of `_logging`, once somebody in this process has asked for it.
_logger: Any = None


def set_logger(logger: Any) -> None:
    """Log to `logger`, a logging.Logger, from now on."""
    global _logger
    _logger = logger


def info(message: str, *args: object) -> None:
    """Log `message % args` with level INFO."""
    if _logger is not None:
        _logger.info(message, *args)


def name_records(name: Callable[[], str]) -> None:
    """Have the records of all loggers bear `name()` as `processName`, in a child.

    By itself the logging module asks the standard library's multiprocessing, which knows nothing of
    this package, and every record would bear the name of a main process.
    """
    logging = sys.modules.get("logging")
    if logging is None or isinstance(logging.getLogRecordFactory(), _Factory):
        return
    logging.setLogRecordFactory(_Factory(logging.getLogRecordFactory(), name))


class _Factory:
    """Makes records as `make` does, with the name of this process in them."""

    def __init__(self, make: Callable[..., Any], name: Callable[[], str]) -> None:
        self._make = make
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        record = self._make(*args, **kwargs)
        # None: the program has turned it off, by logging.logMultiprocessing.
        if record.processName is not None:
            record.processName = self._name()
        return record

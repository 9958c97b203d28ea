"""The documentation's chapter "Logging": the logger of this package.

It bears the name "multiprocessing", by which programs and their configurations know it. Nothing
but this module imports `logging`, which is slow to import.
"""

from __future__ import annotations

import logging
from typing import Any, Optional, Tuple

__all__ = ["SUBDEBUG", "SUBWARNING", "get_logger", "log_to_stderr"]

# Levels beside those of the logging module.
SUBDEBUG = 5
SUBWARNING = 25

_FORMAT = "[%(levelname)s/%(processName)s] %(message)s"

_logger: Optional[logging.Logger] = None
_to_stderr = False


def get_logger() -> logging.Logger:
    """The logger of this package, made when it isn't there yet.

    It begins with level NOTSET and without a handler, and passes nothing on to the root logger.

    Anchor: multiprocessing.get_logger
    """
    global _logger
    if _logger is None:
        logger = logging.getLogger("multiprocessing")
        logger.propagate = False
        logger.addFilter(_name_the_process)
        _logger = logger
    return _logger


def log_to_stderr(level: Optional[Any] = None) -> logging.Logger:
    """Have the logger write to sys.stderr, with level and process name; returns it.

    `level`, unless None, becomes the logger's level.

    Anchor: multiprocessing.log_to_stderr
    """
    global _to_stderr
    logger = get_logger()
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(handler)
    if level is not None:
        logger.setLevel(level)
    _to_stderr = True
    return logger


def settings() -> Optional[Tuple[int, bool]]:
    """What a child is told: the level, and whether it logs to stderr. None: there is no logger."""
    return None if _logger is None else (_logger.level, _to_stderr)


def apply(level: int, to_stderr: bool) -> None:
    """Set the logger up as the parent's `settings()` say."""
    logger = get_logger()
    if to_stderr and not logger.handlers:
        log_to_stderr()
    logger.setLevel(level)


def _name_the_process(record: logging.LogRecord) -> bool:
    # The logging module asks the standard library's multiprocessing, which knows nothing of us.
    from . import process

    record.processName = process.current_process().name
    return True

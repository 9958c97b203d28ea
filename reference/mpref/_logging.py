"""The documentation's chapter "Logging": the logger of this package.

It bears the name "multiprocessing", by which programs and their configurations know it. Nothing
but this module imports `logging`, which is slow to import. What is logged stands in `_events`.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from . import _events, process

__all__ = ["Settings", "apply", "get_logger", "log_to_stderr", "settings"]

_FORMAT = "[%(levelname)s/%(processName)s] %(message)s"

_logger: logging.Logger | None = None


class Settings(NamedTuple):
    """What a child that does not inherit the logger itself is told of it.

    effective: the level that governs it, which is the root logger's where its own is NOTSET.
    to_stderr: a handler of log_to_stderr() is there.
    """

    level: int
    effective: int
    to_stderr: bool


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """What log_to_stderr() adds."""


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
        _events.set_logger(logger)
    return _logger


def log_to_stderr(level: Any | None = None) -> logging.Logger:
    """Add a handler that writes to sys.stderr, with level and process name; returns the logger.

    level: a number or a name of the logging module, that becomes the logger's; None leaves it.

    Raises ValueError for a name that the logging module does not know, TypeError for a level that
    is neither; nothing is added then.

    Anchor: multiprocessing.log_to_stderr
    """
    logger = get_logger()
    if level is not None:
        logger.setLevel(level)
    handler = _StderrHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(handler)
    return logger


def settings() -> Settings | None:
    """What a child is told. None: nobody has asked for the logger."""
    if _logger is None:
        return None
    to_stderr = any(isinstance(handler, _StderrHandler) for handler in _logger.handlers)
    return Settings(_logger.level, _logger.getEffectiveLevel(), to_stderr)


def apply(told: Settings) -> None:
    """Set the logger up as the parent's was."""
    logger = get_logger()
    if told.to_stderr and not logger.handlers:
        log_to_stderr()
    logger.setLevel(told.level)
    if logger.getEffectiveLevel() != told.effective:
        # The parent's root logger has a level that was set by the program, and not in this process.
        logger.setLevel(told.effective)


def _name_the_process(record: logging.LogRecord) -> bool:
    # The logging module asks the standard library's multiprocessing, which knows nothing of us.
    record.processName = process.current_process().name
    return True

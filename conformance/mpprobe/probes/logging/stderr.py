"""log_to_stderr(): the handler that it adds, the format of its lines, and each form of a level."""

import enum
import io
import logging
import sys
import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.logging.getting import Kept


class Grade(enum.IntEnum):
    """A level that is a member of an enumeration and a number at once."""

    FINE = 15


def formatted(t):
    """The lines that the handler writes, for each standard level and for others."""
    logger = t.mp.log_to_stderr()
    t.see("returned", logger is t.mp.get_logger())
    t.see("level", logger.level)
    t.see("handlers", len(logger.handlers))
    t.see("own-propagate", bool(logger.propagate))
    t.see("nothing-yet", [t.stderr(), t.stdout()])

    logger.setLevel(logging.INFO)
    logger.warning("doomed")
    t.see("example", t.stderr())
    logger.debug("below the level")
    logger.info("in %s of %d words", "a message", 5)
    logger.error("wrong")
    logger.critical("worse")
    t.see("levels", t.stderr())

    logger.setLevel(1)
    logging.addLevelName(21, "NOTICE")
    logger.log(1, "least")
    logger.log(21, "named")
    logger.log(1000, "above all")
    logger.debug("100%% of {it} is %s", "kept")
    logger.debug("100% of %s")
    logger.info("")
    logger.warning("two\nlines")
    t.see("others", t.stderr())
    t.see("stdout", t.stdout())

    t.mp.current_process().name = "another name"
    logger.info("renamed")
    thread = threading.Thread(target=logger.info, args=("from a thread",), name="the thread")
    thread.start()
    thread.join()
    t.see("renamed", t.stderr())
    logger.setLevel(logging.CRITICAL)  # how this process itself ends is not asked for


def added(t):
    """What a first, a second and a third call add, beside a handler of the program's own."""
    logger, own, root = t.mp.get_logger(), Kept(), Kept()
    logging.getLogger().addHandler(root)
    logger.addHandler(own)
    logger.setLevel(logging.ERROR)
    seen = []
    for _ in range(3):
        returned = t.mp.log_to_stderr()
        returned.error("counted")
        returned.warning("too little")
        seen.append(
            [
                returned is logger,
                returned.level,
                len(returned.handlers),
                t.stderr().splitlines(),
            ]
        )
    t.see("calls", seen)
    t.see("own", own.records)
    t.see("at-the-root", root.records)

    for handler in list(logger.handlers):
        if handler is not own:
            logger.removeHandler(handler)
    logger.error("nobody writes")
    t.see("removed", t.stderr())
    t.mp.log_to_stderr()
    logger.error("written")
    t.see("added-again", t.stderr())


def replaced(t):
    """A sys.stderr that the program has put there itself before it asks."""
    real, sys.stderr = sys.stderr, io.StringIO()
    try:
        logger = t.mp.log_to_stderr(logging.INFO)
        logger.info("to the program's own")
        written = sys.stderr.getvalue()
    finally:
        sys.stderr = real
    t.see("written", written)
    t.see("elsewhere", [t.stderr(), t.stdout()])


def levels(t):
    """The level that each form of the argument sets, by position and by keyword, in turn."""
    logger = t.mp.get_logger()
    numbers = [50, 40, 30, 20, 10, 1, 2, 25, 33, 1000]
    t.see("numbers", [set_by(t, logger, number) for number in numbers])
    t.see("numbers.given", numbers)
    names = ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]
    t.see("names", [set_by(t, logger, name) for name in names])
    logging.addLevelName(21, "NOTICE")
    t.see("others", [set_by(t, logger, form) for form in ("NOTICE", Grade.FINE, "NOTSET")])

    t.mp.log_to_stderr(level=logging.ERROR)
    t.see("keyword", logger.level)
    t.mp.log_to_stderr(level="DEBUG")
    t.see("keyword-name", logger.level)
    kept = []
    for call in (
        lambda: t.mp.log_to_stderr(),
        lambda: t.mp.log_to_stderr(None),
        lambda: t.mp.log_to_stderr(level=None),
    ):
        logger.setLevel(37)
        call()
        kept.append(logger.level)
    t.see("none", kept)

    # Only the logger's level is set: its handlers let everything through.
    t.see("handlers", sorted({handler.level for handler in logger.handlers}))
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    t.mp.log_to_stderr(27)
    logger.log(26, "too little")
    logger.log(27, "enough")
    t.see("filtered", t.stderr())
    logger.setLevel(1)
    logger.log(1, "the least")
    t.see("changed-later", t.stderr())

    logger.setLevel(37)
    t.mp.log_to_stderr(logging.NOTSET)
    t.see("zero", logger.level)


def refused(t):
    """Levels that the logging package does not know, and arguments too many."""
    logger = t.mp.log_to_stderr(37)
    t.see("unknown-name.raises", error_of(t.mp.log_to_stderr, "no such level"))
    t.see("fraction.raises", error_of(t.mp.log_to_stderr, 0.5))
    t.see("two-arguments.raises", error_of(t.mp.log_to_stderr, 10, 20))
    t.see("unknown-keyword.raises", error_of(lambda: t.mp.log_to_stderr(severity=10)))
    t.see("level", logger.level)
    t.see("handlers", len(logger.handlers))


def set_by(t, logger, form):
    """The logger's level after log_to_stderr(form)."""
    t.mp.log_to_stderr(form)
    return logger.level

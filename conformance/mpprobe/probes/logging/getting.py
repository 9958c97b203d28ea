"""get_logger(): the logger as it is first made, and when it is asked for again."""

import logging
import threading

from mpprobe.probes._common import error_of
from mpprobe.toolkit import HEAR_SECONDS


class Kept(logging.Handler):
    """Keeps what it is given: the level and the message of each record."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.records = []

    def emit(self, record):
        self.records.append((record.levelname, record.getMessage()))


def fresh(t):
    """The logger of a process that asks for it the first time, and where its messages go."""
    root, kept = logging.getLogger(), Kept()
    root.addHandler(kept)
    root.setLevel(1)
    logger = t.mp.get_logger()
    t.see("is-logger", isinstance(logger, logging.Logger))
    t.see("level", logger.level)
    t.see("handlers", len(logger.handlers))
    t.see("own-propagate", bool(logger.propagate))
    t.see("name", logger.name)
    t.see("by-name", logging.getLogger(logger.name) is logger)
    t.see("is-root", logger is root)

    # Its level is none of its own: the root logger's governs.
    governed = []
    for level in (37, 5, logging.CRITICAL):
        root.setLevel(level)
        governed.append(
            [logger.getEffectiveLevel(), logger.isEnabledFor(level - 1), logger.isEnabledFor(level)]
        )
    t.see("governed", governed)

    root.setLevel(1)
    logger.debug("below the threshold of everybody who has not asked")
    logger.critical("urgent")
    t.see("at-the-root", list(kept.records))
    # Without a handler the logging package itself shows what is urgent: expected, hence taken.
    t.see("last-resort", t.stderr())

    mine = Kept()
    logger.addHandler(mine)
    logger.info("one %s", "message")
    logger.log(3, "another")
    t.see("at-its-own", mine.records)
    t.see("still-not-at-the-root", kept.records)
    t.see("stderr", t.stderr())


def asked_again(t):
    """get_logger() after the program has changed the logger, by every way to ask for it."""
    logger = t.mp.get_logger()
    kept = Kept()
    root = logging.getLogger()
    root.addHandler(kept)
    own = Kept()
    logger.setLevel(17)
    logger.addHandler(own)
    logger.propagate = True
    methods = list(t.mp.get_all_start_methods())
    ways = [t.mp] + [t.mp.get_context(name) for name in methods] + [t.mp.get_context()]
    t.see("ways", [way.get_logger() is logger for way in ways])
    t.see("level", logger.level)
    t.see("handlers", logger.handlers == [own])
    t.see("propagate", bool(logger.propagate))
    ways[-1].get_logger().log(17, "enough")
    ways[-1].get_logger().log(16, "too little")
    t.see("own", own.records)
    t.see("at-the-root", kept.records)

    logger.removeHandler(own)
    logger.setLevel(logging.NOTSET)
    logger.propagate = False
    again = t.mp.get_logger()
    t.see("undone", [again is logger, again.level, len(again.handlers), bool(again.propagate)])
    t.see("argument.raises", error_of(t.mp.get_logger, logging.INFO))
    t.see("keyword.raises", error_of(lambda: t.mp.get_logger(level=logging.INFO)))
    t.see("after-refusal", [logger.level, len(logger.handlers)])


def from_threads(t):
    """Eight threads ask for the logger at the same time, before anybody else."""
    loggers, many = [], 8
    barrier = threading.Barrier(many)

    def ask():
        barrier.wait(HEAR_SECONDS)
        loggers.append(t.mp.get_logger())

    threads = [threading.Thread(target=ask) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = t.mp.get_logger()
    t.see("same", [logger is first for logger in loggers])
    t.see("state", [first.level, len(first.handlers), bool(first.propagate)])

"""Lies about the logger, and about what is logged."""

import logging
import os
import sys
import threading

from mpref import _events, _logging, process
from mpref._start import fork

from liars.lies import EVERYWHERE, lie

# --- get_logger ----------------------------------------------------------------------------------


@lie(
    EVERYWHERE,
    "get_logger",
    caught_by=[
        "logging.get-logger.is-one-logger",
    ],
)
def context_has_a_logger_of_its_own(original, self):
    """A context of a start method gives another logger than the module."""
    logger = original(self)
    if self.get_start_method(allow_none=True) != "spawn":
        return logger
    return logger.getChild("spawn")


@lie(
    _logging,
    "get_logger",
    caught_by=[
        "logging.children.inherit-all-by-fork",
        "logging.get-logger.keeps-what-was-set",
    ],
)
def propagation_is_taken_back(original):
    """get_logger() takes back the propagation that the program has set."""
    logger = original()
    logger.propagate = False
    return logger


@lie(
    _logging,
    "get_logger",
    caught_by=[
        "logging.children.ask-for-themselves",
        "logging.children.begin-without-handlers",
        "logging.get-logger.does-not-propagate",
        "logging.get-logger.is-one-for-all-threads",
        "logging.log-to-stderr.does-not-propagate",
        "logging.log-to-stderr.returns-the-logger",
    ],
)
def logger_propagates(original):
    """The logger is made with propagation, as the logging module does."""
    is_first = _logging._logger is None
    logger = original()
    if is_first:
        logger.propagate = True
    return logger


@lie(
    _logging,
    "get_logger",
    caught_by=[
        "logging.children.begin-fresh",
        "logging.children.inherit-the-effective-level",
        "logging.get-logger.is-one-for-all-threads",
        "logging.get-logger.level-is-notset",
        "logging.get-logger.takes-handlers",
        "logging.log-to-stderr.without-level-sets-none",
    ],
)
def logger_begins_with_a_level(original):
    """The logger is made with level WARNING."""
    is_first = _logging._logger is None
    logger = original()
    if is_first:
        logger.setLevel(logging.WARNING)
    return logger


@lie(
    _logging,
    "get_logger",
    caught_by=[
        "logging.children.ask-for-themselves",
        "logging.children.begin-without-handlers",
        "logging.children.inherit-all-by-fork",
        "logging.get-logger.is-one-for-all-threads",
        "logging.get-logger.is-one-logger",
        "logging.get-logger.keeps-what-was-set",
        "logging.get-logger.no-handler",
        "logging.get-logger.takes-no-arguments",
        "logging.log-to-stderr.adds-a-handler",
        "logging.log-to-stderr.adds-to-what-is-there",
        "logging.log-to-stderr.each-call-adds-a-handler",
    ],
)
def logger_begins_with_a_handler(original):
    """The logger is made with a handler that does nothing."""
    is_first = _logging._logger is None
    logger = original()
    if is_first:
        logger.addHandler(logging.NullHandler())
    return logger


@lie(
    EVERYWHERE,
    "get_logger",
    caught_by=[
        "logging.get-logger.takes-no-arguments",
    ],
)
def logger_takes_a_level(original, self, level=None):
    """get_logger() takes a level, as log_to_stderr() does."""
    logger = original(self)
    if level is not None:
        logger.setLevel(level)
    return logger


@lie(
    _logging,
    "get_logger",
    caught_by=[
        "logging.children.begin-without-handlers",
        "logging.children.inherit-the-level",
        "logging.get-logger.is-one-for-all-threads",
    ],
)
def logger_is_a_threads_own(original):
    """Each thread has a logger of its own."""
    logger = original()
    thread = threading.current_thread()
    if thread is threading.main_thread():
        return logger
    return logger.getChild(str(threading.get_ident()))


# --- log_to_stderr -------------------------------------------------------------------------------


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.children.write-once-for-each-handler",
        "logging.log-to-stderr.each-call-adds-a-handler",
    ],
)
def one_handler_is_enough(original, level=None):
    """log_to_stderr() adds no handler where it has added one before."""
    logger = _logging.get_logger()
    if any(isinstance(handler, _logging._StderrHandler) for handler in logger.handlers):
        if level is not None:
            logger.setLevel(level)
        return logger
    return original(level)


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.log-to-stderr.adds-to-what-is-there",
        "logging.log-to-stderr.each-call-adds-a-handler",
        "logging.log-to-stderr.handlers-can-be-removed",
    ],
)
def handler_takes_the_place_of_others(original, level=None):
    """log_to_stderr() removes the handlers that the program has added."""
    logger = _logging.get_logger()
    for handler in list(logger.handlers):
        if not isinstance(handler, _logging._StderrHandler):
            logger.removeHandler(handler)
    return original(level)


@lie(
    _logging._StderrHandler,
    "__init__",
    caught_by=[
        "logging.log-to-stderr.writes-to-sys-stderr",
    ],
)
def handler_writes_to_the_first_stderr(original, self):
    """The handler writes to the interpreter's own stderr, whatever sys.stderr is."""
    original(self)
    self.setStream(sys.__stderr__)


@lie(
    caught_by=[
        "dummy.logger.is-the-packages",
        "logging.children.ask-for-themselves",
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-is-told-to-stop",
        "logging.events.manager-serves",
        "logging.events.nothing-below-the-level",
        "logging.log-to-stderr.adds-to-what-is-there",
        "logging.log-to-stderr.each-call-adds-a-handler",
        "logging.log-to-stderr.example",
        "logging.log-to-stderr.format",
        "logging.log-to-stderr.handlers-can-be-removed",
        "logging.log-to-stderr.level-is-the-loggers",
        "logging.log-to-stderr.shows-the-present-name",
        "logging.log-to-stderr.writes-to-sys-stderr",
    ]
)
def format_has_the_thread():
    """Lines bear the name of the thread."""
    _logging._FORMAT = "[%(levelname)s/%(threadName)s] %(message)s"


@lie(
    _logging._StderrHandler,
    "emit",
    caught_by=[
        "logging.children.write-to-stderr",
        "logging.log-to-stderr.shows-the-present-name",
    ],
)
def name_stays_what_it_was(original, self, record):
    """Lines bear the name that the process had when it logged for the first time."""
    name = _names.setdefault(os.getpid(), record.processName)
    record.processName = name
    original(self, record)


_names = {}


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.children.write-once-for-each-handler",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.log-to-stderr.level-is-the-loggers",
        "logging.log-to-stderr.sets-level-notset",
        "logging.log-to-stderr.sets-the-level",
        "logging.log-to-stderr.sets-the-level-by-name",
        "logging.log-to-stderr.unknown-level-raises",
        "logging.log-to-stderr.writes-to-sys-stderr",
    ],
)
def level_is_the_handlers(original, level=None):
    """log_to_stderr() sets the level of the handler that it adds."""
    logger = original()
    if level is not None:
        logger.handlers[-1].setLevel(level)
    return logger


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.log-to-stderr.level-is-the-loggers",
        "logging.log-to-stderr.sets-the-level",
        "logging.log-to-stderr.sets-the-level-by-name",
        "logging.log-to-stderr.unknown-level-raises",
    ],
)
def levels_are_those_of_the_table(original, level=None):
    """A level between two of the logging module's is rounded down."""
    if isinstance(level, int):
        level = level // 10 * 10
    return original(level)


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.log-to-stderr.sets-the-level-by-name",
        "logging.log-to-stderr.unknown-level-raises",
    ],
)
def levels_are_numbers(original, level=None):
    """The name of a level is ignored."""
    return original(level if isinstance(level, int) else None)


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.children.write-once-for-each-handler",
        "logging.log-to-stderr.adds-to-what-is-there",
        "logging.log-to-stderr.each-call-adds-a-handler",
        "logging.log-to-stderr.level-none-leaves-it",
    ],
)
def no_level_is_notset(original, level=None):
    """Without an argument log_to_stderr() sets the level to NOTSET."""
    return original(level or logging.NOTSET)


@lie(
    _logging,
    "log_to_stderr",
    caught_by=[
        "logging.log-to-stderr.does-not-propagate",
        "logging.log-to-stderr.returns-the-logger",
    ],
)
def level_makes_the_logger_propagate(original, level=None):
    """log_to_stderr() has the logger propagate."""
    logger = original(level)
    logger.propagate = True
    return logger


# -- in children


@lie(
    _logging,
    "settings",
    caught_by=[
        "logging.children.ask-for-themselves",
        "logging.children.inherit-the-effective-level",
        "logging.children.inherit-the-level",
        "logging.children.levels-are-their-own",
        "logging.children.pass-the-level-on",
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
    ],
    start_methods=("spawn",),
)
def children_begin_without_a_level(original):
    """A child that is not forked begins with level NOTSET."""
    told = original()
    return told and told._replace(level=logging.NOTSET, effective=logging.WARNING)


@lie(
    _logging,
    "settings",
    caught_by=[
        "logging.children.inherit-the-effective-level",
    ],
    start_methods=("spawn",),
)
def notset_is_inherited_as_it_is(original):
    """A child does not learn the level that the parent's logger has from the root logger."""
    told = original()
    return told and told._replace(effective=told.level or logging.WARNING)


@lie(
    _logging,
    "settings",
    caught_by=[
        "logging.children.inherit-the-effective-level",
        "logging.children.inherit-the-level",
        "logging.children.pass-the-level-on",
    ],
    start_methods=("spawn",),
)
def level_of_the_first_child_is_kept(original):
    """Children get the level that the parent's logger had when the first of them was started."""
    told = original()
    if told is not None:
        _first.append(told)
    return told and _first[0]


_first = []


@lie(
    _logging,
    "settings",
    caught_by=[
        "logging.children.inherit-the-effective-level",
        "logging.children.pass-the-level-on",
        "logging.children.write-to-stderr",
    ],
    start_methods=("spawn",),
)
def grandchildren_are_told_nothing(original):
    """Only the main process tells its children how its logger is set up."""
    return original() if process.parent_process() is None else None


@lie(
    _logging,
    "settings",
    caught_by=[
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
        "logging.events.nothing-below-the-level",
    ],
    start_methods=("spawn",),
)
def children_do_not_write(original):
    """A child that is not forked has no handler."""
    told = original()
    return told and told._replace(to_stderr=False)


@lie(
    fork,
    "run_forked",
    caught_by=[
        "logging.children.write-once-for-each-handler",
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
        "logging.events.nothing-below-the-level",
    ],
)
def forked_children_write_twice(original, *args, **kwargs):
    """A forked child adds a handler of its own to the one that it inherits."""
    told = _logging.settings()
    if told is not None and told.to_stderr:
        _logging.log_to_stderr()
    return original(*args, **kwargs)


@lie(
    fork,
    "run_forked",
    caught_by=[
        "logging.children.inherit-all-by-fork",
    ],
)
def forked_children_lose_their_handlers(original, *args, **kwargs):
    """A forked child has the handler of log_to_stderr() alone."""
    if _logging._logger is not None:
        for handler in list(_logging._logger.handlers):
            if not isinstance(handler, _logging._StderrHandler):
                _logging._logger.removeHandler(handler)
    return original(*args, **kwargs)


@lie(
    _events,
    "name_records",
    caught_by=[
        "logging.children.name-all-records",
    ],
)
def records_bear_another_name(name):
    """Records of loggers that are not the package's bear the name MainProcess."""


# -- what is logged


@lie(
    _events,
    "info",
    caught_by=[
        "logging.events.child-exits",
    ],
)
def exit_code_is_that_of_shells(original, message, *args):
    """A child that has failed logs exit code 1, whatever it is."""
    if message.startswith("process exiting"):
        args = (int(args[0] != 0),)
    original(message, *args)


@lie(
    _events,
    "info",
    caught_by=[
        "logging.events.child-exits",
    ],
)
def failures_are_not_logged(original, message, *args):
    """A child logs its exit code when that is 0."""
    if not (message.startswith("process exiting") and args[0]):
        original(message, *args)


@lie(
    _events,
    "info",
    caught_by=[
        "logging.children.ask-for-themselves",
        "logging.children.asking-ends-clean",
        "logging.children.begin-without-handlers",
        "logging.children.between-ends-clean",
        "logging.children.from-the-root-ends-clean",
        "logging.children.inherit-all-by-fork",
        "logging.children.levels-end-clean",
        "logging.children.write-once-for-each-handler",
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-is-told-to-stop",
        "logging.events.manager-serves",
        "logging.events.nothing-below-the-level",
    ],
)
def events_are_errors(original, message, *args):
    """What the package logs has level ERROR."""
    if _events._logger is not None:
        _events._logger.error(message, *args)


@lie(
    _events,
    "info",
    caught_by=[
        "logging.events.child-calls-run",
        "logging.events.manager-serves",
    ],
)
def run_is_not_logged(original, message, *args):
    """A child does not log that it calls run()."""
    if "self.run()" not in message:
        original(message, *args)


@lie(
    _events,
    "info",
    caught_by=[
        "logging.events.manager-is-told-to-stop",
    ],
)
def main_process_logs_nothing(original, message, *args):
    """The main process does not log that it shuts a manager down."""
    if process.parent_process() is not None:
        original(message, *args)

"""The logger in children, grandchildren and their threads: its level, handlers and lines."""

import logging
import threading

from mpprobe.probes._common import context
from mpprobe.probes.logging.getting import Kept
from mpprobe.toolkit import hear, tell, under_test


def report(word):
    """In a child: tell the state of its logger."""
    logger = under_test().get_logger()
    tell(word, state_of(logger))


def state_of(logger):
    return [logger.level, logger.getEffectiveLevel(), len(logger.handlers), bool(logger.propagate)]


def report_all(word, method):
    """In a child: the same of a thread and of a child of its own, whose parent asks for nothing."""
    grandchild = context(method).Process(target=report, args=(word + ".grandchild",))
    grandchild.start()
    grandchild.join()
    thread = threading.Thread(target=report, args=(word + ".thread",))
    thread.start()
    thread.join()
    report(word)


def family_of(t, word):
    """The states of the loggers of a child, of a thread of it, and of a grandchild."""
    child = t.ctx.Process(target=report_all, args=(word, t.method))
    child.start()
    child.join()
    return [hear(word + suffix) for suffix in ("", ".thread", ".grandchild")]


def levels_of(states):
    return [[level, effective] for level, effective, _, _ in states]


def never_asked(t):
    """Children of a process that has never asked for the logger."""
    states = family_of(t, "never")
    t.see("levels", [level for level, _, _, _ in states[:2]])
    t.see("handlers", [handlers for _, _, handlers, _ in states])
    t.see("propagate", [propagate for _, _, _, propagate in states])
    t.see("stderr", t.stderr())


def from_a_thread(t, word):
    """A child that a thread of this process starts; the state of its logger."""
    child = t.ctx.Process(target=report, args=(word,))
    thread = threading.Thread(target=child.start)
    thread.start()
    thread.join()
    child.join()
    return hear(word)


def levels(t):
    """Levels that the parent's logger has when a child is started: set, and changed later."""
    logger = t.ctx.get_logger()
    for name, level in (("first", 17), ("second", 37), ("least", 1), ("most", 1000)):
        logger.setLevel(level)
        t.see(name, levels_of(family_of(t, name)))
    t.see("thread", from_a_thread(t, "thread")[:2])
    logger.setLevel("ERROR")
    child = t.ctx.Process(target=report, args=("at-the-start",))
    child.start()
    logger.setLevel(5)
    child.join()
    t.see("at-the-start", hear("at-the-start")[:2])
    t.see("handlers", state_of(logger)[2:])


def set_level(level):
    logger = under_test().get_logger()
    logger.setLevel(level)
    tell("set", logger.level)


def between(t):
    """A child that changes its level, and who else sees that: its parent, its sibling."""
    logger = t.ctx.get_logger()
    logger.setLevel(33)
    child = t.ctx.Process(target=set_level, args=(44,))
    child.start()
    child.join()
    t.see("set", hear("set"))
    t.see("parent", logger.level)
    sibling = t.ctx.Process(target=report, args=("sibling",))
    sibling.start()
    sibling.join()
    t.see("sibling", hear("sibling")[:2])


def from_the_root(t):
    """A logger whose level is the root logger's, which the program has set meanwhile."""
    root, logger = logging.getLogger(), t.ctx.get_logger()
    root.setLevel(33)
    t.see("asked", [effective for _, effective in levels_of(family_of(t, "asked"))])
    root.setLevel(logging.DEBUG)
    t.see("changed", [effective for _, effective in levels_of(family_of(t, "changed"))])
    logger.setLevel(44)
    t.see("set", [effective for _, effective in levels_of(family_of(t, "set"))])
    logger.setLevel(logging.NOTSET)
    root.setLevel(logging.WARNING)
    states = family_of(t, "reset")
    t.see("reset", [effective for _, effective in levels_of(states)])
    t.see("reset.levels", [level for level, _ in levels_of(states)])


# -- what children write


def write(logger, text):
    logger.error(text)
    logger.warning(text + ", less urgent")


def write_all(method):
    """In a child: write, from its threads, from a child of its own, and under another name."""
    logger = under_test().get_logger()
    write(logger, "a child")
    thread = threading.Thread(target=write, args=(logger, "a thread of a child"))
    thread.start()
    thread.join()
    grandchild = context(method).Process(target=write_again, name="grandchild")
    grandchild.start()
    grandchild.join()
    under_test().current_process().name = "renamed"
    write(logger, "a child with another name")


def write_again():
    write(under_test().get_logger(), "a grandchild")


def lines(t):
    """Lines of a child, of its thread and of its child; the parent has asked for them."""
    logger = t.ctx.log_to_stderr(logging.ERROR)
    child = t.ctx.Process(target=write_all, args=(t.method,), name="child")
    child.start()
    child.join()
    t.see("lines", t.stderr().splitlines())
    unnamed = t.ctx.Process(target=write_again)
    unnamed.start()
    unnamed.join()
    t.see("unnamed", t.stderr().splitlines())
    t.see("unnamed.expected", ["[ERROR/%s] a grandchild" % unnamed.name])
    write(logger, "the parent")
    t.see("parent", t.stderr().splitlines())
    t.ctx.log_to_stderr()
    child = t.ctx.Process(target=write_again, name="twice")
    child.start()
    child.join()
    t.see("twice", [line.split("] ")[-1] for line in t.stderr().splitlines()])
    t.see("stdout", t.stdout())


def ask_for_lines():
    under_test().log_to_stderr("ERROR")
    write(under_test().get_logger(), "a child that asked itself")


def asked_by_a_child(t):
    """A child asks for lines where nobody else has: neither its parent nor a sibling writes any."""
    logger = t.ctx.get_logger()
    logger.setLevel(logging.ERROR)
    child = t.ctx.Process(target=ask_for_lines, name="child")
    child.start()
    child.join()
    t.see("lines", t.stderr().splitlines())
    t.see("parent", state_of(logger))
    sibling = t.ctx.Process(target=report, args=("sibling",))
    sibling.start()
    sibling.join()
    t.see("sibling", hear("sibling"))


# -- customization of the program's own


class Refuses:
    """A filter that lets nothing through that says "secret"."""

    def filter(self, record):
        return "secret" not in record.getMessage()


OWN, ROOT = Kept(), Kept()


def use_customized(word):
    logger = under_test().get_logger()
    logger.error("a secret")
    logger.error("from %s", word)
    tell(word, [state_of(logger), OWN.records, ROOT.records])


def customize(t):
    logger = t.ctx.get_logger()
    logging.getLogger().addHandler(ROOT)
    logger.setLevel(logging.ERROR)
    logger.addHandler(OWN)
    logger.addFilter(Refuses())
    logger.propagate = True


def customized(t):
    """A handler, a filter and propagation that the program has set, in a child."""
    customize(t)
    child = t.ctx.Process(target=use_customized, args=("child",))
    child.start()
    child.join()
    state, own, root = hear("child")
    t.see("level", state[0])
    t.see("handlers", state[2])
    t.see("propagate", state[3])
    t.see("own", own)
    t.see("at-the-root", root)
    t.see("here", OWN.records)
    t.stderr()  # the logging package shows by itself what no handler takes


# -- other loggers


class Names(logging.Handler):
    """Keeps the process's name that each record bears."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.names = []

    def emit(self, record):
        self.names.append(record.processName)


def name_records(word):
    logger, names = logging.getLogger("application"), Names()
    logger.addHandler(names)
    logger.propagate = False
    logger.error("a message")
    thread = threading.Thread(target=logger.error, args=("another",))
    thread.start()
    thread.join()
    under_test().current_process().name = "renamed"
    logger.error("one more")
    tell(word, names.names)


def records(t):
    """The process's name in records of a logger of the program's own."""
    child = t.ctx.Process(target=name_records, args=("child",), name="the child")
    child.start()
    child.join()
    t.see("child", hear("child"))
    name_records("here")
    t.see("here", hear("here"))

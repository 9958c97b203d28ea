"""What the implementation itself logs: as a child begins and ends, as a manager comes and goes."""

import gc
import logging
import os
import sys

from mpprobe.probes.process._common import use_method
from mpprobe.toolkit import HEAR_SECONDS, under_test, until

_Process = getattr(under_test(), "Process", object)


def speak(how):
    """In a child: a line of its own, and an end of this kind."""
    under_test().get_logger().error("in run()")
    if how == "exit":
        sys.exit(3)
    if how == "raise":
        raise KeyError("meant")
    if how == "os-exit":
        os._exit(4)


class Speaker(_Process):
    """Overrides run()."""

    def run(self):
        speak("return")


def lines_of(text, name):
    """[level, message] of each line of the documented form that the process `name` wrote."""
    found = []
    for line in text.splitlines():
        head, bracket, message = line.partition("/%s] " % name)
        if bracket and head.startswith("["):
            found.append([head[1:], message])
    return found


def after_run(lines):
    """Those that came after the line that speak() logs."""
    messages = [message for _, message in lines]
    return lines[messages.index("in run()") + 1 :] if "in run()" in messages else []


def lines_of_child(t, child):
    child.start()
    child.join()
    return lines_of(t.stderr(), child.name)


def child_that(t, how):
    return t.ctx.Process(target=speak, args=(how,))


def life(t):
    """Children that end in each way, with all logged from INFO on; and a child of a subclass."""
    use_method(t)
    logger = t.ctx.log_to_stderr(logging.INFO)
    for name, child in (
        ("return", child_that(t, "return")),
        ("exit", child_that(t, "exit")),
        ("raise", child_that(t, "raise")),
        ("os-exit", child_that(t, "os-exit")),
        ("named", t.ctx.Process(target=speak, args=("return",), name="the named one")),
        ("subclass", Speaker()),
    ):
        lines = lines_of_child(t, child)
        t.see(name, lines)
        t.see(name + ".exits", [line for line in after_run(lines) if "exiting" in line[1]])
    logger.setLevel(logging.CRITICAL)  # how this process itself ends is not asked for


def quiet(t):
    """The same where INFO is not logged: never asked for, too high a level, no level at all."""
    silent = t.ctx.Process(target=os.getpid)
    silent.start()
    silent.join()
    t.see("never", t.stderr())
    logger = t.ctx.log_to_stderr(logging.ERROR)
    t.see("error", lines_of_child(t, child_that(t, "return")))
    logger.setLevel(logging.NOTSET)
    t.see("unset", lines_of_child(t, child_that(t, "return")))


def manager(t):
    """The documentation's example: a manager is made and dropped; another one is shut down."""
    logger = t.ctx.log_to_stderr()
    logger.setLevel(logging.INFO)
    logger.warning("doomed")
    made = t.ctx.Manager()
    before = Lines(t)
    t.see("serving", before.wait_for("serving"))
    t.see("doomed", before.lines[:1])
    made_by = [line for line in before.lines if "/MainProcess]" not in line]
    t.see("made", made_by)
    t.see("made.serving", [line for line in made_by if "serving" in line])
    # One that logs nothing is not waited for again and again.
    patience = HEAR_SECONDS if made_by else 0
    del made
    after = Lines(t, patience)
    after.wait_for("exiting with")
    t.see("dropped", after.lines)
    t.see("dropped.exits", [line for line in after.lines if "exiting" in line])

    made = t.ctx.Manager()
    Lines(t, patience).wait_for("serving")
    made.shutdown()
    after = Lines(t, patience)
    after.wait_for("exiting with")
    t.see("shut-down", after.lines)
    t.see("shut-down.exits", [line for line in after.lines if "exiting" in line])
    logger.setLevel(logging.CRITICAL)


class Lines:
    """Lines of standard error that come in, one by one, from this process and its manager."""

    def __init__(self, t, patience=HEAR_SECONDS):
        self.t = t
        self.patience = patience
        self.text = ""

    @property
    def lines(self):
        return self.text.splitlines()

    def wait_for(self, word):
        """Has a line with the word come? Waits for it, and collects what was dropped meanwhile."""

        def has_come():
            gc.collect()
            self.text += self.t.stderr()
            return self.text.endswith("\n") and word in self.text

        return bool(until(has_come, self.patience))

"""Lies about how a process begins: constructor, start() and run()."""

import os
import pickle
import sys
import weakref

from mpref._start import child as child_module
from mpref._start import fork, standard_streams
from mpref.context import ForkProcess
from mpref.process import BaseProcess, _Family

from liars.lies import lie, replace
from liars.truth import is_of_a_later_chapter


@lie(
    BaseProcess,
    "__init__",
    caught_by=[
        "process.arguments.unknown-keyword-raises",
        "process.daemon.by-keyword-only",
        "process.group.others-raise",
    ],
)
def constructor_accepts_any_argument(
    original,
    self,
    group=None,
    target=None,
    name=None,
    args=(),
    kwargs={},
    daemon=None,
    **_,
):
    """The constructor accepts any group, and ignores arguments that it does not know."""
    original(self, None, target, name, args, kwargs, daemon=daemon)


@lie(
    BaseProcess,
    "__init__",
    caught_by=[
        "process.args.list-or-tuple",
        "process.run.calls-the-target-here",
        "process.start.passes-arguments-unchanged",
    ],
)
def args_list_is_one_argument(original, self, *args, **kwargs):
    """A list that is given as args is passed to the target as one argument."""
    original(self, *args, **kwargs)
    given = kwargs.get("args", args[3] if len(args) > 3 else ())
    if isinstance(given, list):
        self._args = (given,)


@lie(
    caught_by=[
        "contexts.fork.calls-os-fork",
        "contexts.pickling.happens-at-start",
        "misc.active-children.lists-the-living",
        "misc.current-process.is-the-started-object",
        "process.authkey.reaches-the-child",
        "process.class.starts-nothing",
        "process.close.ends-clean",
        "process.close.methods-raise",
        "process.close.unstarted-is-harmless",
        "process.daemon.can-be-set-before-start",
        "process.daemon.false-by-default",
        "process.daemon.is-inherited",
        "process.daemon.late-setting-raises",
        "process.daemon.may-not-have-children",
        "process.example.alive-by-state",
        "process.is-alive.false-before-start",
        "process.join.itself-raises",
        "process.join.unstarted-raises",
        "process.misuse.ends-clean",
        "process.pid.none-before-start",
        "process.repr.initial",
        "process.start.twice-raises",
        "process.start.twice-starts-once",
        "process.zombie.joined-by-start",
    ],
)
def constructor_starts_the_process():
    """The constructor starts the process."""
    start = ForkProcess.start

    @replace(ForkProcess, "__init__")
    def construct_and_start(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        if not is_of_a_later_chapter(self):
            start(self)

    @replace(ForkProcess, "start")
    def start_spared(original, self):
        if is_of_a_later_chapter(self):
            original(self)


@lie(
    caught_by=[
        "process.daemon.terminated-by-sigterm",
        "process.dropped.runs-on",
        "process.exit.joins-other-children",
    ],
)
def dropped_process_is_killed():
    """A process is killed when nothing refers to its object any more."""

    @replace(_Family, "__init__")
    def begin_forgetful(original, self):
        original(self)
        self.children = weakref.WeakSet()

    def kill(self):
        handle = getattr(self, "_mp_handle", None)
        if handle is not None:
            handle.send_signal(9)

    BaseProcess.__del__ = kill


@lie(
    BaseProcess,
    "start",
    caught_by=["process.start.failed-leaves-nothing"],
    start_methods=("spawn",),
)
def failed_start_leaks_a_descriptor(original, self):
    """A start() that fails leaves a descriptor open."""
    try:
        original(self)
    except BaseException:
        os.open(os.devnull, os.O_RDONLY)
        raise


@lie(
    caught_by=[
        "contexts.child.arguments-are-its-parents",
        "contexts.child.module-path-is-its-parents",
        "contexts.fork.child-begins-as-its-parent-is",
        "process.inheritance.path-and-arguments",
    ],
)
def child_gets_the_original_path_and_argv():
    """A child gets the import path and the arguments that the program began with."""
    path, argv = list(sys.path), list(sys.argv)

    @replace(child_module, "_guarded")
    def guarded(original, load):
        def load_anew():
            loaded = load()
            sys.path[:], sys.argv = path, argv
            return loaded

        return original(load_anew)


@lie(
    BaseProcess,
    "run",
    caught_by=[
        "contexts.pickling.ends-clean",
        "contexts.pickling.fork-needs-none",
        "process.arguments.by-keyword",
        "process.arguments.by-position",
        "process.arguments.ends-clean",
        "process.kwargs.reach-the-target",
        "process.start.calls-the-target",
        "process.start.passes-arguments-unchanged",
        "process.start.unpicklable-works-with-fork",
        "queues.queue.child-gets-what-its-parent-put",
        "queues.queue.example",
        "queues.queue.exchange-ends-clean",
        "queues.queue.keeps-order-whatever-the-size",
        "queues.queue.passes-long-items-whole",
        "queues.queue.passes-objects-unchanged",
        "sharedctypes.child.gets-them-inside-of-others",
        "sharedctypes.child.ways-of-passing-end-clean",
        "sharedctypes.copy.is-shared",
        "sharedctypes.synchronized.is-shared",
    ],
)
def run_drops_keyword_arguments(self):
    """run() calls the target without its keyword arguments."""
    if self._target is not None:
        self._target(*self._args)


@lie(
    caught_by=[
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "process.class.constructor-can-be-overridden",
        "process.class.unpicklable-instance-works-with-fork",
        "process.run.changes-stay-in-the-child",
        "process.run.override-runs-in-the-child",
    ],
)
def overridden_run_is_not_called():
    """A child calls the standard run(), not that of a subclass."""
    run = BaseProcess.run

    class Standard:
        def __init__(self, process):
            self.process = process

        def run(self):
            run(self.process)

    @replace(child_module, "_guarded")
    def guarded(original, load):
        def load_standard():
            loaded = load()
            return loaded._replace(child=Standard(loaded.child))

        return original(load_standard)


@lie(
    BaseProcess,
    "start",
    caught_by=[
        "process.start.twice-raises",
        "process.start.twice-starts-once",
    ],
)
def ended_process_can_be_started_again(original, self):
    """start() may be called again when the process has ended."""
    again = self._mp_handle is not None and not self.is_alive()
    if again:
        self._mp_claimed = False
        self._target, self._args, self._kwargs = self._work
    elif self._mp_handle is None:
        self._work = self._target, self._args, self._kwargs
    original(self)
    if again:
        # Who asks how often the target was called has to find the second call for sure.
        self.join()


@lie(
    BaseProcess,
    "start",
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-suits-fork",
        "contexts.example.get-context",
        "contexts.example.set-start-method",
        "contexts.pickling.fork-needs-none",
        "contexts.pickling.lock-ends-clean",
        "contexts.pickling.lock-serves-ten-children",
        "contexts.pickling.shared-objects-can-be-arguments",
        "contexts.surroundings.signals-reach-one-loop",
        "contexts.surroundings.terminate-ends-a-loops-child",
        "process.class.unpicklable-instance-works-with-fork",
        "process.start.unpicklable-works-with-fork",
    ],
)
def forked_start_pickles(original, self):
    """start() raises for what can't be pickled, with every start method."""
    if not is_of_a_later_chapter(self):
        pickle.dumps((self._target, self._args, self._kwargs, vars(self).get("held")))
    return original(self)


@lie(BaseProcess, "start", caught_by=["process.start.returns-none"])
def start_returns_the_pid(original, self):
    """start() returns the pid of the process, not None."""
    original(self)
    return self.pid


@lie(
    standard_streams,
    "replace_stdin",
    caught_by=[
        "process.stdin.is-empty",
        "process.stdin.stays-the-creators",
    ],
)
def child_reads_its_parents_stdin():
    """A child reads the standard input of its parent."""


@lie(caught_by=["process.streams.are-flushed-once"])
def forked_child_repeats_unflushed_output():
    """A forked child prints again what its parent had not flushed."""
    flush = standard_streams.flush

    @replace(fork, "launch")
    def launch_unflushed(original, child):
        standard_streams.flush = lambda: True
        try:
            return original(child)
        finally:
            standard_streams.flush = flush

    @replace(child_module, "leave_forked")
    def leave_flushing(original, exitcode):
        standard_streams.flush = flush
        return original(exitcode)


@lie(
    BaseProcess,
    "run",
    caught_by=[
        "process.group.none-is-accepted",
        "process.target.none-calls-nothing",
    ],
)
def run_requires_a_target(self):
    """run() raises when the process has no target."""
    self._target(*self._args, **self._kwargs)

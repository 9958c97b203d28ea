"""Liars about the kit's own machinery: bad deeds that it has to notice whatever is asked."""

import functools
import itertools
import os
import signal
import sys
import tempfile
import time

import mpref
from mpref.context import ForkProcess

from liars.lies import lie, replace
from liars.truth import is_of_a_later_chapter


def spare_programs(deed):
    """Do it only in the process of a probe itself, not in the programs that the probe starts."""

    @functools.wraps(deed)
    def deed_of_the_probe():
        if os.path.basename(sys.argv[0]) == "probe_main.py":
            deed()

    return deed_of_the_probe


@lie(
    caught_by=[
        "contexts.child.arguments-are-its-parents",
        "contexts.child.constants-are-its-parents",
        "contexts.child.ends-clean",
        "contexts.child.folder-is-its-parents",
        "contexts.child.interpreter-is-its-parents",
        "contexts.child.module-path-is-its-parents",
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-suits-fork",
        "contexts.context.children-are-the-processes",
        "contexts.context.methods-end-clean",
        "contexts.context.methods-work-side-by-side",
        "contexts.example.get-context",
        "contexts.fork.calls-os-fork",
        "contexts.fork.child-begins-as-its-parent-is",
        "contexts.fork.global-lock-is-shared",
        "contexts.fork.parent-is-the-starter",
        "contexts.fork.resources-are-inherited",
        "contexts.fork.thread-is-warned-about",
        "contexts.forkserver.family-ends-clean",
        "contexts.main-module.classes-are-the-childs-own",
        "contexts.main-module.fork-does-not-import-it",
        "contexts.main-module.fork-needs-no-guard",
        "contexts.main-module.script-runs-in-children",
        "contexts.pickling.failure-leaves-no-child",
        "contexts.pickling.fork-needs-none",
        "contexts.pickling.happens-at-start",
        "contexts.pickling.lock-ends-clean",
        "contexts.pickling.lock-serves-ten-children",
        "contexts.pickling.shared-objects-can-be-arguments",
        "contexts.surroundings.signals-reach-one-loop",
        "contexts.surroundings.terminate-ends-a-loops-child",
        "contexts.surroundings.top-knows-its-file",
        "contexts.surroundings.top-sees-folder-and-environment",
        "contexts.surroundings.top-sees-the-arguments",
        "contexts.surroundings.top-sees-the-flags",
        "contexts.surroundings.top-sees-the-import-path",
        "contexts.surroundings.variables-are-those-of-the-start",
        "misc.active-children.are-the-askers-own",
        "misc.active-children.gives-the-started-objects",
        "misc.active-children.joins-the-finished",
        "misc.active-children.lists-the-living",
        "misc.current-process.is-the-started-object",
        "misc.current-process.is-this-one",
        "misc.parent-process.has-the-starters-name",
        "misc.parent-process.is-alive-while-it-lives",
        "misc.parent-process.is-none-in-main",
        "misc.parent-process.is-the-starter",
        "misc.parent-process.joins-a-killed-parent",
        "misc.set-forkserver-preload.concerns-the-fork-server-only",
        "misc.set-forkserver-preload.ends-clean",
        "process.authkey.is-bytes",
        "process.authkey.reaches-the-child",
        "process.close.attributes-raise",
        "process.close.finished-returns-none",
        "process.close.interrupt-raises",
        "process.close.methods-raise",
        "process.close.releases-resources",
        "process.close.running-raises",
        "process.close.twice-is-harmless",
        "process.close.unstarted-is-harmless",
        "process.daemon.can-be-set-before-start",
        "process.daemon.false-by-default",
        "process.daemon.is-inherited",
        "process.daemon.late-setting-raises",
        "process.daemon.may-not-have-children",
        "process.daemon.not-joined-at-exit",
        "process.daemon.terminated-at-exit",
        "process.daemon.terminated-by-sigterm",
        "process.dropped.runs-on",
        "process.example.alive-by-state",
        "process.exception.is-printed",
        "process.exit.joins-other-children",
        "process.exit.waits-for-threads",
        "process.exitcode.known-without-join",
        "process.exitcode.negative-after-a-signal",
        "process.exitcode.negative-after-every-signal",
        "process.exitcode.none-before-the-end",
        "process.exitcode.of-os-exit",
        "process.exitcode.of-sys-exit",
        "process.exitcode.one-after-an-exception",
        "process.exitcode.one-after-keyboard-interrupt",
        "process.exitcode.one-after-sys-exit-with-text",
        "process.foreign.keeps-the-status",
        "process.inheritance.environment",
        "process.inheritance.of-fork",
        "process.inheritance.one-main-thread",
        "process.inheritance.path-and-arguments",
        "process.interrupt.can-be-answered",
        "process.interrupt.can-be-swallowed",
        "process.interrupt.gives-exitcode-1",
        "process.interrupt.handler-decides",
        "process.interrupt.raises-keyboard-interrupt",
        "process.is-alive.false-after-the-end",
        "process.is-alive.true-after-start",
        "process.join.exitcode-tells-the-end",
        "process.join.many-times",
        "process.join.returns-none-at-the-end",
        "process.join.returns-none-at-the-timeout",
        "process.join.timeout-bounds-the-wait",
        "process.join.timeout-is-an-upper-bound",
        "process.join.waits-for-the-end",
        "process.join.zero-does-not-wait",
        "process.kill.cannot-be-ignored",
        "process.kill.gives-the-signals-exitcode",
        "process.kill.skips-cleanups",
        "process.name.can-be-shared",
        "process.name.later-change-stays-here",
        "process.name.reaches-the-child",
        "process.pid.is-the-childs",
        "process.repr.shows-exitcode-and-daemon",
        "process.repr.started",
        "process.repr.stopped",
        "process.sentinel.not-ready-while-alive",
        "process.sentinel.ready-at-the-end",
        "process.sentinel.ready-though-a-descendant-lives",
        "process.sentinel.ready-when-killed",
        "process.sentinel.usable-with-connection-wait",
        "process.start.calls-the-target",
        "process.start.child-knows-itself",
        "process.start.child-of-the-creator",
        "process.start.passes-arguments-unchanged",
        "process.start.session-target-works-with-fork",
        "process.start.twice-raises",
        "process.start.twice-starts-once",
        "process.start.unpicklable-works-with-fork",
        "process.stdin.is-empty",
        "process.stdin.stays-the-creators",
        "process.stolen-status.is-not-alive",
        "process.stolen-status.join-returns",
        "process.streams.are-flushed-once",
        "process.terminate.ends-the-process",
        "process.terminate.gives-the-signals-exitcode",
        "process.terminate.sends-sigterm",
        "process.terminate.skips-cleanups",
        "process.terminate.spares-descendants",
        "process.threads.start-and-join",
        "process.zombie.joined-by-is-alive",
        "process.zombie.joined-by-start",
        "process.zombie.until-joined",
    ],
    # No process is ever started, and nearly each probe waits for one in vain.
    flags=("--jobs", "8"),
)
def starts_no_process():
    """start() starts no process: what is asked of it is answered from a table."""
    _pids = itertools.count(os.getpid() + 1)

    class Table:
        exitcode = None

        def start(self):
            """A second time, too."""

        def is_alive(self):
            return self.exitcode is None

        def end(self, timeout=None):
            self.exitcode = 0

        join = terminate = kill = interrupt = end

        @property
        def sentinel(self):
            reader, writer = os.pipe()
            os.close(writer)
            return reader

    @replace(ForkProcess, "start")
    def start(original, self):
        if is_of_a_later_chapter(self):
            original(self)
            return
        true_kind = type(self)
        self.__class__ = type(true_kind.__name__, (Table, true_kind), {"pid": next(_pids)})


@lie(
    mpref,
    "freeze_support",
    caught_by=[
        "contexts.frozen.fork-works",
        "misc.freeze-support.does-nothing-unfrozen",
        "misc.freeze-support.does-nothing-with-fork",
        "misc.freeze-support.ends-clean",
    ],
)
@spare_programs
def dies_by_a_signal():
    """freeze_support() ends its process by the signal SIGSEGV."""
    os.kill(os.getpid(), signal.SIGSEGV)


@lie(
    mpref,
    "freeze_support",
    caught_by=[
        "contexts.frozen.fork-works",
        "misc.freeze-support.does-nothing-unfrozen",
        "misc.freeze-support.does-nothing-with-fork",
        "misc.freeze-support.ends-clean",
    ],
)
@spare_programs
def exits_silently():
    """freeze_support() ends its process with exit status 0 and without output."""
    os._exit(0)


@lie(
    mpref,
    "freeze_support",
    caught_by=[
        "contexts.frozen.fork-works",
        "misc.freeze-support.does-nothing-unfrozen",
        "misc.freeze-support.does-nothing-with-fork",
        "misc.freeze-support.ends-clean",
    ],
)
@spare_programs
def hangs():
    """freeze_support() never returns."""
    time.sleep(1000)


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def leaves_a_shared_memory_block():
    """freeze_support() leaves a block of shared memory."""
    open(f"/dev/shm/left-{os.getpid()}", "w").close()


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def leaves_a_file():
    """freeze_support() leaves a file in the working directory."""
    open("left", "w").close()


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def leaves_a_temporary_folder():
    """freeze_support() leaves a folder where temporary files go."""
    tempfile.mkdtemp(prefix="left-")


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def leaves_a_process_in_another_session():
    """freeze_support() leaves a process that has a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            time.sleep(1000)
        os._exit(0)
    os.wait()


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def leaves_a_named_semaphore():
    """freeze_support() leaves a named semaphore."""
    open(f"/dev/shm/sem.left-{os.getpid()}", "w").close()


@lie(mpref, "freeze_support", caught_by=["misc.freeze-support.ends-clean"])
@spare_programs
def prints_on_stderr():
    """freeze_support() prints a line on standard error."""
    os.write(2, b"noise\n")

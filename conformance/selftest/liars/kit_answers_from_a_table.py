"""It answers from a table and starts no process at all."""

import itertools
import os

from mpref.context import ForkProcess

from liars.truth import become, is_of_a_later_chapter

CAUGHT_BY = {
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
    "process.timeout-error.ends-clean",
    "process.zombie.joined-by-is-alive",
    "process.zombie.joined-by-start",
    "process.zombie.until-joined",
}

# No process is ever started, and nearly each probe waits for one in vain.
FLAGS = ("--jobs", "8")

_pids = itertools.count(os.getpid() + 1)
start_truly = ForkProcess.start


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


def start(self):
    if is_of_a_later_chapter(self):
        start_truly(self)
        return
    true_kind = type(self)
    self.__class__ = type(true_kind.__name__, (Table, true_kind), {"pid": next(_pids)})


ForkProcess.start = start

become(__name__)

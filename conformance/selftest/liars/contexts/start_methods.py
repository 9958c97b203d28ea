"""Lies about how the three start methods start a child, and about what contexts offer."""

import atexit
import os
import subprocess
import sys
import threading

import mpref
from mpref import context, process
from mpref._start import fork, interpreter, processes, request_channel, spawn
from mpref.context import BaseContext

from liars.lies import EVERYWHERE, lie, replace
from liars.truth import is_of_a_later_chapter


@lie(caught_by=["contexts.context.children-are-the-processes"])
def active_children_lists_one_context():
    """active_children() of a context lists only the children that this context started."""

    def active_children(self):
        return [child for child in process.active_children() if type(child) is self.Process]

    context._ConcreteContext.active_children = active_children


@lie(caught_by=["contexts.context.shares-the-modules-exceptions"])
def contexts_have_timeout_errors_of_their_own():
    """Each context has a TimeoutError class of its own."""
    for kind in (context.ForkContext, context.SpawnContext, context.ForkServerContext):
        kind.TimeoutError = type("TimeoutError", (mpref.TimeoutError,), {})


@lie(fork, "run_forked", caught_by=["contexts.fork.resources-are-inherited"])
def fork_closes_inherited_pipes(original, child, parent, on_ready):
    """A forked child closes the pipes that it has inherited."""
    for number in map(int, os.listdir("/proc/self/fd")):
        # Pipes that block: the implementation's own descriptors are of other kinds.
        link = f"/proc/self/fd/{number}"
        if number < 3 or not os.path.lexists(link):
            continue
        if os.readlink(link).startswith("pipe:") and os.get_blocking(number):
            os.close(number)
    return original(child, parent, on_ready)


@lie(
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-suits-fork",
        "contexts.context.methods-work-side-by-side",
        "contexts.example.get-context",
        "contexts.example.set-start-method",
        "contexts.fork.calls-os-fork",
        "contexts.fork.child-begins-as-its-parent-is",
        "contexts.fork.global-lock-is-shared",
        "contexts.fork.global-lock-is-shared.ends-clean",
        "contexts.fork.resources-are-inherited",
        "contexts.main-module.fork-does-not-import-it",
        "contexts.main-module.fork-needs-no-guard",
        "contexts.pickling.fork-needs-none",
        "contexts.pickling.lock-ends-clean",
        "contexts.pickling.lock-serves-ten-children",
        "contexts.pickling.shared-objects-can-be-arguments",
        "contexts.surroundings.signals-reach-one-loop",
        "contexts.surroundings.terminate-ends-a-loops-child",
        "misc.set-start-method.fork-governs",
        "process.class.unpicklable-instance-works-with-fork",
        "process.foreign.ends-clean",
        "process.foreign.keeps-the-status",
        "process.inheritance.of-fork",
        "process.start.session-target-works-with-fork",
        "process.start.unpicklable-works-with-fork",
    ],
)
def fork_starts_a_new_interpreter():
    """The start method fork starts a new interpreter for each child."""
    launch_by_fork = fork.launch

    def launch(process):
        if is_of_a_later_chapter(process):
            return launch_by_fork(process)
        return spawn.launch(process)

    fork.launch = processes._LAUNCHERS["fork"] = launch


@lie(
    caught_by=[
        "contexts.context.methods-work-side-by-side",
        "contexts.forkserver.one-server-forks-all",
        "contexts.forkserver.server-forks-the-children",
        "contexts.forkserver.server-has-one-thread",
        "misc.set-forkserver-preload.ignores-missing-modules",
        "misc.set-forkserver-preload.imports-once",
        "misc.set-forkserver-preload.server-imports-modules",
        "misc.set-start-method.forkserver-governs",
    ],
    start_methods=("forkserver",),
)
def forkserver_starts_a_new_interpreter():
    """The start method forkserver starts a new interpreter for each child."""
    context.ForkServerProcess._launch = context.SpawnProcess._launch
    processes._LAUNCHERS["forkserver"] = processes._LAUNCHERS["spawn"]


@lie(
    caught_by=[
        "contexts.frozen.fork-works",
        "misc.freeze-support.does-nothing-with-fork",
    ],
)
def frozen_program_can_not_fork():
    """start() raises RuntimeError in a frozen program, with fork as well."""
    launch = processes._LAUNCHERS["fork"]

    def launch_unfrozen(process):
        if hasattr(sys, "frozen"):
            raise RuntimeError("this program is frozen")
        return launch(process)

    processes._LAUNCHERS["fork"] = launch_unfrozen


@lie(
    caught_by=[
        "contexts.context.functions-are-the-modules",
        "contexts.context.offers-what-the-module-offers",
        "misc.current-process.is-offered",
    ],
)
def contexts_lack_current_process():
    """Contexts do not offer current_process()."""
    del BaseContext.current_process


@lie(
    EVERYWHERE,
    "Lock",
    caught_by=[
        "contexts.fork.global-lock-is-shared",
        "contexts.pickling.lock-serves-ten-children",
        "sharedctypes.lock.free-after-accesses",
        "sharedctypes.lock.is-one-of-many",
        "sharedctypes.lock.is-the-childs-too",
        "sharedctypes.lock.read-sees-whole-writes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.waiting-ends-clean",
        "sharedctypes.lock.writes-wait",
        "synchronize.condition.acquire.passes-arguments-on",
        "synchronize.condition.across.lock-of-the-caller",
        "synchronize.condition.notify-all.unheld-raises",
        "synchronize.condition.notify.unheld-raises",
        "synchronize.lock.acquire.first-argument-is-block",
        "synchronize.lock.acquire.negative-timeout-is-zero",
        "synchronize.lock.acquire.none-waits-without-limit",
        "synchronize.lock.acquire.odd-arguments-raise",
        "synchronize.lock.acquire.takes-a-free-one",
        "synchronize.lock.acquire.timeout-elapses",
        "synchronize.lock.acquire.without-block-ignores-timeout",
        "synchronize.lock.acquire.without-block-returns-false",
        "synchronize.lock.across.any-process-releases",
        "synchronize.lock.across.blocks-until-release",
        "synchronize.lock.across.child-excludes-creator",
        "synchronize.lock.across.negative-timeout-is-zero",
        "synchronize.lock.across.outlasts-its-holder",
        "synchronize.lock.across.refuses-others",
        "synchronize.lock.across.unlocked-release-raises",
        "synchronize.lock.across.with-in-a-child",
        "synchronize.lock.class.is-synchronize-lock",
        "synchronize.lock.class.takes-no-arguments",
        "synchronize.lock.locked.tells-the-state",
        "synchronize.lock.release.unlocked-raises",
        "synchronize.lock.with.acquires-and-releases",
        "synchronize.lock.with.releases-after-an-exception",
        "synchronize.output.ends-clean",
        "synchronize.output.lines-stay-whole",
        "synchronize.sharing.as-argument",
        "synchronize.sharing.by-generations",
        "synchronize.sharing.by-inheritance",
        "synchronize.sharing.default-context",
    ],
)
def lock_is_a_thread_lock(self):
    """Lock() makes a lock of threads, of which each forked child has a copy."""
    return threading.Lock()


@lie(
    caught_by=[
        "contexts.cleanup.killed-program-ends-clean",
        "contexts.cleanup.killed-program-leaves-no-semaphores",
    ],
    start_methods=("spawn",),
)
def semaphore_has_a_file_until_the_exit():
    """Each semaphore has a file, which is removed only when its process exits normally."""
    names = []

    @replace(BaseContext, "Semaphore")
    def make_named(original, self, value=1):
        names.append(f"/dev/shm/liar-{os.getpid()}-{len(names)}")
        open(names[-1], "w").close()
        return original(self, value)

    @atexit.register
    def remove_names():
        for name in names:
            if os.path.exists(name):
                os.remove(name)


@lie(
    caught_by=[
        "contexts.forkserver.one-server-forks-all",
        "misc.set-forkserver-preload.comes-before-the-server",
        "misc.set-forkserver-preload.imports-once",
        "process.close.releases-resources",
        "process.start.failed-leaves-nothing",
    ],
    start_methods=("forkserver",),
)
def forkserver_starts_a_server_for_each_child():
    """The start method forkserver starts a new server for each child."""
    former = []
    turn = threading.Lock()

    @replace(context.ForkServerProcess, "_launch")
    def launch_anew(original, self):
        with turn:
            former.append(request_channel._channel)
            request_channel._channel = None
            return original(self)


@lie(
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-is-refused-by-spawn",
        "contexts.context.methods-work-side-by-side",
        "contexts.main-module.is-imported-by-children",
        "contexts.main-module.missing-guard-raises",
        "contexts.pickling.argument-is-pickled",
        "contexts.pickling.keyword-is-pickled",
        "contexts.pickling.process-object-is-pickled",
        "contexts.spawn.child-is-a-fresh-interpreter",
        "contexts.spawn.descriptors-are-not-inherited",
        "contexts.spawn.descriptors-of-siblings-are-not-inherited",
        "contexts.spawn.state-is-not-inherited",
        "misc.set-executable.is-used-by-spawn",
        "misc.set-executable.takes-a-path-like-object",
        "misc.set-start-method.spawn-governs",
        "process.class.unpicklable-instance-raises",
        "process.inheritance.not-of-spawn",
        "process.start.failed-leaves-nothing",
        "process.start.session-target-gives-exitcode-1",
        "process.start.session-target-kills-the-child",
        "process.start.unpicklable-argument-raises",
        "process.start.unpicklable-keyword-raises",
        "process.start.unpicklable-target-raises",
    ],
    start_methods=("spawn",),
)
def spawn_forks():
    """The start method spawn forks."""
    context.SpawnProcess._launch = context.ForkProcess._launch
    processes._LAUNCHERS["spawn"] = processes._LAUNCHERS["fork"]


@lie(
    caught_by=[
        "contexts.spawn.descriptors-are-not-inherited",
        "process.inheritance.not-of-spawn",
    ],
    start_methods=("spawn",),
)
def spawn_passes_all_descriptors():
    """Children of spawn inherit every inheritable descriptor."""

    @replace(interpreter, "run")
    def run_leaking(original, module, channel):
        careful, subprocess.Popen = subprocess.Popen, Leaking
        try:
            return original(module, channel)
        finally:
            subprocess.Popen = careful

    class Leaking(subprocess.Popen):
        def __init__(self, command, pass_fds):
            for number in pass_fds:
                os.set_inheritable(number, True)
            super().__init__(command, close_fds=False)

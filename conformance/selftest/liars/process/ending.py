"""Lies about how a process ends: exit codes, signals, and what is done at the exit."""

import atexit
import os
import signal

from mpref import process
from mpref._start import at_exit
from mpref._start import child as child_module
from mpref.process import BaseProcess

from liars.lies import lie, replace


@lie(
    caught_by=[
        "process.exit.joins-other-children",
        "process.exit.main-joins-other-children",
    ],
)
def exit_does_not_join_children():
    """A process that ends does not join its children that are not daemonic."""
    run = at_exit.run

    def run_without_joining():
        for child in process.active_children():
            if not child.daemon:
                process._family.children.discard(child)
        run()

    atexit.unregister(run)
    atexit.register(run_without_joining)
    at_exit.run = run_without_joining


@lie(
    caught_by=[
        "process.daemon.exit-ends-clean",
        "process.daemon.terminated-at-exit",
        "process.daemon.terminated-by-sigterm",
        "process.exit.main-ends-clean",
        "process.exit.main-takes-daemons-along",
    ],
)
def exit_does_not_terminate_daemons():
    """A process that ends does not terminate its daemonic children."""

    def run():
        at_exit._call(at_exit._before)
        for child in process.active_children():
            if not child.daemon:
                child.join()
        at_exit._call(at_exit._after)
        at_exit._call(at_exit._last)

    atexit.unregister(at_exit.run)
    atexit.register(run)
    at_exit.run = run


@lie(
    child_module,
    "_exit_code",
    caught_by=[
        "process.exitcode.one-after-sys-exit-with-text",
        "process.exitcode.zero-after-sys-exit-without-code",
    ],
)
def sys_exit_without_integer_gives_2(original, code):
    """sys.exit() with anything but an integer gives exit code 2 and prints nothing."""
    return original(code) if isinstance(code, int) else 2


@lie(
    caught_by=[
        "misc.active-children.joins-the-finished",
        "process.exitcode.known-without-join",
        "process.zombie.joined-by-is-alive",
        "process.zombie.joined-by-start",
        "queues.queue.many-producers-and-consumers",
    ],
)
def exitcode_is_none_before_join():
    """exitcode is None until the process is joined."""

    @replace(BaseProcess, "join")
    def join(original, self, timeout=None):
        original(self, timeout)
        self.joined = True

    @replace(BaseProcess, "exitcode")
    def exitcode(original, self):
        return original(self) if getattr(self, "joined", False) or self._mp_closed else None


@lie(
    child_module,
    "_guarded",
    caught_by=[
        "logging.children.name-all-records",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
        "process.exception.is-printed",
        "process.exitcode.one-after-an-exception",
        "process.exitcode.one-after-keyboard-interrupt",
        "process.interrupt.gives-exitcode-1",
        "process.interrupt.raises-keyboard-interrupt",
        "queues.exit.keeps-the-exitcode",
    ],
)
def uncaught_exception_gives_exitcode_0(load):
    """An exception that run() does not catch gives exit code 0, and is not printed."""
    try:
        child, on_ready = load()
        on_ready()
        child.run()
    except SystemExit as error:
        return child_module._exit_code(error.code)
    except BaseException:
        pass
    return 0


@lie(
    BaseProcess,
    "run",
    caught_by=[
        "contexts.surroundings.sigchld-blocked",
        "misc.freeze-support.may-follow-the-guard",
        "process.exitcode.zero-when-run-returned",
        "process.join.exitcode-tells-the-end",
        "process.join.many-times",
        "process.join.waits-for-the-end",
    ],
)
def exitcode_is_the_targets_result(self):
    """exitcode is the integer that the target returns."""
    if self._target is None:
        return
    result = self._target(*self._args, **self._kwargs)
    if isinstance(result, int):
        raise SystemExit(result)


@lie(
    BaseProcess,
    "exitcode",
    caught_by=[
        "contexts.surroundings.terminate-ends-a-loops-child",
        "pool.killed.in-task.error-names-the-process",
        "process.exitcode.negative-after-a-signal",
        "process.exitcode.negative-after-every-signal",
        "process.kill.gives-the-signals-exitcode",
        "process.terminate.gives-the-signals-exitcode",
    ],
)
def exitcode_of_signals_is_128_and_more(original, self):
    """exitcode after signal N is 128 + N, not -N."""
    code = original(self)
    return 128 - code if code is not None and code < 0 else code


@lie(BaseProcess, "exitcode", caught_by=["process.exitcode.negative-after-every-signal"])
def exitcode_of_signals_has_four_bits(original, self):
    """exitcode is right up to signal 15, and has only the lower four bits of those above."""
    code = original(self)
    return -(-code & 15) if code is not None and code < 0 else code


@lie(
    child_module,
    "_exit_code",
    caught_by=[
        "logging.events.child-exits",
        "pool.users.beside-children",
        "process.exitcode.of-sys-exit",
        "process.interrupt.can-be-answered",
        "queues.exit.keeps-the-exitcode",
    ],
)
def sys_exit_gives_at_most_1(original, code):
    """sys.exit(N) gives exit code 1 for every N from 1 on."""
    return min(original(code), 1)


@lie(
    caught_by=[
        "process.interrupt.can-be-answered",
        "process.interrupt.can-be-swallowed",
        "process.interrupt.gives-exitcode-1",
        "process.interrupt.handler-decides",
        "process.interrupt.raises-keyboard-interrupt",
    ],
)
def interrupt_sends_sigterm():
    """interrupt() sends SIGTERM."""
    BaseProcess.interrupt = BaseProcess.terminate


@lie(
    BaseProcess,
    "kill",
    caught_by=[
        "pool.deaf.busy-are-terminated",
        "pool.stopped.are-terminated",
        "process.kill.cannot-be-ignored",
        "process.kill.ends-clean",
        "process.kill.gives-the-signals-exitcode",
        "process.kill.skips-cleanups",
    ],
)
def kill_sends_sigterm(self):
    """kill() sends SIGTERM."""
    self._signal(signal.SIGTERM, "kill")


@lie(BaseProcess, "_signal", caught_by=["process.terminate.harmless-when-finished"])
def terminate_raises_after_the_end(original, self, signum, verb):
    """terminate() and kill() raise ProcessLookupError when the process has ended."""
    original(self, signum, verb)
    if self._mp_handle.exitcode is not None:
        raise ProcessLookupError(f"process {self.pid} has ended")


@lie(
    caught_by=[
        "process.daemon.terminated-by-sigterm",
        "process.repr.shows-exitcode-and-daemon",
        "process.repr.stopped",
        "process.terminate.gives-the-signals-exitcode",
        "process.terminate.sends-sigterm",
    ],
)
def terminate_sends_sigkill():
    """terminate() sends SIGKILL."""
    BaseProcess.terminate = BaseProcess.kill


@lie(caught_by=["process.terminate.spares-descendants"])
def terminate_terminates_descendants():
    """terminate() terminates the children of the process, too."""

    def descendants(pid):
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as file:
                return [int(word) for word in file.read().split()]
        except FileNotFoundError:
            return []

    @replace(BaseProcess, "terminate")
    def terminate_all(original, self):
        pids = descendants(self.pid)
        original(self)
        for pid in pids:
            os.kill(pid, signal.SIGTERM)


@lie(
    caught_by=[
        "contexts.surroundings.terminate-ends-a-loops-child",
        "process.inheritance.one-main-thread",
        "process.repr.stopped",
        "process.sentinel.ready-though-a-descendant-lives",
        "process.terminate.gives-the-signals-exitcode",
        "process.terminate.skips-cleanups",
        "process.terminate.spares-descendants",
    ],
)
def terminate_raises_in_the_child():
    """terminate() makes the child leave by an exception, so that its cleanups run."""

    def leave(number, frame):
        raise SystemExit(-number)

    @replace(BaseProcess, "run")
    def run(original, self):
        signal.signal(signal.SIGTERM, leave)
        original(self)


@lie(child_module, "_join_threads", caught_by=["process.exit.waits-for-threads"])
def exit_does_not_wait_for_threads():
    """A child does not wait for its threads when it ends."""

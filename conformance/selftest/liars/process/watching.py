"""Lies about how others see a process: is_alive(), join(), sentinel and close()."""

import os
import time

from mpref import process
from mpref._os import child_handle, descriptors, pidfd
from mpref.process import BaseProcess

from liars.lies import lie, replace
from liars.truth import is_of_a_later_chapter


@lie(
    BaseProcess,
    "is_alive",
    caught_by=[
        "process.example.alive-by-state",
        "process.is-alive.false-before-start",
    ],
)
def is_alive_before_start(original, self):
    """is_alive() is True for a process that was not started yet."""
    return not self._mp_claimed or original(self)


@lie(
    BaseProcess,
    "is_alive",
    caught_by=[
        "process.example.alive-by-state",
        "process.is-alive.false-after-the-end",
        "process.join.waits-for-the-end",
        "process.kill.cannot-be-ignored",
        "process.stolen-status.is-not-alive",
        "process.terminate.ends-the-process",
        "process.terminate.harmless-when-finished",
        "process.zombie.joined-by-is-alive",
        "queues.cancel-join-thread.exit-does-not-wait",
        "queues.cancel-join-thread.items-still-come",
        "queues.cancel-join-thread.join-thread-does-not-wait",
        "queues.exit.creator-does-not-wait",
        "queues.exit.ends-clean",
        "queues.exit.hands-everything-over",
        "queues.exit.keeps-the-exitcode",
        "queues.join-thread.hands-everything-over",
    ],
)
def is_alive_after_the_end(original, self):
    """is_alive() remains True when the process has ended."""
    return original(self) or self._mp_claimed


@lie(
    BaseProcess,
    "close",
    caught_by=[
        "process.close.attributes-raise",
        "process.close.finished-returns-none",
        "process.close.methods-raise",
        "process.close.releases-resources",
        "process.close.running-raises",
        "process.close.twice-is-harmless",
        "process.close.unstarted-is-harmless",
    ],
)
def close_terminates_a_running_process(original, self):
    """close() terminates the process where it still runs, and does not raise."""
    if self._mp_handle is not None and self.is_alive():
        self.terminate()
        self.join()
    original(self)


@lie(
    caught_by=[
        "pool.close.gives-everything-back",
        "pool.terminate.gives-everything-back",
        "process.close.releases-resources",
    ]
)
def close_keeps_the_sentinel_open():
    """close() does not close the descriptor of the sentinel."""
    kept = []

    @replace(child_handle.Handle, "close")
    def keep(self):
        if self._open:
            self._open = False
            kept.append(self.sentinel)


@lie(BaseProcess, "close", caught_by=["process.close.twice-is-harmless"])
def second_close_raises(original, self):
    """A second close() raises ValueError."""
    self._check_open()
    original(self)


@lie(caught_by=["process.close.attributes-raise"])
def closed_process_tells_its_exitcode():
    """exitcode of a closed process object can still be read."""

    @replace(BaseProcess, "close")
    def close(original, self):
        self.last = None if self._mp_closed or self._mp_handle is None else self.exitcode
        original(self)

    @replace(BaseProcess, "exitcode")
    def exitcode(original, self):
        return self.last if self._mp_closed else original(self)


@lie(
    caught_by=[
        "process.close.interrupt-raises",
        "process.close.methods-raise",
    ],
)
def closed_process_can_be_joined():
    """join(), terminate() and interrupt() of a closed process object do nothing."""
    for method in ("join", "terminate", "interrupt"):

        @replace(BaseProcess, method)
        def call(original, self, *args, **kwargs):
            return None if self._mp_closed else original(self, *args, **kwargs)


@lie(
    BaseProcess,
    "join",
    caught_by=[
        "contexts.surroundings.sigchld-blocked",
        "contexts.surroundings.terminate-ends-a-loops-child",
        "process.join.timeout-bounds-the-wait",
        "process.join.timeout-is-an-upper-bound",
    ],
)
def timed_join_does_not_wait(original, self, timeout=None):
    """join(timeout) does not wait."""
    if timeout is not None and not is_of_a_later_chapter(self):
        timeout = 0
    return original(self, timeout)


@lie(
    caught_by=[
        "process.join.is-offered",
        "process.join.timeout-bounds-the-wait",
    ],
)
def join_takes_keyword_for_milliseconds():
    """join(timeout=N) waits for N milliseconds."""
    by_keyword = object()

    @replace(BaseProcess, "join")
    def join(original, self, by_position=by_keyword, *, timeout=None):
        if by_position is not by_keyword:
            return original(self, by_position)
        return original(self, timeout and timeout / 1000)


@lie(BaseProcess, "join", caught_by=["process.join.many-times"])
def second_join_raises(original, self, timeout=None):
    """join() raises AssertionError for a process that has been joined already."""
    if self._mp_handle is not None and self._mp_handle.exitcode is not None:
        if getattr(self, "joined", False):
            raise AssertionError("joined already")
        self.joined = True
    original(self, timeout)


@lie(
    BaseProcess,
    "join",
    caught_by=[
        "pool.users.by-children-ends-clean",
        "pool.users.of-a-childs-thread",
        "pool.users.of-a-grandchild",
        "process.join.many-times",
        "process.join.timeout-is-an-upper-bound",
        "process.stolen-status.join-returns",
    ],
)
def timed_join_waits_after_the_end(original, self, timeout=None):
    """join(timeout) waits for its whole timeout, also when the process has ended before."""
    original(self, 0)
    if timeout is not None and timeout > 0:
        # Beyond every bound of the spec, and short of a probe's deadline.
        time.sleep(min(timeout, 11))
    return original(self, timeout)


@lie(
    BaseProcess,
    "join",
    caught_by=[
        "process.join.returns-none-at-the-end",
        "process.join.returns-none-at-the-timeout",
        "process.join.zero-does-not-wait",
    ],
)
def join_returns_a_bool(original, self, timeout=None):
    """join() returns whether the process has ended, not None."""
    original(self, timeout)
    return self.exitcode is not None


@lie(
    BaseProcess,
    "join",
    caught_by=[
        "process.join.itself-raises",
        "process.join.unstarted-raises",
    ],
)
def unstarted_process_can_be_joined(original, self, timeout=None):
    """join() does nothing for a process that was not started, and for the current process."""
    try:
        original(self, timeout)
    except AssertionError:
        pass


@lie(
    caught_by=[
        "listeners.wait.mixes-kinds",
        "listeners.wait.sentinels",
        "listeners.wait.sentinels-of-joined-processes",
        "process.sentinel.is-a-number",
        "process.timeout-error.ends-clean",
    ],
)
def sentinel_is_an_object():
    """sentinel is an object with a fileno() method, not an integer."""

    class Sentinel:
        def __init__(self, number):
            self.number = number

        def fileno(self):
            return self.number

        def __eq__(self, other):
            return self.number == other.number

        def __hash__(self):
            return hash(self.number)

    @replace(BaseProcess, "sentinel")
    def sentinel(original, self):
        return Sentinel(original(self))


@lie(
    caught_by=[
        "listeners.wait.mixes-kinds",
        "listeners.wait.sees-messages-of-processes",
        "listeners.wait.sees-the-end-of-a-connection",
        "listeners.wait.sentinels",
        "process.close.releases-resources",
        "process.sentinel.not-ready-while-alive",
        "process.sentinel.ready-at-the-end",
        "process.sentinel.usable-with-connection-wait",
    ],
)
def sentinel_is_always_ready():
    """sentinel is ready as soon as the process was started."""
    null = os.open(os.devnull, os.O_RDONLY)

    @replace(BaseProcess, "sentinel")
    def ready_sentinel(original, self):
        true = original(self)
        if self.daemon:
            # A pool's workers: it believes what they are said to be, at moments of its own.
            return true
        if not hasattr(self, "ready"):
            self.ready = os.dup(null)
        return self.ready


@lie(
    caught_by=[
        "misc.parent-process.ends-clean",
        "misc.parent-process.joins-a-killed-parent",
        "pool.orphans.busy-workers-end",
        "pool.users.orphaned-ends-clean",
        "process.sentinel.ready-though-a-descendant-lives",
    ],
)
def sentinel_waits_for_descendants():
    """sentinel is ready only when the descendants of the process have ended, too."""
    # What is left without process descriptors: the end of a pipe, here one that children inherit.
    replace(pidfd, "available")(lambda: False)
    replace(descriptors, "guard_in_forks")(lambda fd, **_: None)

    # Without this, who joins a process right after its end may find that before the sentinel.
    @replace(child_handle.DirectChild, "_collect")
    def collect(original, self):
        return original(self) if descriptors.ready(self.sentinel, 0) else None


@lie(
    caught_by=[
        "process.zombie.joined-by-is-alive",
        "process.zombie.joined-by-start",
    ],
)
def start_and_is_alive_do_not_join():
    """Neither start() nor is_alive() joins processes that have ended."""

    @replace(BaseProcess, "is_alive")
    def look(original, self):
        handle = self._mp_handle
        if handle is None or handle.exitcode is not None:
            return original(self)
        with open(f"/proc/{handle.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"

    @replace(BaseProcess, "start")
    def start_without_reaping(original, self):
        reap, process._reap = process._reap, lambda: None
        try:
            original(self)
        finally:
            process._reap = reap


@lie(
    child_handle.DirectChild,
    "_collect",
    caught_by=[
        "pool.sigchld.ignored",
        "process.stolen-status.ends-clean",
        "process.stolen-status.is-not-alive",
        "process.stolen-status.join-returns",
    ],
)
def collected_process_is_alive_for_ever(self):
    """A process whose status was collected by somebody else is alive for ever."""
    try:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if pid else None

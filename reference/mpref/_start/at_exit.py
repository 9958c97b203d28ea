"""What is done at the end of a process: of the main process at interpreter exit, of a child after
its `run()`.

The order matters:

1. What needs its children alive is stopped (`before_children`): a pool ends its workers, a manager
   its server. The last callback that was added is the first to be called.
2. Daemonic children get SIGTERM.
3. Non-daemonic children are joined, for however long they take.
4. Daemonic children are waited for together, a second at most. That is long enough for those that
   end at SIGTERM, and one that ignores it does not keep its parent, as the documentation says.
5. What others may still need is stopped (`after_children`): a queue's feeder thread is waited for.
6. This process gives up the fork server, which ends with its last client (`last_of_all`).

A forked copy of a process starts without callbacks: they belong to its original.
"""

from __future__ import annotations

import atexit
import os
import time
from typing import Any, Callable

from .. import process

__all__ = ["ExitCallback", "after_children", "before_children", "run"]

# An idle Python process ends some 2 ms after SIGTERM, and 100 ms on a machine with ten times more
# work than processors. A child that has not ended after this second ignores the signal.
DAEMON_GRACE_SECONDS = 1.0


class ExitCallback:
    """A call that is made at the end of this process, unless it is cancelled before."""

    def __init__(self, where: list[ExitCallback], callback: Callable[..., Any], args: Any) -> None:
        self._where = where
        self._call = (callback, args)
        where.append(self)

    def cancel(self) -> None:
        """Don't make the call. Does nothing when it has been made."""
        if self in self._where:
            self._where.remove(self)

    def __call__(self) -> None:
        callback, args = self._call
        callback(*args)


_before: list[ExitCallback] = []
_after: list[ExitCallback] = []
_last: list[ExitCallback] = []


def before_children(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` at the end of this process, before its children end."""
    return ExitCallback(_before, callback, args)


def after_children(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` at the end of this process, after its children."""
    return ExitCallback(_after, callback, args)


def last_of_all(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` when all other callbacks have been called."""
    return ExitCallback(_last, callback, args)


def run() -> None:
    """Do all that is to be done at the end of this process. A second call does nothing."""
    _call(_before)
    children = process.active_children()
    daemons = [child for child in children if child.daemon]
    for child in daemons:
        child.terminate()
    for child in children:
        if not child.daemon:
            child.join()
    deadline = time.monotonic() + DAEMON_GRACE_SECONDS
    for child in daemons:
        child.join(max(deadline - time.monotonic(), 0))
    _call(_after)
    _call(_last)


def _call(callbacks: list[ExitCallback]) -> None:
    while callbacks:
        callback = callbacks.pop()
        try:
            callback()
        except Exception:
            import traceback  # slow to import

            # One callback that fails must not prevent the others, and what comes after them.
            traceback.print_exc()


def _after_fork_in_child() -> None:
    _before.clear()
    _after.clear()
    _last.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(run)

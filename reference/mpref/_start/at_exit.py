"""What happens when a process of this package ends: the main process at interpreter exit, a child
after its `run()`.

The order matters, and is this one:

1. Things that need their helpers alive are stopped (`before_children`): a pool ends its workers, a
   manager its server, a queue tells its feeder thread that nothing more will come. Last made, first
   stopped.
2. Daemonic children get SIGTERM.
3. Non-daemonic children are joined, for however long they take.
4. Daemonic children are not joined, as the documentation says: one that ignores SIGTERM must not
   keep its parent. They get a moment, though, so that the ordinary ones are gone when we are.
5. The rest is done (`after_children`): a queue's feeder thread is waited for.
6. The fork server, when this process started it, loses a client, and ends with the last one.

A forked copy of a process starts with none of these callbacks: they are its original's.
"""

from __future__ import annotations

import atexit
import os
import time
from typing import Any, Callable, List

from .. import process

__all__ = ["ExitCallback", "after_children", "before_children", "run"]

# Between SIGTERM and the end of an idle Python process lie some 2 ms; on a machine with ten times
# more work than processors it is 100 ms. What takes longer than this second ignores the signal.
DAEMON_GRACE_SECONDS = 1.0


class ExitCallback:
    """A call to make at the end of this process; `cancel()` it when it is done before."""

    def __init__(
        self, where: List["ExitCallback"], callback: Callable[..., Any], args: Any
    ) -> None:
        self._where = where
        self._call = (callback, args)
        where.append(self)

    def cancel(self) -> None:
        """Don't make the call. Harmless when it has been made."""
        if self in self._where:
            self._where.remove(self)

    def __call__(self) -> None:
        callback, args = self._call
        callback(*args)


_before: List[ExitCallback] = []
_after: List[ExitCallback] = []
_last: List[ExitCallback] = []


def before_children(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` at the end of this process, before its children are seen to."""
    return ExitCallback(_before, callback, args)


def after_children(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` at the end of this process, when its children have been seen to."""
    return ExitCallback(_after, callback, args)


def last_of_all(callback: Callable[..., Any], *args: Any) -> ExitCallback:
    """Call `callback(*args)` when everything else is done: for the fork server's client."""
    return ExitCallback(_last, callback, args)


def run() -> None:
    """Do all that this process owes at its end. A second call finds nothing left to do."""
    _discharge(_before)
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
    _discharge(_after)
    _discharge(_last)


def _discharge(callbacks: List[ExitCallback]) -> None:
    while callbacks:
        callback = callbacks.pop()
        try:
            callback()
        except Exception:
            import traceback  # slow to import

            # One failure must not keep the children from being seen to.
            traceback.print_exc()


def _after_fork_in_child() -> None:
    _before.clear()
    _after.clear()
    _last.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(run)

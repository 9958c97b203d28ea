"""What a forked child has inherited, and must give up so as not to act on its parent.

A fork copies the interpreter, but the open files behind descriptors stay shared: each process sees
what the other one does to them. The interpreter and the standard library keep these:

- the wake-up descriptor of signals (`signal.set_wakeup_fd`): a signal that reaches the child would
  wake the event loop of its parent, and be handled there. Reset.
- the signal handlers of an event loop (`loop.add_signal_handler`, Ctrl-C in `asyncio.run`): they
  only wake the loop, which does not run in the child, so SIGTERM and Ctrl-C would do nothing. Reset
  to the default.
- the running event loop: the child runs none. Reset, so that it can run one of its own.

These are kept:

- the selector of an event loop that is not running: nothing uses it, unless the program closes
  the loop in the child.
- a watchdog of `faulthandler.dump_traceback_later`: its thread is not in the copy. The interpreter
  would wait for it for ever if the child cancelled it or set another one. Only the parent could
  undo that, before the fork, and would lose its own watchdog.
- the file of `faulthandler.enable` and `register`: they write about the child itself.
- timers (`signal.setitimer`, `alarm`): the system does not pass them on.
- sockets, pipes, locks on files (`fcntl.flock`), `select.epoll` objects and temporary files that
  the program has open: programs fork in order to share them.
"""

from __future__ import annotations

import functools
import signal
import sys
from typing import Any

__all__ = ["let_go"]

_EVENT_LOOPS = ("asyncio", "uvloop")


def let_go() -> None:
    """Reset in a forked child what would act on its original. For the main thread of the child."""
    try:
        signal.set_wakeup_fd(-1)
    except ValueError:
        return  # a subinterpreter, which has no say about signals
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return  # a program without event loops does not pay for the rest
    asyncio._set_running_loop(None)
    _reset_handlers()


def _reset_handlers() -> None:
    for number in signal.valid_signals():
        try:
            handler = signal.getsignal(number)
        except ValueError:
            continue
        if _is_of_an_event_loop(handler):
            is_interrupt = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if is_interrupt else signal.SIG_DFL)


def _is_of_an_event_loop(handler: Any) -> bool:
    if isinstance(handler, functools.partial):
        handler = handler.func
    module = getattr(handler, "__module__", None) or ""
    return module.partition(".")[0] in _EVENT_LOOPS

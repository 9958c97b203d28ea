"""SIGINT while a child begins.

A child begins with the signal held back (blocked) until `run()` is about to be called; from there
on KeyboardInterrupt is reported like any other exception of the child. So `interrupt()` right after
`start()` is neither lost nor met by a half-made child. `run_interruptibly` has the exception.
"""

from __future__ import annotations

import signal
from typing import Any, Callable, TypeVar

__all__ = ["block", "ignore", "is_ignored", "release", "run_interruptibly", "unblock"]

T = TypeVar("T")


def block() -> Any:
    """Hold SIGINT back in this thread; returns what `unblock` needs."""
    return signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def unblock(mask: Any) -> None:
    """Undo `block`."""
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def release(keep_blocked: bool) -> Callable[[], object]:
    """A function that lets SIGINT through, or does nothing with `keep_blocked`.

    It is for a child whose starter holds the signal back; `keep_blocked` says that the program
    itself did so before.
    """
    if keep_blocked:
        return lambda: None
    return lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def ignore() -> None:
    """Have SIGINT do nothing in this process, unless the program has set a handler of its own.

    For workers of pools, which are to say nothing when Ctrl-C reaches all processes of a terminal.
    By a handler, as a signal that is ignored is ignored in programs that are executed from here.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _nothing)


def is_ignored() -> bool:
    """Whether `ignore` is in force."""
    return signal.getsignal(signal.SIGINT) is _nothing


def _nothing(signum: int, frame: Any) -> None:
    pass


def run_interruptibly(
    work: Callable[[], T], let_through: Callable[[], object]
) -> tuple[T, Callable[[], object]]:
    """Do `work`, which is the program's code, with SIGINT let through, and hold it back after.

    Returns the result of `work`, and a function that lets SIGINT through again.

    `work` imports the main module. That may take long, and what it starts must not inherit a
    blocked signal. But imports and unpickling run `__del__` and callbacks of weak references, where
    a KeyboardInterrupt is printed and lost. So an interrupt is noted here, and raised again when
    `work` returned in spite of it.

    When the program has a handler of its own (set by a module that the fork server preloaded, or
    during `work`), or holds the signal back, that stays in force and nothing is noted here.
    """
    came = False

    def note(signum: int, frame: Any) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)
    let_through()
    try:
        result = work()
        mask = block()
    finally:
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        unblock(mask)
        raise KeyboardInterrupt
    return result, lambda: unblock(mask)

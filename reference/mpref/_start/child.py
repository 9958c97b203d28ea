"""The first and the last steps of a child, alike for all start methods.

A child of fork has everything already and begins at `run_forked`. A child of spawn begins at
`main`, one of the fork server at `serve`, with nothing but its channel. Through that the parent
sends one message (see `preparation`). When the parent has given up meanwhile there is no message
but the channel's end, and the child leaves without a trace.
"""

from __future__ import annotations

import atexit
import os
import pickle
import socket
import sys
import threading
from typing import Any, Callable, NamedTuple

from .. import _events, process
from .._ipc import reduction
from .._os import descriptors
from . import at_exit, inherited, interrupts, main_module, preparation, standard_streams

__all__ = ["forget_exit_handlers", "leave_forked", "main", "run_forked", "serve"]

# What an interpreter exits with that could not write out the rest of its stdout.
_LOST_OUTPUT_EXIT = 120


class _Loaded(NamedTuple):
    """A process object whose `run()` is to be called, right after `on_ready()`, in its child."""

    child: process.BaseProcess
    on_ready: Callable[[], object]


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where a child of the spawn method begins: `fd` is its channel. Exits the interpreter.

    `interrupts_blocked`: the program itself held SIGINT back when it started the child.
    """
    channel = socket.socket(fileno=fd)
    channel.set_inheritable(False)
    sys.exit(serve(channel, interrupts.release(interrupts_blocked)))


def serve(channel: socket.socket, on_ready: Callable[[], object]) -> int:
    """Do all that the parent asks for through `channel`; returns the exit code.

    `on_ready` lets SIGINT through. It is called as soon as every exception is reported as one of
    the child with its name.
    """
    try:
        fds = descriptors.receive_fds(channel)
    except (EOFError, ConnectionError):
        os._exit(1)  # start() failed in the parent, so nobody knows of this child
    return _guarded(lambda: _load(channel, fds, on_ready))


def run_forked(
    child: process.BaseProcess, parent: process.Parent, on_ready: Callable[[], object]
) -> int:
    """Where a child of the fork method begins; returns the exit code."""
    forget_exit_handlers()
    inherited.let_go()
    process.become(child, parent)

    def load() -> _Loaded:
        standard_streams.replace_stdin()
        if child._mp_ignores_interrupts:
            interrupts.ignore()
        return _Loaded(child, on_ready)

    return leave_forked(_guarded(load))


def forget_exit_handlers() -> None:
    """Drop the exit handlers that a forked child has from its original, and set up its own."""
    getattr(atexit, "_clear", lambda: None)()
    atexit.register(at_exit.run)


def leave_forked(exitcode: int) -> int:
    """Do at the end of a forked child what the interpreter does at the end of a program.

    A forked child must not return into the frames of its original, so it ends by `os._exit`, which
    does not wait for threads, run exit handlers or write out the streams. This does.
    """
    try:
        _join_threads()
        getattr(atexit, "_run_exitfuncs", at_exit.run)()
    except BaseException:
        _report()
        exitcode = exitcode or 1
    if not standard_streams.flush():
        exitcode = exitcode or _LOST_OUTPUT_EXIT
    return exitcode


def _guarded(load: Callable[[], _Loaded]) -> int:
    exitcode = _run(load)
    try:
        _events.info("process exiting with exitcode %d", exitcode)
    except BaseException:
        _report()  # a handler or a filter of the program's own fails
        exitcode = exitcode or 1
    return exitcode


def _run(load: Callable[[], _Loaded]) -> int:
    try:
        child, on_ready = load()
        _events.name_records(lambda: process.current_process().name)
        _events.info("child process calling self.run()")
        # Nothing may stand between these two that runs a `__del__` or another callback of the
        # interpreter's: a KeyboardInterrupt raised in one is printed and lost.
        on_ready()
        child.run()
        return 0
    except SystemExit as error:
        return _exit_code(error.code)
    except BaseException:
        _report()
        return 1


def _load(channel: socket.socket, fds: list[int], on_ready: Callable[[], object]) -> _Loaded:
    with open(fds.pop(0), "rb") as file, reduction.providing_fds(fds):
        prepared: preparation.Preparation = pickle.load(file)
        if prepared.channel_is_sentinel:
            descriptors.guard_in_forks(channel.detach())
        else:
            channel.close()
        parent = preparation.introduce(prepared)
        standard_streams.replace_stdin()
        preparation.apply(prepared)
        if prepared.ignores_interrupts:
            interrupts.ignore()

        def load_program() -> process.BaseProcess:
            main_module.load(prepared.main, prepared.surroundings)
            child: process.BaseProcess = pickle.load(file)
            return child

        loaded = _Loaded(*interrupts.run_interruptibly(load_program, on_ready))
    process.become(loaded.child, parent)
    return loaded


def _exit_code(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 0xFF  # the system keeps no more than that
    standard_streams.write_error(f"{code}\n")
    return 1


def _report() -> None:
    import traceback  # only a failing child needs it

    standard_streams.write_error(
        f"Process {process.current_process().name}:\n{traceback.format_exc()}"
    )


def _join_threads() -> None:
    # The interpreter's own step. It also wakes the threads that end by themselves when asked, such
    # as those of concurrent.futures; no public function does that.
    shutdown = getattr(threading, "_shutdown", None)
    if shutdown is not None:
        shutdown()
        return
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()

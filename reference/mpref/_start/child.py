"""The first and the last steps of a child, alike for all start methods.

A child of fork has everything already and begins at `run_forked`. A child of spawn or of the fork
server begins at `main` or `serve`, with one thing in hand: its channel. The parent sends one
message through it: descriptors, of which the first is an anonymous file with two pickles: the
`Preparation`, then the process object, which can be loaded only when the preparation was applied
(`sys.path`, the main module). When the parent gave up meanwhile there is no message but the
channel's end, and the child leaves without a trace.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import socket
import sys
import threading
from typing import Any, Callable, List, NamedTuple, Optional, Tuple

from .. import _events, process
from .._ipc import reduction as _reduction
from .._os import descriptors as _fds
from .._os import liveness as _life
from . import executable as misc
from . import exit as _exit
from . import inherited, surroundings
from . import main_module as _main_module
from . import tracker as _tracker
from .surroundings import Surroundings

__all__ = [
    "Preparation",
    "block_interrupts",
    "flush_standard_streams",
    "forget_exit_handlers",
    "import_path",
    "interrupts_release",
    "leave_forked",
    "main",
    "pack",
    "refuse_while_importing",
    "replace_stdin",
    "run_forked",
    "send",
    "serve",
    "unblock_interrupts",
]

# What an interpreter exits with that could not write out the rest of its stdout.
_LOST_OUTPUT_EXIT = 120

_LOGGING = f"{__name__.partition('.')[0]}._logging"


class Preparation(NamedTuple):
    """What a fresh interpreter has to know before it can load the process object."""

    name: str
    authkey: bytes
    parent_name: str
    parent_pid: int
    parent_key: bytes
    parent_end: _reduction.DupFd
    start_method: Optional[str]
    executable: str
    surroundings: Surroundings
    main: Optional[_main_module.Origin]
    server: Optional[_reduction.DupFd]
    family: _reduction.DupFd
    log_settings: Optional[Tuple[int, int, bool]]
    channel_is_sentinel: bool


class Loaded(NamedTuple):
    """A process object whose `run()` is to be called, right after `on_ready()`, in its child."""

    child: process.BaseProcess
    on_ready: Callable[[], object]


# --- in the parent -------------------------------------------------------------------------------


def pack(child: process.BaseProcess, channel_is_sentinel: bool) -> Tuple[bytes, List[int], int]:
    """What to send to a new child: the bytes, the descriptors, and one of these to close after.

    Raises RuntimeError when this process is itself just importing its main module, and whatever
    pickling `child` raises.
    """
    from .. import context
    from . import forkserver as _start_forkserver

    refuse_while_importing()
    me = process.current_process()
    end = _life.dup_own_end()
    try:
        with _reduction.starting(child), _reduction.collecting_fds() as fds:
            server = _start_forkserver.door()
            preparation = Preparation(
                name=child.name,
                authkey=bytes(child.authkey),
                parent_name=me.name,
                parent_pid=os.getpid(),
                parent_key=bytes(me.authkey),
                parent_end=_reduction.DupFd(end),
                start_method=context.get_start_method(allow_none=True),
                executable=misc.get_executable(),
                surroundings=surroundings.found(import_path(), _main_module.ORIGINAL_DIR),
                main=_main_module.origin(),
                server=None if server is None else _reduction.DupFd(server),
                family=_reduction.DupFd(_tracker.family()),
                log_settings=_log_settings(),
                channel_is_sentinel=channel_is_sentinel,
            )
            data = _reduction.dumps(preparation) + _reduction.dumps(child)
        return data, list(fds), end
    except BaseException:
        os.close(end)
        raise


def send(channel: socket.socket, data: bytes, fds: List[int]) -> None:
    """Send what `pack` made through a child's channel. A child that is gone already is no error."""
    file = _fds.anonymous_file(data)
    try:
        _fds.send_fds(channel, [file, *fds])
    except ConnectionError:
        pass  # it died on its way here, and its exit code tells
    finally:
        os.close(file)


def import_path() -> List[str]:
    """`sys.path` as a child in any folder has to have it, with this package on it."""
    path = [os.fspath(entry) for entry in sys.path if isinstance(entry, (str, os.PathLike))]
    path = [entry or _main_module.ORIGINAL_DIR or entry for entry in path]
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    # Last, so that it hides nothing: it is there for parents that found this package otherwise.
    return path if home in path else [*path, home]


def block_interrupts() -> Any:
    """Hold SIGINT back in this thread; gives what `unblock_interrupts` needs.

    A child begins with the signal held back, until `run()` is about to be called, where
    KeyboardInterrupt is reported like any other exception of the child: so `interrupt()` right
    after `start()` neither gets lost nor meets a half-made child. `_interruptibly` has
    the exception to this.
    """
    return signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def unblock_interrupts(mask: Any) -> None:
    """Undo `block_interrupts`."""
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def interrupts_release(keep_blocked: bool) -> Callable[[], object]:
    """What lets SIGINT through in a child that began with it held back by its starter alone."""
    if keep_blocked:
        return lambda: None
    return lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def flush_standard_streams() -> bool:
    """Write out what stdout and stderr hold, so that a forked copy doesn't print it again."""
    done = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError):
            pass  # there is none, or it is closed
        except OSError:
            done = False
    return done


# --- in the child --------------------------------------------------------------------------------


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where a child of the spawn method begins: `fd` is its channel. Exits the interpreter.

    `interrupts_blocked`: the program had SIGINT held back of its own accord, so it stays so.
    """
    channel = socket.socket(fileno=fd)
    channel.set_inheritable(False)
    sys.exit(serve(channel, interrupts_release(interrupts_blocked)))


def serve(channel: socket.socket, on_ready: Callable[[], object]) -> int:
    """Do all that the parent asks for through `channel`; returns the exit code.

    `on_ready` lets SIGINT through. It is called once an exception, of any kind, is reported as that
    of the named child.
    """
    try:
        fds = _fds.receive_fds(channel)
    except (EOFError, ConnectionError):
        os._exit(1)  # start() failed in the parent: this child has never been
    return _guarded(lambda: _load(channel, fds, on_ready))


def run_forked(
    child: process.BaseProcess, parent: process.Parent, on_ready: Callable[[], object]
) -> int:
    """Where a child of the fork method begins; returns the exit code."""
    forget_exit_handlers()
    inherited.let_go()
    process.become(child, parent)

    def load() -> Loaded:
        replace_stdin()
        return Loaded(child, on_ready)

    return leave_forked(_guarded(load))


def forget_exit_handlers() -> None:
    """Drop the exit handlers that a forked child has from its original, and set up its own."""
    getattr(atexit, "_clear", lambda: None)()
    atexit.register(_exit.run)


def leave_forked(exitcode: int) -> int:
    """Do at the end of a forked child what the interpreter does at the end of a program.

    A forked child must not go back up through the frames of its original, so it will leave by
    `os._exit`, which does none of it: wait for threads, run exit handlers, write out the streams.
    """
    try:
        _join_threads()
        getattr(atexit, "_run_exitfuncs", _exit.run)()
    except BaseException:
        _report()
        exitcode = exitcode or 1
    if not flush_standard_streams():
        exitcode = exitcode or _LOST_OUTPUT_EXIT
    return exitcode


def _guarded(load: Callable[[], Loaded]) -> int:
    exitcode = _run(load)
    try:
        _events.info("process exiting with exitcode %d", exitcode)
    except BaseException:
        _report()  # a handler or a filter of the program's own fails
        exitcode = exitcode or 1
    return exitcode


def _run(load: Callable[[], Loaded]) -> int:
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


def _load(channel: socket.socket, fds: List[int], on_ready: Callable[[], object]) -> Loaded:
    with open(fds.pop(0), "rb") as file, _reduction.providing_fds(fds):
        preparation: Preparation = pickle.load(file)
        if preparation.channel_is_sentinel:
            _fds.guard_in_forks(channel.detach())
        else:
            channel.close()
        parent = _introduce(preparation)
        replace_stdin()
        _apply(preparation)

        def load_program() -> process.BaseProcess:
            _main_module.load(preparation.main, preparation.surroundings)
            child: process.BaseProcess = pickle.load(file)
            return child

        loaded = _interruptibly(load_program, on_ready)
    process.become(loaded.child, parent)
    return loaded


def _interruptibly(
    work: Callable[[], process.BaseProcess], let_through: Callable[[], object]
) -> Loaded:
    """Do `work`, which is the program's code, with SIGINT let through, and hold it back after.

    The main module's import may take long, and what it starts must not inherit a signal that is
    held back. But imports and unpickling run `__del__` and callbacks of weak references, and there
    KeyboardInterrupt is printed and lost. So it is remembered here, and raised again should `work`
    have come through all the same.

    Where the program has a handler of its own (of a module that the fork server preloaded, or set
    just now) or holds the signal back, it gets what it asked for, and nothing is remembered.
    """
    came = False

    def remember(signum: int, frame: Any) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, remember)
    let_through()
    try:
        child = work()
        mask = block_interrupts()
    finally:
        if signal.getsignal(signal.SIGINT) is remember:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        unblock_interrupts(mask)
        raise KeyboardInterrupt
    return Loaded(child, lambda: unblock_interrupts(mask))


def _introduce(preparation: Preparation) -> process.Parent:
    # What the main module finds when it asks who it is; the process object itself comes later, as
    # it may refer to the main module.
    me = process.current_process()
    me.name = preparation.name
    me.authkey = preparation.authkey
    parent = process.Parent(
        preparation.parent_name,
        preparation.parent_pid,
        preparation.parent_key,
        preparation.parent_end.detach(),
    )
    process.become(me, parent)
    return parent


def _apply(preparation: Preparation) -> None:
    from .. import context
    from . import forkserver as _start_forkserver

    # First, so that what the main module makes when it is imported belongs to the family already.
    _tracker.adopt(preparation.family.detach())
    if preparation.log_settings is not None:
        from .. import _logging  # slow to import

        _logging.apply(_logging.Settings(*preparation.log_settings))
    if preparation.server is not None:
        _start_forkserver.adopt(preparation.server.detach())
    misc.set_executable(preparation.executable)
    preparation.surroundings.apply()
    _main_module.ORIGINAL_DIR = preparation.surroundings.original_dir
    if preparation.start_method is not None:
        context.set_start_method(preparation.start_method, force=True)


def replace_stdin() -> None:
    """Give this process a stdin of its own that is at its end: two readers would tear the input."""
    try:
        sys.stdin.close()
    except (AttributeError, OSError, ValueError):
        pass  # there is none, or it can't be closed
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        sys.stdin = open(null, encoding="utf-8", closefd=False)  # noqa: SIM115
    except OSError:
        pass


def _exit_code(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 0xFF  # more the system does not keep
    _write_error(f"{code}\n")
    return 1


def _report() -> None:
    import traceback  # only a failing child needs it

    _write_error(f"Process {process.current_process().name}:\n{traceback.format_exc()}")


def _write_error(text: str) -> None:
    # In one piece, as several children may fail at a time.
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass


def _join_threads() -> None:
    # The interpreter's own step: it also wakes the threads that end by themselves when asked, such
    # as those of concurrent.futures, which nothing public does.
    shutdown = getattr(threading, "_shutdown", None)
    if shutdown is not None:
        shutdown()
        return
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()


def _log_settings() -> Optional[Tuple[int, int, bool]]:
    # Only a program that has asked for the logger has it, and pays for its import. A bare tuple, as
    # a child that is not logging does not load that module either.
    logging = sys.modules.get(_LOGGING)
    settings = None if logging is None else logging.settings()
    return None if settings is None else tuple(settings)


def refuse_while_importing() -> None:
    """Raise RuntimeError in a child that has not yet come past its main module's import."""
    if _main_module.importing():
        raise RuntimeError(
            "a process is being started while this child is still importing the main module. "
            "The main module starts processes when it is imported; a child imports it to find "
            "what is defined there, and would go on starting children without end. "
            "Put what the program does under\n\n"
            "    if __name__ == '__main__':\n"
            "        ...\n\n"
            "or use the 'fork' start method, whose children do not import the main module."
        )

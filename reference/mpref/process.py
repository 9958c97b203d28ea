"""The documentation's chapter "Process and exceptions": process objects and who is who.

A process object exists in two processes. In the one that made it, it is a handle on the child; in
the child itself, it is what `current_process()` returns. `_parent_pid` tells which of the two this
is: only the creator may start, join and signal.

Half of this long file are the docstrings of one documented class. Which process is the current one
(`_Family`) is in the same file, as the class needs that in most of its methods, and that the class.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple

from ._ipc import reduction
from ._os import child_handle, descriptors

__all__ = ["BaseProcess", "active_children", "current_process", "parent_process"]


class BaseProcess:
    """An activity that is run in a separate process.

    Use the `Process` of this package or of a context: they know how to start it.

    group: None, always. target: what `run()` calls, with the positional arguments `args` (any
    iterable) and the keyword arguments `kwargs` (a mapping), both copied now. name: a string; None
    makes one of the class and of the place in the family. daemon: whether the process is terminated
    when its parent exits; None takes it from the creating process.

    Raises AssertionError for a group, TypeError for `args` or `kwargs` of another kind.

    Anchor: multiprocessing.Process
    """

    # Whether SIGINT does nothing in the child until it sets a handler: see `_start.interrupts`.
    _mp_ignores_interrupts = False

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] = {},
        *,
        daemon: bool | None = None,
    ) -> None:
        _require(group is None, f"group must be None, not {group!r}: there are no process groups")
        creator = _family.current
        self._identity: tuple[int, ...] = (*creator._identity, next(_family.counter))
        self._config: dict[str, Any] = dict(creator._config)
        if daemon is not None:
            self._config["daemon"] = bool(daemon)
        self._parent_pid: int | None = os.getpid()
        self._parent_name: str = creator.name
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs)
        self._name = str(name) if name else _generated_name(self)
        self._mp_handle: child_handle.Handle | None = None
        self._mp_claimed = False
        self._mp_closed = False

    def run(self) -> None:
        """Do the activity: call the target. Subclasses may do something else.

        Raises what the target raises.

        Anchor: multiprocessing.Process.run
        """
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        """Have `run()` called in a new process; at most once per object.

        Also reaps children that have ended.

        Raises AssertionError for a second call, in a process other than the creator, and in a
        daemonic process; ValueError after close(); what pickling the object raises, with spawn and
        forkserver; OSError when the system can't start a process. When it raises, nothing was
        started and nothing is left, and the call may be repeated.

        Anchor: multiprocessing.Process.start
        """
        self._check_open()
        _require(
            self._parent_pid == os.getpid(),
            "can only start a process object created by the current process",
        )
        _require(
            not _family.current._config.get("daemon"),
            "daemonic processes are not allowed to have children",
        )
        with _family.claiming:
            _require(not self._mp_claimed, "cannot start a process twice")
            self._mp_claimed = True
        try:
            _reap()
            self._mp_handle = self._launch()
        except BaseException:
            self._mp_claimed = False
            raise
        _family.children.add(self)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the process has ended; returns None in any case.

        timeout: how many seconds to wait at most; None: without limit; zero or less: not at all.

        Raises AssertionError before `start()`, in a process other than the creator, and for the
        current process, ValueError after close().

        Anchor: multiprocessing.Process.join
        """
        self._check_open()
        _require(self._parent_pid == os.getpid(), "can only join a child process")
        handle = self._mp_handle
        if handle is None:
            raise AssertionError("can only join a started process")
        if handle.wait(timeout) is not None:
            self._note_end()

    def is_alive(self) -> bool:
        """Whether the process is running; one that has ended is joined.

        Raises AssertionError in a process other than the creator, ValueError after close().

        Anchor: multiprocessing.Process.is_alive
        """
        self._check_open()
        if self is _family.current:
            return True
        _require(self._parent_pid == os.getpid(), "can only test a child process")
        handle = self._mp_handle
        return handle is not None and self._poll(handle) is None

    def interrupt(self) -> None:
        """Send SIGINT, which by default raises KeyboardInterrupt in the child's main thread.

        Does nothing when the process has ended. Raises AssertionError before `start()` and in a
        process other than the creator, ValueError after close().

        Anchor: multiprocessing.Process.interrupt
        """
        self._signal(signal.SIGINT, "interrupt")

    def terminate(self) -> None:
        """Send SIGTERM. By default exit handlers and finally clauses are not run then.

        The process' own children are not terminated. Does nothing when the process has ended.
        Raises AssertionError before `start()` and in a process other than the creator, ValueError
        after close().

        Anchor: multiprocessing.Process.terminate
        """
        self._signal(signal.SIGTERM, "terminate")

    def kill(self) -> None:
        """Send SIGKILL, which no process can handle or ignore.

        Does nothing when the process has ended. Raises AssertionError before `start()` and in a
        process other than the creator, ValueError after close().

        Anchor: multiprocessing.Process.kill
        """
        self._signal(signal.SIGKILL, "kill")

    def close(self) -> None:
        """Release what the object holds; most other uses raise ValueError from then on.

        A second call does nothing. Raises ValueError while the process is running.

        Anchor: multiprocessing.Process.close
        """
        if self._mp_closed:
            return
        handle = self._mp_handle
        # A forked copy of the creator may drop its copy of the object. But it must not ask for the
        # child's status, which the system gives only once.
        mine = None if self._parent_pid != os.getpid() else handle
        if self is _family.current or (mine is not None and self._poll(mine) is None):
            raise ValueError("cannot close a process while it is running: join() it first")
        self._mp_closed = True
        self._mp_handle = None
        if handle is not None:
            handle.close()

    @property
    def name(self) -> str:
        """The name, a string without meaning to this package; need not be unique.

        Anchor: multiprocessing.Process.name
        """
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        _require(isinstance(name, str), f"name must be a string, not {type(name).__name__}")
        self._name = name

    @property
    def daemon(self) -> bool:
        """Whether the process is terminated when its parent exits; settable before `start()`.

        Anchor: multiprocessing.Process.daemon
        """
        return bool(self._config.get("daemon", False))

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        _require(
            not self._mp_claimed and self is not _family.current,
            "process has already started: set daemon before start()",
        )
        self._config["daemon"] = bool(daemonic)

    @property
    def authkey(self) -> bytes:
        """The key that proves to other processes that this one belongs to the family.

        Inherited from the creating process when the object is made; any bytes may be set.

        Anchor: multiprocessing.Process.authkey
        """
        key: bytes = self._config["authkey"]
        return key

    @authkey.setter
    def authkey(self, authkey: bytes) -> None:
        if not isinstance(authkey, (bytes, bytearray, memoryview)):
            raise TypeError(f"authkey must be bytes, not {type(authkey).__name__}")
        self._config["authkey"] = AuthenticationString(authkey)

    @property
    def pid(self) -> int | None:
        """The process ID; None before `start()`.

        Anchor: multiprocessing.Process.pid
        """
        self._check_open()
        if self is _family.current:
            return os.getpid()
        return None if self._mp_handle is None else self._mp_handle.pid

    @property
    def ident(self) -> int | None:
        """The same as `pid`, by the name that `threading.Thread` has for it.

        Anchor: multiprocessing.Process
        """
        return self.pid

    @property
    def exitcode(self) -> int | None:
        """The exit code; None while the process has not ended, -N when signal N ended it.

        255 when the system could not tell, as somebody else collected the status.

        Anchor: multiprocessing.Process.exitcode
        """
        self._check_open()
        if self is _family.current:
            return None
        _require(self._parent_pid == os.getpid(), "can only ask a child process for its exit code")
        handle = self._mp_handle
        return None if handle is None else self._poll(handle)

    @property
    def sentinel(self) -> int:
        """A file descriptor that is ready for reading when the process has ended.

        It is valid until `close()`. Raises ValueError before `start()`.

        Anchor: multiprocessing.Process.sentinel
        """
        self._check_open()
        if self._mp_handle is None:
            raise ValueError("process not started, so there is no sentinel yet")
        return self._mp_handle.sentinel

    def __repr__(self) -> str:
        parts = [f"name={self._name!r}"]
        if self._mp_handle is not None:
            parts.append(f"pid={self._mp_handle.pid}")
        parts.append(f"parent={self._parent_pid}")
        parts.append(self._status())
        if self.daemon:
            parts.append("daemon")
        return f"<{type(self).__name__} {' '.join(parts)}>"

    # How the class starts a process: a context's class says it.

    def _launch(self) -> child_handle.Handle:
        raise NotImplementedError("use the Process of a context, which knows a start method")

    def _signal(self, signum: int, verb: str) -> None:
        self._check_open()
        _require(self._parent_pid == os.getpid(), f"can only {verb} a child process")
        handle = self._mp_handle
        if handle is None:
            raise AssertionError(f"can only {verb} a started process")
        handle.send_signal(signum)

    def _poll(self, handle: child_handle.Handle) -> int | None:
        exitcode = handle.poll()
        if exitcode is not None:
            self._note_end()
        return exitcode

    def _note_end(self) -> None:
        # Until now the arguments were kept: the documentation promises that the arguments of a
        # child aren't collected in the parent while the child is alive.
        _family.children.discard(self)
        self._target, self._args, self._kwargs = None, (), {}

    def _status(self) -> str:
        if self._mp_closed:
            return "closed"
        if self is _family.current:
            return "started"
        if self._parent_pid != os.getpid():
            return "unknown"
        if self._mp_handle is None:
            return "initial"
        exitcode = self._poll(self._mp_handle)
        if exitcode is None:
            return "started"
        return f"stopped exitcode={_exitcode_name(exitcode)}"

    def _check_open(self) -> None:
        if self._mp_closed:
            raise ValueError("process object is closed")


class AuthenticationString(bytes):
    """A key that can be pickled only for a child that is being started."""

    def __reduce__(self) -> Any:
        if reduction.spawning() is None:
            raise TypeError(
                "an authentication key can't be pickled: whoever reads it could join the family; "
                "children get it when they are started"
            )
        return AuthenticationString, (bytes(self),)


def current_process() -> BaseProcess:
    """The process object of the current process.

    Anchor: multiprocessing.current_process
    """
    return _family.current


def parent_process() -> BaseProcess | None:
    """The process object of the parent process; None in the main process.

    It has a name and a pid, tells whether it is alive, and can be joined.

    Anchor: multiprocessing.parent_process
    """
    return _family.parent


def active_children() -> list[BaseProcess]:
    """A list of the children of the current process that are alive; joins those that have ended.

    Anchor: multiprocessing.active_children
    """
    _reap()
    return _family.listed()


class Parent(NamedTuple):
    """What a child knows of its parent. `end` is a descriptor that turns readable at its end."""

    name: str
    pid: int
    authkey: bytes
    end: int


def become(child: BaseProcess, parent: Parent) -> None:
    """Make `child` the current process object: called once, first thing in a new child."""
    _family.start_over(child, _ParentProcess(parent))


class _MainProcess(BaseProcess):
    """The process that was not started by this package."""

    def __init__(self) -> None:
        self._identity = ()
        self._config = {"authkey": AuthenticationString(os.urandom(32))}
        self._parent_pid = None
        self._parent_name = ""
        self._target, self._args, self._kwargs = None, (), {}
        self._name = "MainProcess"
        self._mp_handle = None
        self._mp_claimed = True
        self._mp_closed = False


class _ParentProcess(BaseProcess):
    """The parent, as seen by its child."""

    def __init__(self, parent: Parent) -> None:
        self._identity = ()
        self._config = {"authkey": AuthenticationString(parent.authkey)}
        self._parent_pid = None
        self._parent_name = ""
        self._target, self._args, self._kwargs = None, (), {}
        self._name = parent.name
        self._mp_handle = None
        self._mp_claimed = True
        self._mp_closed = False
        self._pid = parent.pid
        self._end = parent.end

    def is_alive(self) -> bool:
        return not descriptors.ready(self._end, 0)

    def join(self, timeout: float | None = None) -> None:
        descriptors.ready(self._end, timeout)

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def exitcode(self) -> int | None:
        return None  # a child can't know

    @property
    def sentinel(self) -> int:
        return self._end

    def _status(self) -> str:
        return "started" if self.is_alive() else "stopped"


class _Family:
    """The process objects of this process, of its parent and of its children."""

    def __init__(self) -> None:
        self.children: set[BaseProcess] = set()
        self.parent: BaseProcess | None = None
        self.counter = itertools.count(1)
        self.claiming = threading.Lock()
        self.current: BaseProcess

    def listed(self) -> list[BaseProcess]:
        while True:
            try:
                return list(self.children)
            except RuntimeError:
                continue  # another thread changed the set meanwhile

    def start_over(self, current: BaseProcess, parent: BaseProcess | None) -> None:
        self.__init__()  # type: ignore[misc]
        self.current, self.parent = current, parent


_family = _Family()
_family.current = _MainProcess()


def _reap() -> None:
    for child in _family.listed():
        handle = child._mp_handle
        if handle is not None:
            child._poll(handle)


def _generated_name(process: BaseProcess) -> str:
    return f"{type(process).__name__}-{':'.join(map(str, process._identity))}"


def _exitcode_name(exitcode: int) -> str:
    try:
        return str(exitcode) if exitcode >= 0 else f"-{signal.Signals(-exitcode).name}"
    except ValueError:  # a real-time signal has no name
        return str(exitcode)


def _require(condition: bool, message: str) -> None:
    # Where the documentation says "must", programs get an AssertionError, and no `assert`, which
    # does nothing when Python runs with -O.
    if not condition:
        raise AssertionError(message)


def _after_fork_in_child() -> None:
    # A copy made by os.fork() keeps the name and the key. But the children belong to its original:
    # the copy can't wait for them, and must not end them.
    _family.start_over(_family.current, _family.parent)


os.register_at_fork(after_in_child=_after_fork_in_child)

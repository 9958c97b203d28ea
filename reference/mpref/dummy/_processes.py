"""Process objects that are threads of this process, and who is who among them.

What a thread can't be is said, and not pretended: it has no key or memory of its own that others
could not reach, and it can't be ended from outside.
"""

from __future__ import annotations

import itertools
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable

from .. import process as _process
from ..process import AuthenticationString
from . import connection as _connection
from ._signals import Signal

__all__ = ["Process", "active_children", "current_process", "parent_process"]


class Process:
    """An activity that is run in a thread.

    group: None, always. target: what `run()` calls, with the positional arguments `args` (any
    iterable) and the keyword arguments `kwargs` (a mapping), both copied now. name: a string; None
    makes one of the class and of the place in the family. daemon: whether the interpreter's end
    does not wait for it; None takes it from the creating process.

    Raises AssertionError for a group, TypeError for `args` or `kwargs` of another kind.

    Anchor: multiprocessing.Process
    """

    _identity: tuple[int, ...]
    _numbers: Iterator[int]
    _children: list[Process]

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
        parent = current_process()
        self._parent: Process | None = parent
        self._identity = (*parent._identity, next(parent._numbers))
        self._numbers = itertools.count(1)
        self._children = []
        self._target = target
        self._args = tuple(args)
        self._kwargs: dict[str, Any] = dict(kwargs)
        generated = f"{type(self).__name__}-{':'.join(map(str, self._identity))}"
        self._name = str(name) if name else generated
        self._daemon = parent.daemon if daemon is None else bool(daemon)
        self._authkey = AuthenticationString(parent.authkey)
        self._claiming = threading.Lock()
        self._thread: threading.Thread | None = None
        self._exitcode: int | None = None
        self._ended = Signal()
        self._closed = False

    def run(self) -> None:
        """Do the activity: call the target. Subclasses may do something else.

        Anchor: multiprocessing.Process.run
        """
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        """Have `run()` called in a new thread; at most once per object.

        Raises AssertionError for a second call, RuntimeError when there can't be another thread.

        Anchor: multiprocessing.Process.start
        """
        self._check_open()
        thread = threading.Thread(target=self._work, name=self._name, daemon=self._daemon)
        with self._claiming:
            _require(self._thread is None, "cannot start a process twice")
            self._thread = thread
        args, kwargs = self._args, self._kwargs
        self._args = tuple(_connection.handed_over(value) for value in args)
        self._kwargs = {name: _connection.handed_over(value) for name, value in kwargs.items()}
        creator = current_process()
        with _family:
            creator._children.append(self)
        try:
            thread.start()
        except BaseException:
            with _family:
                creator._children.remove(self)
            self._close_arguments(args, kwargs)
            self._args, self._kwargs = args, kwargs
            self._thread = None
            raise

    def join(self, timeout: float | None = None) -> None:
        """Wait until the process has ended, at most `timeout` seconds; returns None either way.

        A timeout of zero or less does not wait. Raises AssertionError before `start()`, and for
        the current process.

        Anchor: multiprocessing.Process.join
        """
        self._check_open()
        thread = self._thread
        if thread is None:
            raise AssertionError("can only join a started process")
        _require(thread is not threading.current_thread(), "a process can't join itself")
        if timeout is not None:
            timeout = min(max(timeout, 0), threading.TIMEOUT_MAX)
        thread.join(timeout)

    def is_alive(self) -> bool:
        """Whether the process is running.

        Anchor: multiprocessing.Process.is_alive
        """
        self._check_open()
        return self._is_running()

    def interrupt(self) -> None:
        """As terminate(): a thread gets no KeyboardInterrupt.

        Anchor: multiprocessing.Process.interrupt
        """
        self._end_from_outside("interrupt")

    def terminate(self) -> None:
        """Does nothing to a process that has ended, and can't end another one.

        Raises NotImplementedError while the process is running, AssertionError before `start()`.

        Anchor: multiprocessing.Process.terminate
        """
        self._end_from_outside("terminate")

    def kill(self) -> None:
        """As terminate().

        Anchor: multiprocessing.Process.kill
        """
        self._end_from_outside("kill")

    def close(self) -> None:
        """Release what the object holds; most other uses raise ValueError from then on.

        Raises ValueError while the process is running. A second call does nothing.

        Anchor: multiprocessing.Process.close
        """
        if self._is_running():
            raise ValueError("cannot close a process while it is running: join() it first")
        self._closed = True
        self._ended = Signal()

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
        if self._thread is not None:
            self._thread.name = name

    @property
    def daemon(self) -> bool:
        """Whether the interpreter's end does not wait for it; settable before `start()`.

        Anchor: multiprocessing.Process.daemon
        """
        return self._daemon

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        _require(self._thread is None, "process has already started: set daemon before start()")
        self._daemon = bool(daemonic)

    @property
    def authkey(self) -> bytes:
        """The key of the family, inherited from the creating process; any bytes may be set.

        Anchor: multiprocessing.Process.authkey
        """
        return self._authkey

    @authkey.setter
    def authkey(self, authkey: bytes) -> None:
        if not isinstance(authkey, (bytes, bytearray, memoryview)):
            raise TypeError(f"authkey must be bytes, not {type(authkey).__name__}")
        self._authkey = AuthenticationString(authkey)

    @property
    def pid(self) -> int | None:
        """The number that the system has for the thread; None before `start()`.

        Anchor: multiprocessing.Process.pid
        """
        self._check_open()
        return None if self._thread is None else self._thread.native_id

    @property
    def ident(self) -> int | None:
        """The same as `pid`, by the name that `threading.Thread` has for it.

        Anchor: multiprocessing.Process
        """
        return self.pid

    @property
    def exitcode(self) -> int | None:
        """The exit code, as a process would have it; None while the process has not ended.

        Anchor: multiprocessing.Process.exitcode
        """
        self._check_open()
        return self._exitcode

    @property
    def sentinel(self) -> int:
        """A file descriptor that is ready for reading when the process has ended.

        It is valid until `close()`. Raises ValueError before `start()`.

        Anchor: multiprocessing.Process.sentinel
        """
        self._check_open()
        if self._thread is None:
            raise ValueError("process not started, so there is no sentinel yet")
        return self._ended.fileno()

    def __repr__(self) -> str:
        parts = [f"name={self._name!r}"]
        if self._thread is not None:
            parts.append(f"pid={self._thread.native_id}")
        parts.append(f"parent={None if self._parent is None else self._parent.pid}")
        parts.append(self._status())
        if self._daemon:
            parts.append("daemon")
        return f"<{type(self).__name__} {' '.join(parts)}>"

    def _status(self) -> str:
        if self._closed:
            return "closed"
        if self._thread is None:
            return "initial"
        return "started" if self._exitcode is None else f"stopped exitcode={self._exitcode}"

    def _is_running(self) -> bool:
        return self._thread is not None and self._exitcode is None

    def _end_from_outside(self, verb: str) -> None:
        self._check_open()
        _require(self._thread is not None, f"can only {verb} a started process")
        if self._is_running():
            raise NotImplementedError(
                f"{verb}(): a thread can't be ended from outside. Have it look at an Event or take "
                "its work from a queue, and return when it is told to."
            )

    def _work(self) -> None:
        _here.process = self
        exitcode = 1
        try:
            exitcode = self._outcome()
        finally:
            self._close_arguments(self._args, self._kwargs)
            self._target, self._args, self._kwargs = None, (), {}
            self._exitcode = exitcode
            self._ended.set()

    def _outcome(self) -> int:
        try:
            self.run()
        except SystemExit as error:
            return _exitcode_of(error.code)
        except BaseException:
            _write_error(f"Process {self._name}:\n{traceback.format_exc()}")
            return 1
        return 0

    @staticmethod
    def _close_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        for value in (*args, *kwargs.values()):
            if isinstance(value, _connection.Connection):
                value.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")


class _MainProcess(Process):
    """What was not started here: the process itself, with its name and its key."""

    def __init__(self) -> None:
        self._parent = None
        self._identity = ()
        self._numbers = itertools.count(1)
        self._children = []
        self._daemon = False
        self._thread = threading.main_thread()
        self._exitcode = None
        self._ended = Signal()
        self._closed = False

    @property
    def name(self) -> str:
        return _process.current_process().name

    @name.setter
    def name(self, name: str) -> None:
        _process.current_process().name = name

    @property
    def authkey(self) -> bytes:
        return _process.current_process().authkey

    @authkey.setter
    def authkey(self, authkey: bytes) -> None:
        _process.current_process().authkey = authkey

    @property
    def pid(self) -> int | None:
        return _process.current_process().pid

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} parent=None started>"


class _Here(threading.local):
    """The process of a thread that one has started; of all others, the main process."""

    process: Process | None = None


_here = _Here()
# Held while the children of a process change.
_family = threading.Lock()
_main = _MainProcess()


def current_process() -> Process:
    """The process object of the current thread: that of the main process in all that are none.

    Anchor: multiprocessing.current_process
    """
    return _here.process or _main


def parent_process() -> Process | None:
    """The process object that has made the current one; None in the main process.

    Anchor: multiprocessing.parent_process
    """
    return current_process()._parent


def active_children() -> list[Process]:
    """The children of the current process that are alive.

    Anchor: multiprocessing.active_children
    """
    me = current_process()
    with _family:
        me._children = [child for child in me._children if child._is_running()]
        return list(me._children)


def _exitcode_of(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 0xFF  # as of a process, of which the system keeps no more
    _write_error(f"{code}\n")
    return 1


def _write_error(text: str) -> None:
    # In one piece, as several may fail at a time.
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass


def _require(condition: bool, message: str) -> None:
    # The documentation's "must" are AssertionErrors, and so also when Python runs with -O.
    if not condition:
        raise AssertionError(message)

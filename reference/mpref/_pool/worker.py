"""What runs in a worker: receive a task from the channel, do it, reply with its outcome."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from typing import Any, Callable

from .._ipc import messages, payloads
from .._start import interrupts
from .ends import SERIAL, WorkerEnd
from .errors import MaybeEncodingError, describe, pack_error
from .tasks import EACH, Failure, perform

__all__ = ["FAILED", "NOT_READY", "PARTLY", "READY", "VALUE", "work"]

# Kinds of replies.
READY = 0  # this worker's initializer has returned
VALUE = 1  # what the task returned
FAILED = 2  # an exception and its traceback
NOT_READY = 4  # the exception that the initializer has raised
PARTLY = 3  # of an EACH task: pairs of True and a value, or False and a message as in FAILED

# The exit code by which shells say that SIGINT has ended a process.
_INTERRUPTED = 130

_Reply = tuple[int, payloads.Payload, list[int]]


def work(end: WorkerEnd, initializer: Callable[..., Any] | None, initargs: tuple[Any, ...]) -> None:
    """Do tasks until the pool closes its end of the channel."""
    ctrl_c = _CtrlC()
    try:
        if initializer is not None:
            _initialize(end, initializer, initargs)
        end.reply(0, READY, b"", [], 0)
        while True:
            payload, fds = end.receive()
            _do(end, payload, fds, ctrl_c)
            del payload, fds
    except (EOFError, ConnectionError):
        return  # the pool is closed, or its process is gone
    except KeyboardInterrupt:
        ctrl_c.is_wanted = False
        sys.exit(_INTERRUPTED)
    except OSError as error:
        # A task has closed descriptors of this package.
        end.abandon()
        sys.exit(f"a worker of a pool has lost its connection to it: {error}")


def _initialize(end: WorkerEnd, initializer: Callable[..., Any], initargs: tuple[Any, ...]) -> None:
    try:
        initializer(*initargs)
    except Exception as error:
        # When the initializers of other workers raise, too, the results of the pool raise this.
        end.reply(0, NOT_READY, *pack_error(error, traceback.format_exc()), 0)
        sys.exit(f"the initializer of a pool's worker has raised {describe(error)}")


class _CtrlC:
    """What SIGINT does in a worker. Ctrl-C sends it to all processes of a terminal.

    A task gets a KeyboardInterrupt, as everywhere. When the task does not catch it the worker ends,
    without a traceback, as the main process has got the same signal and decides what to print. A
    worker without a task ignores the signal.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        try:
            # Otherwise the program has set a handler of its own.
            if interrupts.is_ignored():
                signal.signal(signal.SIGINT, self._on_interrupt)
        except ValueError:
            pass  # not in the main thread of its process

    def _on_interrupt(self, signum: int, frame: Any) -> None:
        if self.is_wanted:
            # The interpreter prints a KeyboardInterrupt that a finalizer can't raise; not this one.
            sys.unraisablehook = _but_interrupts(sys.unraisablehook)
            raise KeyboardInterrupt


def _but_interrupts(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def unraisable(what: Any) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            hook(what)

    return unraisable


def _do(end: WorkerEnd, payload: Any, fds: list[int], ctrl_c: _CtrlC) -> None:
    began = time.perf_counter()
    pickle = payload.pickle if isinstance(payload, payloads.OutOfBandPickle) else payload
    (serial,) = SERIAL.unpack_from(pickle)
    end.begin(serial)
    ctrl_c.is_wanted = True
    kind, reply, reply_fds = _outcome(payload, fds)
    ctrl_c.is_wanted = False
    end.reply(serial, kind, reply, reply_fds, int((time.perf_counter() - began) * 1e6))


def _outcome(payload: Any, fds: list[int]) -> _Reply:
    # SystemExit and KeyboardInterrupt end the worker. The pool notices that.
    try:
        if isinstance(payload, payloads.OutOfBandPickle):
            payload.pickle = memoryview(payload.pickle)[SERIAL.size :]
        else:
            payload = payload[SERIAL.size :]
        how, function, given = messages.unpack(payload, fds)
        value = perform(how, function, given)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        return (FAILED, *pack_error(error, traceback.format_exc()))
    if how == EACH and Failure in map(type, value):
        return _partly(value)
    try:
        return (VALUE, *messages.pack_apart(value))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # Only the items that can't be pickled fail, and not the whole chunk.
        return _partly(value) if how == EACH else _not_picklable(value, error)


def _not_picklable(value: Any, error: BaseException) -> _Reply:
    failure = MaybeEncodingError(describe(error), describe(value))
    return (FAILED, *messages.pack((failure, "")))


def _partly(items: list[Any]) -> _Reply:
    pairs = []
    for item in items:
        failed = item
        if not isinstance(item, Failure):
            try:
                messages.pack(item)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                failed = Failure(MaybeEncodingError(describe(error), describe(item)), "")
            else:
                pairs.append((True, item))
                continue
        data, fds = pack_error(*failed)
        if fds:
            lost = MaybeEncodingError("it holds file descriptors", describe(failed.error))
            data, fds = pack_error(lost, failed.text)
        pairs.append((False, data))
    return (PARTLY, *messages.pack(pairs))

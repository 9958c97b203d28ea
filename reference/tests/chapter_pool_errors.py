"""Errors of all kinds in tasks, results, callbacks and iterables of pools, and what they leave."""

from __future__ import annotations

import errno
import gc
import itertools
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import mpref
from mpref.context import BaseContext
from mpref.pool import MaybeEncodingError, Pool, WorkerDied
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, Turn, raises

MIB = 1024 * 1024


class _Unpicklable:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> NoReturn:
        raise self.error


class _WithoutRepr(_Unpicklable):
    def __repr__(self) -> str:
        raise ValueError("no repr")


class _Explosive:
    """Raises when it is unpickled."""

    def __init__(self, kind: type[BaseException]) -> None:
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        return _explode, (self.kind,)


def _explode(kind: type[BaseException]) -> NoReturn:
    raise kind("unpickled")


class _NeedsArguments(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"made of {one} and {two}")
        self.one = one


class _Base(BaseException):
    pass


def _double(number: int) -> int:
    return 2 * number


def _return(make: Callable[..., Any], *args: Any) -> Any:
    return make(*args)


def _throw(make: Callable[..., BaseException], *args: Any) -> NoReturn:
    raise make(*args)


def _throw_local() -> NoReturn:
    raise KeyError(lambda: 0)


def _throw_if_odd(number: int) -> int:
    if number % 2:
        raise _NeedsArguments(number, 0)
    return number


def _works(pool: Pool) -> None:
    assert pool.apply_async(_double, (4,)).get(PATIENCE) == 8
    assert pool.map_async(_double, range(5), 1).get(PATIENCE) == [0, 2, 4, 6, 8]


# --- results and exceptions ----------------------------------------------------------------------


def an_exception_arrives_whose_class_wants_other_arguments(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        calls = [
            pool.apply_async(_throw, (_NeedsArguments, 1, 2)).get,
            pool.starmap_async(_throw, [(_NeedsArguments, 1, 2)]).get,
            pool.imap(_throw_if_odd, [1]).next,
            pool.imap_unordered(_throw_if_odd, [1]).next,
        ]
        for call in calls:
            error = raises(_NeedsArguments, call, PATIENCE)
            assert "made of 1 and" in str(error) and error.one == 1
            assert "in _throw" in str(error.__cause__)
        # Beside others, in one chunk.
        results = pool.imap(_throw_if_odd, range(4), 4)
        assert next(results) == 0
        raises(_NeedsArguments, results.next, PATIENCE)
        assert next(results) == 2


def results_that_cannot_be_pickled(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        pid = pool.apply(os.getpid)
        for error in (ValueError("no pickle"), SystemExit(3), MemoryError()):
            for kind in (_Unpicklable, _WithoutRepr):
                call = pool.apply_async(_return, (_make, kind, type(error)))
                failure = raises(MaybeEncodingError, call.get, PATIENCE)
                assert type(error).__name__ in str(failure) and kind.__name__ in str(failure)
        failure = raises(MaybeEncodingError, pool.apply_async(_throw_local).get, PATIENCE)
        # The interpreter words the reason: 3.13 can not "get" what others can not "pickle".
        assert "KeyError(<function" in str(failure) and "reason: " in str(failure)
        # One bad item doesn't cost its chunk.
        results = pool.imap(_odd_is_unpicklable, range(3), 3)
        assert next(results) == 0
        raises(MaybeEncodingError, next, results)
        assert next(results) == 2
        assert pool.apply(os.getpid) == pid


def _make(kind: type[_Unpicklable], error: type[BaseException]) -> _Unpicklable:
    return kind(error())


def _odd_is_unpicklable(number: int) -> Any:
    return (lambda: 0) if number % 2 else number


def results_that_cannot_be_unpickled(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        for kind in (ValueError, MemoryError, SystemExit, KeyboardInterrupt, _Base):
            wanted = kind if issubclass(kind, Exception) else MaybeEncodingError
            for call in (
                pool.apply_async(_return, (_Explosive, kind)).get,
                pool.map_async(_Explosive, [kind]).get,
                pool.imap(_Explosive, [kind]).next,
            ):
                assert kind.__name__ in repr(raises(wanted, call, PATIENCE))
            _works(pool)


def arguments_that_cannot_travel(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        for argument, wanted in [
            (_Unpicklable(ValueError("no pickle")), ValueError),
            (_Explosive(ValueError), ValueError),
            # It ends the worker, as in a task.
            (_Explosive(SystemExit), WorkerDied),
        ]:
            raises(wanted, pool.apply_async(_double, (argument,)).get, PATIENCE)
            raises(wanted, pool.map_async(_double, [argument]).get, PATIENCE)
            raises(wanted, pool.imap(_double, [argument]).next, PATIENCE)
        _works(pool)


def exceptions_that_are_no_exceptions(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        pid = pool.apply(os.getpid)
        assert raises(_Base, pool.apply_async(_throw, (_Base, 1)).get, PATIENCE).args == (1,)
        raises(GeneratorExit, pool.apply_async(_throw, (GeneratorExit,)).get, PATIENCE)
        assert pool.apply(os.getpid) == pid
        ways: list[tuple[Callable[..., Any], tuple[Any, ...], int]] = [
            (sys.exit, (5,), 5),
            (os._exit, (6,), 6),
            (_throw, (KeyboardInterrupt,), 130),
            (os.closerange, (3, 200), 1),
        ]
        for function, args, code in ways:
            died = raises(WorkerDied, pool.apply_async(function, args).get, PATIENCE)
            assert f"exit code {code}" in str(died), died
        _works(pool)


# --- callbacks -----------------------------------------------------------------------------------


def callbacks_that_raise(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool, _Quiet():
        for kind in (ValueError, MemoryError, SystemExit, KeyboardInterrupt, _Base):

            def callback(_: Any, kind: type[BaseException] = kind) -> NoReturn:
                raise kind

            result = pool.apply_async(_double, (1,), callback=callback)
            assert result.get(PATIENCE) == 2
            failed = pool.apply_async(_throw, (KeyError, 1), error_callback=callback)
            raises(KeyError, failed.get, PATIENCE)
            assert pool.map_async(_double, [1], callback=callback).get(PATIENCE) == [2]
            _works(pool)


class _Quiet:
    """What a callback raises is printed; nobody wants to read it here."""

    def __enter__(self) -> None:
        self._stderr = os.dup(2)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *_: object) -> None:
        sys.stderr.flush()
        os.dup2(self._stderr, 2)
        os.close(self._stderr)


def callbacks_that_use_the_pool(ctx: BaseContext) -> None:
    done = threading.Event()
    found: list[Any] = []
    with ctx.Pool(1) as pool:

        def second(value: int) -> None:
            found.append(value)
            pool.terminate()
            done.set()

        def first(value: int) -> None:
            pool.apply_async(_double, (value,), callback=second)

        pool.apply_async(_double, (1,), callback=first)
        assert done.wait(PATIENCE) and found == [4]


# --- iterables -----------------------------------------------------------------------------------


def _until(error: BaseException, count: int = 3) -> Iterator[int]:
    yield from range(count)
    raise error


def the_error_of_an_iterable_comes_last(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        for error in (ValueError("half way"), SystemExit(3), KeyboardInterrupt(), _Base()):
            for method in (pool.imap, pool.imap_unordered):
                results = method(_double, _until(error))
                assert sorted(results.next(PATIENCE) for _ in range(3)) == [0, 2, 4]
                raises(type(error), results.next, PATIENCE)
                raises(StopIteration, results.next, PATIENCE)
            raises(type(error), pool.map, _double, _until(error))
        _works(pool)


def an_iterable_is_read_a_few_tasks_ahead(ctx: BaseContext) -> None:
    read = itertools.count()
    with ctx.Pool(2) as pool:
        told = Turn()
        results = pool.imap(_wait_if_first, ((told, next(read)) for _ in itertools.count()))
        # One of the workers waits for its turn, the other one does what it gets.
        _ = results
        time.sleep(0.5)
        seen = next(read)
        time.sleep(0.5)
        assert next(read) - seen < 20_000
        told.give()
        assert [results.next(PATIENCE) for _ in range(3)] == [0, 1, 2]
    for method in (pool.imap, pool.imap_unordered):
        raises(ValueError, method, _double, [1])


def _wait_if_first(pair: tuple[Turn, int]) -> int:
    told, number = pair
    if number == 0:
        told.take()
    return number


def a_buffer_bounds_what_is_submitted(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        for method in (pool.imap, pool.imap_unordered):
            for iterable in (itertools.count(), range(1000), list(range(1000))):
                results = method(_pid_and_number, iterable, buffersize=3)
                taken = sorted(results.next(PATIENCE)[1] for _ in range(5))
                assert taken[-1] < 8 and (method == pool.imap_unordered or taken == [0, 1, 2, 3, 4])
            assert len(list(method(_double, range(50), 7, buffersize=1))) == 50
            raises(ValueError, method, _double, [1], buffersize=0)


def _pid_and_number(number: int) -> tuple[int, int]:
    return os.getpid(), number


def memory_is_bounded(ctx: BaseContext) -> None:
    seconds = 10 if ALL else 2
    with ctx.Pool(2) as pool:
        pool.map(_double, range(1000), 1)
        before = _resident()
        endless = pool.imap(_double, itertools.count())
        assert [endless.next(PATIENCE) for _ in range(5)] == [0, 2, 4, 6, 8]
        time.sleep(seconds)
        grown = _resident() - before
        assert grown < 5 * MIB, f"imap over an endless iterable grew by {grown / MIB:.1f} MiB"
    with ctx.Pool(2) as pool:
        block = bytes(4 * MIB)
        stop, most = threading.Event(), [0]

        def watch() -> None:
            while not stop.wait(0.005):
                most[0] = max(most[0], _resident())

        pool.map(len, [block] * 4, 1)
        before = _resident()
        thread = threading.Thread(target=watch)
        thread.start()
        count = 300 if ALL else 50
        assert pool.map(len, [block] * count, 1) == [len(block)] * count
        stop.set()
        thread.join()
        # Each of two workers has one task, and another one ahead.
        assert most[0] - before < 3 * 4 * len(block), f"{(most[0] - before) / MIB:.0f} MiB"


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


# --- the system ----------------------------------------------------------------------------------


def results_that_arrive_when_there_are_no_descriptors(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        _works(pool)
        told = [Turn() for _ in range(4)]
        results = [pool.apply_async(_when_told, (each,)) for each in told]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        # For the FIFOs, through which the tasks are told.
        ends = [os.open(each.path, os.O_RDWR) for each in told]
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        kept: list[int] = []
        try:
            with _Quiet():
                raises(OSError, _duplicate_for_ever, kept)
                for end in ends:
                    os.write(end, b".")
                # What can arrive has arrived.
                time.sleep(0.5)
        finally:
            for fd in kept:
                os.close(fd)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for result in results:
            result.wait(PATIENCE)
            if result.successful():
                assert len(result.get()) == 200_000
            else:
                assert raises(OSError, result.get).errno == errno.EMFILE
        _works(pool)
        for end in ends:
            os.close(end)


def _duplicate_for_ever(kept: list[int]) -> NoReturn:
    while True:
        kept.append(os.dup(0))


def _when_told(told: Turn) -> bytes:
    with open(told.path, "rb", buffering=0) as fifo:
        fifo.read(1)
    return bytes(200_000)


def workers_that_cannot_be_ended(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(2) as pool:
        for how in (_ignore_termination, _stop):
            pool.apply_async(how, (told,))
            told.take()
        began = time.monotonic()
        pool.terminate()
        # SIGTERM is followed by SIGKILL after a second.
        assert time.monotonic() - began < PATIENCE / 3
    assert mpref.active_children() == []


def _ignore_termination(told: Turn) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    told.give()
    time.sleep(2 * PATIENCE)


def _stop(told: Turn) -> None:
    told.give()
    os.kill(os.getpid(), signal.SIGSTOP)


def signals_of_children_blocked_or_ignored(ctx: BaseContext) -> None:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        with ctx.Pool(2) as pool:
            raises(WorkerDied, pool.apply_async(os._exit, (3,)).get, PATIENCE)
            _works(pool)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with ctx.Pool(2) as pool:
            raises(WorkerDied, pool.apply_async(os._exit, (3,)).get, PATIENCE)
            _works(pool)
            pool.close()
            pool.join()
    finally:
        signal.signal(signal.SIGCHLD, before)


# --- what is left of a pool ----------------------------------------------------------------------


def results_outlive_their_pool(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(1) as pool:
        pool.apply_async(_ignore_termination, (told,))
        told.take()
        calls = [
            pool.map_async(_double, range(4)).get,
            pool.imap(_double, range(4)).next,
            pool.imap_unordered(_double, range(4)).next,
            pool.imap(_double, itertools.count()).next,
            pool.imap(_double, range(4), buffersize=1).next,
        ]
    for call in calls:
        raises(RuntimeError, call, PATIENCE)
    with _Quiet():
        assert list(ctx.Pool(1).imap(_double, range(4))) == [0, 2, 4, 6]
        assert ctx.Pool(1).apply_async(_double, (5,)).get(PATIENCE) == 10
    deadline = time.monotonic() + PATIENCE
    while mpref.active_children():
        gc.collect()
        assert time.monotonic() < deadline, "the workers of a pool that was dropped"
        time.sleep(0.01)


def worker_objects_outlive_their_workers(ctx: BaseContext) -> None:
    with ctx.Pool(1, maxtasksperchild=1) as pool:
        (worker,) = mpref.active_children()
        pid = worker.pid
        assert pool.apply(os.getpid) == pid
        worker.join(PATIENCE)
        assert (worker.pid, worker.exitcode, worker.is_alive()) == (pid, 0, False)
        assert "PoolWorker-" in worker.name and "stopped" in repr(worker)


def a_forked_copy_says_what_to_do(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        result = pool.apply_async(time.sleep, (0.5,))
        results = pool.imap(_double, iter([1]))
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                calls: list[Callable[..., object]] = [
                    lambda: pool.apply(_double, (1,)),
                    lambda: pool.map(_double, [1]),
                    lambda: pool.imap(_double, [1]),
                    lambda: pool.__enter__(),
                    lambda: result.get(PATIENCE),
                    lambda: results.next(PATIENCE),
                    lambda: pool.join(),
                ]
                for call in calls:
                    assert "make a new pool in this process" in str(raises(RuntimeError, call))
                pool.terminate()
                repr(pool)
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0
        assert result.get(PATIENCE) is None and list(results) == [2]


def its_repr_shows_what_is_outstanding(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(1) as pool:
        running = pool.apply_async(_tell, (told,))
        told.take()
        waiting = pool.map_async(_double, range(10), 1)
        text = repr(pool)
        assert "state=RUN pool_size=1 workers=1" in text
        counts = dict(part.split("=") for part in text.strip("<>").split()[1:])
        assert int(counts["under_way"]) + int(counts["waiting"]) == 11, text
        with open(told.path, "w") as fifo:
            fifo.write(".")
        assert waiting.get(PATIENCE) and running.get(PATIENCE) is None
    assert "state=TERMINATE" in repr(pool)


def _tell(told: Turn) -> None:
    told.give()
    told.take()


# --- tasks sent ahead ----------------------------------------------------------------------------


def nobody_waits_behind_a_long_task(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(2) as pool:
        # Short tasks make the pool send many ahead; then one waits for what was sent behind it.
        assert pool.map(_double, range(1000), 1) == [2 * number for number in range(1000)]
        for _ in range(10):
            tasks = [(_take, told)] + [(_double, number) for number in range(20)]
            tasks.append((_give, told))
            results = pool.starmap_async(_call, tasks, 1)
            assert len(results.get(PATIENCE)) == len(tasks)


def _call(function: Callable[[Any], Any], argument: Any) -> Any:
    return function(argument)


def _take(told: Turn) -> None:
    told.take()


def _give(told: Turn) -> None:
    told.give()


def the_initializer_is_in_the_error_of_a_broken_pool(ctx: BaseContext) -> None:
    with _Quiet(), ctx.Pool(2, _throw, (KeyError, "initializer")) as pool:
        died = raises(WorkerDied, pool.apply_async(_double, (1,)).get, PATIENCE)
        assert "KeyError('initializer')" in str(died) and isinstance(died.__cause__, KeyError)
        assert "in _throw" in str(died.__cause__.__cause__)
        raises(WorkerDied, pool.apply, _double, (1,))


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

"""Pools: what they promise, asked in any interpreter."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import mpref
from mpref._pool.dispatcher import Dispatcher
from mpref.context import BaseContext
from mpref.pool import MaybeEncodingError, Pool, WorkerDied
from run_chapter import run_chapter
from toolkit import PATIENCE, Turn, finish, is_gone, raises, run


def _square(number: int) -> int:
    return number * number


def _fail_if_odd(number: int) -> int:
    if number % 2:
        raise KeyError(number)
    return number


kept: Any = None


def _keep(value: Any) -> None:
    global kept
    kept = value


def _kept() -> Any:
    return kept


def _pid(_: object = None) -> int:
    return os.getpid()


def _name() -> tuple[str, bool]:
    process = mpref.current_process()
    return process.name, process.daemon


def _exit(code: int) -> None:
    os._exit(code)


def _function() -> Callable[[], int]:
    return lambda: 0


class _Unmakeable(Exception):
    def __init__(self, one: Any, two: Any) -> None:
        super().__init__("cannot be made of its args")


def _raise_unmakeable() -> NoReturn:
    raise _Unmakeable(1, 2)


def _tell_and_hang(told: Turn) -> None:
    told.give(str(os.getpid()))
    signal.pause()


def _thread_of(pool: Pool) -> threading.Thread:
    assert isinstance(pool._dispatcher, Dispatcher)
    return pool._dispatcher._thread


def apply_and_its_results(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        assert pool.apply(_square, (3,)) == 9
        assert pool.apply(dict, (), {"a": 1}) == {"a": 1}
        result = pool.apply_async(_square, [10])
        assert result.get(timeout=PATIENCE) == 100 and result.ready() and result.successful()
        assert len(pool.apply(bytes, (3_000_000,))) == 3_000_000
        failed = pool.apply_async(_fail_if_odd, (1,))
        error = raises(KeyError, failed.get)
        assert "_fail_if_odd" in str(error.__cause__)
        failed.wait()
        assert not failed.successful()


def results_that_are_not_there(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(1) as pool:
        result = pool.apply_async(_tell_and_hang, (told,))
        told.take()
        raises(mpref.TimeoutError, result.get, 0.05)
        assert not result.ready() and result.wait(0.01) is None
        raises(ValueError, result.successful)
        raises(mpref.TimeoutError, pool.imap(_square, [1]).next, timeout=0.05)
    # Who still waits for a result when the pool ends gets an exception.
    raises(RuntimeError, result.get, PATIENCE)


def callbacks_get_result_or_exception(ctx: BaseContext) -> None:
    results: list[Any] = []
    errors: list[BaseException] = []
    with ctx.Pool(2) as pool:
        pool.apply_async(_square, (2,), {}, results.append, errors.append).wait()
        pool.apply_async(_fail_if_odd, (1,), {}, results.append, errors.append).wait()
        pool.map_async(_square, [1, 2], None, results.append, errors.append).wait()
        assert results == [4, [1, 4]] and [type(each) for each in errors] == [KeyError]


def maps_keep_the_order(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        squares = [number * number for number in range(50)]
        for chunksize in (None, 1, 7, 100):
            assert pool.map(_square, range(50), chunksize) == squares
        assert pool.starmap(pow, [(2, 3), (3, 2)]) == [8, 9]
        assert pool.map(_square, []) == [] and list(pool.imap(_square, [])) == []
        assert list(pool.imap(_square, range(50), 7)) == squares
        assert sorted(pool.imap_unordered(_square, iter(range(50)), 7)) == squares
        assert raises(KeyError, pool.map, _fail_if_odd, [0, 1, 2, 3], 1).args == (1,)
        for call in (pool.map, pool.imap):
            raises(ValueError, call, _square, [1], 0)


def imap_goes_on_after_a_failure(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        for chunksize in (1, 4):
            results = pool.imap(_fail_if_odd, range(4), chunksize)
            assert next(results) == 0
            raises(KeyError, next, results)
            assert results.next(timeout=PATIENCE) == 2
            raises(KeyError, next, results)
            raises(StopIteration, next, results)
            raises(StopIteration, next, results)


def _until(stop: int) -> Iterator[int]:
    yield 1
    raise ZeroDivisionError(stop)


def imap_takes_any_iterable(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        endless = pool.imap(_square, itertools.count(), buffersize=5)
        assert [next(endless) for _ in range(20)] == [number * number for number in range(20)]
        failing = pool.imap(_square, _until(1))
        assert next(failing) == 1
        raises(ZeroDivisionError, next, failing)
        raises(StopIteration, next, failing)
        raises(TypeError, pool.map, _square, 3)


def what_cannot_be_pickled_fails_alone(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        raises(Exception, pool.apply_async(lambda: 0).get, PATIENCE)
        raises(MaybeEncodingError, pool.apply, _function)
        raises(_Unmakeable, pool.apply, _raise_unmakeable)
        assert pool.apply(_square, (2,)) == 4


def dead_worker_costs_its_task_only(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        results = [pool.apply_async(_square, (number,)) for number in range(20)]
        died = pool.apply_async(_exit, (7,))
        ended = pool.apply_async(sys.exit, (5,))
        results += [pool.apply_async(_square, (number,)) for number in range(20, 40)]
        assert "exit code 7" in str(raises(WorkerDied, died.get, PATIENCE))
        assert "exit code 5" in str(raises(WorkerDied, ended.get, PATIENCE))
        assert [result.get(PATIENCE) for result in results] == [n * n for n in range(40)]
        told = Turn()
        killed = pool.apply_async(_tell_and_hang, (told,))
        pid = int(told.take())
        os.kill(pid, signal.SIGKILL)
        error = raises(WorkerDied, killed.get, PATIENCE)
        assert str(pid) in str(error) and "-9" in str(error)
        assert pool.map(_square, range(10)) == [n * n for n in range(10)]


def idle_workers_are_replaced(ctx: BaseContext) -> None:
    with ctx.Pool(2) as pool:
        for pid in set(pool.map(_pid, range(20), 1)):
            os.kill(pid, signal.SIGKILL)
        # Each of the two killed workers may have been sent a task before its death was noticed.
        outcomes = [pool.apply_async(_square, (number,)) for number in range(20)]
        for result in outcomes:
            result.wait(PATIENCE)
        assert sum(not result.successful() for result in outcomes) <= 2
        assert pool.apply(_square, (3,)) == 9


def initializer_runs_in_every_worker(ctx: BaseContext) -> None:
    with ctx.Pool(1, _keep, ("value",), 1) as pool:
        assert [pool.apply(_kept) for _ in range(3)] == ["value"] * 3
        name, daemon = pool.apply(_name)
        assert "PoolWorker-" in name and daemon


def hopeless_initializer_ends_the_waiting(ctx: BaseContext) -> None:
    with ctx.Pool(1, _exit, (3,)) as pool:
        assert "exit code 3" in str(raises(WorkerDied, pool.apply_async(_pid).get, PATIENCE))
        raises(WorkerDied, pool.apply, _pid)


def workers_are_replaced_after_maxtasksperchild(ctx: BaseContext) -> None:
    with ctx.Pool(1, maxtasksperchild=2) as pool:
        pids = [pool.apply(_pid) for _ in range(5)]
        assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def close_lets_the_work_be_done(ctx: BaseContext) -> None:
    pool = ctx.Pool(2)
    raises(ValueError, pool.join)
    results = pool.imap(_square, (number for number in range(30)))
    pool.close()
    for call in (pool.apply, pool.map, pool.imap):
        raises(ValueError, call, _square, [1])
    pool.join()
    assert list(results) == [number * number for number in range(30)]
    raises(ValueError, pool.__enter__)
    assert mpref.active_children() == []


def terminate_stops_at_once(ctx: BaseContext) -> None:
    told = Turn()
    pool = ctx.Pool(2)
    with pool as entered:
        assert entered is pool
        pool.apply_async(_tell_and_hang, (told,))
        told.take()
    assert mpref.active_children() == []
    pool.terminate()
    pool.join()


def _ignore_termination(told: Turn) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _tell_and_hang(told)


def terminate_kills_who_ignores_it(ctx: BaseContext) -> None:
    told = Turn()
    with ctx.Pool(1) as pool:
        pool.apply_async(_ignore_termination, (told,))
        told.take()
    assert mpref.active_children() == []


def collected_pool_is_terminated(ctx: BaseContext) -> None:
    pool = ctx.Pool(1)
    pool.apply(_pid)
    thread = _thread_of(pool)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del pool
        gc.collect()
    assert any(issubclass(each.category, ResourceWarning) for each in caught)
    thread.join(PATIENCE)
    assert not thread.is_alive() and mpref.active_children() == []
    # A result that is not there yet keeps its pool alive.
    pool = ctx.Pool(1)
    thread, result = _thread_of(pool), pool.apply_async(_square, (3,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        del pool
        gc.collect()
        assert result.get(PATIENCE) == 9
        deadline = time.monotonic() + PATIENCE
        while thread.is_alive():
            # The thread drops the result, and so the pool, a moment after get() returns.
            gc.collect()
            thread.join(0.01)
            assert time.monotonic() < deadline
    assert mpref.active_children() == []


def bad_arguments_are_refused(ctx: BaseContext) -> None:
    raises(ValueError, ctx.Pool, 0)
    raises(TypeError, ctx.Pool, 1, 3)
    raises(ValueError, ctx.Pool, 1, None, (), 0)
    assert mpref.active_children() == []


def _leave_pool_behind(told: Turn) -> None:
    pool = mpref.get_context("fork").Pool(2)
    told.give(" ".join(map(str, set(pool.map(_pid, range(50), 1)))))
    signal.pause()


def workers_end_with_a_killed_parent(ctx: BaseContext) -> None:
    told = Turn()
    child = run(ctx, _leave_pool_behind, told)
    pids = [int(pid) for pid in told.take().split()]
    child.kill()
    finish(child, -9)
    deadline = time.monotonic() + PATIENCE
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < deadline, "workers outlive their pool"


def threads_share_a_pool(ctx: BaseContext) -> None:
    outcomes = []
    with ctx.Pool(2) as pool:
        threads = [
            threading.Thread(
                target=lambda: outcomes.append(
                    [pool.apply(_square, (number,)) for number in range(200)]
                )
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes == [[number * number for number in range(200)]] * 4


if __name__ == "__main__":
    run_chapter()

"""Locks, semaphores, conditions, events, barriers: what they promise, asked in any interpreter."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any, NoReturn

import mpref
from mpref import synchronize
from mpref._ipc import reduction
from mpref._sync import semaphore
from mpref.context import BaseContext
from mpref.synchronize import Barrier, Condition, Event, Lock, Semaphore
from run_chapter import run_chapter
from toolkit import PATIENCE, Turn, finish, raises, run


def _report(lock: Lock, told: Turn) -> None:
    told.give(f"{lock.locked()} {lock.acquire(False)} {lock.acquire(timeout=0.01)}")


def _release(lock: Lock) -> None:
    lock.release()


def lock_excludes_other_processes(ctx: BaseContext) -> None:
    lock = ctx.Lock()
    assert lock.acquire(block=True, timeout=None) is True and lock.locked()
    assert lock.acquire(False) is False
    told = Turn()
    child = run(ctx, _report, lock, told)
    assert told.take() == "True False False"
    finish(child)
    # Any process may release it.
    finish(run(ctx, _release, lock))
    assert not lock.locked() and lock.acquire(False)
    lock.release()
    raises(ValueError, lock.release)
    with lock:
        assert lock.locked()


def timeouts_of_locks(ctx: BaseContext) -> None:
    lock = ctx.Lock()
    lock.acquire()
    for timeout, least in ((0.1, 0.09), (0, 0), (-1, 0)):
        began = time.monotonic()
        assert lock.acquire(timeout=timeout) is False
        # 0.09 for 0.1, as sem_timedwait uses another clock than this test.
        assert time.monotonic() - began >= least
    assert lock.acquire(False, PATIENCE) is False


def rlock_belongs_to_its_owner(ctx: BaseContext) -> None:
    lock = ctx.RLock()
    raises(AssertionError, lock.release)
    assert lock.acquire() and lock.acquire(False)
    told = Turn()
    child = run(ctx, _report, lock, told)
    assert told.take() == "True False False"
    finish(child)
    failures = []
    thread = threading.Thread(target=lambda: failures.append(raises(AssertionError, lock.release)))
    thread.start()
    thread.join()
    assert failures
    lock.release()
    assert lock.locked()
    lock.release()
    assert not lock.locked()


def _acquire_and_go(semaphore: Semaphore, times: int) -> None:
    for _ in range(times):
        semaphore.acquire()


def semaphores_count_across_processes(ctx: BaseContext) -> None:
    semaphore = ctx.Semaphore(3)
    finish(run(ctx, _acquire_and_go, semaphore, 2))
    assert semaphore.get_value() == 1 and not semaphore.locked()
    assert semaphore.acquire() and semaphore.locked() and not semaphore.acquire(block=False)
    for _ in range(4):
        semaphore.release()
    assert semaphore.get_value() == 4
    bounded = ctx.BoundedSemaphore(2)
    raises(ValueError, bounded.release)
    with bounded:
        assert bounded.get_value() == 1
    assert ctx.Semaphore().get_value() == ctx.BoundedSemaphore().get_value() == 1
    raises(ValueError, ctx.Semaphore, -1)


def _ping_pong(condition: Condition, rounds: int) -> None:
    with condition:
        for _ in range(rounds):
            condition.notify()
            condition.wait()
        condition.notify()


def notified_waiter_is_not_overtaken(ctx: BaseContext) -> None:
    # Each notifies and then waits: who took his own notification would leave the other asleep.
    condition, rounds = ctx.Condition(), 300
    with condition:
        child = run(ctx, _ping_pong, condition, rounds)
        for _ in range(rounds):
            assert condition.wait(PATIENCE)
            condition.notify()
        assert condition.wait(PATIENCE)
    finish(child)


def _wait_for(condition: Condition, value: Any, semaphore: Semaphore) -> None:
    with condition:
        semaphore.release()
        assert condition.wait_for(value.locked, PATIENCE)


def notify_all_wakes_every_process(ctx: BaseContext) -> None:
    condition, value, waiting = ctx.Condition(), ctx.Lock(), ctx.Semaphore(0)
    children = [run(ctx, _wait_for, condition, value, waiting) for _ in range(3)]
    for _ in children:
        assert waiting.acquire(timeout=PATIENCE)
    with condition:
        value.acquire()
        condition.notify_all()
    for child in children:
        finish(child)


def conditions_keep_their_rules(ctx: BaseContext) -> None:
    condition = ctx.Condition()
    for call in (condition.wait, condition.notify, condition.notify_all):
        raises(AssertionError, call)
        raises(RuntimeError, call)
    with condition, condition:
        assert condition.wait(0.01) is False and condition.wait(-1) is False
        assert condition.wait_for(lambda: 0, 0.01) == 0
        assert condition.wait_for(lambda: "yes") == "yes"
        condition.notify(3)
    lock = ctx.Lock()
    with ctx.Condition(lock):
        assert lock.locked()


def _wait_for_ever(condition: Condition, semaphore: Semaphore) -> None:
    with condition:
        semaphore.release()
        condition.wait_for(lambda: False)


def killed_waiters_keep_nobody(ctx: BaseContext) -> None:
    condition, value, waiting = ctx.Condition(), ctx.Lock(), ctx.Semaphore(0)
    for _ in range(6):
        child = run(ctx, _wait_for_ever, condition, waiting)
        assert waiting.acquire(timeout=PATIENCE)
        with condition:
            child.kill()
            finish(child, -9)
            condition.notify_all()
    child = run(ctx, _wait_for, condition, value, waiting)
    assert waiting.acquire(timeout=PATIENCE)
    with condition:
        value.acquire()
        condition.notify_all()
    finish(child)


def _await_event(event: Event, told: Turn) -> None:
    told.give("waiting")
    told.give(str(event.wait(PATIENCE)))


def event_wakes_processes(ctx: BaseContext) -> None:
    event, told = ctx.Event(), Turn()
    assert not event.is_set() and event.wait(0.01) is False
    child = run(ctx, _await_event, event, told)
    assert told.take() == "waiting"
    event.set()
    assert told.take() == "True"
    finish(child)
    assert event.is_set() and event.wait() is True
    event.clear()
    assert not event.is_set()


def _meet(barrier: Barrier, rounds: int, queue: Any) -> None:
    for _ in range(rounds):
        queue.put(barrier.wait(PATIENCE))


def barrier_lets_all_pass_together(ctx: BaseContext) -> None:
    barrier, queue = ctx.Barrier(3), ctx.SimpleQueue()
    children = [run(ctx, _meet, barrier, 20, queue) for _ in range(2)]
    _meet(barrier, 20, queue)
    for child in children:
        finish(child)
    assert sorted(queue.get() for _ in range(60)) == sorted([0, 1, 2] * 20)
    assert (barrier.parties, barrier.n_waiting, barrier.broken) == (3, 0, False)


def _meet_once(barrier: Barrier) -> None:
    raises(threading.BrokenBarrierError, barrier.wait)


def barrier_breaks(ctx: BaseContext) -> None:
    barrier = ctx.Barrier(2, timeout=0.05)
    raises(threading.BrokenBarrierError, barrier.wait)
    assert barrier.broken
    raises(threading.BrokenBarrierError, barrier.wait)
    barrier.reset()
    assert not barrier.broken
    barrier = ctx.Barrier(2)
    child = run(ctx, _meet_once, barrier)
    while barrier.n_waiting == 0:
        pass
    barrier.abort()
    finish(child)
    calls = []
    barrier = ctx.Barrier(1, lambda: calls.append(1))
    assert barrier.wait() == 0 and calls == [1]
    raises(ValueError, ctx.Barrier, 0)


def signal_ends_waiting(ctx: BaseContext) -> None:
    def handler(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    lock, condition = ctx.Lock(), ctx.Condition()
    lock.acquire()
    before = signal.signal(signal.SIGALRM, handler)
    try:
        for call in (lock.acquire, lambda: lock.acquire(timeout=PATIENCE)):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            raises(KeyboardInterrupt, call)
        with condition:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            raises(KeyboardInterrupt, condition.wait)
            assert condition._lock._is_mine()
    finally:
        signal.signal(signal.SIGALRM, before)


def handed_over_to_children_only(ctx: BaseContext) -> None:
    objects = [ctx.Lock(), ctx.RLock(), ctx.Semaphore(), ctx.Condition(), ctx.Event()]
    for each in [*objects, ctx.Barrier(1)]:
        raises(RuntimeError, reduction.dumps, each)
    one, _ = ctx.Pipe()
    raises(RuntimeError, one.send, objects[0])
    if ctx.get_start_method() == "fork":
        for method in ("spawn", "forkserver"):
            child = mpref.get_context(method).Process(target=print, args=(objects[0],))
            raises(RuntimeError, child.start)
            assert mpref.active_children() == []


def forked_copy_owns_no_lock(ctx: BaseContext) -> None:
    # The program itself calls os.fork().
    lock = ctx.RLock()
    lock.acquire()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if not lock.acquire(False) and not lock._is_mine() else 1)
    assert os.waitpid(pid, 0)[1] == 0
    lock.release()
    # The copy must not allocate memory that its parent will allocate, too.
    ours = ctx.Lock()
    pid = os.fork()
    if pid == 0:
        theirs = [ctx.Lock() for _ in range(10)]
        for each in theirs:
            each.acquire()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    others = [ctx.Lock() for _ in range(10)]
    assert not any(each.locked() for each in [ours, *others])


def thousands_of_locks_need_few_descriptors(ctx: BaseContext) -> None:
    before = len(os.listdir("/proc/self/fd"))
    locks = [ctx.Lock() for _ in range(3000)]
    assert len(os.listdir("/proc/self/fd")) - before <= 8
    locks[0].acquire()
    assert sum(lock.locked() for lock in locks) == 1


def texts_tell_the_state(ctx: BaseContext) -> None:
    lock = ctx.Lock()
    assert repr(lock) == "<Lock(owner=None)>"
    with lock:
        assert repr(lock) == "<Lock(owner=MainProcess)>"
    assert repr(ctx.RLock()) == "<RLock(None, 0)>"
    assert repr(ctx.BoundedSemaphore(2)) == "<BoundedSemaphore(value=2, maxvalue=2)>"
    assert "unset" in repr(ctx.Event())
    assert isinstance(lock, Lock) and isinstance(ctx.Event(), Event)
    assert synchronize.Lock is Lock


def fall_back_keeps_the_rules(ctx: BaseContext) -> None:
    # The lock that is used where there is no C type keeps the same rules.
    block = synchronize.Lock()._block
    plain = semaphore.PlainSemLock(block.address, semaphore.COUNTING, 1)
    assert plain.acquire() and not plain.acquire(False) and not plain.acquire(timeout=0.05)
    assert not plain.acquire(True, -1) and plain._is_zero()
    plain.release()
    raises(ValueError, plain.release)
    recursive = semaphore.PlainSemLock(block.address, semaphore.RECURSIVE, 1)
    with recursive, recursive:
        assert recursive._count() == 2
    raises(AssertionError, recursive.release)
    c_type = synchronize.Lock._attach(block, semaphore.COUNTING, 1)
    with plain:
        assert not c_type.acquire(False)


if __name__ == "__main__":
    run_chapter()

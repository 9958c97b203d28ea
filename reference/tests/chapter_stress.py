"""Shared state that many use at once, and whose users are killed.

Counts are small by default and whole with MPREF_TESTS=all. What is random has a seed, so a failure
comes again as far as the scheduler allows.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import signal
import time
from collections.abc import Callable
from threading import BrokenBarrierError
from typing import Any

from mpref.context import BaseContext
from mpref.process import BaseProcess
from mpref.synchronize import Barrier, Condition, Event, Lock, Semaphore
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, NotApplicable, Turn, finish, raises, run, state

# How much longer than its timeout a call may take, in seconds: who waits looks for killed processes
# four times in a second, and on two processors with ten busy processes a turn takes up to 0.1 s.
GRACE = 0.5


def _count(some: int, all_of_them: int) -> int:
    return all_of_them if ALL else some


def _leave_to_fork(ctx: BaseContext) -> None:
    if ctx.get_start_method() != "fork" and not ALL:
        raise NotApplicable(
            "who is killed is the same process by every start method, only sooner there by fork; "
            "MPREF_TESTS=all runs it"
        )


# --- counting ------------------------------------------------------------------------------------


def _count_value(value: Any, _: object, times: int) -> None:
    for _ in range(times):
        with value.get_lock():
            value.value += 1


def _count_under(lock: Lock, raw: Any, times: int) -> None:
    for _ in range(times):
        with lock:
            raw.value += 1


def _count_nested(lock: Lock, raw: Any, times: int) -> None:
    for _ in range(times):
        with lock, lock:
            lock.acquire()
            raw.value += 1
            lock.release()


def _count_in_turns(condition: Condition, raw: Any, times: int) -> None:
    for _ in range(times):
        with condition:
            raw.value += 1
            condition.notify()


def sums_are_exact(ctx: BaseContext) -> None:
    raw = ctx.RawValue("q")
    value = ctx.Value("q")
    for function, guard, result in (
        (_count_value, value, value),
        (_count_under, ctx.Lock(), raw),
        (_count_under, ctx.Semaphore(1), raw),
        (_count_nested, ctx.RLock(), raw),
        (_count_in_turns, ctx.Condition(), raw),
    ):
        result.value = 0
        times = _count(1_000, 50_000)
        for child in [run(ctx, function, guard, raw, times) for _ in range(4)]:
            finish(child)
        assert result.value == 4 * times, (function.__name__, guard, result.value)


# --- killing -------------------------------------------------------------------------------------


class _UnderFire:
    """Two children repeat the same rounds. One of them counts its rounds and lives; kill_one()
    starts the other, and kills it at a random moment of its work."""

    def __init__(self, ctx: BaseContext, busy: Callable[..., object], *args: Any) -> None:
        self.ctx, self.busy, self.args = ctx, busy, args
        self.random = random.Random(20240607)
        self.beats = ctx.RawValue("q")
        self.survivor = self.start(self.beats)

    def start(self, beats: Any) -> BaseProcess:
        # Daemonic, so that a test that fails does not wait for it.
        child = self.ctx.Process(target=self.busy, args=(beats, *self.args), daemon=True)
        child.start()
        return child

    def kill_one(self) -> None:
        nobody = self.ctx.RawValue("q")
        victim = self.start(nobody)
        while nobody.value == 0 and victim.is_alive():
            time.sleep(0.0005)
        # A random moment of its work.
        time.sleep(self.random.random() * 0.003)
        victim.kill()
        finish(victim, -9)

    def goes_on(self) -> bool:
        """Whether the survivor begins another round."""
        before, until = self.beats.value, time.monotonic() + PATIENCE
        while self.beats.value == before:
            if time.monotonic() > until or not self.survivor.is_alive():
                return False
            time.sleep(0.0005)
        return True

    def cease(self) -> None:
        self.survivor.kill()
        self.survivor.join(PATIENCE)


def _within(seconds: float, call: Callable[..., Any], *args: Any) -> Any:
    began = time.monotonic()
    try:
        result = call(*args)
    except BrokenBarrierError:
        result = BrokenBarrierError
    taken = time.monotonic() - began
    assert taken < seconds + GRACE, f"{call} took {taken:.3f} s instead of {seconds}"
    return result


def _with_event(beats: Any, event: Event) -> None:
    while True:
        beats.value += 1
        event.wait(0.002)
        event.set()
        event.clear()


def event_outlives_its_users(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    event = ctx.Event()
    fire = _UnderFire(ctx, _with_event, event)
    for _ in range(_count(15, 300)):
        fire.kill_one()
        _within(0, event.set)
        _within(0, event.clear)
        _within(0.01, event.wait, 0.01)
        assert fire.goes_on()
    fire.cease()
    event.clear()
    assert _within(0.05, event.wait, 0.05) is False
    _within(0, event.set)
    assert _within(0, event.wait) is True


def _with_barrier(beats: Any, barrier: Barrier) -> None:
    while True:
        beats.value += 1
        try:
            barrier.wait(0.01)
        except BrokenBarrierError:
            barrier.reset()


def barrier_outlives_its_users(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    for parties in (2, 3):
        barrier = ctx.Barrier(parties)
        fire = _UnderFire(ctx, _with_barrier, barrier)
        for _ in range(_count(8, 150)):
            fire.kill_one()
            _within(0.02, barrier.wait, 0.02)
            _within(0, barrier.abort)
            _within(0, barrier.reset)
            assert fire.goes_on()
        fire.cease()
        barrier.reset()
        assert _within(0.01, barrier.wait, 0.01) is BrokenBarrierError
        barrier.reset()
        assert (barrier.n_waiting, barrier.broken) == (0, False)


def _dies_inside() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _meet_in_vain(barrier: Barrier) -> None:
    raises(BrokenBarrierError, barrier.wait)


def barrier_breaks_when_its_action_is_killed(ctx: BaseContext) -> None:
    barrier = ctx.Barrier(2, action=_dies_inside)
    child = run(ctx, _meet_in_vain, barrier)
    while barrier.n_waiting == 0:
        time.sleep(0.001)
    victim = run(ctx, _meet_in_vain, barrier)
    finish(victim, -9)
    # The first child waits without a timeout, and looks itself whether the other one lives.
    finish(child)
    assert barrier.broken
    _within(0, barrier.reset)
    assert not barrier.broken


def _with_condition(beats: Any, condition: Condition) -> None:
    while True:
        beats.value += 1
        with condition:
            condition.wait(0.005)
        with condition:
            condition.notify_all()


def condition_outlives_its_waiters(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    rounds, abandoned = _count(15, 300), 0
    condition = ctx.Condition()
    fire = _UnderFire(ctx, _with_condition, condition)
    for _ in range(rounds):
        fire.kill_one()
        if not _within(0.1, condition.acquire, True, 0.1):
            # The victim held the lock, and the lock of a dead process stays held (the survivor
            # never holds it as long). Calls with a timeout still return.
            abandoned += 1
            assert _within(0.01, condition.acquire, True, 0.01) is False
            assert _within(0, condition.acquire, False) is False
            fire.cease()
            condition = ctx.Condition()
            fire = _UnderFire(ctx, _with_condition, condition)
            continue
        try:
            _within(0, condition.notify_all)
            _within(0, condition.notify)
        finally:
            condition.release()
        assert fire.goes_on()
    fire.cease()
    assert abandoned < rounds, "every victim held the lock: nothing was tried"


def _wait_and_tell(condition: Condition, ready: Semaphore, woken: Semaphore) -> None:
    with condition:
        ready.release()
        condition.wait()
    woken.release()


def the_dead_take_no_notification(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    # One of two waiters is killed while it sleeps. A single notification wakes the other one.
    for _ in range(_count(10, 300)):
        condition, ready, woken = ctx.Condition(), ctx.Semaphore(0), ctx.Semaphore(0)
        victim = run(ctx, _wait_and_tell, condition, ready, woken)
        assert ready.acquire(timeout=PATIENCE)
        other = run(ctx, _wait_and_tell, condition, ready, woken)
        assert ready.acquire(timeout=PATIENCE)
        with condition:
            pass
        victim.kill()
        finish(victim, -9)
        with condition:
            condition.notify()
        assert woken.acquire(timeout=PATIENCE)
        finish(other)


def _take_and_tell(lock: Lock, ready: Semaphore, taken: Semaphore) -> None:
    ready.release()
    with lock:
        taken.release()


def the_dead_keep_nobody_from_a_free_lock(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    # One of two waiters is killed at the moment in which it is woken.
    for _ in range(_count(10, 300)):
        lock, ready, taken = ctx.Lock(), ctx.Semaphore(0), ctx.Semaphore(0)
        lock.acquire()
        victim, other = (run(ctx, _take_and_tell, lock, ready, taken) for _ in range(2))
        for _ in range(2):
            assert ready.acquire(timeout=PATIENCE)
        for child in (victim, other):
            while state(child.pid) != "S":
                time.sleep(0.0005)
        lock.release()
        victim.kill()
        # join() of the one child is also how this process notices the death of the other.
        other.join(2)
        if other.exitcode is None:
            # The victim had got the lock before it died.
            assert lock.acquire(False) is False
            other.kill()
        victim.join(PATIENCE)
        other.join(PATIENCE)


def _with_lock(beats: Any, lock: Lock) -> None:
    while True:
        beats.value += 1
        if lock.acquire(timeout=0.005):
            lock.release()


def locks_outlive_their_waiters(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore"):
        lock, abandoned = getattr(ctx, kind)(), 0
        lock.acquire()
        # As long as this process holds the lock, no victim can hold it.
        fire = _UnderFire(ctx, _with_lock, lock)
        for _ in range(_count(4, 75)):
            fire.kill_one()
            if kind != "RLock":
                assert _within(0.01, lock.acquire, True, 0.01) is False
        lock.release()
        for _ in range(_count(4, 75)):
            fire.kill_one()
            if _within(0.1, lock.acquire, True, 0.1):
                lock.release()
                assert fire.goes_on()
                continue
            # The victim held it. All but an RLock can be released by another process.
            abandoned += 1
            if kind == "RLock":
                break
            lock.release()
        fire.cease()


# --- signals -------------------------------------------------------------------------------------


def handler_may_set_the_event_that_is_waited_for(ctx: BaseContext) -> None:
    _leave_to_fork(ctx)
    event, chance = ctx.Event(), random.Random(20240608)
    before = signal.signal(signal.SIGALRM, lambda *_: event.set())
    try:
        for _ in range(_count(100, 1_000)):
            event.clear()
            signal.setitimer(signal.ITIMER_REAL, 1e-6 + chance.random() * 5e-4)
            assert event.wait(PATIENCE) is True
    finally:
        signal.signal(signal.SIGALRM, before)


# --- masses --------------------------------------------------------------------------------------


def _memory_held() -> tuple[int, int]:
    for _ in range(4):  # PyPy runs finalizers after the first round
        gc.collect()
    with open("/proc/self/maps") as maps:
        mapped = sum("memfd:mpref" in line for line in maps)
    return mapped, len(os.listdir("/proc/self/fd"))


def ten_thousands_at_once(ctx: BaseContext) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        before = _memory_held()
        locks = [ctx.Lock() for _ in range(10_000)]
        values = [ctx.Value("i", number) for number in range(10_000)]
        assert all(lock.acquire(False) for lock in locks)
        assert [value.value for value in values] == list(range(10_000))
        # A lock, a number and the lock of a number take 64 bytes each. A segment has 64 KiB, and
        # two descriptors before Python 3.13.
        segments = 3 * 10_000 * 64 / 65536 + 2
        mapped, fds = _memory_held()
        assert mapped - before[0] <= segments and fds - before[1] <= 2 * segments, (mapped, fds)
        del locks, values
        mapped, fds = _memory_held()
        # One empty segment is kept for the next allocation.
        assert mapped <= before[0] + 1 and fds <= before[1] + 2, (before, mapped, fds)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def _look(lock: Lock, value: Any, turn: Turn) -> None:
    turn.give(f"{lock.acquire(False)} {value.value}")


def memory_comes_back_beside_what_children_know(ctx: BaseContext) -> None:
    before = _memory_held()
    for _ in range(3):
        locks = [ctx.Lock() for _ in range(3_000)]
        value, turn = ctx.Value("i", 7), Turn()
        child = run(ctx, _look, locks[0], value, turn)
        assert turn.take() == "True 7"
        finish(child)
        assert locks[0].locked()
        del locks, value, child
    mapped, _ = _memory_held()
    assert mapped <= before[0] + 2, (before, mapped)


if __name__ == "__main__":
    run_chapter()

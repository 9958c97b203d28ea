"""Workers of a pool, killed at random, whatever they are doing: only that is lost.

Each task writes down in a file that it has begun. So it is seen that a task which was lost had
begun in the process that was killed, and that none is done twice.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import sys
import time

import mpref
from mpref.context import BaseContext
from mpref.pool import AsyncResult, Pool, WorkerDied
from run_chapter import run_chapter
from toolkit import ALL, in_scratch, nothing, raises

KILLS = 1000 if ALL else 50
WORKERS = 3
SEED = 20241104
# What the documentation of mpref promises, in seconds, where processors are idle. On a busy machine
# a process needs longer to start, so that is measured, and counted as many times as one kill may
# cost starts: the one that died and those that were killed before they were ready.
RESOLVED_WITHIN = 2.0
COMPLETE_WITHIN = 1.0
STARTS = 5
# Longer than a message of the replies' pipe, or of the channel's.
LONG = [5_000, 100_000, 3_000_000]
RECORD = struct.Struct("<II")
# What of a second the next kill comes after the tasks at the most.
LATEST_KILL = 0.004

_log = -1


def _open_log(path: str) -> None:
    global _log
    _log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _task(number: int, seconds: float, given: bytes, wanted: int) -> tuple[int, int, int]:
    # An append of a few bytes is whole, or nothing.
    os.write(_log, RECORD.pack(number, os.getpid()))
    time.sleep(seconds)
    return number, len(given), wanted and len(bytes(wanted))


def _bytes(number: int, seconds: float, given: bytes, wanted: int) -> bytes:
    _task(number, seconds, given, wanted)
    return bytes(wanted)


def a_killed_worker_loses_what_it_had_begun(ctx: BaseContext) -> None:
    chance = random.Random(SEED)
    path = in_scratch("log")
    allowance = STARTS * _seconds_of_a_start(ctx)
    number = lost = 0
    slowest = 0.0
    with ctx.Pool(WORKERS, _open_log, (path,)) as pool:
        for _ in range(KILLS):
            # One is ready. A pool whose workers are killed twenty times in a row before they are
            # ready, as here where starts are slow, takes that for a reason to give up.
            pool.apply(os.getpid)
            waiting: dict[int, AsyncResult] = {}
            for kind in chance.choices(KINDS, k=chance.choice([0, 1, 2])):
                for _ in range(kind.count):
                    waiting[number] = kind.submit(pool, chance, number)
                    number += 1
            # When it hits, not what happens before what.
            time.sleep(chance.uniform(0, LATEST_KILL))
            victim = chance.choice(mpref.active_children())
            assert victim.pid is not None
            os.kill(victim.pid, signal.SIGKILL)
            killed = time.monotonic()
            died = _resolve(waiting, killed + RESOLVED_WITHIN + allowance, victim.pid)
            slowest = max(slowest, time.monotonic() - killed)
            lost += len(died)
            assert len(died) <= 1, died
            while sum(child.is_alive() for child in mpref.active_children()) < WORKERS:
                assert time.monotonic() < killed + COMPLETE_WITHIN + allowance, "not replaced"
                time.sleep(0.001)
            _check_log(path, died, victim.pid)
    method = ctx.get_start_method()
    print(f"{method}: {KILLS} kills, {number} tasks, {lost} lost, {slowest:.2f} s", file=sys.stderr)


class _Kind:
    """Tasks of one kind, as many as may be under way or waiting when the kill comes."""

    def __init__(self, count: int, seconds: float, given: bool, wanted: bool) -> None:
        self.count = count
        self._seconds = seconds
        self._given = given
        self._wanted = wanted

    def submit(self, pool: Pool, chance: random.Random, number: int) -> AsyncResult:
        given = bytes(chance.choice(LONG) if self._given else 0)
        wanted = chance.choice(LONG) if self._wanted else 0
        function = _bytes if self._wanted else _task
        return pool.apply_async(function, (number, self._seconds, given, wanted))


KINDS = [
    _Kind(100, 0, given=False, wanted=False),  # sent ahead
    _Kind(8, 0.003, given=False, wanted=False),  # in a task
    _Kind(6, 0, given=True, wanted=False),  # receiving
    _Kind(6, 0, given=False, wanted=True),  # replying
]


def _resolve(waiting: dict[int, AsyncResult], deadline: float, pid: int) -> list[int]:
    """The numbers of those that failed, by the death of this process."""
    died = []
    for number, result in waiting.items():
        result.wait(max(deadline - time.monotonic(), 0))
        assert result.ready(), f"task {number} is still waited for"
        if result.successful():
            value = result.get()
            assert isinstance(value, bytes) or value[0] == number
        else:
            error = str(raises(WorkerDied, result.get))
            assert f"process {pid} " in error, error
            assert "exit code -9" in error, error
            died.append(number)
    return died


def _check_log(path: str, died: list[int], pid: int) -> None:
    if not os.path.exists(path):
        return
    with open(path, "rb") as file:
        records = list(RECORD.iter_unpack(file.read()))
    begun = dict(records)
    assert len(begun) == len(records), "a task was done twice"
    for number in died:
        # Killed between the receiving and the first line of the function, it wrote nothing.
        assert begun.get(number, pid) == pid, f"task {number} was begun by {begun[number]}"
    os.truncate(path, 0)


def _seconds_of_a_start(ctx: BaseContext) -> float:
    times = []
    for _ in range(3):
        began = time.monotonic()
        process = ctx.Process(target=nothing)
        process.start()
        process.join()
        times.append(time.monotonic() - began)
    return max(times)


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

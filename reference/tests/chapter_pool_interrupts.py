"""Ctrl-C: SIGINT reaches all processes of a terminal, and only the main one has anything to say."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import mpref
from mpref.context import BaseContext
from mpref.pool import WorkerDied
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, in_scratch, raises

ROUNDS = 50 if ALL else 3
SEED = 20241105
WORKERS = 3
# In seconds, where processors are idle: from the signal to KeyboardInterrupt in the main process,
# and to its end. For busy machines the start of an interpreter is measured, and added twice.
RAISED_WITHIN = 1.0
ENDED_WITHIN = 3.0
# The signal comes so many seconds after the program has said that it is about to wait.
LATEST = 0.1

PROGRAM = """
import itertools, sys, time
import mpref

def sleep(_=0):
    time.sleep(60)

def compute(_=0):
    while True:
        sum(range(1000))

def quick(number):
    return number

STATES = {
    "map": lambda pool: pool.map(sleep, range(10)),
    "computing": lambda pool: pool.map(compute, range(10)),
    "imap": lambda pool: list(pool.imap(sleep, itertools.count())),
    "busy_imap": lambda pool: sum(pool.imap_unordered(quick, itertools.count())),
    "get": lambda pool: pool.apply_async(sleep).get(),
    "get_with_timeout": lambda pool: pool.apply_async(sleep).get(60),
    "wait": lambda pool: pool.map_async(sleep, range(10)).wait(),
    "idle": lambda pool: time.sleep(60),
    "join": lambda pool: (pool.map_async(sleep, range(10)), pool.close(), pool.join()),
}

if __name__ == "__main__":
    method, state = sys.argv[1:]
    pool = mpref.get_context(method).Pool(WORKERS)
    try:
        with pool:
            if state != "starting":
                pool.map(quick, range(10))
            print("ready", flush=True)
            STATES.get(state, STATES["map"])(pool)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def ctrl_c_during_map(ctx: BaseContext) -> None:
    _interrupt(ctx, "map", "computing")


def ctrl_c_during_imap(ctx: BaseContext) -> None:
    _interrupt(ctx, "imap", "busy_imap")


def ctrl_c_during_get_and_wait(ctx: BaseContext) -> None:
    _interrupt(ctx, "get", "get_with_timeout", "wait")


def ctrl_c_while_idle(ctx: BaseContext) -> None:
    _interrupt(ctx, "idle")


def ctrl_c_during_join(ctx: BaseContext) -> None:
    _interrupt(ctx, "join")


def ctrl_c_while_workers_start(ctx: BaseContext) -> None:
    _interrupt(ctx, "starting")


def an_interrupt_of_one_worker_ends_its_task(ctx: BaseContext) -> None:
    with ctx.Pool(1) as pool:
        pool.apply(_quick, (0,))
        (worker,) = mpref.active_children()
        # One without a task goes on as if nothing had been.
        worker.interrupt()
        assert pool.apply(os.getpid) == worker.pid
        result = pool.apply_async(_interrupt_oneself)
        died = raises(WorkerDied, result.get, PATIENCE)
        assert f"process {worker.pid} " in str(died)
        assert pool.apply(_quick, (3,)) == 3


def _quick(number: int) -> int:
    return number


def _interrupt_oneself() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE)


def _interrupt(ctx: BaseContext, *states: str) -> None:
    path = in_scratch("program.py")
    with open(path, "w") as file:
        file.write(PROGRAM.replace("WORKERS", str(WORKERS)))
    chance = random.Random(SEED)
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import mpref.pool"], check=True)
    allowance = 2 * (time.monotonic() - began)
    method = ctx.get_start_method()
    assert method is not None
    for state in states:
        for _ in range(ROUNDS):
            _one_round(path, method, state, chance.uniform(0, LATEST), allowance)


def _one_round(path: str, method: str, state: str, delay: float, allowance: float) -> None:
    with (
        open(in_scratch("errors"), "w+") as errors,
        subprocess.Popen(
            [sys.executable, path, method, state],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as program,
    ):
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n", state
        time.sleep(delay)
        os.killpg(program.pid, signal.SIGINT)
        sent = time.monotonic()
        said = program.stdout.readline()
        raised = time.monotonic() - sent
        program.wait(PATIENCE)
        ended = time.monotonic() - sent
        errors.seek(0)
        printed = errors.read()
        assert printed == "", f"{state}: {printed}"
        assert said == "interrupted\n" and program.returncode == 0, state
        assert raised < RAISED_WITHIN + allowance, f"{state}: raised after {raised:.2f} s"
        assert ended < ENDED_WITHIN + allowance, f"{state}: ended after {ended:.2f} s"


if __name__ == "__main__":
    run_chapter()

"""What `mptools bench` measures: a module for each topic, and in it a function for each workload.

A module is a program, so that children of every start method find its functions:

    python workloads/pools.py IMPLEMENTATION START_METHOD WORKLOAD

runs one workload in this process and prints its time as JSON. It runs in the implementation's
interpreter, so it keeps to the syntax of Python 3.9 and the standard library.

A workload is a generator: it prepares, yields what is to be timed and what that has to return, and
clears up. `Workload.goals` says, by start method, how many times as fast as the standard library
the reference should be; it is measured for these start methods.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["TOPICS", "Workload", "main", "workload", "workloads_of"]

TOPICS = ("pools",)

# Called with a context of the implementation.
Prepare = Callable[[Any], Iterator[tuple[Callable[[], object], object]]]


@dataclass(frozen=True)
class Workload:
    """Something that is timed."""

    name: str
    # One line for the table.
    text: str
    prepare: Prepare
    goals: Mapping[str, float | None]
    # How often it is run in a process, after once for warming up; the least time counts.
    repeats: int
    one_cpu: bool


_workloads: dict[str, list[Workload]] = {}


def workload(
    *, goals: Mapping[str, float | None], repeats: int = 5, one_cpu: bool = False
) -> Callable[[Prepare], Prepare]:
    """Make a workload of a function; the first line of its docstring is its text."""

    def add(prepare: Prepare) -> Prepare:
        name, text = prepare.__name__, (prepare.__doc__ or "").splitlines()[0]
        found = Workload(name, text, prepare, goals, repeats, one_cpu)
        _workloads.setdefault(prepare.__module__, []).append(found)
        return prepare

    return add


def workloads_of(topic: str) -> list[Workload]:
    """The workloads of a topic, in the order of its module."""
    module = importlib.import_module(f"{__name__}.{topic}")
    return _workloads[module.__name__]


def main() -> None:
    """What a module of workloads does when it is run as a program."""
    implementation, method, name = sys.argv[1:]
    (chosen,) = [each for each in _workloads["__main__"] if each.name == name]
    if chosen.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    context = importlib.import_module(implementation).get_context(method)
    print(json.dumps({"seconds": _least_time(chosen, context)}))


def _least_time(chosen: Workload, context: Any) -> float:
    preparation = chosen.prepare(context)
    run, expected = next(preparation)
    times = []
    for _ in range(1 + chosen.repeats):
        began = time.perf_counter()
        value = run()
        times.append(time.perf_counter() - began)
        if value != expected:
            raise AssertionError(f"{chosen.name} returned something else than it has to")
    for _ in preparation:
        raise AssertionError(f"{chosen.name} yields more than once")
    return min(times[1:])

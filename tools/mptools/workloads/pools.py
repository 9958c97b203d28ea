"""Process pools of two workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mptools.workloads import main, workload

WORKERS = 2
MIB = 1024 * 1024

Prepared = Iterator[tuple[Callable[[], object], object]]


def square(number: int) -> int:
    return number * number


def nothing() -> None:
    pass


def squares(count: int) -> list[int]:
    return [number * number for number in range(count)]


@workload(goals={"fork": 1.5})
def map_100000(mp: Any) -> Prepared:
    """map() of 100,000 numbers, with the default chunk size"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: pool.map(square, range(100_000)), squares(100_000)


@workload(goals={"fork": None})
def map_100000_of_a_list(mp: Any) -> Prepared:
    """the same with the numbers in a list"""
    numbers = list(range(100_000))
    with mp.Pool(WORKERS) as pool:
        yield lambda: pool.map(square, numbers), squares(100_000)


@workload(goals={"fork": 1.5})
def map_chunksize_1(mp: Any) -> Prepared:
    """map() of 10,000 numbers, each a task of its own"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: pool.map(square, range(10_000), 1), squares(10_000)


@workload(goals={"fork": None})
def imap(mp: Any) -> Prepared:
    """imap() of 10,000 numbers"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: list(pool.imap(square, range(10_000))), squares(10_000)


@workload(goals={"fork": 1.3})
def imap_unordered(mp: Any) -> Prepared:
    """imap_unordered() of 10,000 numbers"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: sum(pool.imap_unordered(square, range(10_000))), sum(squares(10_000))


@workload(goals={"fork": None})
def imap_unordered_of_a_generator(mp: Any) -> Prepared:
    """the same with a generator"""

    def run() -> int:
        return sum(pool.imap_unordered(square, (number for number in range(10_000))))

    with mp.Pool(WORKERS) as pool:
        yield run, sum(squares(10_000))


@workload(goals={"fork": 1.5})
def apply_async(mp: Any) -> Prepared:
    """5,000 times apply_async(), then all results"""

    def run() -> list[int]:
        results = [pool.apply_async(square, (number,)) for number in range(5_000)]
        return [result.get() for result in results]

    with mp.Pool(WORKERS) as pool:
        yield run, squares(5_000)


@workload(goals={"fork": 1.2}, one_cpu=True)
def apply_on_one_cpu(mp: Any) -> Prepared:
    """1,000 times apply(), one after the other, on one CPU"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: [pool.apply(nothing) for _ in range(1_000)], [None] * 1_000


@workload(goals={"fork": None})
def apply(mp: Any) -> Prepared:
    """the same on all CPUs"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: [pool.apply(nothing) for _ in range(1_000)], [None] * 1_000


@workload(goals={"fork": 1.2, "spawn": 1.1, "forkserver": 2.0})
def start_and_stop(mp: Any) -> Prepared:
    """a pool is started, does a task, is closed and joined"""

    def run() -> int:
        pool = mp.Pool(WORKERS)
        value = pool.apply(square, (7,))
        pool.close()
        pool.join()
        return int(value)

    yield run, 49


@workload(goals={"fork": 2.0})
def arguments_4mib(mp: Any) -> Prepared:
    """20 times apply() with an argument of 4 MiB"""
    data = bytes(range(256)) * (4 * MIB // 256)
    with mp.Pool(WORKERS) as pool:
        yield lambda: [pool.apply(len, (data,)) for _ in range(20)], [len(data)] * 20


@workload(goals={"fork": 2.0})
def results_4mib(mp: Any) -> Prepared:
    """20 times apply() with a result of 4 MiB"""
    with mp.Pool(WORKERS) as pool:
        yield lambda: [len(pool.apply(bytes, (4 * MIB,))) for _ in range(20)], [4 * MIB] * 20


@workload(goals={"fork": None})
def map_of_4mib(mp: Any) -> Prepared:
    """map() of 20 blocks of 4 MiB, each a task of its own"""
    blocks = [bytes(range(256)) * (4 * MIB // 256)] * 20
    with mp.Pool(WORKERS) as pool:
        yield lambda: pool.map(len, blocks, 1), [4 * MIB] * 20


if __name__ == "__main__":
    main()

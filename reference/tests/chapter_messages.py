"""Thousands of messages of all kinds and sizes, and very long ones."""

from __future__ import annotations

import array
import contextlib
import os
import random
import struct
import threading
from typing import Any, NoReturn

from mpref.context import BaseContext
from mpref.queues import Queue
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, Block, NotApplicable, in_scratch, raises, run

# As many come from two producers together.
MESSAGES = 100_000 if ALL else 6_000
LONGEST = 8 * 1024 * 1024
RECORD = struct.Struct("<II")
# The longest message exists up to three times: as sent, on its way, as received.
GIGABYTES = 14


class Complaint(Exception):
    """An exception with an attribute beside its message."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(number, text)
        self.number = number


def _size(rng: random.Random) -> int:
    # Every order of magnitude comes. The long ones are rare: as many of 100 KB as of 100 bytes
    # would be 10 GB in all.
    longest = rng.choices([100, 10_000, 100_000, 1_000_000, LONGEST], [900, 90, 8, 1.5, 0.5])[0]
    return rng.choice([0, rng.randrange(longest), longest])


def _make(producer: int, number: int) -> Any:
    """Message `number` of a producer, the same in every process; None stands for a connection."""
    rng = random.Random(producer * 1_000_003 + number)
    kind = rng.randrange(12)
    filling = bytes([number % 256]) * _size(rng)
    if kind < 6:
        return filling
    if kind < 8:
        return array.array("d", [number]) * (len(filling) // 8)
    if kind == 8:
        return {"number": number, "filling": filling.decode("latin-1"), "both": [filling] * 2}
    if kind == 9:
        return Complaint(number, filling.hex())
    if kind == 10:
        return Block(bytearray(filling))
    return None


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, Complaint):
        return type(one) is type(other) and one.args == other.args and one.number == other.number
    return type(one) is type(other) and one == other


def _produce(ctx_pipe: Any, q: Queue, producer: int) -> None:
    for number in range(MESSAGES // 2):
        item = _make(producer, number)
        if item is not None:
            q.put((producer, number, item))
            continue
        # A connection in which a message waits to be read.
        one, other = ctx_pipe(number % 2 == 0)
        sender, receiver = (one, other) if other.readable else (other, one)
        sender.send((producer, number))
        q.put((producer, number, receiver))
        sender.close()
        receiver.close()


def _consume(q: Queue, path: str) -> None:
    with open(path, "wb") as file:
        while True:
            message = q.get()
            if message is None:
                return
            producer, number, item = message
            expected = _make(producer, number)
            if expected is None:
                with item:
                    assert item.recv() == (producer, number)
                    raises(EOFError, item.recv)
            else:
                assert _same(item, expected), (producer, number, type(item))
            file.write(RECORD.pack(producer, number))


def mixed_objects_arrive_intact_and_in_order(ctx: BaseContext) -> None:
    q = ctx.Queue(500)
    paths = [in_scratch(f"got-{number}") for number in range(2)]
    consumers = [run(ctx, _consume, q, path) for path in paths]
    producers = [run(ctx, _produce, ctx.Pipe, q, producer) for producer in range(2)]
    patience = 20 * PATIENCE if ALL else PATIENCE
    for producer in producers:
        producer.join(patience)
        assert producer.exitcode == 0, producer
    for _ in consumers:
        q.put(None)
    for consumer in consumers:
        consumer.join(patience)
        assert consumer.exitcode == 0, consumer
    arrived = []
    for path in paths:
        with open(path, "rb") as file:
            records = list(RECORD.iter_unpack(file.read()))
        for sender in range(2):
            numbers = [number for which, number in records if which == sender]
            assert numbers == sorted(numbers), "out of order"
        arrived += records
    expected = [(sender, number) for sender in range(2) for number in range(MESSAGES // 2)]
    assert sorted(arrived) == expected


class _Unpicklable:
    def __reduce__(self) -> NoReturn:
        raise RuntimeError("pickled")


def _opened() -> set[tuple[int, int, int]]:
    """The open descriptors with the files that they stand for, as numbers are used again."""
    found = set()
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        # The one that listed the folder is closed by now.
        with contextlib.suppress(OSError):
            status = os.fstat(descriptor)
            found.add((descriptor, status.st_dev, status.st_ino))
    return found


def unpicklable_objects_raise_in_put(ctx: BaseContext) -> None:
    _one, other = ctx.Pipe()
    for q in (ctx.Queue(1), ctx.JoinableQueue(1), ctx.SimpleQueue()):
        q.put(0)
        assert q.get() == 0
        # Counting is not enough: threads of dropped queues may close descriptors meanwhile.
        before = _opened()
        # The last one fails when megabytes and a descriptor have been pickled already.
        for bad in (lambda: 0, threading.Lock(), [bytes(3_000_000), other, _Unpicklable()]):
            raises(Exception, q.put, bad)
        assert _opened() <= before, _opened() - before
        assert q.empty()
        q.put("next")
        assert q.get() == "next"
    q = ctx.JoinableQueue()
    raises(RuntimeError, q.put, _Unpicklable())
    # What was not put does not count as a task.
    q.join()
    raises(ValueError, q.task_done)


def very_long_messages_pass(ctx: BaseContext) -> None:
    if ctx.get_start_method() != "fork":
        raise NotApplicable("no process is started: fork stands for the others")
    if not ALL:
        raise NotApplicable("takes gigabytes of memory; MPREF_TESTS=all runs it")
    if _available() < GIGABYTES:
        raise NotApplicable(f"takes {GIGABYTES} GB of memory, and {_available():.0f} are available")
    one, other = ctx.Pipe()
    reader, writer = ctx.Pipe(duplex=False)
    # Up to 2 GiB less one byte the standard library has a short header, beyond it a long one.
    for size, channel in (
        (2**31 - 1, (writer, reader)),
        (2**31, (one, other)),
        (2**32 + 1, (one, other)),
        (2**32 + 1, (writer, reader)),
    ):
        sender, receiver = channel
        message = bytearray(size)
        places = [0, 2**30, 2**31 - 2, size // 2, size - 1]
        for number, place in enumerate(places):
            message[place] = number + 1
        sender.send_bytes(message)
        expected = [message[place] for place in places]
        del message
        received = receiver.recv_bytes()
        assert len(received) == size and [received[place] for place in places] == expected
        del received
        assert not receiver.poll()


def _available() -> float:
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvail")) / 2**20


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

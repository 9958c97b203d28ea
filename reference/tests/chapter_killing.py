"""Producers and consumers of one queue are killed at random, one after the other, and replaced.

What is put is written down by its producer, in a file, and what is got by its consumer. In the end
the two are compared.
"""

from __future__ import annotations

import os
import queue
import random
import struct
import sys
import time
import zlib

from mpref._ipc import channels, one_way
from mpref.context import BaseContext
from mpref.process import BaseProcess
from mpref.queues import LOST_AFTER, Queue, SimpleQueue
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, in_scratch

KILLS = 500 if ALL else 50
BETWEEN = 0.02
SEED = 20240229
# A record of the files: the number of a producer, and the number of a message of his.
RECORD = struct.Struct("<II")


def _produce(q: Queue | SimpleQueue, path: str, producer: int, stop: str) -> None:
    rng = random.Random(SEED + producer)
    with open(path, "ab", buffering=0) as file:
        number = 0
        while not os.path.exists(stop):
            # One in 20 takes several fragments of an overflow, one in 500 exceeds a datagram.
            size = rng.choice([0, 5, 20]) if number % 20 else 400
            filling = rng.randbytes(size) if number % 500 else bytes(100_000)
            q.put((producer, number, filling, zlib.crc32(filling)))
            file.write(RECORD.pack(producer, number))
            number += 1


def _consume(q: Queue | SimpleQueue, path: str) -> None:
    with open(path, "ab", buffering=0) as file:
        while True:
            item = q.get()
            if item is None:
                return
            producer, number, filling, checksum = item
            assert zlib.crc32(filling) == checksum
            file.write(RECORD.pack(producer, number))


def _records(folder: str, kind: str) -> dict[str, list[tuple[int, int]]]:
    found = {}
    for name in os.listdir(folder):
        if name.startswith(kind):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = list(RECORD.iter_unpack(file.read()))
    return found


def _survive(
    ctx: BaseContext, q: Queue | SimpleQueue, folder: str, keeps_what_was_put: bool
) -> None:
    os.mkdir(folder)
    stop = os.path.join(folder, "stop")
    rng = random.Random(SEED)
    started = {"producer": 0, "consumer": 0}
    consumers_killed = 0

    def start(kind: str) -> tuple[str, int, BaseProcess]:
        number = started[kind] = started[kind] + 1
        path = os.path.join(folder, f"{kind}-{number}")
        more = (number, stop) if kind == "producer" else ()
        target = _produce if kind == "producer" else _consume
        process = ctx.Process(target=target, args=(q, path, *more))
        process.start()
        return kind, number, process

    crew = [start(kind) for kind in ["producer", "consumer"] * 4]
    dead_producers = set()
    for _ in range(KILLS):
        # Sets the pace of the kills; nothing relies on an order.
        time.sleep(BETWEEN)
        place = rng.randrange(len(crew))
        kind, number, process = crew[place]
        process.kill()
        process.join(PATIENCE)
        assert process.exitcode == -9, process
        if kind == "consumer":
            consumers_killed += 1
        else:
            dead_producers.add(number)
        crew[place] = start(kind)
    open(stop, "w").close()
    for kind, _, process in crew:
        if kind == "producer":
            process.join(PATIENCE)
            assert process.exitcode == 0, process
    for _ in range(4):
        q.put(None)
    for kind, _, process in crew:
        if kind == "consumer":
            process.join(PATIENCE)
            assert process.exitcode == 0, process

    put: dict[int, set[int]] = {}
    for records in _records(folder, "producer").values():
        for producer, number in records:
            put.setdefault(producer, set()).add(number)
    got: dict[int, set[int]] = {}
    for name, records in _records(folder, "consumer").items():
        last: dict[int, int] = {}
        for producer, number in records:
            assert number > last.get(producer, -1), f"{name}: out of order"
            last[producer] = number
            assert number not in got.setdefault(producer, set()), "came twice"
            got[producer].add(number)
    missing = 0
    for producer, numbers in put.items():
        arrived = got.get(producer, set())
        # A producer that is killed between put() and writing has put one message more than it
        # wrote down.
        assert len(arrived - numbers) <= (producer in dead_producers)
        lost = numbers - arrived
        if producer in dead_producers and not keeps_what_was_put:
            # Its last messages may not have left its feeder yet.
            lost = {number for number in lost if number < max(arrived, default=0)}
        missing += len(lost)
    total = sum(len(numbers) for numbers in got.values())
    name = type(q).__name__
    print(
        f"{name}: {KILLS} kills, {total} messages, {missing} lost, {consumers_killed} consumers",
        file=sys.stderr,
    )
    assert missing <= consumers_killed
    assert total > 10 * KILLS
    assert q.empty()


def simple_queue_survives(ctx: BaseContext) -> None:
    _survive(ctx, ctx.SimpleQueue(), in_scratch("simple"), True)


def overflowing_simple_queue_survives(ctx: BaseContext) -> None:
    # With a small socket, and writers that never wait for a reader, most messages go through the
    # overflow. The children are forked, and so inherit these settings.
    assert ctx.get_start_method() == "fork"
    before = channels.SEND_BUFFER, one_way.PATIENCE
    channels.SEND_BUFFER, one_way.PATIENCE = 10_000, 0
    try:
        _survive(ctx, ctx.SimpleQueue(), in_scratch("overflowing"), True)
    finally:
        channels.SEND_BUFFER, one_way.PATIENCE = before


def bounded_queue_survives(ctx: BaseContext) -> None:
    _survive(ctx, ctx.Queue(1000), in_scratch("bounded"), False)


def tightly_bounded_queue_survives(ctx: BaseContext) -> None:
    # Each consumer that is killed while it has a slot would cost the queue one of three.
    q = ctx.Queue(3)
    _survive(ctx, q, in_scratch("tight"), False)
    # The slots of the killed come back at the latest when somebody waits for an item.
    try:
        q.get(timeout=4 * LOST_AFTER)
    except queue.Empty:
        pass
    assert q.qsize() == 0


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

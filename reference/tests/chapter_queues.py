"""Queue, JoinableQueue, SimpleQueue: what they promise, asked in any interpreter."""

from __future__ import annotations

import gc
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, Union

import mpref
from mpref._ipc import channels, one_way, reduction
from mpref.connection import wait
from mpref.context import BaseContext
from mpref.queues import LOST_AFTER, JoinableQueue, Queue, SimpleQueue
from run_chapter import run_chapter
from toolkit import PATIENCE, Block, NotApplicable, Turn, finish, raises, run

AnyQueue = Union[Queue, SimpleQueue]
Made = TypeVar("Made")
# More than any channel holds, so that the feeder has to wait.
MANY = 20_000


def _put_numbers(q: AnyQueue, count: int) -> None:
    for number in range(count):
        q.put((os.getpid(), number))


def items_of_one_process_keep_their_order(ctx: BaseContext) -> None:
    q = ctx.Queue()
    children = [run(ctx, _put_numbers, q, MANY) for _ in range(2)]
    seen: dict[int, int] = {}
    for _ in range(2 * MANY):
        pid, number = q.get(timeout=PATIENCE)
        assert seen.setdefault(pid, 0) == number
        seen[pid] += 1
    for child in children:
        finish(child)
    assert q.empty() and q.qsize() == 0


def own_items_come_in_order(ctx: BaseContext) -> None:
    q = ctx.Queue()
    for number in range(MANY):
        q.put(number)
    assert q.qsize() == MANY
    assert [q.get(timeout=PATIENCE) for _ in range(MANY)] == list(range(MANY))


def item_is_there_at_once(ctx: BaseContext) -> None:
    q = ctx.Queue()
    q.put("x")
    assert not q.empty() and q.get_nowait() == "x"


def first_put_starts_the_feeder(ctx: BaseContext) -> None:
    q = ctx.Queue()
    before = threading.enumerate()
    q.put(1)
    (feeder,) = set(threading.enumerate()) - set(before)
    q.put(2)
    assert feeder.is_alive() and set(threading.enumerate()) <= {*before, feeder}
    q.close()
    q.join_thread()
    assert not feeder.is_alive()


def full_and_empty_are_raised(ctx: BaseContext) -> None:
    q = ctx.Queue(2)
    q.put_nowait(1)
    assert not q.full()
    q.put(2, timeout=PATIENCE)
    assert q.full() and q.qsize() == 2
    raises(queue.Full, q.put_nowait, 3)
    raises(queue.Full, q.put, 3, True, -1)
    raises(queue.Full, q.put, 3, False, PATIENCE)
    began = time.monotonic()
    raises(queue.Full, q.put, 3, timeout=0.1)
    assert time.monotonic() - began >= 0.09
    assert (q.get(), q.get(False)) == (1, 2)
    raises(queue.Empty, q.get_nowait)
    raises(queue.Empty, q.get, True, -1)
    raises(queue.Empty, q.get, False, PATIENCE)
    began = time.monotonic()
    raises(queue.Empty, q.get, timeout=0.1)
    assert time.monotonic() - began >= 0.09


def _take_one(q: AnyQueue) -> None:
    q.get()


def blocked_put_goes_on_when_another_process_gets(ctx: BaseContext) -> None:
    q = ctx.Queue(1)
    q.put(1)
    child = run(ctx, _take_one, q)
    q.put(2, timeout=PATIENCE)
    finish(child)
    assert q.get() == 2


def _default_limit(function: Callable[[], Made]) -> Made:
    # As on a system where net.core.wmem_max is Linux's default.
    before, channels.SEND_BUFFER = channels.SEND_BUFFER, 212992
    try:
        return function()
    finally:
        channels.SEND_BUFFER = before


def thousands_of_small_items_wait_unread(ctx: BaseContext) -> None:
    items = [(number, "x" * (number % 10)) for number in range(3000)]
    q = _default_limit(ctx.SimpleQueue)
    reader, writer = _default_limit(lambda: ctx.Pipe(duplex=False))

    def is_in_queue() -> bool:
        return not q.empty()

    def is_in_pipe() -> bool:
        return wait([reader], 0) == [reader] and reader.poll()

    for put, get, ready in ((q.put, q.get, is_in_queue), (writer.send, reader.recv, is_in_pipe)):
        for item in items:
            put(item)
        for item in items:
            assert ready() and get() == item
        assert not ready()
        # An item that comes after the overflow was emptied goes through the socket again.
        put("next")
        assert ready() and get() == "next"
    for item in items:
        writer.send(item)
    writer.close()
    assert [reader.recv() for _ in items] == items
    raises(EOFError, reader.recv)
    reader, writer = _default_limit(lambda: ctx.Pipe(duplex=False))
    for item in items:
        writer.send(item)
    reader.close()
    raises(BrokenPipeError, writer.send, 1)


def process_ends_with_thousands_of_items_unread(ctx: BaseContext) -> None:
    for q in (_default_limit(ctx.SimpleQueue), _default_limit(ctx.Queue)):
        finish(run(ctx, _put_numbers, q, 3000))
        assert [q.get()[1] for _ in range(3000)] == list(range(3000))


def big_item_waits_for_the_small_ones_before_it(ctx: BaseContext) -> None:
    reader, writer = _default_limit(lambda: ctx.Pipe(duplex=False))
    for number in range(2000):
        writer.send(number)
    big = [bytes(10_000), bytes(100_000), bytes(one_way.OVERFLOW_LONGEST - 100)]

    def send_big_ones() -> None:
        for each in big:
            writer.send(each)

    thread = threading.Thread(target=send_big_ones)
    thread.start()
    assert [reader.recv() for _ in range(2000)] == list(range(2000))
    assert [reader.recv() for _ in big] == big
    thread.join()


def message_of_a_killed_reader_is_passed_over(ctx: BaseContext) -> None:
    # The reader is killed after it took the first fragment of a message, before it took the rest.
    reader, writer = _default_limit(lambda: ctx.Pipe(duplex=False))
    for number in range(1000):
        writer.send_bytes(b"%d" % number * 100)
    overflow = reader._channel.descriptors()[1]
    for number in range(1000):
        if not select.select([reader._channel.descriptors()[0]], [], [], 0)[0]:
            break
        assert reader.recv_bytes() == b"%d" % number * 100
    assert 100 < number < 999
    assert len(os.read(overflow, 64)) == 64
    assert reader.recv_bytes() == b"%d" % (number + 1) * 100


def slots_of_killed_consumers_come_back(ctx: BaseContext) -> None:
    q = ctx.Queue(2)
    for number in range(2):
        q.put(number)
    # A consumer that is killed before it gives the slot back has done this.
    q._reader.receive()
    q._reader.receive()
    raises(queue.Full, q.put_nowait, "x")
    q.put("x", timeout=PATIENCE)
    assert q.get() == "x" and q.qsize() == 0
    q.put(1)
    q._reader.receive()
    raises(queue.Empty, q.get, timeout=4 * LOST_AFTER)
    assert q.qsize() == 0


def unpicklable_item_raises_in_the_caller(ctx: BaseContext) -> None:
    q = ctx.Queue(1)
    raises(Exception, q.put, lambda: 0)
    q.put_nowait("still room")
    assert q.get() == "still room"


def changes_after_put_do_not_matter(ctx: BaseContext) -> None:
    q = ctx.Queue()
    item = [1]
    q.put(item)
    item.append(2)
    assert q.get() == [1]
    # More than the channel holds, so that the last ones wait in the feeder.
    blocks = [Block(bytearray(b"as it was put" * 20_000)) for _ in range(300)]
    for block in blocks:
        q.put(block)
        block.memory[:2] = b"is"
        block.memory.clear()
    expected = Block(b"as it was put" * 20_000)
    assert all(q.get() == expected for _ in blocks)


def big_items_and_descriptors_pass(ctx: BaseContext) -> None:
    q = ctx.Queue()
    one, other = ctx.Pipe()
    q.put((os.urandom(0), b"x" * 3_000_000, other))
    other.close()
    _, data, received = q.get()
    assert len(data) == 3_000_000
    received.send("through the queue")
    assert one.recv() == "through the queue"
    received.close()
    raises(EOFError, one.recv)


def closed_queue_raises(ctx: BaseContext) -> None:
    q = ctx.Queue()
    raises(AssertionError, q.join_thread)
    q.put(1)
    q.close()
    q.close()
    raises(ValueError, q.put, 1)
    raises(ValueError, q.get)
    raises(OSError, q.empty)
    q.join_thread()
    simple = ctx.SimpleQueue()
    assert simple.empty()
    simple.put(1)
    assert not simple.empty() and simple.get() == 1
    simple.close()
    simple.close()
    for call in (simple.empty, simple.get, lambda: simple.put(1)):
        raises(OSError, call)


def _put_and_end(q: Queue, count: int, cancel: bool) -> None:
    for number in range(count):
        q.put(number)
    if cancel:
        q.cancel_join_thread()


def child_ends_when_its_items_are_handed_over(ctx: BaseContext) -> None:
    q = ctx.Queue()
    child = run(ctx, _put_and_end, q, MANY, False)
    child.join(1)
    assert child.is_alive()
    assert [q.get(timeout=PATIENCE) for _ in range(MANY)] == list(range(MANY))
    finish(child)


def child_ends_at_once_with_cancel_join_thread(ctx: BaseContext) -> None:
    finish(run(ctx, _put_and_end, ctx.Queue(), MANY, True))


def collected_queue_still_hands_over(ctx: BaseContext) -> None:
    if ctx.get_start_method() == "fork":
        raise NotApplicable("a queue is not pickled for a forked child")
    q = ctx.Queue()
    twin = q.__class__.__new__(q.__class__)
    with reduction.starting(twin), reduction.collecting_fds() as fds:
        data = reduction.dumps(q)
    with reduction.providing_fds([os.dup(fd) for fd in fds]):
        twin = reduction.loads(data)
    for number in range(MANY):
        twin.put(number)
    del twin
    gc.collect()
    assert [q.get(timeout=PATIENCE) for _ in range(MANY)] == list(range(MANY))


def _work(q: JoinableQueue, results: Any) -> None:
    while True:
        item = q.get()
        if item is not None:
            results.put(item * 2)
        q.task_done()
        if item is None:
            return


def join_waits_for_all_tasks(ctx: BaseContext) -> None:
    q, results = ctx.JoinableQueue(), ctx.SimpleQueue()
    q.join()
    for number in range(50):
        q.put(number)
    children = [run(ctx, _work, q, results) for _ in range(2)]
    q.put(None)
    q.put(None)
    q.join()
    assert sorted(results.get() for _ in range(50)) == [2 * number for number in range(50)]
    raises(ValueError, q.task_done)
    for child in children:
        finish(child)


def _get_for_ever(q: AnyQueue, told: Turn) -> None:
    told.give()
    while True:
        q.get()


def killed_readers_and_writers_spoil_nothing(ctx: BaseContext) -> None:
    for target in (_get_for_ever, _put_for_ever):
        q, told = ctx.Queue(), Turn()
        child = run(ctx, target, q, told)
        told.take()
        for number in range(100):
            q.put(number)
        child.kill()
        finish(child, -9)
        q.put("last")
        while q.get(timeout=PATIENCE) != "last":
            pass


def _put_for_ever(q: AnyQueue, told: Turn) -> None:
    told.give()
    for number in range(10**9):
        q.put(number)


def handed_over_to_children_only(ctx: BaseContext) -> None:
    for q in (ctx.Queue(), ctx.JoinableQueue(), ctx.SimpleQueue()):
        raises(RuntimeError, reduction.dumps, q)
    if ctx.get_start_method() == "fork":
        child = mpref.get_context("spawn").Process(target=print, args=(ctx.Queue(),))
        raises(RuntimeError, child.start)


def forked_copy_does_not_repeat_what_waits(ctx: BaseContext) -> None:
    # The program itself calls os.fork() while the feeder still has items.
    q = ctx.Queue()
    for number in range(MANY):
        q.put(number)
    pid = os.fork()
    if pid == 0:
        q.put("from the copy")
        q.close()
        q.join_thread()
        os._exit(0)
    items = [q.get(timeout=PATIENCE) for _ in range(MANY + 1)]
    assert os.waitpid(pid, 0)[1] == 0
    items.remove("from the copy")
    assert items == list(range(MANY)) and q.empty()


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

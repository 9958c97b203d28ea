"""Pipe, SimpleQueue, JoinableQueue; which of the queues fix the start method."""

import threading

from mpprobe.probes.queues import (
    BRIEF,
    CHANCE,
    PATIENCE,
    PIECE,
    STUFF,
    error_of,
    gathered,
    in_thread,
    items_of,
    word_for,
)
from mpprobe.toolkit import HEAR_SECONDS, hear, open_descriptors, tell, told, until

# -- Pipe


def received(connection, count=1):
    """Up to `count` messages, as far as they come."""

    def receive():
        if not connection.poll(HEAR_SECONDS):
            raise EOFError
        return connection.recv()

    return gathered(receive, count)


def pipe(t):
    """Each way to make a pipe, and what its ends can do in one process."""
    t.needs("connection.Connection")
    from importlib import import_module

    kind = import_module(t.mp.__name__ + ".connection").Connection
    for name, ends in (
        ("bare", t.mp.Pipe()),
        ("position", t.mp.Pipe(True)),
        ("keyword", t.mp.Pipe(duplex=True)),
    ):
        t.see(name + ".kinds", [isinstance(end, kind) for end in ends])
        t.see(name + ".type", type(ends).__name__)
        first, second = ends
        first.send([name, "one"])
        second.send([name, "other"])
        first.send([name, "two"])
        t.see(name + ".second", received(second, 2))
        t.see(name + ".first", received(first, 1))
        t.see(name + ".left", [first.poll(), second.poll()])
    for name, ends in (
        ("false-position", t.mp.Pipe(False)),
        ("false-keyword", t.mp.Pipe(duplex=False)),
    ):
        t.see(name + ".kinds", [isinstance(end, kind) for end in ends])
        reader, writer = ends
        t.see(name + ".send", error_of(reader.send, "the wrong way"))
        t.see(name + ".send-bytes", error_of(reader.send_bytes, b"the wrong way"))
        t.see(name + ".recv", error_of(writer.recv))
        t.see(name + ".recv-bytes", error_of(writer.recv_bytes))
        writer.send([name, 1])
        writer.send([name, 2])
        t.see(name + ".reader", received(reader, 2))
        t.see(name + ".left", reader.poll())
    first, second = t.mp.Pipe()
    original = [1, [2]]
    first.send(original)
    got = received(second)[0]
    t.see("equal", got == original)
    t.see("same", [got is original, got[1] is original[1]])
    other = t.mp.Pipe()
    first.send("elsewhere")
    t.see("alone", [end.poll() for end in other])


def send_example(connection):
    connection.send([42, None, "hello"])
    connection.close()


def answer(connection):
    connection.send(["got", connection.recv()])


def send_one(connection):
    connection.send("from the child")


def tell_received(connection):
    tell("received", connection.recv())


MESSAGES = 200


def talk(connection, mark):
    """Send many messages while as many are received; are these all, whole and in order?"""

    def send():
        for number in range(MESSAGES):
            connection.send([number, mark * 5000])

    sender = in_thread(send)
    found = received(connection, MESSAGES)
    sender.join(HEAR_SECONDS)
    return [
        [number for number, _ in found] == list(range(MESSAGES)),
        sorted({text[:1] for _, text in found}),
        sorted({len(text) for _, text in found}),
    ]


def talk_back(connection):
    tell("talked", talk(connection, "c"))


def pipe_between(t):
    """Pipes between this process and children: one way, the other, both, and both at once."""
    here, there = t.ctx.Pipe()
    reader, far_writer = t.ctx.Pipe(False)
    far_reader, writer = t.ctx.Pipe(duplex=False)
    asked, answering = t.ctx.Pipe()
    talking, talker = t.ctx.Pipe()
    children = [
        t.ctx.Process(target=send_example, args=(there,)),
        t.ctx.Process(target=answer, args=(answering,)),
        t.ctx.Process(target=talk_back, args=(talker,)),
    ]
    for child in children:
        child.start()
    t.see("example", received(here))
    asked.send({"question": 6 * 9})
    t.see("answer", received(asked))
    t.see("talk", talk(talking, "p"))
    t.see("talked", hear("talked"))
    for child in children:
        child.join()
    children = [
        t.ctx.Process(target=send_one, args=(far_writer,)),
        t.ctx.Process(target=tell_received, args=(far_reader,)),
    ]
    for child in children:
        child.start()
    t.see("from-child", received(reader))
    writer.send("from the parent")
    t.see("from-parent", hear("received"))
    for child in children:
        child.join()


# -- SimpleQueue


def simple(t):
    """What a SimpleQueue does in one process."""
    queue = t.mp.SimpleQueue()
    t.see("none", word_for(queue.empty))
    t.call("put", queue.put, "first")
    until(lambda: word_for(queue.empty) is not True)
    t.see("one", word_for(queue.empty))
    queue.put("second")
    t.see("first", gathered(queue.get, 1))
    t.see("left", word_for(queue.empty))
    t.see("second", gathered(queue.get, 1))
    t.see("all-got", word_for(queue.empty))
    odd = [None, 0, False, "", [], (), b""]
    for value in odd:
        queue.put(value)
    t.see("odd", gathered(queue.get, len(odd)))
    t.see("odd.put", odd)
    original = [1, [2]]
    queue.put(original)
    got = gathered(queue.get, 1)[0]
    t.see("recreated", [got == original, got is original, got[1] is original[1]])
    t.see("put-keyword", error_of(t.mp.SimpleQueue().put, item="x"))
    threads = threading.active_count()
    # As many short items as programs put without thinking of a limit.
    putter = in_thread(lambda: [queue.put(number) for number in range(200)])
    putter.join(HEAR_SECONDS)
    t.see("holds", not putter.is_alive())
    until(lambda: threading.active_count() <= threads)
    t.see("threads", threading.active_count() - threads)
    t.see("held", gathered(queue.get, 200)[-200:] == list(range(200)))
    other = t.mp.SimpleQueue()
    t.see("alone", word_for(other.empty))
    t.see("argument", error_of(t.mp.SimpleQueue, 1))
    t.see("get-argument", error_of(queue.get, False))
    t.see("put-argument", error_of(queue.put, "x", False))


def simple_closed(t):
    """A SimpleQueue after close()."""
    t.mp.SimpleQueue().close()
    before = len(open_descriptors())
    queue = t.mp.SimpleQueue()
    queue.put("item")
    t.see("open", len(open_descriptors()) > before)
    t.call("close", queue.close)
    t.see("descriptors", len(open_descriptors()) - before)
    t.call("put", queue.put, "x")
    t.call("get", queue.get)
    t.call("empty", queue.empty)
    t.call("again", queue.close)
    unused = t.mp.SimpleQueue()
    unused.close()
    t.call("unused.empty", unused.empty)
    # What an interpreter says beside the exceptions is of no interest after such misuse.
    t.stderr()


def use_and_close(queue, other):
    other.put("before close")
    other.close()
    tell("closed-there")
    hear("closed-here")
    queue.put("by the child")
    tell("carried-on", queue.get())


def simple_closing(t):
    """SimpleQueues that one process closes while another goes on."""
    queue, other = t.ctx.SimpleQueue(), t.ctx.SimpleQueue()
    child = t.ctx.Process(target=use_and_close, args=(queue, other))
    child.start()
    hear("closed-there")
    t.see("before-close", gathered(other.get, 1))
    other.put("here")
    t.see("goes-on-here", gathered(other.get, 1))
    queue.close()
    tell("closed-here")
    t.see("carried-on", hear("carried-on"))
    child.join()


# -- JoinableQueue


def joinable(t):
    """task_done() and join() in one process."""
    queue = t.mp.JoinableQueue()
    t.call("new.join", queue.join)
    t.call("new.task-done", queue.task_done)
    for number in range(3):
        queue.put(number)
    joined = threading.Event()
    in_thread(lambda: (queue.join(), joined.set()))
    t.see("items", items_of(queue, 3))
    joined.wait(CHANCE)
    t.see("got.joined", joined.is_set())
    t.call("task-done", queue.task_done)
    queue.task_done()
    joined.wait(BRIEF)
    t.see("two-done.joined", joined.is_set())
    queue.task_done()
    joined.wait(HEAR_SECONDS)
    t.see("all-done.joined", joined.is_set())
    t.call("done.join", queue.join)
    t.call("fourth", queue.task_done)
    t.call("fifth", queue.task_done)

    # Once more, after the count was at zero and task_done() was refused.
    queue.put("again")
    again = threading.Event()
    in_thread(lambda: (queue.join(), again.set()))
    again.wait(CHANCE)
    t.see("again.joined-early", again.is_set())
    t.see("again.items", items_of(queue, 1))
    queue.task_done()
    again.wait(HEAR_SECONDS)
    t.see("again.joined", again.is_set())

    ahead = t.mp.JoinableQueue()
    ahead.put("one")
    ahead.put("two")
    t.see("ahead", [error_of(ahead.task_done), error_of(ahead.task_done)])
    t.see("ahead.third", error_of(ahead.task_done))
    items_of(ahead, 2)

    # A put() that was refused is no task.
    small = t.mp.JoinableQueue(1)
    small.put("one")
    t.see("refused", [error_of(small.put, "x", False), error_of(small.put, "x", True, BRIEF)])
    items_of(small, 1)
    small.task_done()
    joiner = in_thread(small.join)
    joiner.join(HEAR_SECONDS)
    t.see("refused.joined", not joiner.is_alive())
    t.see("others", [error_of(t.mp.JoinableQueue().task_done)])


def work(tasks, results):
    for _ in range(3):
        results.put(tasks.get(True, HEAR_SECONDS))
    tasks.task_done()
    tasks.task_done()
    tell("two-done")
    hear("finish")
    tell("last")
    tasks.task_done()
    tell("too-often", word_for(tasks.task_done))
    tasks.put("a task of the child's")
    tell("put")
    tasks.join()
    tell("child-joined", told("done-here"))


def joinable_between(t):
    """A child works on the tasks of this process; then this one on a task of the child's."""
    tasks, results = t.ctx.JoinableQueue(), t.ctx.Queue()
    child = t.ctx.Process(target=work, args=(tasks, results), daemon=True)
    for number in range(3):
        tasks.put(number)
    child.start()
    hear("two-done")
    after_last = []
    joiners = [in_thread(lambda: (tasks.join(), after_last.append(told("last")))) for _ in "ab"]
    joiners[0].join(CHANCE)
    t.see("two-done.joined", [not joiner.is_alive() for joiner in joiners])
    tell("finish")
    for joiner in joiners:
        joiner.join(PATIENCE)
    t.see("joined", [not joiner.is_alive() for joiner in joiners])
    t.see("after-last", list(after_last))
    t.see("results", items_of(results, 3))
    t.see("too-often", hear("too-often"))
    hear("put")
    t.see("task", items_of(tasks, 1))
    until(lambda: told("child-joined"), CHANCE)
    tell("done-here")
    tasks.task_done()
    t.see("child-joined", hear("child-joined", PATIENCE))
    t.call("too-often-here", tasks.task_done)
    child.join()


# -- a manager's queue


def put_through_manager(queue):
    for _ in range(STUFF):
        queue.put(PIECE)
    queue.put("last")
    tell("too-early", word_for(queue.put, "x", False))


def managed(t):
    """A queue made by a manager, which a child fills and leaves before anybody gets."""
    with t.ctx.Manager() as manager:
        queue = manager.Queue(STUFF + 1)
        child = t.ctx.Process(target=put_through_manager, args=(queue,))
        child.start()
        child.join(3 * HEAR_SECONDS)
        t.see("exitcode", child.exitcode)
        t.see("full", hear("too-early"))
        t.see("size", queue.qsize())
        found = gathered(lambda: queue.get(True, HEAR_SECONDS), STUFF + 1)
        t.see("pieces", found.count(PIECE))
        t.see("last", found[-1:])
        t.see("nothing-more", word_for(queue.get, False))


# -- start methods


def fixing(t):
    """Whether making a queue fixes the start method; each starts with none fixed."""
    for name, make in (
        ("Queue", t.mp.Queue),
        ("JoinableQueue", t.mp.JoinableQueue),
        ("SimpleQueue", t.mp.SimpleQueue),
        ("Pipe", t.mp.Pipe),
    ):
        t.mp.set_start_method(None, force=True)
        make()
        t.see(name, t.mp.get_start_method(allow_none=True) is not None)

"""Pipe(): in one process, and between two."""

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import gathered, in_thread
from mpprobe.toolkit import HEAR_SECONDS, hear, tell


def received(connection, count=1):
    """Up to `count` messages, as far as they come."""

    def receive():
        if not connection.poll(HEAR_SECONDS):
            raise EOFError
        return connection.recv()

    return gathered(receive, count)


def alone(t):
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


def between(t):
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

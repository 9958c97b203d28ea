"""Pipes, listeners and clients between processes that are threads."""

import select
import threading

from mpprobe.probes._common import error_of, result_of
from mpprobe.probes.dummy._common import (
    BRIEF,
    LONG,
    PATIENCE,
    connection_of,
    dummy_of,
    outcome_of,
)
from mpprobe.toolkit import HEAR_SECONDS

MANY = 3000


def pipes(t):
    """What goes through a pipe, in both directions, and what poll() says meanwhile."""
    dummy = dummy_of(t)
    for name, ends in (
        ("default", dummy.Pipe()),
        ("duplex", dummy.Pipe(True)),
        ("keyword", dummy.Pipe(duplex=True)),
        ("one-way", dummy.Pipe(False)[::-1]),
        ("one-way-keyword", dummy.Pipe(duplex=False)[::-1]),
    ):
        one, other = ends
        t.see(name + ".empty", bool(other.poll()))
        t.see(name + ".sent", [one.send("first"), one.send(None), one.send(["third"])])
        t.see(name + ".filled", [bool(other.poll()), bool(other.poll(LONG)), bool(other.poll())])
        t.see(name + ".received", [other.recv(), other.recv(), other.recv()])
        t.see(name + ".emptied", bool(other.poll()))
        t.call(name + ".poll-timed", other.poll, BRIEF)
        if not name.startswith("one-way"):
            other.send("back")
            t.see(name + ".back", [bool(other.poll()), bool(one.poll()), one.recv()])
        sender = dummy.Process(target=lambda: [one.send(n) for n in range(MANY)])  # noqa: B023
        sender.start()
        t.see(name + ".in-order", [other.recv() for _ in range(MANY)] == list(range(MANY)))
        sender.join()
        one.send_bytes(b"some\x00bytes")
        t.see(name + ".bytes", other.recv_bytes())
        for end in ends:
            end.close()


def shared(t):
    """What can't be pickled, sent through a pipe."""
    one, other = dummy_of(t).Pipe()
    lock, function = threading.Lock(), lambda: None
    t.see("sent", [result_of(one.send, lock), result_of(one.send, function)])
    t.see("same", [outcome_of(other.recv) is lock, outcome_of(other.recv) is function])


def handed_over(t):
    """A process that is given one end, which is closed here then; both sides wait for the other."""
    dummy = dummy_of(t)
    ours, theirs = dummy.Pipe()
    asked, closed = [], threading.Event()

    def answer(connection):
        closed.wait(HEAR_SECONDS)
        while True:
            question = result_of(connection.recv)
            asked.append(question)
            if not isinstance(question, int):
                connection.close()
                return
            connection.send(question * 2)

    process = dummy.Process(target=answer, args=(theirs,))
    process.start()
    theirs.close()
    closed.set()
    answers = []
    for number in range(5):
        answers.append(result_of(ours.send, number))
        answers.append(bool(ours.poll(PATIENCE)))
        answers.append(result_of(ours.recv) if answers[-1] else "nothing")
    result_of(ours.send, None)
    process.join(HEAR_SECONDS)
    t.see("answers", answers)
    t.see("asked", asked)
    with ours as same:
        t.see("with", same is ours)


def polled_without_end(t):
    """poll(None), which waits for a message that a process sends."""
    dummy = dummy_of(t)
    ours, theirs = dummy.Pipe()
    seen, begun = [], threading.Event()

    def wait():
        begun.set()
        seen.append(result_of(theirs.poll, None))
        seen.append(theirs.recv())

    process = dummy.Process(target=wait)
    process.start()
    begun.wait(HEAR_SECONDS)
    process.join(BRIEF)
    t.see("waiting", not seen)
    ours.send("at last")
    process.join(HEAR_SECONDS)
    t.see("seen", seen)


def ends(t):
    """Closed ends: one's own, the other, and that of a process that has ended."""
    dummy = dummy_of(t)
    reader, writer = dummy.Pipe(False)
    t.see("read-only.raises", outcome_of(reader.send, "item"))
    t.see("write-only.raises", outcome_of(writer.recv))
    writer.send("last")
    writer.close()
    t.see("left", outcome_of(reader.recv))
    t.see("poll-at-the-end", outcome_of(reader.poll, LONG))
    t.see("at-the-end", [outcome_of(reader.recv), outcome_of(reader.recv)])
    t.see("closed.raises", outcome_of(writer.send, "item"))
    reader.close()
    t.see("closed-reader.raises", outcome_of(reader.recv))
    reader, writer = dummy.Pipe(False)
    reader.close()
    t.see("nobody-reads.raises", outcome_of(writer.send, "item"))

    ours, theirs = dummy.Pipe()
    closed = threading.Event()

    def send(connection):
        closed.wait(HEAR_SECONDS)
        result_of(connection.send, "item")

    process = dummy.Process(target=send, args=(theirs,))
    process.start()
    theirs.close()
    closed.set()
    process.join(HEAR_SECONDS)
    t.see("of-a-process", [outcome_of(ours.recv), outcome_of(ours.recv)])

    ours, theirs = dummy.Pipe()
    waiting = []
    process = dummy.Process(target=lambda: waiting.append(result_of(ours.recv)))
    process.daemon = True
    process.start()
    process.join(BRIEF)
    theirs.close()
    process.join(PATIENCE)
    t.see("waited-for", waiting)


def messages_of_bytes(t):
    """send_bytes() with an offset and a size, recv_bytes() with a limit, recv_bytes_into()."""
    dummy = dummy_of(t)
    one, other = dummy.Pipe()
    for arguments in ((b"abcdef",), (b"abcdef", 2), (b"abcdef", 2, 3), (bytearray(b"abc"), 3)):
        one.send_bytes(*arguments)
    t.see("parts", [other.recv_bytes() for _ in range(4)])
    t.see("outside.raises", error_of(one.send_bytes, b"abc", 2, 2))
    one.send_bytes(b"abc")
    one.send_bytes(b"abcd")
    t.see("just", other.recv_bytes(3))
    t.see("too-long.raises", error_of(other.recv_bytes, 3))
    one, other = dummy.Pipe()
    buffer = bytearray(5)
    one.send_bytes(b"ab")
    one.send_bytes(b"abcd")
    one.send({"a": 1})
    t.see("into", [other.recv_bytes_into(buffer, 2), bytes(buffer)])
    failure = error_of(other.recv_bytes_into, buffer, 2)
    t.see("too-short.raises", failure)
    t.see("too-short.message", getattr(failure, "args", [None])[0])
    t.see("next", other.recv())


def waiting(t):
    """wait() for connections, and their descriptors."""
    dummy, connection = dummy_of(t), connection_of(t)
    pairs = [dummy.Pipe() for _ in range(3)]
    readers = [reader for reader, _ in pairs]
    t.call("none", connection.wait, readers, BRIEF)
    process = dummy.Process(target=pairs[1][1].send, args=("item",))
    process.start()
    t.see("one", outcome_of(connection.wait, readers) == [readers[1]])
    process.join()
    pairs[2][1].close()
    t.see("two", outcome_of(connection.wait, readers, LONG) == readers[1:])
    descriptors = [reader.fileno() for reader in readers]
    t.see(
        "descriptors", sorted(select.select(descriptors, [], [], 0)[0]) == sorted(descriptors[1:])
    )
    readers[1].recv()
    t.see("taken", connection.wait(readers, 0) == [readers[2]])
    for pair in pairs:
        for end in pair:
            end.close()


def listeners(t):
    """A listener and its clients: by an address of its own, and by one that is given."""
    dummy, connection = dummy_of(t), connection_of(t)
    listener = connection.Listener()
    clients = []

    def connect():
        client = connection.Client(listener.address)
        clients.append(client)
        client.send("hello")
        client.send(client.recv())

    for _ in range(2):
        process = dummy.Process(target=connect)
        process.start()
        accepted = listener.accept()
        t.see("hello", accepted.recv())
        accepted.send("echo")
        process.join(HEAR_SECONDS)
        t.see("echo", accepted.recv())
        accepted.close()
    listener.close()
    with connection.Listener(None, None, 5) as listener:
        process = dummy.Process(target=lambda: clients.append(connection.Client(listener.address)))
        process.start()
        listener.accept().close()
        process.join(HEAR_SECONDS)
    t.see("clients", len(clients))


def addresses(t):
    """Addresses that are given, taken, and closed; what nobody listens at."""
    connection = connection_of(t)
    seen = []
    for address in (("localhost", 6000), "a name"):
        listener = connection.Listener(address)
        seen.append(listener.address == address)
        seen.append(outcome_of(lambda: connection.Client(address).close()))  # noqa: B023
        seen.append(outcome_of(lambda: listener.accept().close()))  # noqa: B023
        seen.append(listener.last_accepted)
        t.see("taken.raises", outcome_of(connection.Listener, address))
        listener.close()
        t.see("closed.raises", outcome_of(connection.Client, address))
        t.see("accept-closed.raises", outcome_of(listener.accept))
    t.see("seen", seen)
    t.see("nobody.raises", outcome_of(connection.Client, ("localhost", 1)))


def keys(t):
    """Keys of listeners and clients, right and wrong; challenges by hand."""
    dummy, connection = dummy_of(t), connection_of(t)
    for name, key in (("right", b"the key"), ("wrong", b"another key")):
        listener = connection.Listener(authkey=b"the key")
        found = []
        process = dummy.Process(
            target=lambda: found.append(  # noqa: B023
                result_of(lambda: connection.Client(listener.address, authkey=key).recv())  # noqa: B023
            )
        )
        process.start()
        accepted = outcome_of(listener.accept)
        t.see(name + ".accepted", accepted)
        if name == "right":
            accepted.send("hello")
        process.join(HEAR_SECONDS)
        t.see(name, found)
        listener.close()
    one, other = dummy.Pipe()
    process = dummy.Process(target=connection.answer_challenge, args=(other, b"key"))
    process.start()
    t.see("challenge", outcome_of(connection.deliver_challenge, one, b"key"))
    process.join(HEAR_SECONDS)

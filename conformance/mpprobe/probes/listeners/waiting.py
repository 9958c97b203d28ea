"""connection.wait(): what may be waited for, when it is ready, and for how long."""

import os
import resource
import signal
import socket
import threading

from mpprobe.probes._common import Aside, connection_module, error_of, result_of
from mpprobe.toolkit import HEAR_SECONDS, hear, park, tell


def places(ready, objects):
    """Which of the objects were returned, by their places; the very objects count."""
    return [[item is one for one in objects].index(True) for item in ready]


def timeouts(t):
    """wait() on connections and sockets, with all kinds of timeouts."""
    wait = connection_module(t.mp).wait
    (a, b), (c, d) = t.mp.Pipe(), t.mp.Pipe(False)
    near, far = socket.socketpair()
    objects = [a, c, near]
    t.call("empty.zero", wait, objects, 0)
    t.call("empty.timed", wait, objects, 0.2)
    t.call("empty.keyword", wait, object_list=objects, timeout=0.2)
    t.call("empty.negative", wait, objects, -3)
    t.call("empty.negative-float", wait, objects, -0.5)
    t.see("writable", wait([b, far], 0))

    endless = Aside(wait, objects)
    explicit = Aside(wait, objects, None)
    t.see("none.blocks", [endless.blocks(), explicit.blocks()])
    b.send("something")
    ready = [endless.outcome(), explicit.outcome()]
    t.see("none.type", [type(answer).__name__ for answer in ready])
    t.see("none", [places(answer, objects) for answer in ready])
    t.see("one", places(wait(objects, 30), objects))
    t.see("again", places(wait(objects, 0), objects))
    t.see("negative", places(wait(objects, -1), objects))
    far.sendall(b"x")
    d.send_bytes(b"")
    t.see("several", sorted(places(wait(objects, 30), objects)))
    t.see("several.part", places(wait([near, b], 30), [near, b]))
    t.see("tuple", sorted(places(wait(tuple(objects), 0), objects)))
    t.see("descriptors", sorted(wait([near.fileno(), a.fileno(), b.fileno()], 0))
          == sorted([near.fileno(), a.fileno()]))  # fmt: skip
    t.see("list", len(objects) == 3)
    a.recv()
    near.recv(1)
    t.see("read", places(wait(objects, 0), objects))
    c.recv_bytes()
    t.see("all-read", wait(objects, 0))

    later = threading.Timer(0.2, b.send, ["later"])
    later.start()
    t.call("later", wait, [a, c], 20)
    t.see("later.places", places(wait([a, c], 20), [a, c]))
    later.join()
    a.recv()

    b.close()
    t.see("closed.one", places(wait(objects, 1), objects))
    d.close()
    far.close()
    t.see("closed", sorted(places(wait(objects, 1), objects)))
    t.see("closed.negative", sorted(places(wait(objects, -1), objects)))
    t.see("closed.recv", [error_of(a.recv), error_of(c.recv), near.recv(1)])
    t.see("closed.again", result_of(lambda: sorted(places(wait(objects, 1), objects))))
    t.call("nothing", wait, [], 0.2)
    a.close()
    t.see("own-closed", error_of(wait, [a, c], 0))
    c.close()
    near.close()


def interrupted(t):
    """wait() while signals come: with a handler that returns, and with one that raises."""
    wait = connection_module(t.mp).wait
    a, b = t.mp.Pipe()
    received = []
    signal.signal(signal.SIGALRM, lambda number, frame: received.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    t.call("timed", wait, [a], 0.4)
    threading.Timer(0.2, b.send, ["later"]).start()
    t.call("message", wait, [a], 20)
    t.see("message.ready", len(wait([a], 0)))
    t.see("signals", len(received))

    def refuse(number, frame):
        raise ZeroDivisionError("by the handler")

    a.recv()
    signal.signal(signal.SIGALRM, refuse)
    t.call("raising", wait, [a], 20)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    a.close()
    b.close()


def many(t):
    """wait() on descriptors beyond 1023, and on hundreds of them."""
    wait = connection_module(t.mp).wait
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    pipes = [socket.socketpair() for _ in range(600)]
    readers = [reader for reader, _ in pipes]
    t.see("highest", max(reader.fileno() for reader in readers))
    t.see("none", len(result_of(wait, readers, 0)))
    pipes[0][1].sendall(b"x")
    pipes[599][1].sendall(b"x")
    ready = result_of(wait, readers, 30)
    t.see("ready", [reader in ready for reader in (readers[0], readers[1], readers[599])])
    t.see("count", len(ready))
    for reader, writer in pipes:
        reader.close()
        writer.close()


# -- between processes


def act(conn):
    tell("started")
    hear("send")
    conn.send("from the child")
    hear("close")
    conn.close()
    park("end")


def across(t):
    """A child's connection and its sentinel, and a socket, waited for together."""
    wait = connection_module(t.mp).wait
    here, there = t.ctx.Pipe()
    near, far = socket.socketpair()
    process = t.ctx.Process(target=act, args=(there,))
    process.start()
    there.close()
    objects = [process.sentinel, here, near]
    hear("started")
    t.see("nothing", wait(objects, 0.1))
    tell("send")
    t.see("sent", places(wait(objects, HEAR_SECONDS), objects))
    t.see("message", here.recv())
    far.sendall(b"x")
    t.see("socket", places(wait(objects, HEAR_SECONDS), objects))
    near.recv(1)
    tell("close")
    t.see("closed", places(wait(objects, HEAR_SECONDS), objects))
    t.see("closed.recv", error_of(here.recv))
    tell("end")
    t.see("ended", places(wait([process.sentinel, near], HEAR_SECONDS), objects))
    far.sendall(b"x")
    t.see("all", sorted(places(wait(objects, 0), objects)))
    process.join()
    # Where it is a pipe that join() read from, it gets ready again when a server closes it.
    t.see("joined", result_of(lambda: len(wait([process.sentinel], HEAR_SECONDS))))
    t.see("exitcode", process.exitcode)
    for end in (here, near, far):
        end.close()


SAID = [70, 61, 52, 43, 34, 25, 16, 7]


def say_all(writer):
    from mpprobe.toolkit import under_test

    for number in SAID:
        writer.send((number, under_test().current_process().name))
    writer.close()


def many_readers(t):
    """The documentation's example: four children with many messages each, one wait() for all."""
    wait = connection_module(t.mp).wait
    readers, processes = [], []
    for number in range(4):
        reader, writer = t.ctx.Pipe(duplex=False)
        readers.append(reader)
        processes.append(t.ctx.Process(target=say_all, args=(writer,), name="child-%d" % number))
        processes[-1].start()
        writer.close()
    left, heard, ends = list(readers), {}, []
    while left:
        ready = wait(left, HEAR_SECONDS)
        if not ready:
            break
        for reader in ready:
            try:
                number, name = reader.recv()
                heard.setdefault(name, []).append(number)
            except EOFError as end:
                ends.append(end)
                left.remove(reader)
    t.see("names", sorted(heard))
    t.see("numbers", list(heard.values()))
    t.see("ends", ends)
    t.see("left", len(left))
    for process, reader in zip(processes, readers):
        process.join()
        reader.close()


def kept_ends(t):
    """A reader whose writing end is closed in the child that had it, and kept in the parent."""
    wait = connection_module(t.mp).wait
    reader, writer = t.ctx.Pipe(duplex=False)
    process = t.ctx.Process(target=say_all, args=(writer,))
    process.start()
    process.join()
    heard = [reader.recv()[0] for _ in SAID if reader.poll()]
    t.see("heard", heard)
    t.see("kept", len(wait([reader], 0.1)))
    writer.close()
    t.see("closed", len(wait([reader], HEAR_SECONDS)))
    t.see("end", error_of(reader.recv))
    reader.close()
    t.see("pid", process.pid != os.getpid())

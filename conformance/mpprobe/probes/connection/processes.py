"""Connections between processes, handed on to children, and sent through one another."""

import os

from mpprobe.probes._common import error_of, result_of
from mpprobe.probes.connection._common import digest
from mpprobe.toolkit import hear, tell, under_test

OBJECTS = [
    None,
    True,
    -1,
    2**70,
    0.5,
    float("inf"),
    "\u00e9\U0001f600\0",
    b"\x00\xff",
    (1, [2, {3: "x"}]),
    {"k": {1, 2}},
    [],
    float,
    "",
]

KEPT = {}


# -- a conversation


def converse(conn):
    for _ in OBJECTS:
        conn.send(conn.recv())
    conn.send([result_of(conn.recv_bytes)])
    conn.send_bytes(b"")
    conn.send_bytes(conn.recv_bytes() + b"!")
    conn.send(digest(conn.recv_bytes()))
    big = os.urandom(1 << 20) * 4
    conn.send({"big": big})
    conn.send(digest(big))
    room = bytearray(b"........")
    conn.send([conn.recv_bytes_into(room, 3), bytes(room)])
    conn.send([conn.recv() for _ in range(200)])
    conn.send(conn.fileno() >= 0)
    for number in range(5):
        conn.send(["left behind", number])
    conn.send_bytes(b"the last")


def conversation(t):
    """Messages of all kinds to a child and back; what it left when it ended; the end."""
    here, there = t.ctx.Pipe()
    process = t.ctx.Process(target=converse, args=(there,))
    process.start()
    there.close()
    for item in OBJECTS:
        here.send(item)
    t.see("objects.sent", OBJECTS)
    t.see("objects", [here.recv() for _ in OBJECTS])
    t.call("send-bytes", here.send_bytes, b"")
    t.see("empty", [here.recv()[0], result_of(here.recv_bytes)])
    here.send_bytes(b"hello")
    t.see("bytes", here.recv_bytes())
    big = os.urandom(1 << 20) * 4
    here.send_bytes(big)
    t.see("big.sent", digest(big))
    t.see("big.arrived", here.recv())
    t.see("big-object.arrived", digest(here.recv()["big"]))
    t.see("big-object.sent", here.recv())
    here.send_bytes(b"into")
    t.see("into", here.recv())
    for number in range(200):
        here.send(number)
    t.see("order", here.recv() == list(range(200)))
    t.see("child.fileno", here.recv())
    process.join()
    t.see("left.poll", here.poll())
    t.see("left", [here.recv() for _ in range(5)])
    t.see("left.bytes", here.recv_bytes())
    t.call("end.recv", here.recv)
    t.call("end.recv-again", here.recv)
    t.call("end.recv-bytes", here.recv_bytes)
    t.call("end.recv-bytes-into", here.recv_bytes_into, bytearray(4))
    t.call("end.poll", here.poll)
    t.call("end.poll-timed", here.poll, 30)
    t.call("end.poll-none", here.poll, None)
    t.see("end.send", [error_of(here.send, "nobody reads"), error_of(here.send_bytes, b"nor this")])
    here.close()


def answer_the_kept():
    conn = KEPT["end"]
    conn.send([conn.recv(), "from the child"])


def inheritance(t):
    """A connection that a forked child finds in a global variable."""
    here, KEPT["end"] = t.ctx.Pipe()
    process = t.ctx.Process(target=answer_the_kept)
    process.start()
    KEPT.pop("end").close()
    here.send("to the child")
    t.see("answer", here.recv())
    t.call("end", here.recv)
    process.join()
    here.close()


# -- both ends in children


def count_to(number, conn):
    for n in range(number):
        conn.send(n)
    conn.send_bytes(b"")


def take_all(reader, writer):
    writer.close()
    taken = []
    try:
        while len(taken) <= 1001:
            taken.append(reader.recv() if len(taken) < 1000 else reader.recv_bytes())
    except EOFError:
        taken.append("end")
    tell("taken", taken)


def siblings(t):
    """Two children with one end of a one-way pipe each, and more messages than most pipes hold."""
    reader, writer = t.ctx.Pipe(False)
    # It is given both, since a forked child has both: one that keeps the other sees no end.
    receiving = t.ctx.Process(target=take_all, args=(reader, writer))
    receiving.start()
    sending = t.ctx.Process(target=count_to, args=(1000, writer))
    sending.start()
    reader.close()
    writer.close()
    taken = hear("taken")
    t.see("order", taken[:1000] == list(range(1000)))
    t.see("last", taken[1000:])
    sending.join()
    receiving.join()


# -- connections through connections


def exchange(conn):
    sent = conn.recv()
    tell("received", [type(sent) is type(conn), sent.fileno() != conn.fileno()])
    sent.send([sent.recv(), "through what was sent"])
    mine, yours = under_test().Pipe()
    conn.send(yours)
    tell("answered", mine.recv())
    one_way = conn.recv()
    tell("one-way", [error_of(one_way.send, 1) is not None, one_way.recv()])
    tell("one-way-end", type(error_of(one_way.recv)).__name__)


def transfer(t):
    """Connections sent to a child and got from it, used after the sender closed its own."""
    here, there = t.ctx.Pipe()
    process = t.ctx.Process(target=exchange, args=(there,))
    process.start()
    there.close()
    near, far = t.mp.Pipe()
    t.call("send", here.send, far)
    t.see("received", hear("received"))
    far.close()
    near.send("a question")
    t.see("answer", near.recv())
    back = here.recv()
    t.see("back.is-connection", type(back) is type(here))
    back.send("through what came back")
    t.see("answered", hear("answered"))
    reader, writer = t.mp.Pipe(duplex=False)
    here.send(reader)
    writer.send("one way")
    t.see("one-way", hear("one-way"))
    reader.close()
    writer.close()
    t.see("one-way.end", hear("one-way-end"))
    process.join()
    t.call("end", near.recv)
    t.call("back.end", back.recv)
    for conn in (here, near, back):
        conn.close()

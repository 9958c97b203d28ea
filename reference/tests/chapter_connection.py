"""Connections, listeners and clients: what they promise, asked in any interpreter."""

from __future__ import annotations

import array
import gc
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from typing import Any

from mpref import AuthenticationError, BufferTooShort
from mpref._ipc import channels
from mpref.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
    wait,
)
from mpref.context import BaseContext
from run_chapter import run_chapter
from toolkit import PATIENCE, Block, Turn, finish, raises, run

SIZES = [0, 1, channels.INLINE_BYTES, channels.INLINE_BYTES + 1, 3_000_000]


def _echo(connection: Connection, count: int) -> None:
    for _ in range(count):
        connection.send(connection.recv())


def objects_and_bytes_of_all_sizes_arrive(ctx: BaseContext) -> None:
    ours, theirs = ctx.Pipe()
    child = run(ctx, _echo, theirs, len(SIZES) + 1)
    theirs.close()
    for size in SIZES:
        ours.send(b"x" * size)
        assert ours.recv() == b"x" * size
    ours.send([1, "hello", None])
    assert ours.recv() == [1, "hello", None]
    assert raises(EOFError, ours.recv)
    finish(child)


def _burst(connection: Connection, count: int) -> None:
    for number in range(count):
        connection.send((os.getpid(), number))


def messages_of_many_writers_stay_whole(ctx: BaseContext) -> None:
    reader, writer = ctx.Pipe(duplex=False)
    children = [run(ctx, _burst, writer, 500) for _ in range(3)]
    writer.close()
    seen: dict[int, int] = {}
    for _ in range(1500):
        pid, number = reader.recv()
        assert seen.setdefault(pid, 0) == number
        seen[pid] += 1
    raises(EOFError, reader.recv)
    for child in children:
        finish(child)


def _answer_through(connection: Connection) -> None:
    with connection.recv() as other:
        other.send("through")


def connections_and_sockets_travel_in_messages(ctx: BaseContext) -> None:
    ours, theirs = ctx.Pipe()
    child = run(ctx, _answer_through, theirs)
    one, other = ctx.Pipe()
    ours.send(other)
    other.close()
    assert one.recv() == "through"
    raises(EOFError, one.recv)
    finish(child)
    a, b = socket.socketpair()
    one, other = ctx.Pipe()
    with a, b:
        one.send({"socket": b})
        with other.recv()["socket"] as received:
            a.sendall(b"hello")
            assert received.recv(5) == b"hello"


def large_buffers_travel_beside_the_pickle(ctx: BaseContext) -> None:
    long, short = b"long" * 100_000, b"short" * 100
    one, other = ctx.Pipe()
    reader, writer = ctx.Pipe(duplex=False)
    for sender, receiver in ((one, other), (writer, reader)):
        blocks = [Block(bytearray(long)), Block(long), Block(bytearray(short)), Block(b"")]
        sender.send([*blocks, blocks[0], "text"])
        *received, text = receiver.recv()
        assert text == "text" and received == [*blocks, blocks[0]]
        assert received[0] is received[4]
        # The received block has memory of its own, which is writable where the sender's is.
        memory = memoryview(received[0].memory)
        memory[:1] = b"L"
        assert blocks[0].memory[:1] == b"l" and memoryview(received[1].memory).readonly
        # A program may also receive the bytes and load the pickle itself.
        sender.send(blocks[0])
        assert pickle.loads(receiver.recv_bytes()) == blocks[0]
    one.send((Block(long), writer))
    block, received = other.recv()
    assert block == Block(long)
    received.send("came along")
    assert reader.recv() == "came along"
    received.close()


def large_buffers_pass_a_stream(ctx: BaseContext) -> None:
    a, b = socket.socketpair()
    one, other = Connection(a.detach()), Connection(b.detach())
    block = Block(bytearray(b"long" * 100_000))
    thread = threading.Thread(target=one.send, args=(block,))
    thread.start()
    assert other.recv() == block
    thread.join()


def one_way_pipe_has_directions(ctx: BaseContext) -> None:
    reader, writer = ctx.Pipe(duplex=False)
    assert (reader.readable, reader.writable) == (True, False)
    assert (writer.readable, writer.writable) == (False, True)
    for call in (writer.recv, writer.poll, writer.recv_bytes, lambda: reader.send(1)):
        raises(OSError, call)


def poll_and_wait_tell_of_messages_and_ends(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    assert not one.poll() and not one.poll(-1) and not one.poll(0.01)
    assert wait([one], 0) == []
    other.send(1)
    assert one.poll() and one.poll(None) and wait([one, other]) == [one]
    assert one.recv() == 1
    other.close()
    assert one.poll() and wait([one], PATIENCE) == [one]


def what_was_sent_before_the_close_is_received(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    one.send("unread by the other end")
    other.send("last words")
    other.close()
    assert one.recv() == "last words"
    raises(EOFError, one.recv)
    raises(BrokenPipeError, one.send, 1)


def closed_connection_raises(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    with one as entered:
        assert entered is one and not one.closed
    assert one.closed
    one.close()
    for call in (one.fileno, one.recv, one.poll, lambda: one.send(1)):
        raises(OSError, call)
    raises(EOFError, other.recv)
    raises(ValueError, Connection, -1)


def unpicklable_object_sends_nothing(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    raises(Exception, one.send, lambda: 0)
    one.send("next")
    assert other.recv() == "next"


def send_bytes_takes_a_part(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    one.send_bytes(b"abcdef", 2)
    one.send_bytes(b"abcdef", 2, 3)
    one.send_bytes(b"abc", 3)
    one.send_bytes(array.array("i", [1, 2]), 4)
    assert [other.recv_bytes() for _ in range(3)] == [b"cdef", b"cde", b""]
    assert other.recv_bytes() == array.array("i", [2]).tobytes()
    for arguments in ((-1,), (4,), (0, -1), (1, 3)):
        raises(ValueError, one.send_bytes, b"abc", *arguments)
    raises(TypeError, one.send_bytes, "text")
    assert not other.poll()


def too_long_a_message_ends_reading(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    one.send_bytes(b"hello")
    raises(ValueError, other.recv_bytes, -1)
    assert other.recv_bytes(5) == b"hello"
    one.send_bytes(b"hello")
    raises(OSError, other.recv_bytes, 4)
    assert not other.readable and other.writable
    raises(OSError, other.recv_bytes)
    reader, writer = ctx.Pipe(duplex=False)
    writer.send_bytes(b"hello")
    raises(OSError, reader.recv_bytes, 4)
    assert reader.closed


def recv_bytes_into_fills_a_buffer(ctx: BaseContext) -> None:
    one, other = ctx.Pipe()
    for size in (8, 1_000_000):
        message = os.urandom(size)
        buffer = bytearray(size + 10)
        one.send_bytes(message)
        assert other.recv_bytes_into(buffer, 4) == size
        assert buffer == bytes(4) + message + bytes(6)
        one.send_bytes(message)
        assert raises(BufferTooShort, other.recv_bytes_into, bytearray(7)).args[0] == message
    numbers = array.array("i", [0] * 5)
    one.send_bytes(array.array("i", [42, 1729]))
    assert other.recv_bytes_into(numbers) == 2 * numbers.itemsize
    assert list(numbers) == [42, 1729, 0, 0, 0]
    raises(TypeError, other.recv_bytes_into, b"read-only")
    for offset in (-1, 6):
        raises(ValueError, other.recv_bytes_into, bytearray(5), offset)


def killed_writer_spoils_nothing(ctx: BaseContext) -> None:
    # At whatever moment the writer is killed, at most its last messages are missing.
    for _ in range(5):
        reader, writer = ctx.Pipe(duplex=False)
        child = run(ctx, _burst, writer, 10**9)
        first = reader.recv()
        child.kill()
        finish(child, -9)
        writer.send("mine")
        writer.close()
        expected = first[1]
        while True:
            message = reader.recv()
            if message == "mine":
                break
            expected += 1
            assert message == (first[0], expected)
        raises(EOFError, reader.recv)


def nothing_is_left_open(ctx: BaseContext) -> None:
    def descriptors() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    for _ in range(5):
        one, other = ctx.Pipe()
        one.send_bytes(b"x" * 1_000_000)
        one.send(other)
        other.recv_bytes()
        other.recv().close()
        del one, other
    assert descriptors() == before


# --- listeners -----------------------------------------------------------------------------------


def _talk(address: Any, authkey: bytes, told: Turn) -> None:
    with Client(address, authkey=authkey) as connection:
        connection.send([2.25, None, "junk", float])
        connection.send_bytes(b"x" * 200_000)
        told.give(repr(connection.recv()))


def client_talks_to_listener(ctx: BaseContext) -> None:
    for address in (("localhost", 0), None):
        told = Turn()
        with Listener(address, authkey=b"secret password") as listener:
            child = run(ctx, _talk, listener.address, b"secret password", told)
            with listener.accept() as connection:
                assert connection.recv() == [2.25, None, "junk", float]
                assert connection.recv_bytes() == b"x" * 200_000
                connection.send("answer")
                assert told.take() == "'answer'"
            assert isinstance(listener.last_accepted, type(address))
            finish(child)


def wrong_key_is_refused_at_both_ends(ctx: BaseContext) -> None:
    with Listener(authkey=b"right") as listener:
        failures = []

        def connect() -> None:
            failures.append(raises(AuthenticationError, Client, listener.address, authkey=b"no"))

        thread = threading.Thread(target=connect)
        thread.start()
        raises(AuthenticationError, listener.accept)
        thread.join()
        assert failures


def keys_have_to_be_bytes(ctx: BaseContext) -> None:
    raises(TypeError, Listener, authkey="text")
    raises(TypeError, Client, "/nowhere", authkey="text")
    one, _ = ctx.Pipe()
    raises(ValueError, deliver_challenge, one, "text")
    raises(ValueError, answer_challenge, one, "text")


def addresses_tell_the_family(ctx: BaseContext) -> None:
    with Listener(("localhost", 0)) as listener:
        assert listener.address[0] == "127.0.0.1" and listener.last_accepted is None
    for bad, kind in ((3, TypeError), (r"\\.\pipe\x", ValueError), (b"/x", ValueError)):
        raises(kind, Listener, bad)
    raises(ValueError, Listener, "/x", "AF_FOO")


def listener_leaves_no_file(ctx: BaseContext) -> None:
    listener = Listener()
    path = listener.address
    assert path.startswith(tempfile.gettempdir()) and os.path.exists(path)
    listener.close()
    listener.close()
    assert not os.path.exists(os.path.dirname(path))
    raises(OSError, listener.accept)
    listener = Listener()
    path = listener.address
    del listener
    gc.collect()
    assert not os.path.exists(os.path.dirname(path))


# The standard library of the same interpreter, in a process of its own, at either end.

_CPYTHON_CLIENT = """
import sys
from multiprocessing.connection import Client
with Client(sys.argv[1], authkey=b"k") as connection:
    connection.send(["from", "the", "standard", "library"])
    connection.send_bytes(connection.recv_bytes())
"""

_CPYTHON_LISTENER = """
import sys
from multiprocessing.connection import Listener
with Listener(sys.argv[1], authkey=b"k") as listener:
    print("listening", flush=True)
    with listener.accept() as connection:
        connection.send(["from", "the", "standard", "library"])
        connection.send_bytes(connection.recv_bytes())
"""


def speaks_with_the_standard_library(ctx: BaseContext) -> None:
    big = os.urandom(1_000_000)
    with Listener(authkey=b"k") as listener:
        client = subprocess.Popen([sys.executable, "-c", _CPYTHON_CLIENT, listener.address])
        with listener.accept() as connection:
            _check_talk(connection, big)
        assert client.wait(PATIENCE) == 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = subprocess.Popen(
            [sys.executable, "-c", _CPYTHON_LISTENER, path], stdout=subprocess.PIPE
        )
        assert server.stdout is not None
        with server.stdout as lines:
            assert lines.readline() == b"listening\n"
        with Client(path, authkey=b"k") as connection:
            _check_talk(connection, big)
        assert server.wait(PATIENCE) == 0


def _check_talk(connection: Connection, big: bytes) -> None:
    assert connection.recv() == ["from", "the", "standard", "library"]
    connection.send_bytes(big)
    assert connection.recv_bytes() == big


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

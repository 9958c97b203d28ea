"""What a Listener does with malformed, truncated and late handshakes, and honest ones between."""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import random
import socket
import struct
import threading
import time
import traceback
from typing import Any

from mpref import AuthenticationError
from mpref._ipc import listeners
from mpref.connection import Client, Listener
from mpref.context import BaseContext
from run_chapter import run_chapter
from toolkit import ALL, PATIENCE, in_scratch, raises

HANDSHAKES = 10_000 if ALL else 2_000
SEED = 4711
KEY = b"the-key-that-nobody-may-see-1729"


class _Bomb:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (in_scratch("exploded"),)


class _Server:
    """Accepts in a thread, and echoes what clients with the key send, until one sends "stop"."""

    def __init__(self, address: Any) -> None:
        self.listener = Listener(address, backlog=50, authkey=KEY)
        self.failures: list[tuple[Exception, str]] = []
        self.served = 0
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            try:
                with self.listener.accept() as served:
                    said = served.recv()
                    served.send(said)
                    if said == "stop":
                        return
                    self.served += 1
            except Exception as error:
                self.failures.append((error, traceback.format_exc()))

    def __enter__(self) -> _Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _ask_honestly(self.listener.address, "stop")
        self._thread.join(PATIENCE)
        self.listener.close()
        assert not self._thread.is_alive()


def _ask_honestly(address: Any, what: str = "honest") -> None:
    with Client(address, authkey=KEY) as client:
        client.send(what)
        assert client.poll(PATIENCE) and client.recv() == what


def _message(payload: bytes) -> bytes:
    return struct.pack("!i", len(payload)) + payload


def _answer(challenge: bytes) -> bytes:
    # `challenge` is what follows "#CHALLENGE#" in the message.
    return b"{sha256}" + hmac.new(KEY, challenge, hashlib.sha256).digest()


def _handshake(rng: random.Random, challenge: bytes) -> bytes:
    """The bytes that a client without the key sends: anything but the right handshake."""
    bomb = pickle.dumps(_Bomb())
    # What a client with the key sends before it has to wait for an answer.
    honest = _message(_answer(challenge)) + _message(b"#CHALLENGE#{sha256}" + rng.randbytes(40))
    kind = rng.randrange(9)
    if kind == 0:
        return rng.randbytes(rng.randrange(300))
    if kind == 1:
        return honest[: rng.randrange(len(honest) - 40)]
    if kind == 2:
        place = rng.randrange(44)
        return (
            honest[:place] + bytes([honest[place] ^ (1 << rng.randrange(8))]) + honest[place + 1 :]
        )
    if kind == 3:
        length = rng.choice([-1, -2, -(2**31), 2**31 - 1, 257, 0])
        return struct.pack("!i", length) + rng.randbytes(rng.randrange(400))
    if kind == 4:
        length = rng.choice([2**31, 2**62, 2**64 - 1, 0, 5])
        return struct.pack("!iQ", -1, length) + rng.randbytes(rng.randrange(50))
    if kind == 5:
        return _message(bomb) * rng.randrange(1, 4)
    if kind == 6:
        # The right answer, but no challenge of the client's own after it.
        return _message(_answer(challenge)) + _message(
            rng.choice([bomb, b"", b"#CHALLENGE#", b"#W"])
        )
    if kind == 7:
        name = rng.choice([b"", b"{md5}", b"{sha256}", b"{sha1}", b"{sha3_384}", b"{"])
        return _message(name + rng.randbytes(rng.choice([0, 16, 20, 32, 48, 64]))) + _message(bomb)
    return b""


def _connect(address: Any) -> socket.socket:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    stranger = socket.socket(family, socket.SOCK_STREAM)
    stranger.settimeout(PATIENCE)
    stranger.connect(address)
    return stranger


def _read(stranger: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = stranger.recv(size - len(data))
        if not part:
            break
        data += part
    return data


def strangers_are_refused_and_the_honest_served(ctx: BaseContext) -> None:
    rng = random.Random(SEED)
    for wanted in (None, ("127.0.0.1", 0)):
        asked = 0
        with _Server(wanted) as server:
            address = server.listener.address
            for number in range(HANDSHAKES // 2):
                with _connect(address) as stranger:
                    (length,) = struct.unpack("!i", _read(stranger, 4))
                    challenge = _read(stranger, length)
                    assert challenge.startswith(b"#CHALLENGE#") and KEY not in challenge
                    try:
                        stranger.sendall(_handshake(rng, challenge[len(b"#CHALLENGE#") :]))
                        if rng.randrange(2):
                            stranger.shutdown(socket.SHUT_WR)
                            assert KEY not in stranger.recv(4096)
                        elif rng.randrange(2):
                            # Closing it resets the connection.
                            linger = struct.pack("ii", 1, 0)
                            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    except OSError:
                        # The listener has refused the handshake and closed the connection.
                        pass
                if number % 100 == 0:
                    _ask_honestly(address)
                    asked += 1
        assert server.served == asked
        assert len(server.failures) == HANDSHAKES // 2, len(server.failures)
        for error, text in server.failures:
            assert isinstance(error, (AuthenticationError, EOFError, OSError)), text
            for secret in (KEY.decode(), KEY.hex(), repr(KEY)):
                assert secret not in text
    assert not os.path.exists(in_scratch("exploded"))


def late_handshakes_are_ended(ctx: BaseContext) -> None:
    before, listeners.OPENING_SECONDS = listeners.OPENING_SECONDS, 0.3
    try:
        with _Server(None) as server:
            address = server.listener.address
            with _connect(address), _connect(address) as dribbling:
                began = time.monotonic()
                honest = threading.Thread(target=_ask_honestly, args=(address,))
                honest.start()
                # One of the two clients sends nothing, the other a byte every 50 ms.
                dribble = _message(bytes(200))
                try:
                    for byte in dribble:
                        dribbling.sendall(bytes([byte]))
                        if not honest.is_alive():
                            break
                        honest.join(0.05)
                except BrokenPipeError:
                    pass
                honest.join(PATIENCE)
                assert not honest.is_alive()
                # Each of the two may take 0.3 seconds; sending the 200 bytes would take 10.
                assert 0.5 < time.monotonic() - began < 9
            assert [type(error) for error, _ in server.failures] == [AuthenticationError] * 2
    finally:
        listeners.OPENING_SECONDS = before


def nothing_is_unpickled_before_authentication(ctx: BaseContext) -> None:
    # Here by the client: its server asks for no key, and sends an object at once.
    with Listener() as listener:
        refused = []

        def connect() -> None:
            refused.append(raises(AuthenticationError, Client, listener.address, authkey=KEY))

        thread = threading.Thread(target=connect)
        thread.start()
        with listener.accept() as served:
            served.send(_Bomb())
            thread.join(PATIENCE)
    assert refused and not os.path.exists(in_scratch("exploded"))


def digests_are_compared_in_constant_time(ctx: BaseContext) -> None:
    compared = []
    original = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return original(one, other)

    hmac.compare_digest = compare
    try:
        with _Server(None) as server:
            _ask_honestly(server.listener.address)
    finally:
        hmac.compare_digest = original
    # Both ends compare, for each of the two clients: the one that asks and the one that says stop.
    assert len(compared) == 4 and all(one == other for one, other in compared)


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

"""Connections between mpref and the standard library of another interpreter, in both roles.

PEER names the interpreter.
"""

from __future__ import annotations

import array
import ast
import os
import random
import subprocess
import sys
import tempfile
from typing import Any

from mpref.connection import Client, Connection, Listener
from mpref.context import BaseContext
from run_chapter import run_chapter
from toolkit import PATIENCE

PEER = os.environ.get("PEER", sys.executable)
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "standard_peer.py")
KEYS = ("-", "a-key-of-both")
SIZES = (0, 1, 64 * 1024, 16 * 1024 * 1024)
# Around the sizes from which on the standard library writes or reads in several pieces.
EDGES = (2, 20, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 64 * 1024 - 1, 64 * 1024 + 1, 1024 * 1024)


def _start(*arguments: str) -> subprocess.Popen[str]:
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.Popen(
        [PEER, SCRIPT, *arguments], stdout=subprocess.PIPE, env=environment, text=True
    )


def _talk(connection: Connection) -> None:
    rng = random.Random(7)
    for size in SIZES + EDGES:
        message = rng.randbytes(size)
        connection.send_bytes(message)
        assert connection.poll(PATIENCE) and connection.recv_bytes() == message, size
    connection.send_bytes(b"end")
    told = [None, 1.5, "text", b"bytes", {"a": (1, 2)}, 2**70, array.array("d", [1])]
    connection.send(told)
    answer = connection.recv()
    assert answer["told"] == told and answer["version"] >= (3, 6)
    connection.close()


def _key(text: str) -> bytes | None:
    return None if text == "-" else text.encode()


def _finish(peer: subprocess.Popen[str]) -> None:
    assert peer.stdout is not None
    with peer.stdout:
        assert peer.wait(PATIENCE) == 0


def _be_listener(family: str, address: Any) -> None:
    for key in KEYS:
        with Listener(address, family, authkey=_key(key)) as listener:
            peer = _start("connect", family, key, repr(listener.address))
            _talk(listener.accept())
            _finish(peer)


def _be_client(family: str, address: Any) -> None:
    for key in KEYS:
        peer = _start("listen", family, key, repr(address))
        assert peer.stdout is not None
        _talk(Client(ast.literal_eval(peer.stdout.readline()), family, _key(key)))
        _finish(peer)


def listener_over_unix_sockets(ctx: BaseContext) -> None:
    _be_listener("AF_UNIX", None)


def listener_over_tcp(ctx: BaseContext) -> None:
    _be_listener("AF_INET", ("127.0.0.1", 0))


def client_over_unix_sockets(ctx: BaseContext) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _be_client("AF_UNIX", os.path.join(folder, "socket"))


def client_over_tcp(ctx: BaseContext) -> None:
    _be_client("AF_INET", ("127.0.0.1", 0))


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

"""Managers: what they promise, and what is left when their users or servers are killed."""

from __future__ import annotations

import functools
import gc
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import mpref
from mpref import AuthenticationError, connection
from mpref.context import BaseContext
from mpref.managers import BaseManager, BaseProxy, RemoteError, SharedMemoryManager
from mpref.shared_memory import SharedMemory
from mpref.synchronize import Lock
from run_chapter import run_chapter
from toolkit import PATIENCE, Turn, finish, is_gone, raises, run


class Noted:
    """Counts its instances."""

    alive = 0

    def __init__(self) -> None:
        Noted.alive += 1

    def __del__(self) -> None:
        Noted.alive -= 1

    def ping(self) -> str:
        return "pong"

    def fail(self) -> NoReturn:
        raise LookupError("as it should")

    def fail_as_a_connection_does(self) -> NoReturn:
        raise EOFError("not the connection's")

    def unpicklable(self) -> Callable[[], None]:
        return lambda: None

    def parts(self) -> list[int]:
        return [1, 2]

    def _hidden(self) -> str:
        return "hidden"


class Counter:
    def count(self) -> int:
        gc.collect()
        return Noted.alive


class OurManager(BaseManager):
    # The methods that register() adds.
    Noted: Callable[[], Any]
    Counter: Callable[[], Any]
    RLock: Callable[[], Any]


OurManager.register("Noted", Noted, method_to_typeid={"parts": "Parts"})
OurManager.register("Parts", list, exposed=("append", "__len__"), create_method=False)
OurManager.register("Counter", Counter)
OurManager.register("RLock", threading.RLock, exposed=("acquire", "release"))


def _eventually(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, condition
        # PyPy's collector needs several rounds to collect a proxy.
        gc.collect()
        time.sleep(0.01)


def shared_objects_do_what_they_do(ctx: BaseContext) -> None:
    with ctx.Manager() as manager:
        numbers, names = manager.list(range(5)), manager.dict(a=1)
        numbers.append(names)
        numbers += [6]
        names["b"] = 2
        assert numbers[:5] == [0, 1, 2, 3, 4] and numbers[-1] == 6 and len(numbers) == 7
        assert numbers[5]["b"] == 2 and sorted(names) == sorted(names.keys()) == ["a", "b"]
        assert str(names) == "{'a': 1, 'b': 2}" and repr(names).startswith("<DictProxy object, ")
        names |= {"c": 3}
        assert names.copy() == {"a": 1, "b": 2, "c": 3} and (names | {"d": 4})["d"] == 4
        space = manager.Namespace(x=1)
        space.y, space._here = 2, 3
        assert (str(space), space._here) == ("Namespace(x=1, y=2)", 3)
        del space.x
        assert raises(AttributeError, lambda: space.x)
        value, array = manager.Value("i", 7), manager.Array("d", [0.5, 1.5])
        value.value += 1
        array[0] = 2.5
        assert (value.value, list(array)) == (8, [2.5, 1.5])
        items = manager.Queue(1)
        items.put("item")
        raises(queue.Full, items.put, "another", False)
        assert items.get() == "item"
        lock = manager.RLock()
        with manager.Condition(lock) as held:
            assert held and lock.acquire(False)
            lock.release()
        barrier = manager.Barrier(1)
        assert (barrier.wait(), barrier.parties, barrier.broken) == (0, 1, False)
        members = manager.set([1, 2])
        assert 2 in members and members - {1} == {2}


def _work(numbers: Any, lock: Lock, told: Turn) -> None:
    for _ in range(50):
        with lock:
            numbers[0] += 1
    numbers.append(told)


def children_share_them(ctx: BaseContext) -> None:
    with ctx.Manager() as manager:
        numbers, lock = manager.list([0]), manager.Lock()
        inner = manager.dict()
        children = [run(ctx, _work, numbers, lock, inner) for _ in range(3)]
        for child in children:
            finish(child)
        assert numbers[0] == 150 and len(numbers) == 4
        numbers[1]["of"] = "all"
        assert inner["of"] == "all"


def _use_and_die(proxy: Any, manager_address: Any, key: bytes, turn: Turn) -> None:
    manager = OurManager(manager_address, key)
    manager.connect()
    kept = [manager.Noted(), proxy]
    turn.give(kept[0].ping())
    os.kill(os.getpid(), signal.SIGKILL)


def killed_client_holds_nothing(ctx: BaseContext) -> None:
    with OurManager(authkey=b"a key", ctx=ctx) as manager:
        counter, ours, turn = manager.Counter(), manager.Noted(), Turn()
        child = run(ctx, _use_and_die, ours, manager.address, b"a key", turn)
        assert turn.take() == "pong"
        finish(child, -9)
        _eventually(lambda: counter.count() == 1)
        del ours
        gc.collect()
        _eventually(lambda: counter.count() == 0)


def _hold_by_fork(proxy: Any, turn: Turn, others: Turn) -> None:
    others.take()
    turn.give(proxy.ping())


def forked_copy_holds_for_itself(ctx: BaseContext) -> None:
    with OurManager(ctx=ctx) as manager:
        counter, noted = manager.Counter(), manager.Noted()
        turn, others = Turn(), Turn()
        child = run(mpref.get_context("fork"), _hold_by_fork, noted, turn, others)
        del noted
        gc.collect()
        others.give()
        assert turn.take() == "pong"
        finish(child)
        _eventually(lambda: counter.count() == 0)


def errors_come_back(ctx: BaseContext) -> None:
    with OurManager(ctx=ctx) as manager:
        noted = manager.Noted()
        assert raises(LookupError, noted.fail).args == ("as it should",)
        assert "lambda" in str(raises(RemoteError, noted.unpicklable))
        assert "not exposed" in str(raises(RemoteError, noted._callmethod, "_hidden"))
        assert raises(Exception, noted._callmethod, "ping", (lambda: None,))
        assert raises(RemoteError, manager._create, "Unheard", (), {})
        assert noted.ping() == "pong"
        lock = manager.RLock()
        assert lock.acquire()
        # An EOFError of the object is no end of the connection: what this thread holds stays.
        raises(EOFError, noted.fail_as_a_connection_does)
        lock.release()
        parts = noted.parts()
        parts.append(3)
        assert isinstance(parts, BaseProxy) and parts._callmethod("__len__") == 3


def _start_manager(turn: Turn, method: str) -> None:
    manager = OurManager(ctx=mpref.get_context(method))
    manager.start()
    turn.give(str(manager._process.pid))
    time.sleep(PATIENCE)


def server_ends_with_its_starter(ctx: BaseContext) -> None:
    turn = Turn()
    child = run(ctx, _start_manager, turn, ctx.get_start_method())
    pid = int(turn.take())
    child.kill()
    finish(child, -9)
    _eventually(functools.partial(is_gone, pid))
    manager = OurManager(ctx=ctx)
    manager.start()
    pid = manager._process.pid
    del manager
    gc.collect()
    _eventually(functools.partial(is_gone, pid))


def killed_server_is_noticed(ctx: BaseContext) -> None:
    manager = OurManager(ctx=ctx)
    manager.start()
    noted = manager.Noted()
    os.kill(manager._process.pid, signal.SIGKILL)
    raises((EOFError, OSError), noted.ping)
    manager.shutdown()
    manager.shutdown()
    raises(RuntimeError, manager.Noted)
    raises(RuntimeError, OurManager().shutdown)


def _fail() -> NoReturn:
    # Keeps the traceback out of the output of the tests.
    os.close(2)
    raise ValueError("before it serves")


def failed_start_is_told(ctx: BaseContext) -> None:
    manager = OurManager(ctx=ctx)
    raises(EOFError, manager.start, _fail)
    raises(TypeError, manager.start, "no callable")
    raises(TypeError, OurManager, authkey="text")
    raises(ValueError, OurManager, serializer="json")
    raises(RuntimeError, OurManager().Noted)
    assert mpref.active_children() == []


def strangers_connect_with_the_key(ctx: BaseContext) -> None:
    for serializer in ("pickle", "xmlrpclib"):
        with OurManager(("localhost", 0), b"key", serializer, ctx) as manager:
            # A client that sends nothing keeps no other client waiting.
            with socket.create_connection(manager.address):
                client = OurManager(manager.address, b"key", serializer)
                client.connect()
                assert client.Noted().ping() == "pong"
                raises(LookupError if serializer == "pickle" else RemoteError, client.Noted().fail)
            raises(AuthenticationError, connection.Client, manager.address, authkey=b"other")


def shared_memory_goes_with_its_manager(ctx: BaseContext) -> None:
    for how in ("shutdown", "terminate"):
        with SharedMemoryManager(ctx=ctx) as manager:
            block = manager.SharedMemory(10)
            numbers = manager.ShareableList([1, "two", None])
            names = [block.name, numbers.shm.name]
            block.close()
            assert list(numbers) == [1, "two", None]
            numbers.shm.close()
            for name in names:
                SharedMemory(name).close()
            raises(ValueError, manager.SharedMemory, 0)
            raises(RemoteError, manager.ShareableList, [object])
            if how == "terminate":
                manager._process.terminate()
                manager.join(PATIENCE)
        for name in names:
            raises(FileNotFoundError, SharedMemory, name)


def threads_wait_each_for_themselves(ctx: BaseContext) -> None:
    with ctx.Manager() as manager:
        items, found = manager.Queue(), []
        threads = [
            threading.Thread(target=lambda: found.append(items.get(True, PATIENCE)))
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for number in range(5):
            items.put(number)
        for thread in threads:
            thread.join(PATIENCE)
        assert sorted(found) == list(range(5))


if __name__ == "__main__":
    run_chapter(leaves_nothing=True)

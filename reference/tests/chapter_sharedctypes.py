"""Shared ctypes objects: what they promise, asked in any interpreter."""

from __future__ import annotations

import copy
import ctypes
import gc
import math
import os
import pickle
import resource
import sys
from typing import Any

import mpref
from mpref import sharedctypes
from mpref._ipc import reduction
from mpref._memory import heap
from mpref.context import BaseContext
from run_chapter import run_chapter
from toolkit import NotApplicable, Turn, finish, raises, run

TYPECODES = "cubBhHiIlLqQfd"


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]

    def length(self) -> float:
        return math.hypot(self.x, self.y)


class Named(Point):
    _fields_ = [("name", ctypes.c_char * 8)]


class Vector(ctypes.c_int * 3):  # type: ignore[misc]  # a class that is computed
    pass


def _change(
    number: Any, ratio: Any, text: Any, points: Any, raw: Any, named: Any, grid: Any, vector: Any
) -> None:
    number.value **= 2
    ratio.value **= 2
    text.value = text.value.upper()
    for point in points:
        point.x **= 2
        point.y **= 2
    raw[:] = [value + 1 for value in raw]
    named.name, named.x = b"child", -1
    grid[1][0] = 5
    vector[2] = type(vector).__name__ == "Vector"


def a_child_changes_what_it_was_given(ctx: BaseContext) -> None:
    lock = ctx.Lock()
    number = ctx.Value("i", 7)
    ratio = ctx.Value(ctypes.c_double, 1 / 3, lock=False)
    text = ctx.Array("c", b"hello world", lock=lock)
    points = ctx.Array(Point, [(1.875, -6.25), (-5.75, 2.0), (2.375, 9.5)], lock=lock)
    raw = ctx.RawArray("i", range(1000))
    named = ctx.Value(Named, 1, 2, b"parent")
    grid = ctx.RawValue((ctypes.c_int * 2) * 2)
    vector = ctx.RawValue(Vector)
    finish(run(ctx, _change, number, ratio, text, points, raw, named, grid, vector))
    assert number.value == 49
    assert ratio.value == (1 / 3) ** 2
    assert text.value == b"HELLO WORLD"
    squares = [(3.515625, 39.0625), (33.0625, 4.0), (5.640625, 90.25)]
    assert [(point.x, point.y) for point in points] == squares
    assert raw[:] == list(range(1, 1001))
    assert (named.name, named.x, named.y) == (b"child", -1, 2)
    assert [list(row) for row in grid] == [[0, 0], [5, 0]]
    assert vector[:] == [0, 0, 1]


def _count(counter: Any, times: int) -> None:
    for _ in range(times):
        with counter.get_lock():
            counter.value += 1


def the_lock_makes_counting_exact(ctx: BaseContext) -> None:
    counter = ctx.Value("l")
    children = [run(ctx, _count, counter, 2000) for _ in range(3)]
    for child in children:
        finish(child)
    assert counter.value == 6000


def typecodes_stand_for_types(ctx: BaseContext) -> None:
    for code in TYPECODES:
        zero = ctx.RawValue(code).value
        assert zero in (0, b"\0", "\0") and len(ctx.RawArray(code, 3)) == 3, code
    assert type(ctx.RawValue("c")) is ctypes.c_char
    assert type(ctx.RawValue("d", 2.5)) is ctypes.c_double
    for wrong in ("w", "ii", "", int, 3, object()):
        raises(TypeError, ctx.RawValue, wrong)
        raises(TypeError, ctx.RawArray, wrong, 3)


def lengths_and_values(ctx: BaseContext) -> None:
    assert ctx.RawArray("h", 7)[:] == [0] * 7
    assert ctx.RawArray("i", (9, 2, 8))[:] == [9, 2, 8]
    assert ctx.RawArray("i", [])[:] == [] == ctx.RawArray("i", 0)[:]
    raises(ValueError, ctx.RawArray, "i", -1)
    raises(TypeError, ctx.RawArray, "i", 1.5)
    raises(TypeError, ctx.Value, "i", "x")
    raises(TypeError, ctx.Array, "i", 2, False)
    point = ctx.RawValue(Point, 4, 6)
    assert (point.x, point.y) == (4, 6)


def memory_is_zeroed_each_time(ctx: BaseContext) -> None:
    for size in (4, 900, 5000, 200_000, 10_000_000):
        for _ in range(3):
            array = ctx.RawArray("B", size)
            assert not any(array[index] for index in (0, size // 2, size - 1)), size
            ctypes.memset(array, 255, size)
            del array
            gc.collect()


def wrappers_have_their_methods(ctx: BaseContext) -> None:
    number = ctx.Value("i", 3)
    assert isinstance(number.get_obj(), ctypes.c_int) and number.get_obj().value == 3
    with number as entered:
        assert entered is True
        assert number.acquire(timeout=1)
        number.release()
    assert "RLock" in repr(number.get_lock())
    array = ctx.Array("i", [1, 2, 3])
    array[1:] = [5, 6]
    assert (array[:], array[-1], len(array), list(array)) == ([1, 5, 6], 6, 3, [1, 5, 6])
    raises(IndexError, lambda: array[3])
    raises(ValueError, array.__setitem__, slice(0, 2), [1])
    text = ctx.Array("c", 5)
    text.value = b"ab"
    assert (text.value, text.raw, text[:]) == (b"ab", b"ab\0\0\0", b"ab\0\0\0")
    text.raw = b"abcde"
    raises(ValueError, setattr, text, "value", b"too long")
    assert text.value == b"abcde"
    point = ctx.Value(Named, 3, 4)
    point.x = 0
    assert (point.get_obj().x, point.y, point.length()) == (0, 4, 4)
    raises(AttributeError, lambda: point.z)


def lock_may_be_given(ctx: BaseContext) -> None:
    for lock in (ctx.Lock(), ctx.RLock()):
        assert ctx.Value("i", lock=lock).get_lock() is lock
        assert ctx.Array("i", 2, lock=lock).get_lock() is lock
    assert type(ctx.Value("i", lock=False)) is ctypes.c_int
    assert isinstance(ctx.Array("i", 2, lock=False), ctypes.Array)
    for wrong in (0, 3, "lock"):
        raises(AttributeError, ctx.Value, "i", lock=wrong)
        raises(AttributeError, ctx.Array, "i", 1, lock=wrong)
    lock = ctx.Lock()
    value = ctx.Value("i", lock=lock)
    with lock:
        assert not value.get_lock().acquire(False)


def functions_of_the_module(ctx: BaseContext) -> None:
    private = Point(1, 2)
    twin = sharedctypes.copy(private)
    twin.x = 5
    assert (private.x, twin.x, twin.y) == (1, 5, 2)
    array = sharedctypes.copy((ctypes.c_int * 3)(1, 2, 3))
    assert array[:] == [1, 2, 3]
    raises(TypeError, sharedctypes.copy, 3)
    wrapper = sharedctypes.synchronized(array, ctx=ctx)
    assert wrapper.get_obj() is array and wrapper[:] == [1, 2, 3]
    lock = ctx.Lock()
    assert sharedctypes.synchronized(twin, lock).get_lock() is lock
    raises(AssertionError, sharedctypes.synchronized, wrapper)
    raises(TypeError, sharedctypes.synchronized, 3)
    assert sharedctypes.Value("i", 3, ctx=ctx).value == 3
    assert sharedctypes.Array("i", 3, ctx=ctx)[:] == [0, 0, 0]


def only_start_may_pickle(ctx: BaseContext) -> None:
    for shared in (ctx.Value("i"), ctx.Array("i", 3)):
        raises(RuntimeError, pickle.dumps, shared)
    for shared in (ctx.RawValue("i"), ctx.RawValue(Point), ctx.RawArray("i", 3)):
        raises(RuntimeError, reduction.dumps, shared)
        # pickle itself fails for some of them already at the type, which it can't find by name.
        raises((RuntimeError, pickle.PicklingError), pickle.dumps, shared)
    if sys.implementation.name == "cpython":
        # ctypes objects in private memory are pickled as without mpref.
        q = ctx.SimpleQueue()
        q.put(ctypes.c_int(5))
        assert q.get().value == 5
    queue = ctx.Queue()
    for shared in (ctx.RawValue("i"), ctx.RawArray("i", 3), ctx.Value("i")):
        raises(RuntimeError, queue.put, shared)


def copies_are_private(ctx: BaseContext) -> None:
    if sys.implementation.name != "cpython":
        raise NotApplicable("PyPy's copy.copy() has no notion of ctypes")
    shared = ctx.RawValue("i", 3)
    twin = copy.copy(shared)
    twin.value = 4
    assert (shared.value, twin.value) == (3, 4)


def ten_thousand_at_once(ctx: BaseContext) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        values = [ctx.Value("i", number) for number in range(10_000)]
        arrays = [ctx.RawArray("i", 1000) for _ in range(10_000)]
        for number, array in enumerate(arrays):
            array[0] = array[999] = number
        assert all(value.value == number for number, value in enumerate(values))
        assert all(array[0] == array[999] == n for n, array in enumerate(arrays))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def memory_goes_with_the_last_object(ctx: BaseContext) -> None:
    def held() -> int:
        gc.collect()
        gc.collect()  # PyPy runs finalizers after the first round
        # The next allocation takes in what finalizers gave back.
        ctx.RawArray("i", 1000)
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    before = held()
    for _ in range(20):
        for _ in range(10):
            ctx.RawArray("B", 1_000_000)[0]
        held()
    assert held() <= before + 4
    array = ctx.RawArray(Point, 1000)
    last = array[999]
    last.x = 5
    del array
    others = [ctx.RawArray(Point, 1000) for _ in range(50)]
    for other in others:
        ctypes.memset(other, 255, ctypes.sizeof(other))
    held()
    assert last.x == 5, "an element keeps the whole array"


def _hold(turn: Turn, started: Turn, array: Any) -> None:
    started.give()
    turn.take()
    assert array[0] == 1 and array[999] == 2


def what_a_child_has_is_not_used_again(ctx: BaseContext) -> None:
    turn, started = Turn(), Turn()
    array = ctx.RawArray("i", 1000)
    array[0], array[999] = 1, 2
    child = run(ctx, _hold, turn, started, array)
    started.take()
    address = ctypes.addressof(array)
    child._args = ()  # the last reference in this process, beside `array`
    del array
    gc.collect()
    gc.collect()
    others = [ctx.RawArray("i", 1000) for _ in range(200)]
    for other in others:
        assert ctypes.addressof(other) != address
        ctypes.memset(other, 255, ctypes.sizeof(other))
    turn.give()
    finish(child)


def arenas_put_what_is_freed_together(ctx: BaseContext) -> None:
    arena = heap._Arena(64 * 1024)
    places = [arena.take(size) for size in (64, 6400, 640, 64)]
    assert places == [0, 64, 6464, 7104]
    assert arena.take(64 * 1024) is None
    for begin, size in ((64, 6400), (7104, 64), (6464, 640)):
        arena.give(begin, begin + size)
    assert arena.free == [(64, 64 * 1024)] and not arena.is_unused()
    arena.give(0, 64)
    assert arena.free == [(0, 64 * 1024)] and arena.is_unused()


def names_are_everywhere(ctx: BaseContext) -> None:
    for name in ("Value", "Array", "RawValue", "RawArray"):
        assert callable(getattr(mpref, name)) and callable(getattr(sharedctypes, name))
    assert mpref.sharedctypes is sharedctypes


if __name__ == "__main__":
    run_chapter()

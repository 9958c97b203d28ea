"""Wrappers of shared ctypes objects in one process: their locks; copy() and synchronized()."""

import ctypes
import pickle

from mpprobe.probes._common import error_of, outcome
from mpprobe.probes.sharedctypes._common import Point, is_free, memory_of, sharedctypes


def acquired_twice(lock):
    taken = [lock.acquire(False), lock.acquire(False)]
    for one in taken:
        if one:
            lock.release()
    return taken


# -- locks


def lock_faces(t, make):
    """The locks of what make(lock=...) makes."""
    first, second, asked = make(), make(), make(lock=True)
    lock, rlock = t.mp.Lock(), t.mp.RLock()
    faces = {
        "default.recursive": acquired_twice(first.get_lock()),
        "asked.recursive": acquired_twice(asked.get_lock()),
        "default.kind": isinstance(first.get_lock(), type(rlock)),
        "default.is-one": first.get_lock() is first.get_lock(),
        "given.is-it": [
            make(lock=lock).get_lock() is lock,
            make(lock=rlock).get_lock() is rlock,
        ],
        "given.recursive": acquired_twice(make(lock=lock).get_lock()),
        "wrong": [error_of(make, lock=wrong) is not None for wrong in (5, "lock", object())],
    }
    with first.get_lock():
        faces["held"] = is_free(first.get_lock())
        faces["others-free"] = [is_free(second.get_lock()), is_free(asked.get_lock())]
    with first as entered:
        faces["entered.held"] = is_free(first.get_lock())
    faces["entered"] = entered
    faces["left.free"] = is_free(first.get_lock())
    faces["left-by-error"] = type(outcome(leave_by_error, first)).__name__
    faces["left-by-error.free"] = is_free(first.get_lock())
    taken = first.acquire(False)
    faces["method-takes"] = [taken, is_free(first.get_lock())]
    first.release()
    faces["method-released"] = is_free(first.get_lock())
    return faces


def leave_by_error(wrapper):
    with wrapper:
        raise ZeroDivisionError("raised in the block")


def locks(t):
    """The locks of values and arrays of both modules: new, given, refused, and `with`."""
    module = sharedctypes(t)
    makers = {
        "value": lambda **lock: t.mp.Value("i", 1, **lock),
        "array": lambda **lock: t.mp.Array("i", 1, **lock),
        "module-value": lambda **lock: module.Value("i", 1, **lock),
        "module-array": lambda **lock: module.Array("i", 1, **lock),
    }
    for name in makers:
        faces = lock_faces(t, makers[name])
        for fact in faces:
            t.see(name + "." + fact, faces[fact])


# -- copy and synchronized


def copying(t):
    """copy() of a number, a structure and arrays; what it makes is of the type, and apart."""
    module = sharedctypes(t)
    number, point = ctypes.c_int(5), Point(1, 2)
    numbers, shared = (ctypes.c_short * 3)(1, 2, 3), module.RawArray("c", b"ab\0d")
    t.see("number", memory_of(module.copy(number)))
    t.see("number.plain", memory_of(number))
    t.see("struct", memory_of(module.copy(obj=point)))
    t.see("struct.plain", memory_of(point))
    t.see("array", memory_of(module.copy(numbers)))
    t.see("array.plain", memory_of(numbers))
    twin = module.copy(shared)
    t.see("shared", twin.raw)
    twin.raw = b"wxyz"
    other = module.copy(numbers)
    other[0] = 9
    numbers[1] = 8
    t.see("apart", [shared.raw, twin.raw, numbers[:], other[:]])
    t.see("wrapped", [hasattr(twin, "get_lock"), hasattr(module.copy(number), "get_lock")])
    t.see("wrong.raises", [error_of(module.copy, wrong) for wrong in (5, "text", None)])


def synchronizing(t):
    """synchronized() around a number, a structure, arrays: what the wrapper offers."""
    module = sharedctypes(t)
    lock = t.mp.Lock()
    number, point = module.RawValue("i", 5), module.RawValue(Point, 1, 2)
    numbers, text = module.RawArray("i", [1, 2, 3]), module.RawArray("c", b"abc")
    plain = ctypes.c_int(3)
    objects = [number, point, numbers, text, plain]
    wrapped = [module.synchronized(one) for one in objects]
    t.see(
        "inner",
        [wrapper.get_obj() is one for wrapper, one in zip(wrapped, objects)],
    )
    wrapped[0].value += 1
    wrapped[1].y = 7
    wrapped[2][1:] = [5, 6]
    wrapped[3].value = b"xy"
    wrapped[4].value = 4
    t.see("through", [number.value, point.x, point.y, numbers[:], text.raw, plain.value])
    t.see("length", [len(wrapped[2]), list(wrapped[2])])
    t.see("kinds", [isinstance(one.get_lock(), type(t.mp.RLock())) for one in wrapped])
    t.see("new", is_free(module.synchronized(number).get_lock()))
    with module.synchronized(number):
        t.see("apart", is_free(module.synchronized(number).get_lock()))
    t.see("given", [
        module.synchronized(number, lock).get_lock() is lock,
        module.synchronized(obj=numbers, lock=lock).get_lock() is lock,
        acquired_twice(module.synchronized(number, None).get_lock()),
    ])  # fmt: skip
    with module.synchronized(text, lock) as entered:
        t.see("entered", [entered, is_free(lock)])
    t.see("left", is_free(lock))
    t.see("method", outcome(lambda: wrapped[1].total()))
    t.see("missing", error_of(lambda: wrapped[1].z))
    t.see("wrong.raises", [error_of(module.synchronized, wrong) for wrong in (5, "text")])
    t.see("again.raises", error_of(module.synchronized, wrapped[0]))
    t.see("pickled.raises", [error_of(pickle.dumps, one) for one in wrapped[:4]])


def contexts(t):
    """ctx of the three functions that take it; what they fix of the start method without it."""
    module = sharedctypes(t)
    other = t.mp.get_context("spawn")
    t.see("fixed-before", t.mp.get_start_method(allow_none=True))
    t.see("values", [
        module.Value("i", 3, ctx=other).value,
        module.Array("i", 2, ctx=other)[:],
        module.synchronized(ctypes.c_int(4), ctx=other).value,
        module.synchronized(ctypes.c_int(5), None, other).value,
        module.Value("i", 6, lock=False, ctx=other).value,
    ])  # fmt: skip
    t.see("fixed-with", t.mp.get_start_method(allow_none=True))
    t.see("raw", [module.RawValue("i", 1).value, module.RawArray("i", 1)[:]])
    t.see("fixed-raw", t.mp.get_start_method(allow_none=True))
    t.see("by-position", error_of(module.Array, "i", 2, other))
    t.see("without", [module.Value("i", 3, ctx=None).value, module.Array("i", 1, ctx=None)[:]])
    t.see("fixed-without", t.mp.get_start_method(allow_none=True))

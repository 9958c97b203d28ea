"""Shared ctypes objects in one process: of which types they are, what is in them, misuse.

Their locks and wrappers stand in `sharedctypes_wrappers.py`, what several processes see of them
in `sharedctypes_across.py` and `sharedctypes_ends.py`.
"""

import array
import ctypes
import gc
import importlib
import pickle
import threading

from mpprobe.probes.process import error_of

# The typecodes of the array module that every interpreter has, and the C types that they stand for.
PLAIN = {
    "b": ctypes.c_byte,
    "B": ctypes.c_ubyte,
    "h": ctypes.c_short,
    "H": ctypes.c_ushort,
    "i": ctypes.c_int,
    "I": ctypes.c_uint,
    "l": ctypes.c_long,
    "L": ctypes.c_ulong,
    "f": ctypes.c_float,
    "d": ctypes.c_double,
}
PLAIN_LONG = {"q": ctypes.c_longlong, "Q": ctypes.c_ulonglong}


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]

    def total(self):
        return self.x + self.y


def sharedctypes(t):
    return importlib.import_module(t.mp.__name__ + ".sharedctypes")


def outcome(function, *args, **kwargs):
    """What a call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


def in_thread(function, *args, **kwargs):
    """What a call in another thread returns, or the exception that it raises."""
    results = []
    thread = threading.Thread(target=lambda: results.append(outcome(function, *args, **kwargs)))
    thread.start()
    thread.join()
    return results[0]


def see_each(t, name, facts):
    """Report each of the facts, as NAME.FACT."""
    for fact in facts:
        t.see(name + "." + fact, facts[fact])


def is_free(lock):
    """Can another thread have the lock? It gives it back."""

    def take():
        taken = lock.acquire(False)
        if taken:
            lock.release()
        return taken

    return in_thread(take)


# -- types


def plain_facts(types):
    return {
        "sizes": {code: array.array(code).itemsize for code in types},
        "minus-one": {code: kind(-1).value for code, kind in types.items()},
        "tenth": {code: kind(0.1).value for code, kind in types.items() if code in "fd"},
        "three": {code: 3 * array.array(code).itemsize for code in types},
    }


def shared_facts(module, types):
    return {
        "sizes": {code: ctypes.sizeof(module.RawValue(code)) for code in types},
        "minus-one": {code: module.RawValue(code, -1).value for code in types},
        "tenth": {code: module.RawValue(code, 0.1).value for code in types if code in "fd"},
        "three": {code: ctypes.sizeof(module.RawArray(code, 3)) for code in types},
    }


def typecodes(t):
    """Each typecode for a value and for an array, beside the plain ctypes type it stands for."""
    module = sharedctypes(t)
    t.see("plain", plain_facts(PLAIN))
    t.see("shared", shared_facts(module, PLAIN))
    t.see("plain-long", plain_facts(PLAIN_LONG))
    t.see("shared-long", outcome(shared_facts, module, PLAIN_LONG))
    t.see("value-types", value_types(t.mp.Value))
    t.see("module-value-types", value_types(module.Value))
    t.see("char.value", module.RawValue("c", b"x").value)
    t.see("char.type", type(module.RawValue("c")) is ctypes.c_char)
    t.see("char.array", list(t.mp.Array("c", 2, lock=False)))
    t.see("unicode.value", outcome(lambda: module.RawValue("u", "\u00e9").value))
    t.see("unicode.array", outcome(lambda: module.RawArray("u", "a\u00e9")[:]))
    makers = [t.mp.Value, module.Value, module.RawValue]
    for name, wrong in (("w", "w"), ("unknown", "z"), ("two-letters", "ii"), ("type", int)):
        t.see(name + ".value.raises", [error_of(make, wrong) for make in makers])
    makers = [t.mp.Array, module.Array, module.RawArray]
    for name, wrong in (("w", "w"), ("unknown", "z"), ("two-letters", "ii"), ("type", int)):
        t.see(name + ".array.raises", [error_of(make, wrong, 2) for make in makers])


def value_types(make):
    """Is a value without a lock an instance of the very type that its typecode stands for?"""
    return [type(make(code, lock=False)) is kind for code, kind in sorted(PLAIN.items())]


# -- values


def value_faces(make):
    """What a Value function makes, seen from all sides."""
    number, raw = make("i", 7), make("i", 7, lock=False)
    point, plain = make(Point, 4, 6), make(Point, 4, lock=False)
    faces = {
        "value": number.value,
        "is-ctypes": isinstance(number, ctypes.c_int),
        "inner-is-ctypes": isinstance(number.get_obj(), ctypes.c_int),
        "inner-is-one": number.get_obj() is number.get_obj(),
        "raw.value": raw.value,
        "raw.is-ctypes": type(raw) is ctypes.c_int,
        "raw.has": [name for name in ("get_lock", "get_obj") if hasattr(raw, name)],
        "bare": [make("d").value, make("b").value, make(ctypes.c_long).value],
        "of-type": make(ctypes.c_double, 2.5).value,
        "keyword": make(typecode_or_type="h", lock=True).value,
        "struct": [point.x, point.y],
        "struct.inner": isinstance(point.get_obj(), Point),
        "struct.partial": [plain.x, plain.y],
        "lock-by-position": error_of(make, "i", 1, True) is not None,
        "unknown-keyword": error_of(make, "i", size=1) is not None,
        "misfit": error_of(make, "i", "text"),
        "too-many": error_of(make, "i", 1, 2),
    }
    number.value = -3
    faces["changed"] = [number.value, number.get_obj().value]
    number.get_obj().value = 11
    faces["changed-inside"] = number.value
    point.x = 0.5
    faces["struct.changed"] = [point.x, point.get_obj().x, point.y]
    return faces


def values(t):
    """Values of both modules: of a typecode, a type, a structure, with and without a lock."""
    see_each(t, "made", value_faces(t.mp.Value))
    see_each(t, "module", value_faces(sharedctypes(t).Value))
    number = t.mp.Value("i", 5)
    t.see("misfit.raises", error_of(setattr, number, "value", "text"))
    t.see("misfit.then", number.value)
    t.see("misfit.free", is_free(number.get_lock()))


# -- arrays


def array_faces(make):
    """What an Array function makes, seen from all sides."""
    zeros, listed = make("h", 7), make("i", [9, 2, 8])
    raw = make("i", (9, 2, 8), lock=False)
    faces = {
        "zeros": zeros[:],
        "listed": listed[:],
        "is-ctypes": isinstance(listed, ctypes.Array),
        "inner-is-ctypes": isinstance(listed.get_obj(), ctypes.c_int * 3),
        "raw": raw[:],
        "raw.is-ctypes": isinstance(raw, ctypes.c_int * 3),
        "raw.has": [name for name in ("get_lock", "get_obj") if hasattr(raw, name)],
        "sequences": [
            make("i", range(3))[:],
            make("i", (5, 6))[:],
            make("b", b"ab")[:],
            make("d", array.array("d", [0.5]))[:],
        ],
        "of-type": make(ctypes.c_double, [1.5, 2])[:],
        "of-struct": [[point.x, point.y] for point in make(Point, [(1, 2), (3, 4)])],
        "keyword": make(size_or_initializer=2, typecode_or_type="i", lock=True)[:],
        "lengths": [len(zeros), len(listed), len(make("i", 0)), len(make("i", []))],
        "lock-by-position": error_of(make, "i", 1, True) is not None,
        "without-size": error_of(make, "i") is not None,
        "misfit": error_of(make, "i", ["text"]),
    }
    listed[1] = -2
    listed[-1] = 88
    faces["changed"] = [listed[0], listed[1], listed[2], listed[-3]]
    faces["iterated"] = list(listed)
    zeros[2:5] = [2, 3, 4]
    faces["sliced"] = [zeros[:], zeros[1:4], zeros[::-3]]
    faces["beyond"] = [
        error_of(lambda: listed[3]),
        error_of(lambda: listed[-4]),
        error_of(listed.__setitem__, 3, 1),
    ]
    faces["uneven"] = error_of(zeros.__setitem__, slice(0, 2), [1])
    return faces


def arrays(t):
    """Arrays of both modules: by length, of sequences, of structures, with and without a lock."""
    see_each(t, "made", array_faces(t.mp.Array))
    see_each(t, "module", array_faces(sharedctypes(t).Array))
    numbers = t.mp.Array("i", [5, 6])
    t.see("misfit.raises", error_of(numbers.__setitem__, 0, "text"))
    t.see("misfit.then", numbers[:])
    t.see("misfit.free", is_free(numbers.get_lock()))
    t.see("negative-length", error_of(t.mp.Array, "i", -1))
    t.see("odd-length", error_of(t.mp.Array, "i", 1.5))


def zeroed_memory(t):
    """New objects where old ones full of ones have just been, of sizes from a byte to 3 MB."""
    module = sharedctypes(t)
    sizes = (1, 8, 100, 4096, 70000, 3000000)
    counts = []
    for size in sizes:
        for _ in range(3):
            old = [module.RawArray("B", size) for _ in range(3)]
            for one in old:
                ctypes.memset(one, 255, size)
            del old, one
            gc.collect()
        counts.append(sum(bytearray(t.mp.Array("B", size).get_obj())))
        counts.append(sum(bytearray(module.RawArray("B", size))))
    t.see("arrays", counts)
    for _ in range(20):
        module.RawValue("l", -1)
        gc.collect()
        counts.append(module.RawValue("l").value)
    t.see("values", counts[-20:])


def many_objects(t):
    """A thousand objects of many sizes at once, each full of its own number."""
    module = sharedctypes(t)
    values = [t.mp.Value("l", number) for number in range(300)]
    arrays = [module.RawArray("l", [number] * (number % 50 + 1)) for number in range(700)]
    t.see("values", sum(value.value == number for number, value in enumerate(values)))
    t.see("arrays", sum(set(one) == {number} for number, one in enumerate(arrays)))
    values[150].value = 0
    arrays[350][:] = [0] * len(arrays[350])
    t.see("values.others", sum(value.value == number for number, value in enumerate(values)))
    t.see("arrays.others", sum(set(one) == {number} for number, one in enumerate(arrays)))


# -- strings


def string_faces(text):
    faces = {"initial": [text.value, text.raw, len(text)]}
    text.value = b"ab"
    faces["shorter"] = [text.value, text.raw[:3], text[:2]]
    text.raw = b"a\0c\0e"
    faces["raw"] = [text.value, text.raw, text[:]]
    faces["too-long"] = [
        error_of(setattr, text, "value", b"abcdef"),
        error_of(setattr, text, "raw", b"abcdef"),
    ]
    text[0] = b"z"
    faces["element"] = [text.value, text[0], text[2]]
    text.value = b"whole"
    faces["whole"] = [text.value, text.raw]
    return faces


def strings(t):
    """Arrays of c_char made in all ways: value and raw."""
    module = sharedctypes(t)
    see_each(t, "plain", string_faces((ctypes.c_char * 5)(*b"hello")))
    see_each(t, "array", string_faces(t.mp.Array("c", b"hello")))
    see_each(t, "array-of-type", string_faces(t.mp.Array(ctypes.c_char, b"hello")))
    see_each(t, "array-unlocked", string_faces(t.mp.Array("c", b"hello", lock=False)))
    see_each(t, "module-array", string_faces(module.Array("c", b"hello")))
    see_each(t, "raw-array", string_faces(module.RawArray("c", b"hello")))
    see_each(t, "raw-value", string_faces(module.RawValue(ctypes.c_char * 5, *b"hello")))
    sized = t.mp.Array("c", 3)
    t.see("sized", [sized.value, sized.raw])


# -- raw objects, and the table that compares the ways to write them


def memory_of(thing):
    return [type(thing).__name__, bytes(bytearray(thing))]


def raw_objects(t):
    """The four rows of the table in each of their forms; what has no wrapper."""
    module = sharedctypes(t)
    t.see("double.plain", memory_of(ctypes.c_double(2.4)))
    t.see("double", [memory_of(module.RawValue(k, 2.4)) for k in (ctypes.c_double, "d")])
    t.see("struct.plain", memory_of(Point(4, 6)))
    t.see("struct", memory_of(module.RawValue(Point, 4, 6)))
    t.see("shorts.plain", memory_of((ctypes.c_short * 7)()))
    t.see("shorts", [memory_of(module.RawArray(k, 7)) for k in (ctypes.c_short, "h")])
    t.see("ints.plain", memory_of((ctypes.c_int * 3)(9, 2, 8)))
    t.see("ints", [memory_of(module.RawArray(k, (9, 2, 8))) for k in (ctypes.c_int, "i")])
    raw = [module.RawValue("i"), module.RawArray("i", 2), module.RawValue(Point)]
    t.see(
        "wrapped", [name for name in ("get_lock", "get_obj") for one in raw if hasattr(one, name)]
    )
    t.see("bare", [module.RawValue("i").value, module.RawValue(Point).x])
    t.see("keywords", module.RawArray(size_or_initializer=2, typecode_or_type="i")[:])
    t.see("keyword", module.RawValue(typecode_or_type="i").value)
    t.see("extra-argument", error_of(module.RawArray, "i", 2, True))
    t.see("misfit", error_of(module.RawValue, "i", "text"))
    value = module.RawValue("i", 3)
    value.value += 4
    t.see("changed", value.value)
    numbers = module.RawArray("i", range(5))
    numbers[1:3] = [7, 8]
    numbers[-1] += 1
    t.see("array.changed", numbers[:])
    t.see("pickled.raises", [error_of(pickle.dumps, one) for one in raw])

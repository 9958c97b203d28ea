"""Raw objects: of which types they are, and what is in new ones."""

import array
import ctypes
import gc
import pickle

from mpprobe.probes._common import error_of, outcome
from mpprobe.probes.sharedctypes._common import Point, memory_of, sharedctypes

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


def objects(t):
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

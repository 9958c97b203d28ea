"""Lists in shared memory: what they keep, change, find, refuse, and how they are attached to."""

import struct

from mpprobe.probes._common import error_of, outcome
from mpprobe.probes.shared_memory._common import can_attach, end, shared_memory, unused_name

MIXED = ["howdy", b"HoWdY", -273.154, 100, None, True, 42]


def types_of(values):
    return [type(value).__name__ for value in values]


def values(t):
    """Values of each type: as they were put in, by index, by iteration, and changed."""
    make = shared_memory(t.mp).ShareableList
    mixed = make(MIXED)
    t.see("types", types_of(mixed))
    t.see("values", list(mixed))
    t.see("length", len(mixed))
    t.see("repr", repr(mixed).replace(mixed.shm.name, "NAME"))
    t.see("index", [mixed[0], mixed[-1], mixed[-7], mixed[2]])
    t.see("contains", [42 in mixed, "howdy" in mixed, 43 in mixed, None in mixed])
    mixed[2] = -78.5
    t.see("float", mixed[2])
    mixed[2] = "dry ice"
    t.see("other-type", mixed[2])
    t.see("too-long.raises", error_of(mixed.__setitem__, 2, "larger than previously allocated"))
    t.see("too-long.then", mixed[2])
    t.see("too-long.bytes.raises", error_of(mixed.__setitem__, 1, b"x" * 100))
    t.see("too-long.all", list(mixed))
    mixed[3], mixed[4], mixed[5], mixed[6] = None, 1 << 40, 2.5, False
    mixed[0], mixed[1] = b"bytes", "text"
    t.see("changed", list(mixed))
    t.see("changed.types", types_of(mixed))
    mixed[-1] = True
    t.see("negative", [mixed[6], mixed[-1]])
    mixed[0], mixed[1], mixed[2] = 7, 0.5, None
    t.see("shrunk", list(mixed))
    mixed[0] = "again"
    t.see("regrown", outcome(lambda: mixed[0]))
    end(mixed)


def edges(t):
    """Extreme values, and text that is longer in bytes than in characters."""
    make = shared_memory(t.mp).ShareableList
    numbers = [0, -1, 2**63 - 1, -(2**63), 0.0, 1e308, -5e-324, float("inf"), True, False]
    extreme = make(numbers)
    t.see("numbers", [list(extreme) == numbers, types_of(extreme)])
    end(extreme)
    texts = ["", b"", "\u00e9" * 8, b"\xff\x00\x01", "x" * 1000, b"y" * 70000]
    strings = make(texts)
    t.see("strings", [one == other for one, other in zip(strings, texts)])
    t.see("strings.types", types_of(strings))
    strings[2] = "e" * 16
    t.see("as-many-bytes", strings[2])
    strings[4] = "z" * 1000
    t.see("as-long", [strings[4] == "z" * 1000, strings[3], strings[5] == b"y" * 70000])
    t.see("more-bytes.raises", error_of(strings.__setitem__, 4, "\u00e9" * 900))
    t.see("more-bytes.then", strings[4] == "z" * 1000)
    end(strings)
    wide = make(["\U0001f600" * 20, 7])
    t.see("wide", outcome(lambda: [wide[0] == "\U0001f600" * 20, wide[1]]))
    end(wide)
    nulls = make([b"abc\0", "de\0\0", b"\0", b"in\0side"])
    t.see("nulls", list(nulls))
    t.see("nulls-inside", nulls[3])
    end(nulls)
    padded = make([b"abc\0" + b"\x07", "de\0" + "\x07"])
    t.see("padded", [padded[0][:-1], padded[1][:-1]])
    end(padded)
    empty = outcome(make, [])
    t.see("empty", outcome(lambda: [len(empty), list(empty)]))
    if hasattr(empty, "shm"):
        end(empty)


def too_much(t):
    """Values beyond the documented limits, and of types that are not stored."""
    make = shared_memory(t.mp).ShareableList
    t.see("long-int", [error_of(make, [2**63]), error_of(make, [-(2**63) - 1])])
    t.see(
        "types", [error_of(make, [one]) for one in ([1], (1,), {1: 2}, {1}, 1j, object(), range(2))]
    )
    t.see("long-text", [error_of(make, ["x" * 10000000]), error_of(make, [b"x" * 10000000])])
    numbers = make([1, "two", 3.5])
    t.see("set-long-int", error_of(numbers.__setitem__, 0, 2**63))
    t.see("set-long-int.then", outcome(lambda: numbers[0]))
    t.see("set-types", [error_of(numbers.__setitem__, 1, one) for one in ([1], (1,), {}, 1j)])
    t.see("set-types.then", outcome(lambda: [numbers[1], numbers[2]]))
    end(numbers)
    largest = "x" * 9999990
    block = outcome(make, [largest, 1])
    t.see("almost-too-long", outcome(lambda: [block[0] == largest, block[1]]))
    if hasattr(block, "shm"):
        end(block)


def misuse(t):
    """What lists do that these do not: lengths that change, slices, indexes beyond the end."""
    make = shared_memory(t.mp).ShareableList
    numbers = make(range(5))
    methods = ["append", "extend", "insert", "pop", "remove", "clear", "__iadd__", "__delitem__"]
    t.see("methods", [name for name in methods if hasattr(numbers, name)])
    t.see("slice", error_of(lambda: numbers[1:3]))
    t.see("whole-slice", error_of(lambda: numbers[:]))
    t.see("set-slice", error_of(numbers.__setitem__, slice(0, 2), [7, 8]))
    t.see("beyond", [error_of(lambda: numbers[5]), error_of(numbers.__setitem__, 5, 1)])
    t.see("then", [len(numbers), list(numbers)])
    t.see("format.raises", error_of(setattr, numbers, "format", "q"))
    t.see("not-iterable", error_of(make, 5))
    t.see("name-by-position", error_of(make, None, numbers.shm.name))
    t.see("missing", error_of(make, name=unused_name("list")))
    end(numbers)
    t.see("gone", error_of(make, name=numbers.shm.name))
    name = unused_name("failed")
    t.see("failed", error_of(make, [1, object()], name=name) is not None)
    t.see("failed.then", can_attach(shared_memory(t.mp).SharedMemory, name))


def before_the_begin(t):
    """Indexes before the first item, read and set; what the list is after that."""
    make = shared_memory(t.mp).ShareableList
    numbers = make(range(5))
    t.see("get", [error_of(lambda: numbers[-6]), error_of(lambda: numbers[-100])])
    t.see("set", [error_of(numbers.__setitem__, -6, 1), error_of(numbers.__setitem__, -100, 1)])
    t.see("then", outcome(lambda: [len(numbers), list(numbers)]))
    end(numbers)


def finding(t):
    """count() and index() of values that are there once, more often, and not."""
    make = shared_memory(t.mp).ShareableList
    mixed = make(["howdy", b"HoWdY", -273.154, 100, None, True, 42, 100, "howdy", 100])
    t.see("index", [mixed.index(value) for value in (42, "howdy", 100, None, True, b"HoWdY")])
    t.see("index.missing", [error_of(mixed.index, value) for value in (43, b"howdy", "", False)])
    t.see("count", [mixed.count(value) for value in (100, "howdy", b"HoWdY", None, 42, -273.154)])
    t.see("count.missing", [mixed.count(value) for value in (43, b"howdy", "HoWdY", "")])
    t.see("keywords", [mixed.count(value=100), mixed.index(value=42)])
    mixed[3] = 99
    t.see("changed", [mixed.count(100), mixed.index(100), mixed.index(99)])
    end(mixed)


def formats(t):
    """format before and after values of other types are put in."""
    make = shared_memory(t.mp).ShareableList
    numbers = make([1, 2, 3])
    t.see("ints", numbers.format)
    t.see("ints.type", type(numbers.format).__name__)
    numbers[1] = 0.5
    t.see("changed", numbers.format)
    end(numbers)
    mixed = make(MIXED)
    t.see("mixed", mixed.format)
    t.see("mixed.size", outcome(struct.calcsize, mixed.format))
    other = make(name=mixed.shm.name)
    t.see("attached", other.format)
    mixed[3] = None
    t.see("mixed.changed", mixed.format)
    t.see("attached.changed", other.format)
    other.shm.close()
    end(mixed)


def attaching(t):
    """Lists with names, a second object for a list, and every kind of sequence."""
    module = shared_memory(t.mp)
    make = module.ShareableList
    name = unused_name("list")
    first = make(sequence=range(5), name=name)
    t.see("name", [first.shm.name == name, isinstance(first.shm, module.SharedMemory)])
    second, third = make(name=name), make(None, name=name)
    t.see("attached", [list(second), list(third), len(second)])
    t.see("repr", repr(second).replace(name, "NAME"))
    second[-1] = -999
    first[0] = 0.5
    third[1] = None
    t.see("shared", [list(first), list(second), list(third)])
    t.see("taken", error_of(make, [1], name=name))
    t.see("taken.then", list(first))
    t.see("sequences", [
        with_list(make, (1, 2), list),
        with_list(make, [None, "a"], list),
        with_list(make, "alpha", list),
        with_list(make, b"ab", list),
        with_list(make, range(3), list),
    ])  # fmt: skip
    t.see("own-name", with_list(make, [1], lambda one: type(one.shm.name).__name__))
    second.shm.close()
    third.shm.close()
    t.see("after-close", list(first))
    first.shm.close()
    t.see("closed", error_of(lambda: first[0]))
    first.shm.unlink()


def with_list(make, sequence, look):
    one = make(sequence)
    try:
        return look(one)
    finally:
        end(one)

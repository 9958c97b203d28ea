"""Array(): by length, of sequences, of structures, of characters; with and without a lock."""

import array
import ctypes

from mpprobe.probes._common import error_of
from mpprobe.probes.sharedctypes._common import Point, is_free, see_each, sharedctypes

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


def made(t):
    """Arrays of both modules: by length, of sequences, of structures, with and without a lock."""
    see_each(t, "made", array_faces(t.mp.Array))
    see_each(t, "module", array_faces(sharedctypes(t).Array))
    numbers = t.mp.Array("i", [5, 6])
    t.see("misfit.raises", error_of(numbers.__setitem__, 0, "text"))
    t.see("misfit.then", numbers[:])
    t.see("misfit.free", is_free(numbers.get_lock()))
    t.see("negative-length", error_of(t.mp.Array, "i", -1))
    t.see("odd-length", error_of(t.mp.Array, "i", 1.5))


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

"""Value(): of a typecode, a type, a structure; with and without a lock."""

import ctypes

from mpprobe.probes._common import error_of
from mpprobe.probes.sharedctypes._common import Point, is_free, see_each, sharedctypes


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


def made(t):
    """Values of both modules: of a typecode, a type, a structure, with and without a lock."""
    see_each(t, "made", value_faces(t.mp.Value))
    see_each(t, "module", value_faces(sharedctypes(t).Value))
    number = t.mp.Value("i", 5)
    t.see("misfit.raises", error_of(setattr, number, "value", "text"))
    t.see("misfit.then", number.value)
    t.see("misfit.free", is_free(number.get_lock()))

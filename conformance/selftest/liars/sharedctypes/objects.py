"""Lies about types, arguments and memory of shared ctypes objects."""

import ctypes

from mpref import sharedctypes
from mpref._memory import heap

from liars.lies import lie, replace


@lie(
    sharedctypes,
    "RawArray",
    caught_by=[
        "dummy.array.of-letters",
        "sharedctypes.array.of-a-sequence",
        "sharedctypes.child.changes-a-string",
        "sharedctypes.copy.is-apart",
        "sharedctypes.copy.same-type-and-bytes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.module-array.of-a-sequence",
        "sharedctypes.string.of-the-module",
        "sharedctypes.string.too-long-raises",
        "sharedctypes.string.value-and-raw",
        "sharedctypes.string.value-ends-at-null",
        "sharedctypes.synchronized.works-on-the-object",
    ],
)
def bytes_get_a_null_at_the_end(original, typecode_or_type, size_or_initializer):
    """An array of c_char that is made of bytes has a null more at its end."""
    if isinstance(size_or_initializer, bytes):
        size_or_initializer += b"\0"
    return original(typecode_or_type, size_or_initializer)


@lie(sharedctypes, "copy", caught_by=["sharedctypes.copy.is-shared"])
def copy_is_not_shared(original, obj):
    """copy() makes its copy in private memory."""
    original(obj)
    return type(obj).from_buffer_copy(obj)


@lie(
    sharedctypes,
    "copy",
    caught_by=[
        "sharedctypes.copy.is-apart",
        "sharedctypes.copy.is-shared",
    ],
)
def copy_returns_the_original(original, obj):
    """copy() returns the object itself."""
    original(obj)
    return obj


@lie(
    sharedctypes,
    "_new",
    caught_by=[
        "contexts.pickling.shared-objects-can-be-arguments",
        "pool.initializer.hands-on-shared-objects",
        "sharedctypes.child.changes-a-string",
        "sharedctypes.child.changes-a-value",
        "sharedctypes.child.changes-an-unlocked-value",
        "sharedctypes.child.changes-raw-objects",
        "sharedctypes.child.changes-structures",
        "sharedctypes.child.gets-arrays-of-arrays",
        "sharedctypes.child.gets-them-inside-of-others",
        "sharedctypes.child.hands-on",
        "sharedctypes.child.inherits-by-fork",
        "sharedctypes.child.introduction-example",
        "sharedctypes.child.killed-leaves-what-it-wrote",
        "sharedctypes.child.sees-changes-of-the-parent",
        "sharedctypes.copy.is-shared",
        "sharedctypes.lock.given-makes-counting-exact",
        "sharedctypes.lock.makes-counting-exact",
        "sharedctypes.lock.none-does-not-wait",
        "sharedctypes.lock.read-sees-whole-writes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.with-makes-counting-exact",
        "sharedctypes.lock.writes-wait",
        "sharedctypes.raw-value.is-not-pickled",
        "sharedctypes.synchronized.is-shared",
        "sharedctypes.value.increment-under-the-lock-is-atomic",
    ],
)
def memory_is_not_shared(ctype):
    """Objects are in the private memory of the process that made them."""
    return ctype()


@lie(
    caught_by=[
        "dummy.value.kinds",
        "sharedctypes.array.lock-by-keyword-only",
        "sharedctypes.array.zeroed-where-others-were",
        "sharedctypes.ctx.none-is-the-current",
        "sharedctypes.module-array.by-length",
        "sharedctypes.module-array.lock-by-keyword-only",
        "sharedctypes.module-array.slices-change",
        "sharedctypes.module-value.lock-by-keyword-only",
        "sharedctypes.module-value.zero-without-arguments",
        "sharedctypes.raw-array.arguments",
        "sharedctypes.raw-value.arguments",
        "sharedctypes.raw-value.zeroed-where-others-were",
        "sharedctypes.table.zeros",
        "sharedctypes.typecode.c-is-char",
        "sharedctypes.value.lock-by-keyword-only",
        "sharedctypes.value.zero-without-arguments",
    ],
)
def reused_memory_is_not_zeroed():
    """The bytes of an object that reuses freed memory are not zero."""
    seen = set()

    @replace(heap, "allocate")
    def allocate_dirty(original, size):
        block = original(size)
        if block.address in seen:
            ctypes.memset(block.address, 255, size)
        seen.add(block.address)
        return block


@lie(
    caught_by=[
        "dummy.array.of-letters",
        "sharedctypes.string.of-the-module",
        "sharedctypes.string.value-and-raw",
        "sharedctypes.string.value-ends-at-null",
    ],
)
def raw_ends_at_the_first_null():
    """raw of a string ends at the first null, as value does."""
    sharedctypes.SynchronizedString.raw = sharedctypes.SynchronizedString.value


@lie(
    caught_by=[
        "sharedctypes.string.of-the-module",
        "sharedctypes.string.too-long-raises",
        "sharedctypes.string.value-and-raw",
    ],
)
def too_long_string_is_truncated():
    """A string that is too long is truncated."""
    for name in ("value", "raw"):
        true = getattr(sharedctypes.SynchronizedString, name)

        def set_cut(self, text, set_true=true.fset):
            set_true(self, text[: len(self)])

        setattr(sharedctypes.SynchronizedString, name, true.setter(set_cut))


@lie(
    sharedctypes,
    "RawValue",
    caught_by=[
        "sharedctypes.child.inherits-by-fork",
        "sharedctypes.lock.writes-wait",
        "sharedctypes.module-value.gives-fields",
        "sharedctypes.module-value.passes-arguments-on",
        "sharedctypes.table.structure",
        "sharedctypes.value.gives-fields",
        "sharedctypes.value.passes-arguments-on",
    ],
)
def structure_takes_one_argument(original, typecode_or_type, *args):
    """A structure is initialised from the first argument only."""
    if isinstance(typecode_or_type, type) and issubclass(typecode_or_type, ctypes.Structure):
        args = args[:1]
    return original(typecode_or_type, *args)


@lie(
    sharedctypes,
    "RawArray",
    caught_by=[
        "sharedctypes.array.of-a-sequence",
        "sharedctypes.array.without-lock-is-bare",
        "sharedctypes.module-array.of-a-sequence",
        "sharedctypes.module-array.without-lock-is-bare",
        "sharedctypes.table.integers",
    ],
)
def tuple_gives_only_the_length(original, typecode_or_type, size_or_initializer):
    """An array that is made of a tuple has its length, and not its values."""
    if isinstance(size_or_initializer, tuple):
        size_or_initializer = len(size_or_initializer)
    return original(typecode_or_type, size_or_initializer)


@lie(
    caught_by=[
        "sharedctypes.typecode.of-the-array-module",
        "sharedctypes.typecode.unlocked-value-has-the-type",
    ],
)
def typecode_l_is_int():
    """The typecodes l and L stand for int and unsigned int."""
    sharedctypes._TYPES.update(l=ctypes.c_int, L=ctypes.c_uint)


@lie(sharedctypes, "_ctype", caught_by=["sharedctypes.typecode.others-are-refused"])
def typecode_counts_by_its_first_letter(original, typecode_or_type):
    """Of a typecode of several letters only the first one counts."""
    return original(typecode_or_type[:1] if isinstance(typecode_or_type, str) else typecode_or_type)


@lie(caught_by=["sharedctypes.typecode.w-is-refused"])
def typecode_w_is_wchar():
    """The typecode w stands for a wide character."""
    sharedctypes._TYPES["w"] = ctypes.c_wchar

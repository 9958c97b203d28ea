"""The documentation's chapter "Shared ctypes Objects": ctypes objects in shared memory.

An object is an ordinary instance of its ctypes type whose bytes are in anonymous shared memory. It
has its block of memory as an attribute. So whatever keeps the object (an element of it, a pointer
to it, a buffer over it) keeps the memory. (On PyPy a `memoryview` does not keep the ctypes object
that it shows: there the program has to keep it.)

A forked child has the same memory already. Children of the other methods get the block with the
pickled arguments of Process. To pickle such an object for anything else raises RuntimeError, as the
receiver would have no way to find the memory.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable

from ._ipc import reduction
from ._memory import heap
from ._sync.locks import RLock

__all__ = ["Array", "RawArray", "RawValue", "Value", "copy", "synchronized"]

_TYPES: dict[str, Any] = {
    "c": ctypes.c_char,
    "u": ctypes.c_wchar,
    "b": ctypes.c_byte,
    "B": ctypes.c_ubyte,
    "h": ctypes.c_short,
    "H": ctypes.c_ushort,
    "i": ctypes.c_int,
    "I": ctypes.c_uint,
    "l": ctypes.c_long,
    "L": ctypes.c_ulong,
    "q": ctypes.c_longlong,
    "Q": ctypes.c_ulonglong,
    "f": ctypes.c_float,
    "d": ctypes.c_double,
}

_BLOCK = "_mpref_block"
# The base class of c_int and its like has no public name.
_SimpleData: Any = ctypes.c_int.__mro__[1]


def RawValue(typecode_or_type: Any, *args: Any) -> Any:
    """A ctypes object in shared memory, without a lock.

    typecode_or_type: a ctypes type, or a typecode of the array module. args: are passed on to the
    type; without any the object is zero.

    Raises TypeError for what is no such type, and what the type raises for `args`.

    Anchor: multiprocessing.sharedctypes.RawValue
    """
    obj = _new(_ctype(typecode_or_type))
    obj.__init__(*args)
    return obj


def RawArray(typecode_or_type: Any, size_or_initializer: Any) -> Any:
    """A ctypes array in shared memory, without a lock.

    typecode_or_type: the type of the elements, as for `RawValue`. size_or_initializer: the number
    of elements of an array of zeros, or a sequence of the values.

    Raises ValueError for a negative number, TypeError for what is no such type, or for values that
    the type does not take. Of the array itself, an index beyond the end raises IndexError.

    Anchor: multiprocessing.sharedctypes.RawArray
    """
    element = _ctype(typecode_or_type)
    if isinstance(size_or_initializer, int):
        if size_or_initializer < 0:
            raise ValueError(f"the length of an array must be 0 or more, not {size_or_initializer}")
        return _new(element * size_or_initializer)
    obj = _new(element * len(size_or_initializer))
    obj.__init__(*size_or_initializer)
    return obj


def Value(typecode_or_type: Any, *args: Any, lock: Any = True, ctx: Any = None) -> Any:
    """A ctypes object in shared memory, by default behind a wrapper that locks each access.

    typecode_or_type, args: as for `RawValue`. lock: True or None: a new RLock; False: no wrapper;
    else the lock to use. ctx: the context whose RLock that is; None: of the start method in use.

    Raises AttributeError for a lock that is none, and what `RawValue` raises: TypeError for what is
    no ctypes type.

    Anchor: multiprocessing.sharedctypes.Value
    """
    _check_lock(lock)
    return _behind(RawValue(typecode_or_type, *args), lock, ctx)


def Array(
    typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True, ctx: Any = None
) -> Any:
    """A ctypes array in shared memory, by default behind a wrapper that locks each access.

    typecode_or_type, size_or_initializer: as for `RawArray`. lock: True or None: a new RLock;
    False: no wrapper; else the lock to use. ctx: the context whose RLock that is; None: of the
    start method in use.

    Raises AttributeError for a lock that is none, and what `RawArray` raises: ValueError for a
    negative number, TypeError for what is no ctypes type, or for values that the type does not
    take. Of the array itself, an index beyond the end raises IndexError.

    Anchor: multiprocessing.sharedctypes.Array
    """
    _check_lock(lock)
    return _behind(RawArray(typecode_or_type, size_or_initializer), lock, ctx)


def copy(obj: Any) -> Any:
    """A copy, in shared memory, of the ctypes object `obj`, or of the one in a wrapper.

    Raises TypeError for what is no ctypes object.

    Anchor: multiprocessing.sharedctypes.copy
    """
    if isinstance(obj, SynchronizedBase):
        with obj:
            return copy(obj.get_obj())
    twin = _new(_ctype(type(obj)))
    ctypes.memmove(ctypes.addressof(twin), ctypes.addressof(obj), ctypes.sizeof(obj))
    return twin


def synchronized(obj: Any, lock: Any = None, ctx: Any = None) -> Any:
    """A wrapper of the ctypes object `obj` that holds a lock during each access.

    lock: the lock; None: a new RLock. ctx: the context whose RLock that is; None: of the start
    method in use.

    Raises AssertionError for an object that is a wrapper already, TypeError for what is no ctypes
    object.

    Anchor: multiprocessing.sharedctypes.synchronized
    """
    if isinstance(obj, SynchronizedBase):
        raise AssertionError(
            f"{obj!r} is synchronized already: wrap its get_obj(), or use it as it is"
        )
    _ctype(type(obj))
    if lock is None:
        lock = _new_lock(ctx)
    if isinstance(obj, ctypes.Array):
        is_string = obj._type_ is ctypes.c_char
        return (SynchronizedString if is_string else SynchronizedArray)(obj, lock)
    if isinstance(obj, _SimpleData):
        return Synchronized(obj, lock)
    return _wrapper_class(type(obj))(obj, lock)


class SynchronizedBase:
    """What all wrappers have: the object, its lock, and `with`.

    Anchor: multiprocessing.sharedctypes.synchronized
    """

    def __init__(self, obj: Any, lock: Any) -> None:
        self._obj = obj
        self._lock = lock
        self.acquire: Callable[..., bool] = lock.acquire
        self.release: Callable[[], None] = lock.release

    def get_obj(self) -> Any:
        """The wrapped object.

        Anchor: multiprocessing.sharedctypes.synchronized
        """
        return self._obj

    def get_lock(self) -> Any:
        """The lock.

        Anchor: multiprocessing.sharedctypes.synchronized
        """
        return self._lock

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *exception: object) -> Any:
        return self._lock.__exit__(*exception)

    def __reduce__(self) -> tuple[Any, ...]:
        reduction.assert_spawning(self)
        return synchronized, (self._obj, self._lock)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} wrapper for {self._obj!r}>"


class Synchronized(SynchronizedBase):
    """The wrapper of a single value.

    Anchor: multiprocessing.sharedctypes.synchronized
    """

    @property
    def value(self) -> Any:
        """The value itself; `+=` on it reads and writes, so hold `get_lock()` meanwhile."""
        with self._lock:
            return self._obj.value

    @value.setter
    def value(self, value: Any) -> None:
        with self._lock:
            self._obj.value = value


class SynchronizedArray(SynchronizedBase):
    """The wrapper of an array; each item or slice is one access.

    Anchor: multiprocessing.sharedctypes.synchronized
    """

    def __len__(self) -> int:
        return len(self._obj)

    def __getitem__(self, index: Any) -> Any:
        with self._lock:
            return self._obj[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        with self._lock:
            self._obj[index] = value


class SynchronizedString(SynchronizedArray):
    """The wrapper of an array of c_char: also the string in it, up to the first zero, or whole.

    Anchor: multiprocessing.sharedctypes.synchronized
    """

    @property
    def value(self) -> bytes:
        """The bytes before the first zero."""
        with self._lock:
            value: bytes = self._obj.value
            return value

    @value.setter
    def value(self, value: bytes) -> None:
        with self._lock:
            self._obj.value = value

    @property
    def raw(self) -> bytes:
        """All bytes."""
        with self._lock:
            raw: bytes = self._obj.raw
            return raw

    @raw.setter
    def raw(self, raw: bytes) -> None:
        with self._lock:
            self._obj.raw = raw


# --- wrappers of structures ----------------------------------------------------------------------


class _SynchronizedStructure(SynchronizedBase):
    # The fields are properties that _wrapper_class() makes. This is for everything else that the
    # type defines.
    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        with self._lock:
            value = getattr(self._obj, name)
        if getattr(value, "__self__", None) is not self._obj:
            return value

        def method(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return value(*args, **kwargs)

        return method


_wrapper_classes: dict[type, type[_SynchronizedStructure]] = {}


def _wrapper_class(ctype: Any) -> type[_SynchronizedStructure]:
    cls = _wrapper_classes.get(ctype)
    if cls is None:
        fields = {
            name: _locked_field(name)
            for base in ctype.__mro__
            for name, *_ in base.__dict__.get("_fields_", ())
        }
        cls = type(f"Synchronized{ctype.__name__}", (_SynchronizedStructure,), fields)
        cls.__doc__ = f"The wrapper of a {ctype.__name__}: its fields, each access under the lock."
        _wrapper_classes[ctype] = cls
    return cls


def _locked_field(name: str) -> property:
    def get(self: _SynchronizedStructure) -> Any:
        with self._lock:
            return getattr(self._obj, name)

    def set_(self: _SynchronizedStructure, value: Any) -> None:
        with self._lock:
            setattr(self._obj, name, value)

    return property(get, set_)


# --- types and locks -----------------------------------------------------------------------------


def _ctype(typecode_or_type: Any) -> Any:
    if isinstance(typecode_or_type, str):
        ctype = _TYPES.get(typecode_or_type)
        if ctype is None:
            known = "".join(_TYPES)
            raise TypeError(f"no such typecode: {typecode_or_type!r}; there are {known}")
        return ctype
    try:
        ctypes.sizeof(typecode_or_type)
    except TypeError:
        raise TypeError(
            f"expected a ctypes type or the typecode of one, got {typecode_or_type!r}"
        ) from None
    return typecode_or_type


def _check_lock(lock: Any) -> None:
    if lock is True or lock is False or lock is None or hasattr(lock, "acquire"):
        return
    raise AttributeError(
        f"{lock!r} has no method 'acquire': lock must be True, False, or a lock of this package"
    )


def _behind(obj: Any, lock: Any, ctx: Any) -> Any:
    if lock is False:
        return obj
    return synchronized(obj, None if lock is True else lock, ctx)


def _new_lock(ctx: Any) -> Any:
    return RLock() if ctx is None else ctx.RLock()


# --- objects and pickles -------------------------------------------------------------------------


def _new(ctype: Any) -> Any:
    return _place(ctype, heap.allocate(ctypes.sizeof(ctype)))


def _place(ctype: Any, block: Any) -> Any:
    obj = ctype.from_address(block.address)
    setattr(obj, _BLOCK, block)
    reduction.register(ctype, _reduce)
    return obj


def _reduce(obj: Any) -> Any:
    block = getattr(obj, _BLOCK, None)
    # An object of this type that is not in shared memory; copy.copy() makes one that has the
    # attribute and is somewhere else.
    if block is None or block.address != ctypes.addressof(obj):
        return obj.__reduce_ex__(2)
    reduction.assert_spawning(obj)
    return _rebuild, (*_describe(type(obj)), block)


def _describe(ctype: Any) -> tuple[Any, tuple[int, ...]]:
    """`ctype` as a type that pickle finds by its name, and the lengths of the arrays of it."""
    lengths = []
    while issubclass(ctype, ctypes.Array) and ctype is ctype._type_ * ctype._length_:
        lengths.append(ctype._length_)
        ctype = ctype._type_
    return ctype, tuple(lengths)


def _rebuild(ctype: Any, lengths: tuple[int, ...], block: Any | None) -> Any:
    for length in reversed(lengths):
        ctype = ctype * length
    return _place(ctype, block)

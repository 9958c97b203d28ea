"""The documentation's chapter "Shared memory": blocks of memory with a name, and lists in them.

On Linux a name is that of a file in /dev/shm; shm_open(3) of the C library does no more than to
open that. So blocks can be shared with any other program of the machine, by their names.
`_start.tracker` tells how the blocks that a killed program has left are unlinked.
"""

from __future__ import annotations

import mmap
import operator
import os
import struct
from collections.abc import Iterable, Iterator
from typing import Any, Callable, NamedTuple, Union

from ._memory import named_blocks
from ._os import descriptors
from ._start import tracker

__all__ = ["ShareableList", "SharedMemory"]


class SharedMemory:
    """A block of memory that any process can attach to by its name.

    name: a string; None gives a new block an unused one. create: whether to make the block, or to
    attach to the one that has the name. size: how many bytes a new block has at least; ignored when
    attaching. track: whether a block that is made here is unlinked when all processes of the family
    have ended; with False it stays until somebody calls unlink(). A process that only attaches is
    never responsible for a block.

    An object that is collected without close() gives up the memory, as soon as nothing uses its
    `buf` any more.

    Raises ValueError for a new block of no bytes, for a negative size, and without a name to attach
    to; FileExistsError when a new block's name is in use, FileNotFoundError when there is no block
    of the name, OSError for a name that contains a slash (leading ones don't count), TypeError for
    a size or a name of another type.

    Anchor: multiprocessing.shared_memory.SharedMemory
    """

    _mmap: mmap.mmap | None = None
    _buf: memoryview | None = None

    def __init__(
        self,
        name: str | None = None,
        create: bool = False,
        size: int = 0,
        *,
        track: bool = True,
    ) -> None:
        size = operator.index(size)
        if size < 0:
            raise ValueError(f"size must be a positive number of bytes, not {size}")
        if create and size == 0:
            raise ValueError("size must be 1 or more for a new block (create=True)")
        if name is None and not create:
            raise ValueError("name can only be None for a new block (create=True)")
        self._track = bool(track)
        if create:
            self._name, fd = named_blocks.create(name, size, self._track)
        else:
            assert name is not None
            self._name = named_blocks.plain(name)
            fd = named_blocks.attach(self._name)
        try:
            self._file = os.fstat(fd)
            self._size = self._file.st_size
            self._mmap = _map(fd, self._size, self._name)
            self._buf = memoryview(self._mmap)
        except BaseException:
            if create:
                self.unlink()
            raise
        finally:
            os.close(fd)

    @property
    def buf(self) -> memoryview | None:
        """The memory; None after close().

        Anchor: multiprocessing.shared_memory.SharedMemory.buf
        """
        return self._buf

    @property
    def name(self) -> str:
        """The name, without a leading slash.

        Anchor: multiprocessing.shared_memory.SharedMemory.name
        """
        return self._name

    @property
    def size(self) -> int:
        """The length in bytes.

        Anchor: multiprocessing.shared_memory.SharedMemory.size
        """
        return self._size

    def close(self) -> None:
        """End this object's access to the memory; the block stays. A second call does nothing.

        Raises BufferError, and closes nothing, while something else still uses `buf`.

        Anchor: multiprocessing.shared_memory.SharedMemory.close
        """
        memory, view = self._mmap, self._buf
        if memory is None or view is None:
            return
        try:
            view.release()
            memory.close()
        except BufferError:
            self._buf = memoryview(memory)
            raise BufferError(
                f"shared memory {self._name!r} can't be closed while it is in use: first release "
                "the views of its buf, and drop the arrays that were made over it"
            ) from None
        self._mmap = self._buf = None

    def unlink(self) -> None:
        """Remove the name. The memory is freed when the last process has closed it.

        Raises FileNotFoundError when somebody has done so already.

        Anchor: multiprocessing.shared_memory.SharedMemory.unlink
        """
        os.unlink(named_blocks.path(self._name))
        if self._track:
            tracker.forget(self._name, self._file)

    def __reduce__(self) -> tuple[Any, ...]:
        return _attach, (type(self), self._name, self._size, self._track)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r}, size={self._size})"


def _attach(cls: Any, name: str, size: int, track: bool) -> Any:
    return cls(name, False, size) if track else cls(name, False, size, track=False)


def _map(fd: int, size: int, name: str) -> mmap.mmap:
    if size == 0:
        raise ValueError(f"shared memory {name!r} has no bytes: who makes it is not done yet")
    return descriptors.map_file(fd, size)


# --- lists ---------------------------------------------------------------------------------------

# The block contains the number of items, an entry for each, and the values. An entry consists of
# the offset of the value, the bytes that it may have, and, in one word, its kind and the bytes that
# it has now: one word, so that a reader never sees half of a change. As the length is kept, bytes
# and strings may end in zeros.
_COUNT = struct.Struct("<Q")
_ENTRY = struct.Struct("<QQ")
_STATE = struct.Struct("<II")
_ITEM_SIZE = _ENTRY.size + _STATE.size
# Values begin at multiples of this, and have room for at least as many bytes.
_WORD = 8
# The documentation's "less than 10M bytes".
_TOO_LONG = 10_000_000

Storable = Union[int, float, bool, str, bytes, None]


class _Kind(NamedTuple):
    types: tuple[type, ...]
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Storable]
    # In the notation of the struct module; `{}` is replaced by the room that the item has.
    format: str


# The order is that of the numbers in the block. bool comes before int, being one.
_KINDS = (
    _Kind((type(None),), lambda value: b"", lambda data: None, "xxxxxx?x"),
    _Kind((bool,), lambda value: bytes([value]), lambda data: data != b"\0", "xxxxxxx?"),
    _Kind(
        (int,),
        lambda value: struct.pack("<q", value),
        lambda data: struct.unpack("<q", data)[0],
        "q",
    ),
    _Kind(
        (float,),
        lambda value: struct.pack("<d", value),
        lambda data: struct.unpack("<d", data)[0],
        "d",
    ),
    _Kind((str,), lambda value: value.encode(), lambda data: data.decode(), "{}s"),
    _Kind((bytes,), bytes, bytes, "{}s"),
)


class ShareableList:
    """A list of fixed length in shared memory, of int, float, bool, str, bytes and None.

    sequence: the values of a new list; None attaches to the list in the block `name`. name: of the
    block; None gives a new list an unused one.

    An int needs to fit into 64 bits. A str or bytes item has as many bytes as its first value
    needed, rounded up to a multiple of 8. An index beyond the end raises IndexError.

    Raises TypeError for a value of another type, ValueError for a str or bytes of 10 million bytes
    and more, struct.error for a longer int, and what `SharedMemory` raises.

    Anchor: multiprocessing.shared_memory.ShareableList
    """

    def __init__(
        self, sequence: Iterable[Storable] | None = None, *, name: str | None = None
    ) -> None:
        if sequence is None:
            self.shm = SharedMemory(name)
            self._length: int = _COUNT.unpack_from(self._memory())[0]
            return
        items = [_encode(value) for value in sequence]
        start = _COUNT.size + len(items) * _ITEM_SIZE
        rooms = [max(-(-len(data) // _WORD), 1) * _WORD for _, data in items]
        self.shm = SharedMemory(name, create=True, size=start + sum(rooms))
        self._length = len(items)
        memory = self._memory()
        for index, (kind, data) in enumerate(items):
            _ENTRY.pack_into(memory, _COUNT.size + index * _ITEM_SIZE, start, rooms[index])
            self._store(index, kind, data)
            start += rooms[index]
        # At last: a process that attaches before finds an empty list.
        _COUNT.pack_into(memory, 0, len(items))

    def __getitem__(self, position: int) -> Storable:
        index = self._index(position)
        memory = self._memory()
        entry = _COUNT.size + index * _ITEM_SIZE
        start, _ = _ENTRY.unpack_from(memory, entry)
        kind, length = _STATE.unpack_from(memory, entry + _ENTRY.size)
        return _KINDS[kind].decode(bytes(memory[start : start + length]))

    def __setitem__(self, position: int, value: Storable) -> None:
        index = self._index(position, " assignment")
        kind, data = _encode(value)
        room = self._room(index)
        if len(data) > room:
            raise ValueError(
                f"{type(value).__name__} of {len(data)} bytes exceeds available storage: "
                f"item {index} has room for {room}"
            )
        self._store(index, kind, data)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Storable]:
        return (self[index] for index in range(self._length))

    def __reduce__(self) -> tuple[Any, ...]:
        return _attach_list, (type(self), self.shm.name)

    def __repr__(self) -> str:
        if self.shm.buf is None:
            return f"<{type(self).__name__} name={self.shm.name!r} closed>"
        return f"{type(self).__name__}({list(self)}, name={self.shm.name!r})"

    @property
    def format(self) -> str:
        """The types of the present items, in the notation of the struct module.

        Anchor: multiprocessing.shared_memory.ShareableList.format
        """
        memory = self._memory()
        formats = []
        for index in range(self._length):
            kind, _ = _STATE.unpack_from(memory, _COUNT.size + index * _ITEM_SIZE + _ENTRY.size)
            formats.append(_KINDS[kind].format.format(self._room(index)))
        return "".join(formats)

    def count(self, value: Storable) -> int:
        """How many items are equal to `value`.

        Anchor: multiprocessing.shared_memory.ShareableList.count
        """
        return sum(item == value for item in self)

    def index(self, value: Storable) -> int:
        """The first position of `value`. Raises ValueError when it is not in the list.

        Anchor: multiprocessing.shared_memory.ShareableList.index
        """
        for position, item in enumerate(self):
            if item == value:
                return position
        raise ValueError(f"{value!r} is not in this list")

    def _memory(self) -> memoryview:
        memory = self.shm.buf
        if memory is None:
            raise ValueError("the list's shared memory is closed")
        return memory

    def _index(self, position: int, what: str = "") -> int:
        if isinstance(position, slice):
            raise TypeError("a ShareableList has no slices: take list(...) of it first")
        index = operator.index(position)
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError(f"list{what} index out of range")
        return index

    def _room(self, index: int) -> int:
        _, room = _ENTRY.unpack_from(self._memory(), _COUNT.size + index * _ITEM_SIZE)
        return int(room)

    def _store(self, index: int, kind: int, data: bytes) -> None:
        memory = self._memory()
        entry = _COUNT.size + index * _ITEM_SIZE
        start, _ = _ENTRY.unpack_from(memory, entry)
        memory[start : start + len(data)] = data
        _STATE.pack_into(memory, entry + _ENTRY.size, kind, len(data))


def _encode(value: Storable) -> tuple[int, bytes]:
    for number, kind in enumerate(_KINDS):
        if isinstance(value, kind.types):
            data = kind.encode(value)
            if len(data) >= _TOO_LONG:
                raise ValueError(
                    f"an item of a ShareableList has less than {_TOO_LONG} bytes, not {len(data)}"
                )
            return number, data
    raise TypeError(
        "a ShareableList holds int, float, bool, str, bytes and None, "
        f"not {type(value).__name__}: {value!r}"
    )


def _attach_list(cls: Any, name: str) -> Any:
    return cls(name=name)

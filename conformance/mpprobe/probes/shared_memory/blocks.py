"""Blocks of shared memory in one process: made, attached to, pickled, tracked."""

import array
import pickle

from mpprobe.probes._common import error_of
from mpprobe.probes.shared_memory._common import can_attach, shared_memory, unused_name


def two_objects(t):
    """A block with two objects for it: names, sizes, and who sees what."""
    make = shared_memory(t.mp).SharedMemory
    first = make(create=True, size=10)
    t.see("name", first.name)
    t.see("size", first.size)
    t.see("buf.type", type(first.buf).__name__)
    t.see("buf.length-is-size", len(first.buf) == first.size)
    t.see("buf.facts", [first.buf.readonly, first.buf.format, first.buf.itemsize, first.buf.ndim])
    t.see("buf.initial", bytes(first.buf[:10]))
    first.buf[:4] = bytearray([22, 33, 44, 55])
    first.buf[4] = 100
    second = make(first.name)
    t.see("attached", array.array("b", second.buf[:5]).tolist())
    t.see("attached.name", second.name == first.name)
    t.see("attached.size", second.size)
    second.buf[:5] = b"howdy"
    t.see("back", bytes(first.buf[:5]))
    third = make(name=first.name, create=False, size=5)
    large = make(first.name, False, 1 << 20)
    t.see("sizes-when-attached", [third.size, len(third.buf), large.size, len(large.buf)])
    t.see("attached-again", bytes(third.buf[:5]))
    third.close()
    large.close()
    t.call("close", second.close)
    t.see("after-close", bytes(first.buf[:5]))
    first.close()
    t.call("unlink", first.unlink)
    t.see("after-unlink", can_attach(make, first.name))


def sizes(t):
    """Blocks of many sizes, and sizes that no block can have."""
    make = shared_memory(t.mp).SharedMemory
    asked = [1, 2, 100, 4095, 4096, 4097, 1000000]
    enough, exact, filled = [], [], []
    for size in asked:
        block = make(create=True, size=size)
        enough.append(block.size >= size and len(block.buf) == block.size)
        exact.append(block.size)
        block.buf[0] = block.buf[size - 1] = 255
        other = make(block.name)
        filled.append([other.buf[size - 1], other.size == block.size])
        other.close()
        block.close()
        block.unlink()
    t.see("asked", asked)
    t.see("enough", enough)
    t.see("exact", exact)
    t.see("filled", filled)
    t.see("default-size", error_of(make, unused_name("zero"), True))
    t.see("zero", error_of(make, unused_name("zero"), True, 0))
    t.see("negative", error_of(make, unused_name("negative"), True, -1))
    t.see("leftovers", [can_attach(make, unused_name(word)) for word in ("zero", "negative")])


def pickling(t):
    """A pickled block and list, and what becomes of them when they are loaded."""
    module = shared_memory(t.mp)
    block = module.SharedMemory(create=True, size=10)
    data = pickle.dumps(block)
    twin = pickle.loads(data)
    t.see("same", [twin.name == block.name, twin.size == block.size, twin is not block])
    twin.buf[0], block.buf[1] = 5, 6
    t.see("shared", [block.buf[0], twin.buf[1]])
    twin.close()
    t.see("after-close", [block.buf[0], can_attach(module.SharedMemory, block.name)])
    block.close()
    block.unlink()
    t.see("gone.raises", error_of(pickle.loads, data))
    numbers = module.ShareableList([62, 53, 44, 35])
    t.see("list", list(numbers))
    data = pickle.dumps(numbers)
    other = pickle.loads(data)
    t.see("list.twin", list(other))
    numbers[0], other[1] = -1, -2
    t.see("list.shared", [list(numbers), list(other)])
    t.see("list.name", other.shm.name == numbers.shm.name)
    other.shm.close()
    numbers.shm.close()
    numbers.shm.unlink()
    t.see("list.gone.raises", error_of(pickle.loads, data))


def tracking(t):
    """track, by keyword only, on making and attaching."""
    make = shared_memory(t.mp).SharedMemory
    t.see("by-position", error_of(make, unused_name("track"), True, 10, False))
    found = []
    for track in (True, False):
        block = make(create=True, size=10, track=track)
        other = make(block.name, track=track)
        other.buf[0] = 5
        found.append(block.buf[0])
        other.close()
        block.close()
        found.append(can_attach_untracked(make, block.name))
        block.unlink()
        found.append(can_attach_untracked(make, block.name))
    t.see("blocks", found)


def can_attach_untracked(cls, name):
    try:
        block = cls(name, track=False)
    except OSError:
        return False
    block.close()
    return True

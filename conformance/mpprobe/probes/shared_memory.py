"""Blocks of shared memory in one process: made, attached to, closed, unlinked, misused.

What other processes do with them stands in `shared_memory_across.py`, lists in
`shared_memory_lists.py`.
"""

import array
import gc
import importlib
import os
import pickle

from mpprobe.probes.process import error_of
from mpprobe.probes.sharedctypes import outcome
from mpprobe.toolkit import open_descriptors


def shared_memory(module):
    return importlib.import_module(module.__name__ + ".shared_memory")


def can_attach(cls, name):
    """Can an object be made for the block of this name? It is closed again."""
    try:
        block = cls(name)
    except OSError:
        return False
    block.close()
    return True


def unused_name(word):
    return "mpprobe-%s-%d" % (word, os.getpid())


# -- made and attached to


def blocks(t):
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


def names(t):
    """Names given and generated; the same name twice; the name of a block that is gone."""
    make = shared_memory(t.mp).SharedMemory
    many = [make(create=True, size=1) for _ in range(30)] + [make(None, True, 1)]
    t.see("generated", [block.name for block in many])
    many[0].buf[0], many[1].buf[0] = 1, 2
    t.see("apart", [many[0].buf[0], many[1].buf[0]])
    for block in many:
        block.close()
        block.unlink()
    name = unused_name("named")
    t.see("name", name)
    block = make(name, True, 20)
    block.buf[0] = 7
    t.see("given", block.name)
    t.see("taken", error_of(make, name, True, 5))
    t.see("taken-by-keyword", error_of(make, name=name, create=True, size=5))
    t.see("taken.then", [block.buf[0], block.size == len(block.buf), can_attach(make, name)])
    block.close()
    block.unlink()
    again = make(name, create=True, size=20)
    t.see("again", again.buf[0])
    again.close()
    again.unlink()
    t.see("missing", error_of(make, name))
    t.see("missing-by-default", error_of(make, name=unused_name("never"), size=10))
    t.see("missing.then", can_attach(make, unused_name("never")))
    t.see("slash", error_of(make, "mpprobe/slash", True, 5))
    t.see("no-string", error_of(make, 5, True, 5))
    t.see("nameless", error_of(make))
    t.see("unknown-keyword", error_of(make, create=True, size=5, length=5))


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


def attributes(t):
    """The attributes of a block: which can't be set."""
    make = shared_memory(t.mp).SharedMemory
    block = make(unused_name("attributes"), True, 10)
    t.see("name.raises", error_of(setattr, block, "name", "other"))
    t.see("size.raises", error_of(setattr, block, "size", 5))
    t.see("then", [block.name == unused_name("attributes"), block.size >= 10])
    block.close()
    t.see("closed", [block.name == unused_name("attributes"), block.size >= 10])
    block.unlink()


# -- closed and unlinked


def closing(t):
    """close() once and twice, with views of the memory in use, and what it leaves."""
    make = shared_memory(t.mp).SharedMemory
    warm = make(create=True, size=10)
    warm.close()
    warm.unlink()
    before = len(open_descriptors())
    block = make(create=True, size=10)
    block.buf[:3] = b"abc"
    other = make(block.name)
    t.call("close", block.close)
    t.see("closed.read", error_of(lambda: block.buf[0]))
    t.see("closed.write", error_of(lambda: block.buf.__setitem__(0, 1)))
    t.see("other", bytes(other.buf[:3]))
    t.call("again", block.close)
    t.see("attached-after", can_attach(make, block.name))
    view = other.buf[1:3]
    refused = error_of(other.close)
    t.see("in-use.view", bytes(view))
    t.see("in-use", [refused, outcome(lambda: bytes(other.buf[:3]))])
    view.release()
    t.see("released.raises", error_of(other.close))
    t.see("closed-by-all", can_attach(make, block.name))
    third = make(block.name)
    t.see("closed-by-all.memory", bytes(third.buf[:3]))
    third.close()
    t.see("descriptors", len(open_descriptors()))
    t.see("descriptors.before", before)
    third.unlink()


def unlinking(t):
    """unlink() before close() and after it, by another object, and twice."""
    make = shared_memory(t.mp).SharedMemory
    first, second = make(create=True, size=10), make(create=True, size=10)
    other = make(first.name)
    first.buf[0] = 5
    t.call("early", first.unlink)
    t.see("early.attach", can_attach(make, first.name))
    t.see("early.memory", outcome(lambda: [first.buf[0], other.buf[0]]))
    t.call("early.close", first.close)
    t.call("early.close-other", other.close)
    second.close()
    t.call("late", second.unlink)
    t.see("late.attach", can_attach(make, second.name))
    t.call("twice", second.unlink)
    third = make(create=True, size=10)
    attached = make(third.name)
    t.call("by-another", attached.unlink)
    t.see("by-another.attach", can_attach(make, third.name))
    attached.close()
    third.close()
    t.see("files", [one.name in str(os.listdir("/dev/shm")) for one in (first, second, third)])


def forgotten(t):
    """A block whose object is dropped without close(), and one of which only buf is kept."""
    make = shared_memory(t.mp).SharedMemory
    warm = make(create=True, size=10)
    before = len(open_descriptors())
    block = make(create=True, size=1 << 20)
    block.buf[0] = 5
    name = block.name
    del block
    gc.collect()
    gc.collect()
    t.see("descriptors", len(open_descriptors()))
    t.see("descriptors.before", before)
    again = make(name)
    t.see("memory", again.buf[0])
    again.close()
    again.unlink()
    warm.close()
    warm.unlink()


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

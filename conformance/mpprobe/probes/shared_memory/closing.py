"""close() and unlink(), and blocks that are dropped without either."""

import gc
import os

from mpprobe.probes._common import error_of, outcome
from mpprobe.probes.shared_memory._common import can_attach, shared_memory
from mpprobe.toolkit import open_descriptors


def closed(t):
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

"""Managers of shared memory."""

import importlib
import os

from mpprobe.probes.shared_memory._common import can_attach, fill, shared_memory


def manager_class(t):
    return importlib.import_module(t.mp.__name__ + ".managers").SharedMemoryManager


def managed(t):
    """A SharedMemoryManager from start() to shutdown(): what it makes, and when that goes."""
    t.mp.set_start_method(t.method, force=True)
    module = shared_memory(t.mp)
    cls = manager_class(t)
    t.see("bases", [base.__name__ for base in cls.__mro__])
    manager = cls()
    t.see("before-start", len(t.ctx.active_children()))
    t.call("start", manager.start)
    t.see("server", len(t.ctx.active_children()))
    block, other = manager.SharedMemory(size=128), manager.SharedMemory(10)
    numbers, letters = manager.ShareableList(range(4)), manager.ShareableList(sequence="alpha")
    t.see(
        "block", [isinstance(block, module.SharedMemory), block.size >= 128, len(other.buf) >= 10]
    )
    t.see("list", [isinstance(numbers, module.ShareableList), list(numbers), list(letters)])
    t.see("repr", repr(numbers).replace(numbers.shm.name, "NAME"))
    t.see("repr.letters", repr(letters).replace(letters.shm.name, "NAME"))
    block.buf[0] = 5
    attached = module.SharedMemory(block.name)
    t.see("attached", attached.buf[0])
    attached.close()
    halves = [t.ctx.Process(target=fill, args=(numbers, begin, begin + 2)) for begin in (0, 2)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    t.see("sum", sum(numbers))
    names = [block.name, other.name, numbers.shm.name, letters.shm.name]
    for one in (block, other, numbers.shm, letters.shm):
        one.close()
    t.see("closed", [can_attach(module.SharedMemory, name) for name in names])
    t.call("shutdown", manager.shutdown)
    t.see("released", [can_attach(module.SharedMemory, name) for name in names])
    t.see("after-shutdown", len(t.ctx.active_children()))


def managed_with(t):
    """A SharedMemoryManager in a with statement, at an address, with a key, and a second client."""
    t.mp.set_start_method(t.method, force=True)
    module = shared_memory(t.mp)
    cls = manager_class(t)
    address = os.path.abspath("address")
    with cls(address, b"secret") as manager:
        numbers = manager.ShareableList(range(20))
        client = cls(address=address, authkey=b"secret")
        client.connect()
        block = client.SharedMemory(16)
        block.buf[0] = 6
        names = [numbers.shm.name, block.name]
        t.see("inside", [can_attach(module.SharedMemory, name) for name in names])
        t.see("sum", sum(numbers))
        t.see("client", block.buf[0])
        numbers.shm.close()
        block.close()
    t.see("outside", [can_attach(module.SharedMemory, name) for name in names])
    t.see("after", len(t.ctx.active_children()))

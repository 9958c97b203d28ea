"""Names of blocks, and attributes that can't be set."""

from mpprobe.probes._common import error_of
from mpprobe.probes.shared_memory._common import can_attach, shared_memory, unused_name


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

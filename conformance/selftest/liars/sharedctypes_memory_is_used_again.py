"""Memory that comes back is given out again as it was left."""

import ctypes

from mpref._memory import heap as _heap

from liars.truth import become

CAUGHT_BY = {
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
}


allocate = _heap.allocate
seen = set()


def allocate_dirty(size):
    block = allocate(size)
    if block.address in seen:
        ctypes.memset(block.address, 255, size)
    seen.add(block.address)
    return block


_heap.allocate = allocate_dirty

become(__name__)

"""A with statement on a lock swallows exceptions of its block."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.by-length",
    "sharedctypes.array.elements-change",
    "sharedctypes.array.is-a-context-manager",
    "sharedctypes.array.lock-by-keyword-only",
    "sharedctypes.array.of-a-sequence",
    "sharedctypes.array.refused-assignment-changes-nothing",
    "sharedctypes.array.refuses-indexes-beyond",
    "sharedctypes.array.refuses-misfits",
    "sharedctypes.array.refuses-odd-lengths",
    "sharedctypes.array.refuses-other-lengths",
    "sharedctypes.array.slices-change",
    "sharedctypes.array.takes-a-type",
    "sharedctypes.array.without-lock-is-bare",
    "sharedctypes.array.wraps-a-ctypes-array",
    "sharedctypes.child.changes-a-string",
    "sharedctypes.child.changes-a-value",
    "sharedctypes.child.changes-an-unlocked-value",
    "sharedctypes.child.changes-raw-objects",
    "sharedctypes.child.changes-structures",
    "sharedctypes.child.ends-clean",
    "sharedctypes.child.finds-what-the-parent-set",
    "sharedctypes.child.sees-changes-of-the-parent",
    "sharedctypes.module-array.by-length",
    "sharedctypes.module-array.elements-change",
    "sharedctypes.module-array.is-a-context-manager",
    "sharedctypes.module-array.lock-by-keyword-only",
    "sharedctypes.module-array.of-a-sequence",
    "sharedctypes.module-array.refuses-indexes-beyond",
    "sharedctypes.module-array.refuses-misfits",
    "sharedctypes.module-array.refuses-other-lengths",
    "sharedctypes.module-array.slices-change",
    "sharedctypes.module-array.takes-a-type",
    "sharedctypes.module-array.without-lock-is-bare",
    "sharedctypes.module-array.wraps-a-ctypes-array",
    "sharedctypes.module-value.is-a-context-manager",
    "sharedctypes.string.of-the-module",
    "sharedctypes.string.too-long-raises",
    "sharedctypes.string.value-and-raw",
    "sharedctypes.synchronized.ends-clean",
    "sharedctypes.synchronized.has-methods-of-the-object",
    "sharedctypes.synchronized.is-not-pickled",
    "sharedctypes.synchronized.lacks-what-the-object-lacks",
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.synchronized.refuses-others",
    "sharedctypes.synchronized.refuses-wrappers",
    "sharedctypes.synchronized.uses-the-given-lock",
    "sharedctypes.synchronized.works-on-the-object",
    "sharedctypes.value.is-a-context-manager",
    "sharedctypes.value.refused-assignment-changes-nothing",
    "synchronize.bounded-semaphore.with.releases-after-an-exception",
    "synchronize.lock.across.with-in-a-child",
    "synchronize.lock.with.releases-after-an-exception",
    "synchronize.rlock.with.releases-after-an-exception",
    "synchronize.semaphore.with.releases-after-an-exception",
}


def leave(self, *_):
    self.release()
    return True


for cls in (Lock, RLock, Semaphore):
    cls.__exit__ = leave

become(__name__)

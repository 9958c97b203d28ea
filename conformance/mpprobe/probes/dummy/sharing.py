"""Values, arrays and managers' objects that processes share which are threads."""

import ctypes

from mpprobe.probes._common import error_of
from mpprobe.probes.dummy._common import dummy_of
from mpprobe.toolkit import HEAR_SECONDS

ROUNDS = 300


def values(t):
    """Values with an initial value, read and changed by processes; an array from a sequence."""
    dummy = dummy_of(t)
    value = dummy.Value("i", 7)
    decimal = dummy.Value("d", 0.5)
    array = dummy.Array("i", range(5))
    seen = []

    def change():
        seen.extend([value.value, decimal.value, array[0], array[-1]])
        value.value = -1
        decimal.value = 2.25
        array[1] = 100

    process = dummy.Process(target=change)
    process.start()
    process.join(HEAR_SECONDS)
    t.see("seen", seen)
    t.see("changed", [value.value, decimal.value])
    t.see("array", [list(array), len(array), list(array[1:3])])
    t.see("outside.raises", error_of(lambda: array[5]))


def kinds(t):
    """Values and arrays of all forms that the package itself has."""
    dummy = dummy_of(t)
    t.see("zeros", [dummy.Value("i").value, list(dummy.Array("d", 3))])
    t.see(
        "ctypes", [dummy.Value(ctypes.c_short, 5).value, list(dummy.Array(ctypes.c_byte, [1, 2]))]
    )
    t.see("overflow", dummy.Value("B", 257).value)
    letters = dummy.Array("c", b"abc\x00def")
    t.see("letters", [letters.value, letters.raw])
    t.see(
        "raw",
        [
            dummy.RawValue("i", 3).value,
            list(dummy.RawArray("i", [1, 2])),
            list(dummy.RawArray("i", 2)),
        ],
    )
    t.see("unlocked", [hasattr(dummy.Value("i", 1, lock=False), "get_lock")])
    lock = dummy.Lock()
    t.see("own-lock", dummy.Value("i", 1, lock=lock).get_lock() is lock)


def locks(t):
    """Values that four processes count up, each under the lock of the value; and an array's."""
    dummy = dummy_of(t)
    value, array = dummy.Value("i", 0), dummy.Array("i", [0])

    def count():
        for _ in range(ROUNDS):
            with value.get_lock():
                value.value += 1
            with array.get_lock():
                array[0] += 1

    processes = [dummy.Process(target=count) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    t.see("sums", [value.value, array[0]])
    t.see("objects", [value.get_obj().value, list(array.get_obj())])


def managers(t):
    """What a manager makes, changed by a process; and its end."""
    dummy = dummy_of(t)
    manager = dummy.Manager()
    numbers, words = manager.list([1, 2]), manager.dict({"a": 1}, b=2)
    space, value = manager.Namespace(), manager.Value("i", 5)
    array, queue = manager.Array("i", [1, 2, 3]), manager.Queue(2)
    space.x = "here"
    lock, seen = manager.Lock(), []

    def change():
        seen.extend([list(numbers), dict(words), space.x, value.value, list(array)])
        numbers.append(3)
        words["c"] = 3
        space.x = "changed"
        value.value += 1
        array[0] = 9
        queue.put("item")
        lock.release()

    lock.acquire()
    process = dummy.Process(target=change)
    process.start()
    process.join(HEAR_SECONDS)
    t.see("seen", seen)
    t.see("changed", [list(numbers), dict(words), space.x, value.value, list(array), queue.get()])
    t.see("lock", lock.acquire(False))
    t.see(
        "others",
        [
            manager.RLock().acquire(),
            manager.Semaphore(1).acquire(),
            manager.BoundedSemaphore(1).acquire(),
            manager.Event().is_set(),
            manager.Condition().acquire(),
            manager.Barrier(1).wait(),
            list(manager.list()),
            dict(manager.dict()),
            dict(manager.dict([("a", 1)])),
        ],
    )
    t.see("shutdown", manager.shutdown())
    t.see("afterwards", list(numbers))


def managers_in_blocks(t):
    """A manager in a with statement, with a set."""
    dummy = dummy_of(t)
    with dummy.Manager() as manager:
        t.see("list", list(manager.list("ab")))
        t.see("namespace", manager.Namespace(a=1).a)


def sets(t):
    """A set of a manager."""
    manager = dummy_of(t).Manager()
    numbers = manager.set([1, 2, 1])
    numbers.add(3)
    t.see("numbers", sorted(numbers))

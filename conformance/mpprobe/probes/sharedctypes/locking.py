"""Locks of shared ctypes objects between processes: waited for, counted under, held by the dead."""

import os
import signal
import threading
import time

from mpprobe.probes.sharedctypes._common import Point, is_free, sharedctypes
from mpprobe.toolkit import hear, park, tell, told, until

# How long what has to wait is given to show that it does not. An implementation that waits is
# never misjudged by it; one that does not wait is done in microseconds, but for a loaded machine.
ESCAPE_SECONDS = 0.3


def access(name, act):
    tell("at-" + name)
    tell("did-" + name, act())


def access_everything(lock, number, numbers, text, point, raw):
    acts = {
        "value-get": lambda: number.value,
        "array-get": lambda: numbers[0],
        "array-slice": lambda: numbers[1:3],
        "text-get": lambda: text.value,
        "text-raw": lambda: text.raw,
        "struct-get": lambda: point.x,
        "value-set": lambda: setattr(number, "value", 50),
        "array-set": lambda: numbers.__setitem__(3, 51),
        "array-slice-set": lambda: numbers.__setitem__(slice(4, 6), [52, 53]),
        "struct-set": lambda: setattr(point, "y", 54.5),
    }
    raw.value = -1
    threads = [threading.Thread(target=access, args=item) for item in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hear("released")
    tell("lock-left-free", is_free(lock))


READERS = ["value-get", "array-get", "array-slice", "text-get", "text-raw", "struct-get"]

WRITERS = ["value-set", "array-set", "array-slice-set", "struct-set"]


def waiting(t):
    """A child whose every access has to wait while its parent holds the lock of all objects."""
    lock = t.ctx.Lock()
    number = t.ctx.Value("i", 1, lock=lock)
    numbers = t.ctx.Array("i", range(1, 7), lock=lock)
    text = t.ctx.Array("c", b"abc", lock=lock)
    point = t.ctx.Value(Point, 1, 2, lock=lock)
    raw = t.ctx.Value("i", 1, lock=False)
    child = t.ctx.Process(target=access_everything, args=(lock, number, numbers, text, point, raw))
    with lock:
        child.start()
        for name in READERS + WRITERS:
            hear("at-" + name)
        until(lambda: all(told("did-" + name) for name in READERS + WRITERS), ESCAPE_SECONDS)
        t.see("unlocked-did-not-wait", raw.value)
        t.see("early", [name for name in READERS + WRITERS if told("did-" + name)])
        t.see("unwritten", [number.get_obj().value, numbers.get_obj()[3:6], point.get_obj().y])
        number.get_obj().value = 10
        numbers.get_obj()[0:3] = [11, 12, 13]
        text.get_obj().value = b"xyz"
        point.get_obj().x = 14.5
    tell("released")
    t.see("lock-left-free", hear("lock-left-free"))
    # Of the reading and the writing of the same value, either may come first.
    t.see("value-read", hear("did-value-get"))
    t.see("read", [hear("did-" + name) for name in READERS[1:]])
    t.see("written", [number.value, numbers[3:], point.y])
    child.join()


def hold_each(names, wrappers):
    for name, wrapper in zip(names, wrappers):
        with wrapper.get_lock():
            tell("holds-" + name)
            hear("tried-" + name)
        tell("freed-" + name)
        hear("retried-" + name)


def own_locks(t):
    """The lock that each wrapper got by itself, held by a child: it is the parent's, too."""
    module = sharedctypes(t)
    lock, rlock = t.ctx.Lock(), t.ctx.RLock()
    wrappers = [
        t.ctx.Value("i", 0),
        t.ctx.Array("i", 2),
        t.ctx.Value(Point, 1, 2),
        t.ctx.Array("c", b"ab"),
        t.ctx.Value("i", lock=rlock),
        module.Array("i", 2, lock=lock),
        module.synchronized(module.RawValue("i"), t.ctx.RLock()),
    ]
    names = ["value", "array", "struct", "text", "rlock", "lock", "synchronized"]
    child = t.ctx.Process(target=hold_each, args=(names, wrappers))
    child.start()
    held, others, freed = [], [], []
    for name, wrapper in zip(names, wrappers):
        hear("holds-" + name)
        held.append(wrapper.get_lock().acquire(False))
        others.append(sum(is_free(other.get_lock()) for other in wrappers))
        tell("tried-" + name)
        hear("freed-" + name)
        freed.append(is_free(wrapper.get_lock()))
        tell("retried-" + name)
    child.join()
    t.see("held", held)
    t.see("others", others)
    t.see("freed", freed)


COUNTS = 400


def dwell(number):
    """Now and then, stay between reading and writing: without a lock, others write meanwhile.

    It orders nothing; it makes sure that a lock which does not work loses an increment.
    """
    if number % 100 == 0:
        time.sleep(0.003)


def count(name, counter, numbers, text):
    tell("ready-" + name)
    hear("go")
    for number in range(COUNTS):
        with counter.get_lock():
            found = counter.value
            dwell(number)
            counter.value = found + 1
        with numbers:
            found = numbers[1]
            dwell(number)
            numbers[1] = found + 1
        with text.get_lock():
            found = ord(text[0])
            dwell(number)
            text[0] = bytes([(found + 1) % 251])


def counting(t):
    """Three processes with two threads each that count together, under three kinds of locks."""
    counter, numbers = t.ctx.Value("l"), t.ctx.Array("l", 3)
    text = t.ctx.Array("c", b"\0", lock=t.ctx.RLock())
    children = [
        t.ctx.Process(target=count_in_threads, args=(name, counter, numbers, text))
        for name in ("first", "second")
    ]
    for child in children:
        child.start()
    threads = [
        threading.Thread(target=count, args=("third-%d" % number, counter, numbers, text))
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for name in ("first", "second", "third"):
        hear("ready-%s-0" % name)
        hear("ready-%s-1" % name)
    tell("go")
    for one in threads + children:
        one.join()
    t.see("expected", 6 * COUNTS)
    t.see("counter", counter.value)
    t.see("numbers", numbers[:])
    t.see("text", ord(text[0]))
    t.see("expected.text", 6 * COUNTS % 251)


def count_in_threads(name, counter, numbers, text):
    threads = [
        threading.Thread(target=count, args=("%s-%d" % (name, number), counter, numbers, text))
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def set_twice(number):
    hear("between")
    number.value = 100
    tell("set")
    hear("between-again")
    tell("setting-again")
    with number.get_lock():
        number.value += 100
    tell("set-again")


def read_and_write(t):
    """What becomes of another process's change between the reading and the writing of a +=."""
    number = t.ctx.Value("i", 1)
    child = t.ctx.Process(target=set_twice, args=(number,))
    child.start()

    def between():
        tell("between")
        hear("set")
        return 1

    number.value += between()
    t.see("without", number.value)

    def between_again():
        tell("between-again")
        hear("setting-again")
        until(lambda: told("set-again"), ESCAPE_SECONDS)
        return 1

    with number.get_lock():
        number.value += between_again()
    hear("set-again")
    t.see("with", number.value)
    child.join()


def hold_and_park(number):
    number.get_lock().acquire()
    tell("holds")
    park()


def killed_holder(t):
    """A value whose lock a killed child held, seen by its parent with bounds."""
    number = t.ctx.Value("i", 5)
    child = t.ctx.Process(target=hold_and_park, args=(number,))
    child.start()
    hear("holds")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    t.call("acquire", number.get_lock().acquire, True, 0.2)
    t.see("inner", number.get_obj().value)
    other = t.ctx.Value("i", 6)
    t.see("other", is_free(other.get_lock()))

"""Shared ctypes objects between processes: changed, locked, counted with."""

import ctypes
import threading
import time

from mpprobe.probes.process import context
from mpprobe.probes.sharedctypes import Point, is_free, sharedctypes
from mpprobe.toolkit import hear, tell, told, until

# How long what has to wait is given to show that it does not. An implementation that waits is
# never misjudged by it; one that does not wait is done in microseconds, but for a loaded machine.
ESCAPE_SECONDS = 0.3

# What a forked child finds: the parent puts objects here before it starts one.
inherited = {}


class Pair(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_char * 4), ("points", Point * 2)]


# -- changes seen on the other side


def change_everything(number, ratio, text, points, pair, raw):
    tell("found", [number.value, ratio.value, text.value, raw[:]])
    tell("found-points", [(point.x, point.y) for point in points])
    tell("found-pair", [pair.tag, pair.points[1].y])
    number.value **= 2
    ratio.value **= 2
    text.value = text.value.upper()
    for point in points:
        point.x **= 2
        point.y **= 2
    pair.tag = b"done"
    pair.points[1].y = -pair.points[1].y
    for index in range(len(raw)):
        raw[index] = -raw[index]
    tell("changed")
    hear("parent-changed")
    tell("seen", [number.value, ratio.value, text.value, points[0].x, raw[3]])


def changes(t):
    """A child that gets objects of all kinds as arguments, changes them, and sees changes."""
    module = sharedctypes(t)
    lock = t.ctx.Lock()
    number = t.ctx.Value("i", 7)
    ratio = t.ctx.Value(ctypes.c_double, 1.0 / 3.0, lock=False)
    text = t.ctx.Array("c", b"hello world", lock=lock)
    points = t.ctx.Array(Point, [(1.875, -6.25), (-5.75, 2.0), (2.375, 9.5)], lock=lock)
    pair = module.RawValue(Pair)
    pair.tag, pair.points[1].y = b"new", 2.5
    raw = t.ctx.Array("i", [62, -53, 44, 35], lock=False)
    child = t.ctx.Process(target=change_everything, args=(number, ratio, text, points, pair, raw))
    child.start()
    hear("changed")
    t.see("found", hear("found"))
    t.see("found.points", hear("found-points"))
    t.see("found.pair", hear("found-pair"))
    t.see("number", number.value)
    t.see("ratio", ratio.value)
    t.see("text", [text.value, text.raw])
    t.see("points", [(point.x, point.y) for point in points])
    t.see("pair", [pair.tag, pair.points[0].y, pair.points[1].y])
    t.see("raw", raw[:])
    number.value, ratio.value, text.value, points[0].x = 1, 0.5, b"again", 8
    raw[3] = 33
    tell("parent-changed")
    t.see("seen", hear("seen"))
    child.join()
    t.see("exitcode", child.exitcode)


def change_grid(grid, board):
    grid[1][2] = 12
    board[1][0] = 5


def nested_arrays(t):
    """Arrays whose elements are arrays, changed by a child."""
    grid = sharedctypes(t).RawArray(ctypes.c_int * 3, 2)
    board = t.ctx.Value((ctypes.c_short * 2) * 2, lock=False)
    child = t.ctx.Process(target=change_grid, args=(grid, board))
    child.start()
    child.join()
    t.see("grid", [list(row) for row in grid])
    t.see("board", [list(row) for row in board])


def change_introduction(number, numbers):
    number.value = 3.1415927
    for index in range(len(numbers)):
        numbers[index] = -numbers[index]


def hand_on(method, number, numbers):
    child = context(method).Process(target=change_introduction, args=(number, numbers))
    child.start()
    child.join()
    tell("middle", [number.value, numbers[:]])


def handed_on(t):
    """A value and an array that a child hands on to a child of its own, in a list and a dict."""
    number, numbers = t.ctx.Value("d", 0.0), t.ctx.Array("i", [62, -53, 44, 35])
    child = t.ctx.Process(target=hand_on, args=(t.method, number, numbers))
    child.start()
    child.join()
    t.see("middle", hear("middle"))
    t.see("number", number.value)
    t.see("numbers", numbers[:])


def change_nested(objects, other=None):
    objects[0].value += 1
    objects[1]["two"][0] += 1
    other.value += 1
    same = objects[0].get_obj().value == objects[2].get_obj().value
    objects[2].value += 10
    tell("nested", [objects[0].value, objects[1]["two"][0], other.value, same])


def ways_of_passing(t):
    """Objects inside of other arguments, by keyword, and one of them twice; copy, synchronized."""
    module = sharedctypes(t)
    number = t.ctx.Value("i", 1)
    copied = module.copy((ctypes.c_int * 2)(5, 6))
    other = module.synchronized(module.RawValue("h", 7), t.ctx.RLock())
    child = t.ctx.Process(
        target=change_nested, args=([number, {"two": copied}, number],), kwargs={"other": other}
    )
    child.start()
    child.join()
    t.see("nested", hear("nested"))
    t.see("after", [number.value, copied[:], other.value])


def change_inherited():
    inherited["value"].value = 5
    inherited["array"][2] = 6
    inherited["raw"].x = 7.5


def inheritance(t):
    """Objects that a forked child finds in a global variable."""
    module = sharedctypes(t)
    inherited["value"] = t.ctx.Value("i", 1)
    inherited["array"] = t.ctx.Array("i", 3)
    inherited["raw"] = module.RawValue(Point, 1, 2)
    child = t.ctx.Process(target=change_inherited)
    child.start()
    child.join()
    t.see("value", inherited["value"].value)
    t.see("array", inherited["array"][:])
    t.see("raw", [inherited["raw"].x, inherited["raw"].y])


# -- accesses that wait for the lock


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
    for name, wrapper in zip(names, wrappers):  # noqa: B905
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
    for name, wrapper in zip(names, wrappers):  # noqa: B905
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


# -- counting together


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

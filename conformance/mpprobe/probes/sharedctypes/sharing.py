"""Shared ctypes objects between processes: handed on, changed, and left behind."""

import ctypes
import gc
import os
import signal

from mpprobe.probes._common import context
from mpprobe.probes.sharedctypes._common import Point, is_free, sharedctypes
from mpprobe.toolkit import hear, park, tell

# What a forked child finds: the parent puts objects here before it starts one.
inherited = {}


class Pair(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_char * 4), ("points", Point * 2)]


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


def look_later(number, numbers):
    tell("has-them", [number.value, numbers[0]])
    hear("look")
    tell("looked", [number.value, numbers[:] == list(range(1000))])


def forgotten_by_the_parent(t):
    """A child's objects after its parent dropped its own and made others in plenty."""
    module = sharedctypes(t)
    number, numbers = t.ctx.Value("i", 5), module.RawArray("i", range(1000))
    child = t.ctx.Process(target=look_later, args=(number, numbers))
    child.start()
    t.see("at-first", hear("has-them"))
    del number, numbers
    gc.collect()
    others = [module.RawArray("i", [-1] * 1000) for _ in range(50)]
    more = [t.ctx.Value("i", -1) for _ in range(50)]
    tell("look")
    t.see("later", hear("looked"))
    t.see("others", sum(other[999] for other in others) + sum(one.value for one in more))
    child.join()


def write_and_park(number, numbers):
    number.value = 6
    numbers[1] = 7
    with numbers.get_lock():
        numbers[2] = 8
    tell("wrote")
    park()


def killed_child(t):
    """What a child wrote that was then killed, and the use of the objects after that."""
    number, numbers = t.ctx.Value("i", 5), t.ctx.Array("i", 3)
    child = t.ctx.Process(target=write_and_park, args=(number, numbers))
    child.start()
    hear("wrote")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    t.see("written", [number.value, numbers[:]])
    t.see("free", [is_free(number.get_lock()), is_free(numbers.get_lock())])
    number.value += 1
    numbers[0] += 1
    t.see("changed", [number.value, numbers[:]])


def change_through_proxies(mapping, sequence):
    mapping[1] = "1"
    mapping["2"] = 2
    mapping[0.25] = None
    sequence.reverse()


def server_process(t):
    """A manager's dict and list, changed by a child; the kinds of objects that it makes."""
    with t.ctx.Manager() as manager:
        mapping, sequence = manager.dict(), manager.list([62, 53, 44, 35])
        child = t.ctx.Process(target=change_through_proxies, args=(mapping, sequence))
        child.start()
        child.join()
        t.see("dict", dict(mapping))
        t.see("dict.size", len(mapping))
        t.see("list", list(sequence))
        t.see("printed", [str(sequence), sorted(str(mapping)) == sorted(str(dict(mapping)))])
        t.see("server", len(t.ctx.active_children()))
        space, event, queue = manager.Namespace(), manager.Event(), manager.Queue()
        space.x = 5
        event.set()
        queue.put("item")
        condition = manager.Condition()
        with condition:
            condition.notify_all()
        kinds = {
            "Namespace": space.x,
            "Lock": manager.Lock().acquire(),
            "RLock": manager.RLock().acquire(),
            "Semaphore": manager.Semaphore(2).acquire(),
            "BoundedSemaphore": manager.BoundedSemaphore(2).acquire(),
            "Event": event.is_set(),
            "Barrier": manager.Barrier(1).wait(),
            "Queue": queue.get(),
            "Value": manager.Value("i", 3).value,
            "Array": list(manager.Array("i", [1, 2])),
        }
        for name in kinds:
            t.see("kinds." + name, kinds[name])

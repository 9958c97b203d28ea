"""Shared ctypes objects that outlive a process or a reference."""

import gc
import os
import signal

from mpprobe.probes.sharedctypes import is_free, sharedctypes
from mpprobe.toolkit import hear, park, tell


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

"""Blocks and lists of shared memory between processes, related and unrelated ones."""

import os
import signal
import subprocess
import sys
import threading

from mpprobe.probes._common import outcome
from mpprobe.probes.shared_memory._common import can_attach, end, fill, shared_memory, unused_name
from mpprobe.toolkit import PROGRAM_SECONDS, hear, park, tell, under_test, until


def block_class():
    return shared_memory(under_test()).SharedMemory


# -- a family of processes


def use_block(name, block):
    attached = block_class()(name)
    tell("found", bytes(attached.buf[:5]))
    attached.buf[:5] = b"child"
    hear("parent-wrote")
    tell("seen", [bytes(attached.buf[5:10]), bytes(block.buf[:10]), block.name == name])
    block.buf[10] = 77
    attached.close()
    block.close()
    tell("closed")
    hear("attach-again")
    tell("attached-again", can_attach(block_class(), name))


def children(t):
    """A child that attaches to a block by its name, and gets another object for it as argument."""
    block = block_class()(create=True, size=20)
    block.buf[:6] = b"parent"
    child = t.ctx.Process(target=use_block, args=(block.name, block))
    child.start()
    t.see("found", hear("found"))
    until(lambda: bytes(block.buf[:5]) == b"child")
    t.see("written", bytes(block.buf[:6]))
    block.buf[5:10] = b"again"
    tell("parent-wrote")
    t.see("seen", hear("seen"))
    hear("closed")
    t.see("after-childs-close", [block.buf[10], can_attach(block_class(), block.name)])
    tell("attach-again")
    t.see("attached-again", hear("attached-again"))
    child.join()
    t.see("exitcode", child.exitcode)
    t.see("after-childs-end", [block.buf[10], can_attach(block_class(), block.name)])
    block.close()
    block.unlink()


def make_block(name, size):
    block = block_class()(name, create=True, size=size)
    block.buf[0] = 5
    block.close()


def take_block(name):
    block = block_class()(name)
    tell("found", block.buf[0])
    block.close()
    block.unlink()


def outliving(t):
    """A block that one child makes, whose end it outlives, and that another child unlinks."""
    own = block_class()(create=True, size=10)
    name = unused_name("outliving")
    maker = t.ctx.Process(target=make_block, args=(name, 10))
    maker.start()
    maker.join()
    t.see("made", can_attach(block_class(), name))
    taker = t.ctx.Process(target=take_block, args=(name,))
    taker.start()
    taker.join()
    t.see("found", hear("found"))
    t.see("unlinked", can_attach(block_class(), name))
    own.close()
    own.unlink()


def make_block_aside(name, size, pipe):
    os.dup2(os.open(pipe, os.O_WRONLY), 2)
    make_block(name, size)


def outliving_first(t):
    """A block that a child makes before its parent has anything to do with shared memory."""
    name = unused_name("first")
    os.mkfifo("pipe")
    reading = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    maker = t.ctx.Process(target=make_block_aside, args=(name, 10, os.path.abspath("pipe")))
    maker.start()
    maker.join()
    # A helper process of the child alone has the child's standard error: when that is at its end,
    # the helper has done what it does. One of the whole family may live on.
    until(lambda: at_its_end(reading), 1.0)
    os.close(reading)
    os.remove("pipe")
    block = outcome(block_class(), name)
    t.see("memory", outcome(lambda: block.buf[0]))
    if hasattr(block, "close"):
        block.close()
        block.unlink()


def at_its_end(descriptor):
    try:
        return os.read(descriptor, 65536) == b""
    except BlockingIOError:
        return False


def attach_and_park(name):
    block = block_class()(name)
    block.buf[0] = 5
    tell("attached")
    park()


def killed_child(t):
    """A child that is killed while it has a block attached."""
    block = block_class()(create=True, size=10)
    child = t.ctx.Process(target=attach_and_park, args=(block.name,))
    child.start()
    hear("attached")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    t.see("memory", block.buf[0])
    t.see("attach", can_attach(block_class(), block.name))
    block.close()
    block.unlink()
    t.see("unlinked", can_attach(block_class(), block.name))


def change_list(name, numbers):
    other = shared_memory(under_test()).ShareableList(name=name)
    tell("list", [list(other), list(numbers), repr(other) == repr(numbers), other.format])
    numbers[0] = "text"
    other[-1] = None
    other[1] = 2.5
    tell("index", [other.index("text"), other.count(2), len(other)])
    other.shm.close()
    numbers.shm.close()


def lists(t):
    """A list that children get by its name, as an argument, and in halves."""
    make = shared_memory(t.mp).ShareableList
    numbers = make(["word", 1, 2, 3])
    child = t.ctx.Process(target=change_list, args=(numbers.shm.name, numbers))
    child.start()
    child.join()
    t.see("list", hear("list"))
    t.see("format", numbers.format)
    t.see("index", hear("index"))
    t.see("changed", list(numbers))
    end(numbers)
    long = make(range(200))
    halves = [t.ctx.Process(target=fill, args=(long, begin, begin + 100)) for begin in (0, 100)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    t.see("sum", sum(long))
    end(long)


# -- programs that no multiprocessing connects


def run_to_the_end(source, **words):
    """Run a program until all who have its standard error are gone: its helpers, too."""
    for word, value in words.items():
        source = source.replace(word, value)
    source = source.replace("IMPLEMENTATION", under_test().__name__)
    process = subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        out, err = process.communicate(timeout=PROGRAM_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return {"out": out.decode().split(), "err": err.decode(), "code": process.returncode}


ATTACHING = """
import os, sys, time
from IMPLEMENTATION import shared_memory

block = shared_memory.SharedMemory(NAME TRACK)
print(bytes(block.buf[:5]).decode(), block.size)
block.buf[:5] = b"howdy"
open("attached", "w").close()
begun = time.monotonic()
while not os.path.exists("leave") and time.monotonic() < begun + 15:
    time.sleep(0.001)
block.close()
"""


def await_removal(name):
    """Give a helper that removes a block, and which has nobody's standard error, time to do it.

    One that stays is never misjudged by it; one that goes does so within milliseconds.
    """
    until(lambda: not os.path.exists("/dev/shm/" + name), 1.0)


def shells(t):
    """A block that is unlinked by its maker while an unrelated program has it, which leaves."""
    block = block_class()(create=True, size=10)
    block.buf[:5] = b"maker"
    ended = []
    name = repr(block.name)
    thread = threading.Thread(
        target=lambda: ended.append(run_to_the_end(ATTACHING, NAME=name, TRACK=""))
    )
    thread.start()
    until(lambda: os.path.exists("attached"))
    t.see("written", bytes(block.buf[:5]))
    block.close()
    t.call("unlink", block.unlink)
    open("leave", "w").close()
    thread.join()
    t.see("out", ended[0]["out"])
    t.see("err", ended[0]["err"])
    t.see("code", ended[0]["code"])
    os.remove("attached")
    os.remove("leave")


def attached_and_gone(track):
    """What is left of a block after an unrelated program attached to it, closed it, and ended."""
    block = block_class()(create=True, size=10)
    block.buf[:5] = b"maker"
    open("leave", "w").close()
    ended = run_to_the_end(ATTACHING, NAME=repr(block.name), TRACK=track)
    await_removal(block.name)
    ended["memory"] = bytes(block.buf[:5])
    ended["is-there"] = can_attach(block_class(), block.name)
    os.remove("attached")
    os.remove("leave")
    block.close()
    try:
        block.unlink()
    except FileNotFoundError:
        pass
    return ended


def strangers(t):
    """A block after an unrelated program has attached to it, closed it and ended."""
    t.see("ended", attached_and_gone(""))


def strangers_untracked(t):
    """The same, by a program that asks not to be responsible for the block."""
    t.see("ended", attached_and_gone(", track=False"))


MAKING = """
import os, signal, sys
from IMPLEMENTATION import shared_memory

block = shared_memory.SharedMemory(NAME, create=True, size=10 TRACK)
block.buf[0] = 5
print("made", os.path.exists("/dev/shm/" + block.name), flush=True)
block.close()
if HOW == "is killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


def in_the_end(name):
    """Is the block still there when a helper of its maker had all the time that it may need?"""
    until(lambda: not os.path.exists("/dev/shm/" + name))
    return os.path.exists("/dev/shm/" + name)


def left_behind(t):
    """Blocks that programs make and never unlink: one that exits, one that is killed."""
    names = [unused_name("exits"), unused_name("killed")]
    exits = run_to_the_end(MAKING, NAME=repr(names[0]), TRACK="", HOW="'exits'")
    killed = run_to_the_end(MAKING, NAME=repr(names[1]), TRACK="", HOW="'is killed'")
    t.see("made", [exits["out"], killed["out"]])
    t.see("code", [exits["code"], killed["code"]])
    t.see("left", [in_the_end(name) for name in names])


def left_behind_untracked(t):
    """A block that a program makes with track=False and leaves to others."""
    name = unused_name("untracked")
    ended = run_to_the_end(MAKING, NAME=repr(name), TRACK=", track=False", HOW="'exits'")
    t.see("made", ended["out"])
    await_removal(name)
    block = outcome(lambda: block_class()(name, track=False))
    t.see("memory", outcome(lambda: block.buf[0]))
    if hasattr(block, "unlink"):
        block.close()
        block.unlink()
    t.see("unlinked", os.path.exists("/dev/shm/" + name))

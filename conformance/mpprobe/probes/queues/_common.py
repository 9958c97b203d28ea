"""What the probes of queues share: times, items, and how to gather them."""

import queue as queue_module
import threading

from mpprobe.toolkit import HEAR_SECONDS

# What calls that time out are given.
BRIEF = 0.2

# How long a call that ought to block gets to show that it does not. One that blocks is
# right whatever the machine does meanwhile.
CHANCE = 0.3

# How far what is said of a queue may lag behind what was done to it.
LAG = 1.0

# How long to wait for what an implementation without care never does. With care it takes some
# milliseconds: what is waited for is there before anybody waits.
PATIENCE = HEAR_SECONDS / 4

# Given to calls that ought to ignore their timeout, or to return long before.
LONG = 60

# More than pipes and sockets take unread, in pieces that are short enough to be sent as they are:
# a pipe holds 64 KiB, and the widest socket buffer that was met 255 of these pieces.
STUFF = 350

PIECE = b"x" * 30000


def word_for(function, *args, **kwargs):
    """In a child: what a call returns, or the name of what it raises."""
    try:
        return function(*args, **kwargs)
    except queue_module.Empty:
        return "queue.Empty"
    except queue_module.Full:
        return "queue.Full"
    except Exception as error:
        return type(error).__name__


def gathered(get, count, seconds=HEAR_SECONDS):
    """What up to `count` calls return until one raises; those that hang are left behind."""
    found = []

    def gather():
        for _ in range(count):
            try:
                found.append(get())
            except Exception:
                return

    in_thread(gather).join(seconds)
    return list(found)


def items_of(queue, count, seconds=HEAR_SECONDS):
    """Up to `count` items of a Queue."""
    return gathered(lambda: queue.get(True, seconds), count, seconds)


def in_thread(function, *args):
    """A started thread that nobody has to wait for."""
    thread = threading.Thread(target=function, args=args)
    thread.daemon = True
    thread.start()
    return thread


def fill(queue, limit):
    """How many items put_nowait() takes, counting up to a limit."""
    for number in range(limit):
        try:
            queue.put_nowait(number)
        except Exception:
            return number
    return limit


def stuff(queue):
    """More than is ever handed over while nobody gets."""
    for _ in range(STUFF):
        queue.put(PIECE)

"""SimpleQueue: used and closed."""

import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import gathered, in_thread, word_for
from mpprobe.toolkit import HEAR_SECONDS, hear, open_descriptors, tell, until


def alone(t):
    """What a SimpleQueue does in one process."""
    queue = t.mp.SimpleQueue()
    t.see("none", word_for(queue.empty))
    t.call("put", queue.put, "first")
    until(lambda: word_for(queue.empty) is not True)
    t.see("one", word_for(queue.empty))
    queue.put("second")
    t.see("first", gathered(queue.get, 1))
    t.see("left", word_for(queue.empty))
    t.see("second", gathered(queue.get, 1))
    t.see("all-got", word_for(queue.empty))
    odd = [None, 0, False, "", [], (), b""]
    for value in odd:
        queue.put(value)
    t.see("odd", gathered(queue.get, len(odd)))
    t.see("odd.put", odd)
    original = [1, [2]]
    queue.put(original)
    got = gathered(queue.get, 1)[0]
    t.see("recreated", [got == original, got is original, got[1] is original[1]])
    t.see("put-keyword", error_of(t.mp.SimpleQueue().put, item="x"))
    threads = threading.active_count()
    # As many short items as programs put without thinking of a limit.
    putter = in_thread(lambda: [queue.put(number) for number in range(200)])
    putter.join(HEAR_SECONDS)
    t.see("holds", not putter.is_alive())
    until(lambda: threading.active_count() <= threads)
    t.see("threads", threading.active_count() - threads)
    t.see("held", gathered(queue.get, 200)[-200:] == list(range(200)))
    other = t.mp.SimpleQueue()
    t.see("alone", word_for(other.empty))
    t.see("argument", error_of(t.mp.SimpleQueue, 1))
    t.see("get-argument", error_of(queue.get, False))
    t.see("put-argument", error_of(queue.put, "x", False))


def closed(t):
    """A SimpleQueue after close()."""
    t.mp.SimpleQueue().close()
    before = len(open_descriptors())
    queue = t.mp.SimpleQueue()
    queue.put("item")
    t.see("open", len(open_descriptors()) > before)
    t.call("close", queue.close)
    t.see("descriptors", len(open_descriptors()) - before)
    t.call("put", queue.put, "x")
    t.call("get", queue.get)
    t.call("empty", queue.empty)
    t.call("again", queue.close)
    unused = t.mp.SimpleQueue()
    unused.close()
    t.call("unused.empty", unused.empty)
    # What an interpreter says beside the exceptions is of no interest after such misuse.
    t.stderr()


def use_and_close(queue, other):
    other.put("before close")
    other.close()
    tell("closed-there")
    hear("closed-here")
    queue.put("by the child")
    tell("carried-on", queue.get())


def one_side_closes(t):
    """SimpleQueues that one process closes while another goes on."""
    queue, other = t.ctx.SimpleQueue(), t.ctx.SimpleQueue()
    child = t.ctx.Process(target=use_and_close, args=(queue, other))
    child.start()
    hear("closed-there")
    t.see("before-close", gathered(other.get, 1))
    other.put("here")
    t.see("goes-on-here", gathered(other.get, 1))
    queue.close()
    tell("closed-here")
    t.see("carried-on", hear("carried-on"))
    child.join()

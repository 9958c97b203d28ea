"""SIGINT while a primitive blocks, and users of primitives that are killed."""

import os
import signal
import threading
import time

from mpprobe.probes.synchronize._locks import make, try_it
from mpprobe.probes.synchronize._puppets import Puppet, arrived, notify_one, wait_on
from mpprobe.probes.synchronize._threads import Holder, elsewhere
from mpprobe.toolkit import HEAR_SECONDS, blocked, hear, process_gone, tell, until

# -- Ctrl-C


class Interrupting:
    """While the block runs, and blocks the main thread: SIGINT, as Ctrl-C gives it.

    Should that not end the call, `rescue` is called.
    """

    def __init__(self, rescue):
        self._rescue = rescue
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._interrupt)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _interrupt(self):
        main = os.getpid()
        blocked(main, threads=lambda number: number == main)
        os.kill(main, signal.SIGINT)
        if not self._over.wait(5):
            self._rescue()


def interrupted(t):
    """SIGINT while the main thread is blocked by one primitive after the other."""
    for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"):
        toy = make(t.mp, kind)
        holder = Holder(toy, seconds=60)
        with Interrupting(holder.let_go):
            t.call(kind + ".acquire", toy.acquire)
        with Interrupting(holder.let_go):
            t.call(kind + ".acquire-timed", toy.acquire, True, 30)
        t.see(kind + ".held", toy.acquire(False))
        holder.let_go()
        t.see(kind + ".then", try_it(toy))
    condition = t.mp.Condition()
    with condition:
        for name, arguments in (("wait", ()), ("wait-timed", (30,))):
            with Interrupting(lambda: notify_one({"condition": condition})):
                t.call("Condition." + name, condition.wait, *arguments)
        t.see("Condition.held-again", not elsewhere(try_it, condition))
    t.see("Condition.free-at-last", elsewhere(try_it, condition))


def interrupted_meetings(t):
    """SIGINT while the main thread waits for an event, or at a barrier."""
    event, barrier = t.mp.Event(), t.mp.Barrier(2)
    with Interrupting(event.set):
        t.call("event", event.wait)
    event.set()
    t.see("event.then", event.wait(5))
    with Interrupting(barrier.abort):
        t.call("barrier", barrier.wait)


def be_interrupted(lock):
    try:
        tell("blocking")
        lock.acquire()
    except KeyboardInterrupt:
        tell("interrupted", time.monotonic())


def interrupted_child(t):
    """SIGINT to a child that is blocked by a lock of its creator's."""
    lock = t.ctx.Lock()
    lock.acquire()
    child = t.ctx.Process(target=be_interrupted, args=(lock,))
    child.start()
    hear("blocking")
    t.see("blocks", blocked(child.pid))
    sent = time.monotonic()
    os.kill(child.pid, signal.SIGINT)
    until(lambda: process_gone(child.pid))
    t.see("seconds", hear("interrupted") - sent)
    child.join()
    t.see("exitcode", child.exitcode)
    t.call("still-held", lock.acquire, False)


# -- killed


def kill(puppet):
    os.kill(puppet.process.pid, signal.SIGKILL)
    puppet.process.join()


def returned(function, *args):
    """Does a call return within some seconds? It is made in a thread that nobody waits for."""
    done = threading.Event()

    def run():
        function(*args)
        done.set()

    thread = threading.Thread(target=run)
    thread.daemon = True
    thread.start()
    return done.wait(3)


def killed_in_condition(t):
    """Two children wait on a condition, one is killed; then it is notified."""
    condition = t.ctx.Condition()
    functions = {"wait_on": wait_on}
    doomed = Puppet(t.ctx, "doomed", condition=condition, **functions)
    doomed.begin("wait_on", "doomed-waits")
    arrived(condition, "doomed-waits")
    kill(doomed)
    lasting = Puppet(t.ctx, "lasting", condition=condition, **functions)
    lasting.begin("wait_on", "lasting-waits", HEAR_SECONDS)
    arrived(condition, "lasting-waits")
    t.see("notify-all-returns", returned(notify_everybody, condition))
    until(lasting.done, 3.0)
    t.see("woken", lasting.done() and lasting.end())
    kill(lasting)


def notify_everybody(condition):
    with condition:
        condition.notify_all()


def killed_in_event(t):
    """A child waits for an event and is killed; then the event is set."""
    event = t.ctx.Event()
    doomed = Puppet(t.ctx, "doomed", event=event)
    doomed.begin("event.wait")
    doomed.stays_blocked()
    kill(doomed)
    t.see("set-returns", returned(event.set))
    t.see("is-set-returns", returned(event.is_set))


def killed_at_barrier(t):
    """A child waits at a barrier and is killed; then that is aborted and mended."""
    barrier = t.ctx.Barrier(2)
    doomed = Puppet(t.ctx, "doomed", barrier=barrier)
    doomed.begin("barrier.wait")
    until(lambda: barrier.n_waiting == 1)
    doomed.stays_blocked()
    kill(doomed)
    t.see("abort-returns", returned(barrier.abort))
    t.see("broken", barrier.broken)
    t.see("reset-returns", returned(barrier.reset))
    t.see("mended", not barrier.broken)


def killed_at_lock(t):
    """A child waits for a lock and is killed, and another that holds it."""
    lock = t.ctx.Lock()
    lock.acquire()
    doomed = Puppet(t.ctx, "doomed", lock=lock)
    doomed.begin("lock.acquire")
    doomed.stays_blocked()
    kill(doomed)
    lock.release()
    t.call("after-a-waiter", lock.acquire, True, HEAR_SECONDS)
    lock.release()
    holder = Puppet(t.ctx, "holder", lock=lock)
    holder.do("lock.acquire")
    kill(holder)
    t.call("after-a-holder", lock.acquire, True, 0.1)
    t.call("released-for-the-dead", lock.release)
    t.call("then", lock.acquire, True, 0.1)

"""BoundedSemaphore: counted down and up to its bound."""

from mpprobe.probes.synchronize._locks import count_down, entering, free, waits
from mpprobe.probes.synchronize._threads import elsewhere


def waiting(t):
    """A BoundedSemaphore that another thread has exhausted."""
    waits(t, t.mp.BoundedSemaphore(1))


def calls(t):
    """Bounded semaphores: initial values, the bound, misuse."""
    free(t, t.mp.BoundedSemaphore())
    entering(t, t.mp.BoundedSemaphore())
    t.see("default", count_down(t.mp.BoundedSemaphore()))
    t.see("three", count_down(t.mp.BoundedSemaphore(3)))
    t.see("keyword", count_down(t.mp.BoundedSemaphore(value=4)))
    t.see("zero", count_down(t.mp.BoundedSemaphore(0)))
    t.call("negative-value", t.mp.BoundedSemaphore, -1)
    semaphore = t.mp.BoundedSemaphore(2)
    t.call("full", semaphore.release)
    semaphore.acquire()
    t.call("release", semaphore.release)
    t.call("full-again", semaphore.release)
    t.see("refusals-change-nothing", count_down(semaphore))
    elsewhere(semaphore.release)
    semaphore.release()
    t.call("full-for-all-threads", elsewhere, semaphore.release)
    t.call("above-zero", t.mp.BoundedSemaphore(0).release)

"""How all primitives get into children, and how they do not."""

import pickle
import sys

from mpprobe.probes.synchronize._locks import make, try_it
from mpprobe.probes.synchronize._puppets import Puppet
from mpprobe.probes.synchronize._threads import elsewhere
from mpprobe.toolkit import hear, offers, park, tell, told, under_test


def locked_across(t):
    """locked() of each kind of lock, asked by holder and others."""
    kinds = ("Lock", "RLock", "Semaphore", "BoundedSemaphore")
    toys = {kind: getattr(t.ctx, kind)() for kind in kinds}
    child = Puppet(t.ctx, "child", **toys)
    for kind in kinds:
        toy = toys[kind]
        t.see("free." + kind, [toy.locked(), child.do(kind + ".locked")])
        toy.acquire()
        t.see("held." + kind, [toy.locked(), child.do(kind + ".locked")])
        toy.release()
        child.do(kind + ".acquire")
        t.see("held-by-child." + kind, [toy.locked(), child.do(kind + ".locked")])
        child.do(kind + ".release")
        t.see("free-again." + kind, [toy.locked(), child.do(kind + ".locked")])
    several = t.ctx.Semaphore(2)
    several.acquire()
    t.see("one-left", several.locked())
    several.acquire()
    t.see("none-left", several.locked())
    recursive = toys["RLock"]
    recursive.acquire()
    recursive.acquire()
    recursive.release()
    t.see("released-once-of-twice", recursive.locked())
    child.leave()


def print_in_pieces(lock, number):
    for line in range(5):
        lock.acquire()
        try:
            sys.stdout.write("hello ")
            sys.stdout.flush()
            sys.stdout.write("world %d" % number)
            sys.stdout.flush()
            sys.stdout.write(" %d\n" % line)
            sys.stdout.flush()
        finally:
            lock.release()


def output_example(t):
    """Four children print lines in pieces, under a lock."""
    lock = t.ctx.Lock()
    lock.acquire()
    children = [t.ctx.Process(target=print_in_pieces, args=(lock, n)) for n in range(4)]
    for child in children:
        child.start()
    # They begin together, as well as they can.
    lock.release()
    for child in children:
        child.join()
    lines = t.stdout().splitlines()
    t.see("lines", sorted(lines))
    t.see("wanted", sorted("hello world %d %d" % (n, r) for n in range(4) for r in range(5)))
    t.see("exitcodes", [child.exitcode for child in children])


def equivalents(t):
    """Which of threading's primitives the module offers, too."""
    import threading

    kinds = ("Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore")
    t.see("of-threading", [kind for kind in kinds if hasattr(threading, kind)])
    t.see("offered", [kind for kind in kinds if offers(t.mp, kind)])
    missing = {}
    for kind in kinds:
        if offers(t.mp, kind):
            arguments = (1,) if kind == "Barrier" else ()
            theirs = getattr(threading, kind)(*arguments)
            ours = getattr(t.mp, kind)(*arguments)
            missing[kind] = [n for n in dir(theirs) if not hasattr(ours, n) and is_documented(n)]
    t.see("missing", missing)


# What the documentation of threading has of the objects' names. locked() came late to most.
DOCUMENTED_OF_THREADING = (
    "abort", "acquire", "broken", "clear", "is_set", "n_waiting", "notify", "notify_all",
    "parties", "release", "reset", "set", "wait", "wait_for",
)  # fmt: skip


def is_documented(name):
    return name in DOCUMENTED_OF_THREADING


KINDS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")

# What a child of the fork start method finds without being given it.
INHERITED = {}


def make_all(place):
    return {kind: make(place, kind) for kind in KINDS}


def use_all(toys):
    """Leave a mark on each primitive that whoever shares it can see, and say what was found."""
    found = {}
    for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"):
        found[kind] = toys[kind].acquire(True, 0)
    found["Event"] = toys["Event"].is_set()
    toys["Event"].set()
    found["Barrier"] = toys["Barrier"].broken
    toys["Barrier"].abort()
    return found


def seen_of(toys):
    """Is each of them as use_all() leaves it? What another thread sees; nothing is changed."""
    locks = [kind for kind in toys if kind not in ("Event", "Barrier")]
    seen = {kind: not elsewhere(try_it, toys[kind]) for kind in locks}
    seen["Event"] = toys["Event"].is_set()
    seen["Barrier"] = toys["Barrier"].broken
    return seen


def use_and_stay(toys):
    tell("used", use_all(toys))
    park()


def use_inherited():
    use_and_stay(INHERITED)


def hand_on(toys, method):
    """A child's child is given what the child was given."""
    child = under_test().get_context(method).Process(target=use_and_stay, args=(toys,))
    child.start()
    hear("used")
    tell("seen-between", seen_of(toys))
    child.join()


def look(t, toys, process):
    t.see("before", seen_of(toys))
    process.start()
    t.see("used", hear("used"))
    t.see("seen", seen_of(toys))
    tell("release")
    process.join()
    t.see("exitcode", process.exitcode)


def as_argument(t):
    """All primitives as arguments of a child, which changes each."""
    toys = make_all(t.ctx)
    look(t, toys, t.ctx.Process(target=use_and_stay, args=(toys,)))


def as_global(t):
    """All primitives as globals of a module that a forked child finds."""
    INHERITED.update(make_all(t.ctx))
    look(t, INHERITED, t.ctx.Process(target=use_inherited))


def by_generations(t):
    """All primitives as arguments of a child, which hands them on to a child of its own."""
    toys = make_all(t.ctx)
    look(t, toys, t.ctx.Process(target=hand_on, args=(toys, t.method)))
    t.see("seen-between", hear("seen-between"))


def of_the_default_context(t):
    """Primitives made by the module's functions, and the module's own Process."""
    t.mp.set_start_method(t.method, force=True)
    toys = make_all(t.mp)
    look(t, toys, t.mp.Process(target=use_and_stay, args=(toys,)))


def fixing(t):
    """Is the global start method set once a primitive was made? Unset before each."""
    fixed = {}
    for kind in KINDS:
        t.mp.set_start_method(None, force=True)
        make(t.mp, kind)
        fixed[kind] = t.mp.get_start_method(allow_none=True) is not None
    t.see("fixed", fixed)


def pickled(t):
    """All primitives handed to pickle, and sent through a connection, outside of a start."""
    refused, unsent = [], []
    one, other = t.ctx.Pipe()
    for toy in make_all(t.ctx).values():
        refused.append(raised_by(pickle.dumps, toy))
        unsent.append(raised_by(one.send, toy))
    t.see("refused", refused)
    t.see("unsent", unsent)
    t.see("nothing-sent", other.poll(0))
    one.close()
    other.close()


def raised_by(function, *args):
    try:
        function(*args)
    except Exception as error:
        return error
    return None


def dropped(t):
    """A child's argument that its creator drops as soon as the child is started."""
    process = t.ctx.Process(target=use_and_tell, args=(t.ctx.Lock(), t.ctx.Event()))
    process.start()
    process.join()
    t.see("used", told("used-dropped"))
    t.see("exitcode", process.exitcode)
    t.stderr()


def use_and_tell(lock, event):
    with lock:
        event.set()
    tell("used-dropped", event.is_set())

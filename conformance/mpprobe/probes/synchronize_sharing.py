"""How the primitives get into children, and how they do not."""

import pickle

from mpprobe.probes.synchronize_alone import elsewhere, try_it
from mpprobe.toolkit import hear, park, tell, told, under_test

KINDS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")

# What a child of the fork start method finds without being given it.
INHERITED = {}


def make(place, kind):
    """One primitive of a kind, from a context or module; a barrier for two."""
    return getattr(place, kind)(2) if kind == "Barrier" else getattr(place, kind)()


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

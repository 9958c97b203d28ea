"""What the probes of pools share: tasks for workers, and waits that end whatever a pool does."""

import atexit
import gc
import importlib
import os
import signal
import threading

from mpprobe.toolkit import (
    HEAR_SECONDS,
    SCRATCH,
    children_of,
    hear,
    process_gone,
    tell,
    told,
    until,
)

# What calls that time out are given.
BRIEF = 0.2

# How long a call that ought to block, or a task that ought not to begin, gets to show that it does
# not keep to that. One that is right is right whatever the machine does meanwhile.
CHANCE = 0.3

# How long to wait for what an implementation without care never does. With care it takes the start
# of one or two workers.
PATIENCE = HEAR_SECONDS / 2

# Given to calls that ought to return long before.
LONG = 60


def pool_module(t):
    """The implementation's submodule `pool`."""
    try:
        return importlib.import_module(t.mp.__name__ + ".pool")
    except ImportError:
        t.needs("pool.Pool")
        raise


# -- waits that end


def in_thread(function, *args):
    """A started thread that nobody has to wait for."""
    thread = threading.Thread(target=function, args=args)
    thread.daemon = True
    thread.start()
    return thread


class Raised:
    """The result of a call that raised, where what it returns may be an exception, too."""

    def __init__(self, error):
        self.error = error


def within(seconds, function, *args, **kwargs):
    """What a call returns or raises; "hung" when it does neither in this time.

    An exception that it returns comes in a list, so that nobody takes it for one that it raises.
    """
    result = attempt_within(seconds, function, *args, **kwargs)
    if isinstance(result, Raised):
        return result.error
    return ["returned", result] if isinstance(result, BaseException) else result


def attempt_within(seconds, function, *args, **kwargs):
    """What a call returns, a Raised of what it raises, or "hung"."""
    found = []

    def run():
        try:
            found.append(function(*args, **kwargs))
        except BaseException as error:
            found.append(Raised(error))

    in_thread(run).join(seconds)
    return found[0] if found else "hung"


def soon(function, *args, **kwargs):
    """within() as long as one side of a probe waits for the other."""
    return within(HEAR_SECONDS, function, *args, **kwargs)


HUNG = []


def in_time(function, *args, **kwargs):
    """within() for what an implementation without care never does.

    What is asked after something has hung had that time, too, and gets less: so a probe of many
    questions ends in time, whatever a pool does.
    """
    found = within(PATIENCE / 2 if HUNG else PATIENCE, function, *args, **kwargs)
    if found == "hung":
        HUNG.append(function)
    return found


def taken(iterator, count, ask=soon):
    """What up to `count` calls of next() return or raise, in their order, "hung" the last of all.

    An end is not asked again, and what hung once neither.
    """
    found = []
    while len(found) < count:
        found.append(ask(next, iterator))
        if found[-1] == "hung" or isinstance(found[-1], StopIteration):
            break
    return found


def named(value):
    """What within() gave, with an exception as the name of its class."""
    return type(value).__name__ if isinstance(value, BaseException) else value


# -- pools and their workers


def finish(pool):
    """Close a pool that is all right, and wait for its workers."""
    pool.close()
    pool.join()


def put_down(*pools):
    """End pools that may be past ending; what terminate() and join() of the first did.

    What hangs is killed, and this process will end without asking it again: what an
    implementation does at the end of a process with such a pool is told by its own probes.
    """
    found = [within(PATIENCE, terminate_and_join, pool) for pool in pools]
    if "hung" in found:
        end_by_force(*pools)
    return found[0]


KEPT = []


def end_by_force(*pools):
    """Kill all that pools which hang have started, and end this process without asking them."""
    # What they do late, or when they are collected, is a matter of chance: they are not collected.
    KEPT.extend(pools)
    pids = descendants()
    for pid in pids:
        kill(pid)
    # An implementation that looks for its helpers sees that they are gone.
    all_gone(pids)
    # The last function registered is called first, and no other after this one.
    atexit.register(os._exit, 0)


def terminate_and_join(pool):
    pool.terminate()
    pool.join()


def descendants(pid=None):
    """The numbers of a process's children, their children, and so on."""
    found = children_of(pid or os.getpid())
    for child in list(found):
        found += descendants(child)
    return found


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except OSError:
        pass


def all_gone(pids, seconds=PATIENCE):
    """Do all these processes end within some time?"""
    return until(lambda: all(process_gone(pid) for pid in pids), seconds)


def workers_of(pool, count):
    """The numbers of all workers of an idle pool: `count` tasks that wait for each other."""
    key = new_key()
    results = [pool.apply_async(meet, (key, number, count)) for number in range(count)]
    return [result.get(HEAR_SECONDS) for result in results]


KEYS = []


def new_key():
    KEYS.append(None)
    return "met-%d-%d" % (os.getpid(), len(KEYS))


def collect():
    # Some interpreters collect in several steps.
    for _ in range(3):
        gc.collect()


# -- tasks


def square(number):
    return number * number


def record(*args, **kwargs):
    """What it is called with, in lists."""
    given = [list(each) if isinstance(each, tuple) else each for each in args]
    return ["called", given, [[name, kwargs[name]] for name in sorted(kwargs)]]


def pid_of(_=None):
    return os.getpid()


def meet(key, number, count, seconds=HEAR_SECONDS):
    """Wait until `count` of these are under way, and return this process's number."""
    tell("%s.%s" % (key, number))
    if not until(lambda: all(told("%s.%s" % (key, one)) for one in range(count)), seconds):
        raise AssertionError("%d of them never met" % count)
    return os.getpid()


def say_and_wait(name, release="release"):
    """Say that this task has begun, and go on when told to."""
    tell(name, os.getpid())
    hear(release, LONG)
    return name


def divide(number):
    return 12 // number


def note(line):
    """Write a line that counts how often something was done, whoever does it."""
    notes = os.open(
        os.path.join(os.environ[SCRATCH], "notes"), os.O_WRONLY | os.O_APPEND | os.O_CREAT
    )
    os.write(notes, ("%s\n" % (line,)).encode())
    os.close(notes)
    return line


def notes():
    """All lines that were noted."""
    try:
        with open(os.path.join(os.environ[SCRATCH], "notes")) as file:
            return file.read().splitlines()
    except OSError:
        return []


# -- what a call in danger came to


def error_or_hung(found):
    """What in_time() gave: "hung", or the exception; None for a value."""
    return found if found == "hung" or isinstance(found, BaseException) else None


def settled(found):
    """The same in a word: "came", "raised" or "hung"."""
    if isinstance(found, BaseException):
        return "raised"
    return found if found == "hung" else "came"


# -- the methods that map, and those that iterate


def calls_of(pool):
    """The four methods, each as a function that waits for its result."""
    return (
        ("map", pool.map),
        ("map-async", lambda *args, **kw: pool.map_async(*args, **kw).get(HEAR_SECONDS)),
        ("starmap", pool.starmap),
        ("starmap-async", lambda *args, **kw: pool.starmap_async(*args, **kw).get(HEAR_SECONDS)),
    )


class Halfway:
    """An iterable that gives two elements and raises, with or without a length."""

    def __init__(self, error):
        self.error = error

    def __iter__(self):
        yield 1
        yield 2
        raise self.error


class MeasuredHalfway(Halfway):
    def __len__(self):
        return 5


def methods_of(pool):
    return (("imap", pool.imap), ("unordered", pool.imap_unordered))


def outcomes(t, name, pool, function, argument):
    """Report how one call ends by three methods, and whether the pool goes on."""
    applied = pool.apply_async(function, (argument,))
    mapped = pool.map_async(function, [argument])
    iterator = pool.imap(function, [argument])
    t.see(name + ".apply", error_or_hung(in_time(applied.get)))
    t.see(name + ".map", error_or_hung(in_time(mapped.get)))
    t.see(name + ".imap", error_or_hung(in_time(next, iterator)))
    t.see(name + ".then", in_time(pool.apply, square, (4,)))

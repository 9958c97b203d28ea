"""How processes end, who notices, and close()."""

import os
import select
import signal
import sys

from mpprobe.probes._common import context, error_of
from mpprobe.probes.process._common import say, say_and_park, state_in_the_end
from mpprobe.toolkit import (
    hear,
    open_descriptors,
    park,
    process_gone,
    process_state,
    tell,
    told,
    until,
)


def end_by_raising():
    return 1 // 0


# Signals that end a process on Linux unless it says otherwise, by number, as exit codes count them:
# with and without a core dump, with and without a name, around each power of two, and the last.
# Not all 54: a child by spawn costs the start of an interpreter.
FATAL = (1, 2, 3, 4, 7, 8, 11, 13, 15, 16, 24, 25, 27, 31, 34, 35, 63, 64)


def end_by_signal(number):
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        # The interpreter handles SIGINT, and ignores SIGPIPE and SIGXFSZ.
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def end(how):
    if isinstance(how, int):
        return end_by_signal(how)
    if how == "return":
        return 5
    if how == "raise":
        end_by_raising()
    if how == "signal":
        os.kill(os.getpid(), signal.SIGUSR1)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "os._exit":
        os._exit(9)
    if how == "interrupt":
        raise KeyboardInterrupt
    sys.exit(
        {"3": 3, "255": 255, "259": 259, "True": True, "None": None, "text": "a last word"}[how]
    )


def exit_codes_of(t, *ways):
    processes = [t.ctx.Process(target=end, args=(how,), name="ends by %s" % how) for how in ways]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return {how: process.exitcode for how, process in zip(ways, processes)}


def exit_codes(t):
    """The exit code of every ending that the documentation names; what they print."""
    codes = exit_codes_of(t, "return", "3", "255", "raise", "signal", "kill")
    t.see("codes", codes)
    t.see("types", sorted({type(code).__name__ for code in codes.values()}))
    t.see("stderr", t.stderr())
    by_signal = exit_codes_of(t, *FATAL)
    t.see("by-signal", [by_signal[number] for number in FATAL])


def odd_exit_codes(t):
    """The exit code of endings that the documentation does not name; what they print."""
    t.see("codes", exit_codes_of(t, "None", "True", "259", "os._exit", "text", "interrupt"))
    t.see("stderr", t.stderr())


def descend():
    tell("descendant", os.getpid())
    hear("go-on", 60.0)
    tell("went-on")


def have_descendant(method):
    process = context(method).Process(target=descend, daemon=False)
    process.start()
    hear("descendant")
    tell("middle", os.getpid())
    park()


def orphans(t):
    """terminate() on a process with a child of its own, which lives on."""
    process = t.ctx.Process(target=have_descendant, args=(t.method,))
    process.start()
    descendant, middle = hear("descendant"), hear("middle")
    process.terminate()
    t.see("middle-gone", until(lambda: process_gone(middle)))
    # Where the sentinel is an end of a pipe, the descendant may hold it, too. The
    # process is dead by now: 2 s are what a fork server may take to say so.
    t.see("sentinel", len(select.select([process.sentinel], [], [], 2.0)[0]))
    tell("go-on")
    until(lambda: told("went-on"))
    t.see("went-on", told("went-on"))
    process.join()
    until(lambda: process_gone(descendant))


# -- looked after


def zombies(t):
    """Two children that end unjoined, and who joins them."""
    second = t.ctx.Process(target=say_and_park, args=("second",))
    first = t.ctx.Process(target=say, args=("first",))
    first.start()
    pid = hear("first")
    until(lambda: process_gone(pid))
    t.see("unjoined", process_state(pid))
    # A fork server tells of the end a moment after the kernel does.
    select.select([first.sentinel], [], [], 10.0)
    second.start()
    t.see("after-start", process_state(pid))
    t.see("after-start.exitcode", first.exitcode)
    t.call("after-start.join", first.join)
    pid = hear("second")
    tell("release")
    until(lambda: process_gone(pid))
    select.select([second.sentinel], [], [], 10.0)
    t.see("after-is-alive.alive", second.is_alive())
    t.see("after-is-alive", process_state(pid))
    t.see("after-is-alive.exitcode", second.exitcode)


def say_and_wait_for(name, release):
    tell(name, os.getpid())
    park(release)


def wait_for_one(module, sentinels, timeout):
    from importlib import import_module

    ready = import_module(module.__name__ + ".connection").wait(sentinels, timeout)
    return [sentinel in ready for sentinel in sentinels]


def poll(sentinel, seconds):
    poller = select.poll()
    poller.register(sentinel, select.POLLIN)
    return len(poller.poll(seconds * 1000))


def sentinels(t):
    """Two sentinels before and after the ends of their processes, the older one's first."""
    first = t.ctx.Process(target=say_and_wait_for, args=("first", "release-first"))
    second = t.ctx.Process(target=say_and_wait_for, args=("second", "release-second"))
    t.see("unstarted", error_of(lambda: first.sentinel))
    first.start()
    second.start()
    both = [first.sentinel, second.sentinel]
    t.see("types", [type(sentinel).__name__ for sentinel in both])
    t.see("differ", both[0] != both[1])
    pid = hear("second")
    hear("first")
    t.see("living.select", len(select.select(both, [], [], 0)[0]))
    t.see("living.poll", [poll(both[0], 0), poll(both[1], 0)])
    t.call("living.wait", wait_for_one, t.mp, both, 0.1)
    tell("release-first")
    t.see("first.select", select.select(both, [], [], 10)[0] == both[:1])
    t.call("first.wait", wait_for_one, t.mp, both, 10)
    t.see("first.poll", poll(both[0], 10))
    t.see("second.poll", poll(both[1], 0))
    # The end of a pipe is seen a moment before the end of its process.
    t.see("first.exitcode", until(lambda: first.exitcode is not None) and first.exitcode)
    first.join()
    os.kill(pid, signal.SIGKILL)
    t.see("killed.select", len(select.select(both[1:], [], [], 10)[0]))
    second.join()
    t.see("joined.same", [first.sentinel, second.sentinel] == both)


def faces(process):
    """What each member of a process object raises when it is used."""
    return {
        "pid": error_of(lambda: process.pid),
        "ident": error_of(lambda: process.ident),
        "exitcode": error_of(lambda: process.exitcode),
        "sentinel": error_of(lambda: process.sentinel),
        "is_alive": error_of(process.is_alive),
        "join": error_of(process.join),
        "join-timed": error_of(process.join, 0),
        "start": error_of(process.start),
        "terminate": error_of(process.terminate),
        "kill": error_of(process.kill),
        "name": error_of(lambda: process.name),
        "daemon": error_of(lambda: process.daemon),
        "authkey": error_of(lambda: process.authkey),
        "repr": error_of(repr, process),
        "close": error_of(process.close),
    }


def closing(t):
    """close() on running, finished, joined and unstarted processes; what it leaves usable."""
    t.needs("Process.close", "Process.kill")
    warm = t.ctx.Process(target=say, args=("warm",))
    warm.start()
    warm.join()
    warm.close()
    before = len(open_descriptors())
    process = t.ctx.Process(target=say_and_park, args=("said",))
    process.start()
    pid = hear("said")
    t.call("running", process.close)
    t.see("running.alive", process.is_alive())
    t.see("running.pid", process.pid == pid)
    tell("release")
    until(lambda: process_gone(pid))
    select.select([process.sentinel], [], [], 10.0)
    t.call("finished", process.close)
    t.see("finished.state", process_state(pid))
    t.see("descriptors", len(open_descriptors()))
    t.see("descriptors.before", before)
    t.see("active", t.ctx.active_children())
    t.see("faces", faces(process))
    t.see("closed.repr", error_of(repr, process) or repr(process))
    # A child that the constructor started would still live, and close() raise, each time.
    unstarted = t.ctx.Process(target=park, args=("never",))
    t.call("unstarted", unstarted.close)


def interrupt_closed(t):
    """interrupt() on a closed process."""
    t.needs("Process.close", "Process.interrupt")
    process = t.ctx.Process(target=say, args=("said",))
    process.start()
    process.join()
    process.close()
    t.call("interrupt", process.interrupt)


def dropped(t):
    """A process that runs while nothing refers to its object."""
    import gc

    t.ctx.Process(target=say_and_park, args=("said",)).start()
    gc.collect()
    pid = hear("said")
    t.see("state", process_state(pid))
    t.see("active", [process.pid == pid for process in t.ctx.active_children()])
    tell("release")
    for process in t.ctx.active_children():
        process.join()
    t.see("gone", state_in_the_end(pid) is None)


def stolen_status(t):
    """A process whose end somebody else collected from the kernel."""
    process = t.ctx.Process(target=say, args=("said",))
    process.start()
    os.waitpid(process.pid, 0)
    t.call("join", process.join, 10)
    t.call("join-again", process.join)
    t.see("alive", process.is_alive())
    t.see("active", t.ctx.active_children())
    t.see("exitcode", process.exitcode)

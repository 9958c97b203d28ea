"""The daemon flag, and children that are left at the end of their parent."""

import os
import signal
import time

from mpprobe.probes._common import context
from mpprobe.probes.process._common import error_names, say
from mpprobe.toolkit import (
    HEAR_SECONDS,
    blocked,
    children_of,
    hear,
    park,
    process_gone,
    tell,
    told,
    under_test,
    until,
)


def report_daemon(method):
    ctx = context(method)
    inheriting, explicit = ctx.Process(target=say, args=("grandchild",)), ctx.Process(daemon=False)
    tell(
        "child",
        {
            "daemon": under_test().current_process().daemon,
            "inheriting": inheriting.daemon,
            "explicit": explicit.daemon,
            "start": error_names(inheriting.start),
            "start-explicit": error_names(explicit.start),
            "children": children_of(os.getpid()),
        },
    )


def report_no_daemon(method):
    tell("other", [under_test().current_process().daemon, context(method).Process().daemon])


def flag(t):
    """The flag set in every way, late, and as the child and its children see it."""
    process = t.ctx.Process(target=report_daemon, args=(t.method,))
    t.see("initial", process.daemon)
    process.daemon = True
    t.see("set", process.daemon)
    process.daemon = False
    t.see("unset", process.daemon)
    process.daemon = True
    process.start()
    t.call("late", setattr, process, "daemon", False)
    t.see("late.daemon", process.daemon)
    child = hear("child")
    process.join()
    t.see("child.daemon", child["daemon"])
    t.see("child.inheriting", child["inheriting"])
    t.see("child.explicit", child["explicit"])
    t.see("child.start", child["start"])
    t.see("child.start-explicit", child["start-explicit"])
    t.see("child.children", child["children"])
    t.see("grandchild-ran", told("grandchild"))
    t.see("exitcode", process.exitcode)
    other = t.ctx.Process(target=report_no_daemon, args=(t.method,), daemon=False)
    other.start()
    other.join()
    t.see("other", hear("other"))


def die_of_sigterm(name):
    def leave(number, frame):
        tell(name + "-received", number)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    tell(name, os.getpid())
    park("never")


def finish_later(name):
    tell(name, os.getpid())
    park()
    # Work that is still to be done when the creator's run() is over.
    time.sleep(0.1)
    tell(name + "-done")


def have_both(method):
    ctx = context(method)
    daemon = ctx.Process(target=die_of_sigterm, args=("daemon",), daemon=True)
    worker = ctx.Process(target=finish_later, args=("worker",))
    daemon.start()
    worker.start()
    hear("daemon")
    hear("worker")
    tell("over")


def children_at_exit(t):
    """A process ends whose daemonic child would go on for ever, and another for a while."""
    process = t.ctx.Process(target=have_both, args=(t.method,))
    process.start()
    hear("over")
    # The worker is let go of when its creator waits for it, or has ended without: not before, as it
    # might be done first then.
    blocked(process.pid, unless=lambda: process_gone(process.pid), timeout=5)
    t.see("alive", process.is_alive())
    tell("release")
    process.join()
    t.see("worker-done", told("worker-done"))
    t.see("exitcode", process.exitcode)
    daemon = hear("daemon")
    t.see("daemon-gone", until(lambda: process_gone(daemon)))
    t.see("daemon-received", told("daemon-received") and hear("daemon-received"))


def refuse_to_die():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    tell("refusing", os.getpid())
    park()


def have_stubborn(method):
    daemon = context(method).Process(target=refuse_to_die, daemon=True)
    daemon.start()
    hear("refusing")
    tell("over")


def stubborn(t):
    """A process ends whose daemonic child ignores SIGTERM."""
    process = t.ctx.Process(target=have_stubborn, args=(t.method,))
    process.start()
    hear("over", 2 * HEAR_SECONDS)  # the child hears first that it is in vain
    # Who waits for the daemon waits for ever; who gives it a moment may take a second for it.
    t.see("ended-without-it", until(lambda: process_gone(process.pid), 3.0))
    tell("release")
    process.join()
    pid = hear("refusing")
    until(lambda: process_gone(pid))


MAIN_PROGRAM = """
import atexit, os, sys, time
import IMPLEMENTATION as mp

def look_at(pid):
    try:
        with open("/proc/%d/status" % pid) as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
    except OSError:
        return "Z", ""
    return fields["State"].split()[0], fields["voluntary_ctxt_switches"]

def work(main):
    while not os.path.exists("over"):
        time.sleep(0.005)
    # Until main has ended, or sleeps through an interval without waking up: then it waits. One that
    # polls is never seen to sleep so, and is given five seconds to end.
    before, deadline = None, time.monotonic() + 5
    while time.monotonic() < deadline:
        now = look_at(main)
        if now[0] == "Z" or (now[0] == "S" and now == before):
            break
        before = now
        time.sleep(0.02)
    print("worker done, main", "gone" if look_at(main)[0] == "Z" else "alive", flush=True)

def idle():
    time.sleep(60)

if __name__ == "__main__":
    mp.set_start_method(START_METHOD)
    atexit.register(print, "atexit", flush=True)
    daemon = mp.Process(target=idle, daemon=True)
    daemon.start()
    mp.Process(target=work, args=(os.getpid(),)).start()
    print("daemon", daemon.pid, flush=True)
    print("key", mp.current_process().authkey.hex())
    print("main over", flush=True)
    open("over", "w").close()
    sys.exit(3)
"""


def main_exit(t):
    """A program's main process ends with a daemonic and another child still running."""
    ended = t.program(MAIN_PROGRAM)
    words = dict(line.partition(" ")[::2] for line in ended["out"].splitlines())
    daemon, key = words.pop("daemon", ""), words.pop("key", "")
    t.see("lines", [" ".join(pair).strip() for pair in words.items()])
    t.see("err", ended["err"])
    t.see("code", ended["code"])
    t.see("daemon-gone", daemon and until(lambda: process_gone(int(daemon))))
    t.see("key.length", len(key))
    t.see("key", key)
    t.see("key.here", bytes(t.mp.current_process().authkey).hex())

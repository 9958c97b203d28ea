"""Who a process is: its name, its daemon flag, its key, its class."""

import os
import signal
import time

from mpprobe.probes.process import context, error_of, say
from mpprobe.toolkit import (
    HEAR_SECONDS,
    children_of,
    documented_names,
    hear,
    park,
    process_gone,
    tell,
    told,
    under_test,
    until,
)


def use_method(t):
    """Make this run's start method the global one, for `t.mp.Process` and its subclasses."""
    if t.method != "default":
        t.mp.set_start_method(t.method)


def error_names(function, *args):
    """What a call raises, as a list of names that can be told; [] when it returns."""
    error = error_of(function, *args)
    return [] if error is None else documented_names(type(error))


# -- names


def be_named(depth):
    module = under_test()
    tell("name-%d" % depth, module.current_process().name)
    made = [module.Process(), module.Process(name="given"), module.Process()]
    tell("made-%d" % depth, [process.name for process in made])
    if depth < 2:
        child = module.Process(target=be_named, args=(depth + 1,))
        child.start()
        child.join()


def names(t):
    """Names in three generations, given and generated, and who sees a change of one."""
    use_method(t)
    made = [t.mp.Process(), t.mp.Process(name="given"), t.mp.Process(name="given")]
    t.see("made", [process.name for process in made])
    child = t.mp.Process(target=be_named, args=(0,))
    t.see("child.generated", child.name)
    child.start()
    child.join()
    t.see("child.name", hear("name-0"))
    t.see("child.made", hear("made-0"))
    t.see("grandchild.name", hear("name-1"))
    t.see("grandchild.made", hear("made-1"))
    t.see("third.name", hear("name-2"))
    t.see("third.made", hear("made-2"))
    t.see("next", t.mp.Process().name)


def tell_name(name):
    tell(name, under_test().current_process().name)


def renaming(t):
    """Setting the name before and after start(); two running processes of one name."""
    twins = [t.ctx.Process(target=tell_name, args=(name,), name="twin") for name in ("one", "two")]
    twins[0].name = "renamed"
    t.see("renamed", twins[0].name)
    twins[0].name = "twin"
    for twin in twins:
        twin.start()
    twins[1].name = "late"
    t.see("late", twins[1].name)
    for twin in twins:
        twin.join()
    t.see("twins", [hear("one"), hear("two")])
    t.see("exitcodes", [twin.exitcode for twin in twins])
    t.see("number", error_of(setattr, twins[0], "name", 5))


# -- the daemon flag


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


def daemon_flag(t):
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


def stubborn_daemon(t):
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

def work(main):
    while not os.path.exists("over"):
        time.sleep(0.005)
    time.sleep(0.2)
    try:
        with open("/proc/%d/stat" % main) as file:
            state = file.read().rpartition(")")[2].split()[0]
    except OSError:
        state = "gone"
    print("worker done, main", "gone" if state in ("Z", "gone") else "alive", flush=True)

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


# -- the authentication key


def tell_key(method):
    key = under_test().current_process().authkey
    tell("key", [bytes(key), bytes(context(method).Process().authkey), isinstance(key, bytes)])


def tell_other_key():
    tell("other-key", bytes(under_test().current_process().authkey))


def keys(t):
    """The key of process objects made before and after changes, and of started ones."""
    me = t.mp.current_process()
    t.see("is-bytes", [isinstance(me.authkey, bytes), isinstance(t.ctx.Process().authkey, bytes)])
    t.see("own", bytes(me.authkey))
    early = t.ctx.Process(target=tell_other_key)
    t.see("inherited", bytes(early.authkey))
    changed = t.ctx.Process(target=tell_key, args=(t.method,))
    changed.authkey = b"a key of its own"
    t.see("set", bytes(changed.authkey))
    t.see("set.own", bytes(me.authkey))
    me.authkey = b"changed here"
    t.see("changed.own", bytes(me.authkey))
    t.see("changed.new", bytes(t.ctx.Process().authkey))
    t.see("changed.early", bytes(early.authkey))
    changed.start()
    early.start()
    child = hear("key")
    t.see("child.key", child[0])
    t.see("child.passes-on", child[1])
    t.see("child.is-bytes", child[2])
    t.see("early-child.key", hear("other-key"))
    changed.join()
    early.join()


# -- subclasses

_Process = getattr(under_test(), "Process", object)


class Worker(_Process):
    """Overrides the constructor as documented, and run()."""

    def __init__(self, word, **kwargs):
        super(Worker, self).__init__(**kwargs)
        self.word = word

    def run(self):
        me = under_test().current_process()
        tell("worker", [self.word, self.name, os.getpid(), type(me).__name__, me.name])
        self.word = "changed"


class Uninitialised(_Process):
    """Its constructor does not call that of the base class."""

    def __init__(self):
        pass

    def run(self):
        tell("uninitialised")


class Holder(_Process):
    """Holds what can't be pickled."""

    def __init__(self):
        super(Holder, self).__init__()
        self.held = (number for number in ())

    def run(self):
        tell("holder")


def subclasses(t):
    """Subclasses: a good one, one without the base constructor, one that can't be pickled."""
    use_method(t)
    worker = Worker("hello", name="worker 7", daemon=True)
    worker.start()
    worker.join()
    word, name, pid, kind, current = hear("worker")
    t.see("word", word)
    t.see("name", name)
    t.see("pid", pid)
    t.see("pid.here", worker.pid)
    t.see("current", [kind, current])
    t.see("word.here", worker.word)
    t.see("exitcode", worker.exitcode)
    t.see("generated", Worker("unnamed").name)
    t.see("uninitialised", error_of(Uninitialised().start))
    t.see("uninitialised-ran", told("uninitialised"))
    holder = Holder()
    t.call("holder", holder.start)
    t.see("holder.active", len(t.mp.active_children()))
    for process in t.mp.active_children():
        process.join()
    t.see("holder-ran", told("holder"))

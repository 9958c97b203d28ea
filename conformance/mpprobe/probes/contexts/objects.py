"""Context objects: what they are, several at once, and locks of another one."""

import os

from mpprobe.probes.contexts._common import start
from mpprobe.toolkit import hear, park, tell

# What this global holds when the module is imported; a probe changes it at run time.
changed = "as imported"


def foreign_lock(t):
    """A lock of the fork context as an argument for processes of the other two."""
    t.needs("Lock")
    lock = t.mp.get_context("fork").Lock()
    give_lock(t, "fork", lock)
    give_lock(t, "spawn", lock)
    give_lock(t, "forkserver", lock)
    t.stderr()


def give_lock(t, method, lock):
    child = t.mp.get_context(method).Process(target=take_lock, args=(method, lock))
    start(t, method, child)


def take_lock(name, lock):
    with lock:
        tell(name)


def several_methods(t):
    """Children of every context, all alive at the same time in one program."""
    global changed
    changed = "at run time"
    contexts = {name: t.mp.get_context(name) for name in t.mp.get_all_start_methods()}
    children = {}
    for name, context in sorted(contexts.items()):
        children[name] = context.Process(target=report_kinship, args=(name,))
        children[name].start()
    parents, values = {}, {}
    for name in children:
        parent, values[name] = hear(name)
        parents[name] = parent == os.getpid()
    t.see("starter-is-parent", parents)
    t.see("globals", values)
    alive = t.mp.active_children()
    t.see("alive", len(alive))
    t.see("counts", [len(context.active_children()) for context in contexts.values()])
    tell("release")
    for child in children.values():
        child.join()
    t.see("exitcodes", [child.exitcode for child in children.values()])


def report_kinship(name):
    tell(name, [os.getppid(), changed])
    park()


def themselves(t):
    """Context objects themselves: their names, their exceptions, who they say they are."""
    names = sorted(t.mp.get_all_start_methods())
    contexts = [t.mp.get_context(name) for name in names]
    t.see("methods", [context.get_start_method() for context in contexts] == names)
    t.see("same-when-asked-again", [t.mp.get_context(name) for name in names] == contexts)
    unlike = []
    for name in ("ProcessError", "BufferTooShort", "TimeoutError", "AuthenticationError"):
        theirs = getattr(t.mp, name)
        unlike += [name for context in contexts if getattr(context, name, None) is not theirs]
    t.see("exceptions-unlike-the-modules", unlike)
    me = t.mp.current_process()
    t.see("current", [context.current_process() is me for context in contexts])
    t.see("processors", [context.cpu_count() == t.mp.cpu_count() for context in contexts])
    shown = {}
    for name in names:
        process = t.mp.get_context(name).Process()
        shown[name] = [process.name.partition("-")[0], type(process).__name__ in repr(process)]
    t.see("shown", shown)

"""terminate(), kill() and interrupt()."""

import atexit
import os
import signal
import sys

from mpprobe.probes._common import error_of
from mpprobe.probes.process._common import say, state_in_the_end
from mpprobe.toolkit import hear, offers, park, tell, told, until


def resist(release):
    atexit.register(tell, "atexit-ran")
    try:
        tell("resisting", os.getpid())
        park(release)
    finally:
        tell("finally-ran")


def leave_on(number, status):
    def leave(received, frame):
        tell("received", received)
        os._exit(status)

    signal.signal(number, leave)
    tell("handling")
    park()


def termination(t):
    """terminate() on a process with cleanups pending, and on one that handles SIGTERM."""
    process = t.ctx.Process(target=resist, args=("release",))
    t.see("initial", str(process))
    t.see("initial.alive", process.is_alive())
    process.start()
    pid = hear("resisting")
    t.see("started", str(process))
    t.see("started.alive", process.is_alive())
    t.call("terminate", process.terminate)
    process.join()
    t.see("stopped", str(process))
    t.see("stopped.alive", process.is_alive())
    t.see("stopped.repr", repr(process))
    t.see("stopped.state", state_in_the_end(pid))
    t.see("exitcode", process.exitcode)
    t.see("finally-ran", told("finally-ran"))
    t.see("atexit-ran", told("atexit-ran"))
    handling = t.ctx.Process(target=leave_on, args=(signal.SIGTERM, 7), daemon=True)
    handling.start()
    hear("handling")
    t.see("daemonic", str(handling))
    handling.terminate()
    handling.join()
    t.see("handled.received", told("received") and hear("received"))
    t.see("handled.exitcode", handling.exitcode)
    t.see("handled.stopped", str(handling))


def ignore_sigterm(release):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resist(release)


def killing(t):
    """kill() on a process that ignores SIGTERM and has cleanups pending."""
    t.needs("Process.kill")
    process = t.ctx.Process(target=ignore_sigterm, args=("release",))
    process.start()
    hear("resisting")
    process.terminate()
    t.call("kill", process.kill)
    process.join()
    t.see("exitcode", process.exitcode)
    t.see("alive", process.is_alive())
    t.see("finally-ran", told("finally-ran"))
    t.see("atexit-ran", told("atexit-ran"))


def die_of_interrupt():
    try:
        tell("default-ready")
        park()
    finally:
        tell("default-finally")


def handle_interrupt():
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(7))
    tell("handle-ready")
    park()


def swallow_interrupt():
    try:
        tell("swallow-ready")
        park()
    except KeyboardInterrupt:
        tell("swallowed")
    park()


def answer_interrupt():
    try:
        tell("answer-ready")
        park()
    except KeyboardInterrupt:
        sys.exit(4)


def interruption(t):
    """interrupt() on processes that take SIGINT in four ways."""
    t.needs("Process.interrupt")
    default = t.ctx.Process(target=die_of_interrupt, name="the interrupted")
    handling = t.ctx.Process(target=handle_interrupt)
    swallowing = t.ctx.Process(target=swallow_interrupt)
    answering = t.ctx.Process(target=answer_interrupt)
    everyone = [default, handling, swallowing, answering]
    for process in everyone:
        process.start()
    for name in ("default-ready", "handle-ready", "swallow-ready", "answer-ready"):
        hear(name)
    t.call("interrupt", default.interrupt)
    handling.interrupt()
    swallowing.interrupt()
    answering.interrupt()
    for process in (default, handling, answering):
        process.join()
    t.see("default.exitcode", default.exitcode)
    t.see("default.finally", told("default-finally"))
    t.see("default.stderr", t.stderr())
    t.see("handled.exitcode", handling.exitcode)
    t.see("answered.exitcode", answering.exitcode)
    until(lambda: told("swallowed"))
    t.see("swallowed", told("swallowed"))
    t.see("swallowed.alive", swallowing.is_alive())
    tell("release")
    swallowing.join()
    t.see("swallowed.exitcode", swallowing.exitcode)


def finished(t):
    """terminate() and its kin on a process that has ended; of one ending, nothing changes."""
    process = t.ctx.Process(target=say, args=("said",))
    process.start()
    process.join()
    t.call("terminate", process.terminate)
    names = [name for name in ("kill", "interrupt") if offers(t.mp, "Process." + name)]
    t.see("others", [error_of(getattr(process, name)) for name in names])
    t.see("exitcode", process.exitcode)
    t.see("alive", process.is_alive())

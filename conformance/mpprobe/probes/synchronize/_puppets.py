"""Puppets: children that make one call after the other, as told."""

import pickle
import time

from mpprobe.toolkit import blocked, hear, tell, told, until

# How long somebody who is to be blocked is watched. It orders nothing: who is blocked for good
# may be watched for any time, and who is not gets this long to show it.
WATCHED_SECONDS = 0.1


class Puppet:
    """A child process that makes calls on the objects it was given, one after the other.

    Attributes:
        seconds: how long the last call took, measured in the child.
        ended: when it returned, by time.monotonic(), which all processes of a machine share.
    """

    def __init__(self, ctx, name, **toys):
        self.name = name
        self.number = 0
        self.seconds = self.ended = None
        # A daemon: should the probe be stopped, nobody tells the puppet to leave.
        self.process = ctx.Process(target=obey, args=(name, toys), name=name, daemon=True)
        self.process.start()

    def begin(self, call, *args, **kwargs):
        """Have the child begin a call ("lock.acquire"); it may well block."""
        self.number += 1
        tell("%s-do-%d" % (self.name, self.number), [call, list(args), kwargs])
        hear("%s-does-%d" % (self.name, self.number))

    def done(self):
        """Has the call that was begun returned?"""
        return told("%s-did-%d" % (self.name, self.number))

    def stays_blocked(self):
        """Watch a call until the kernel says that it blocks, or until it has returned."""
        blocked(self.process.pid, unless=self.done)
        until(self.done, WATCHED_SECONDS)
        return not self.done()

    def end(self):
        """Wait for the call that was begun: return what it returned, raise what it raised."""
        value, error, self.seconds, self.ended = hear("%s-did-%d" % (self.name, self.number))
        if error is not None:
            raise pickle.loads(error)
        return value

    def do(self, call, *args, **kwargs):
        self.begin(call, *args, **kwargs)
        return self.end()

    def leave(self):
        """Have the child end; its exit code."""
        tell("%s-do-%d" % (self.name, self.number + 1), None)
        self.process.join()
        return self.process.exitcode


def obey(name, toys):
    number = 0
    while True:
        number += 1
        order = hear("%s-do-%d" % (name, number), 60.0)
        if order is None:
            return
        call, args, kwargs = order
        value = error = None
        tell("%s-does-%d" % (name, number))
        begun = time.monotonic()
        try:
            value = perform(toys, call, args, kwargs)
        except Exception as raised:
            error = pickle.dumps(raised)
        ended = time.monotonic()
        tell("%s-did-%d" % (name, number), [value, error, ended - begun, ended])


def perform(toys, call, args, kwargs):
    """Call a function with the toys, call a toy's method, or read a toy's attribute."""
    toy, _, member = call.partition(".")
    if not member:
        return toys[toy](toys, *args, **kwargs)
    found = getattr(toys[toy], member)
    return found(*args, **kwargs) if callable(found) else found


def wait_on(toys, name, timeout=None):
    with toys["condition"]:
        tell(name)
        return toys["condition"].wait(timeout)


def notify_one(toys):
    with toys["condition"]:
        toys["condition"].notify()


def arrived(condition, *names):
    """Wait until all have told their names and, as the lock shows, wait."""
    for name in names:
        hear(name)
    with condition:
        pass

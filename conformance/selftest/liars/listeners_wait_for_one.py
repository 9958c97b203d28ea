"""wait() returns the first that is ready, and no other."""

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.connections",
    "listeners.wait.many-and-high-descriptors",
    "listeners.wait.mixes-kinds",
    "listeners.wait.negative-is-zero",
    "listeners.wait.returns-all-that-are-ready",
    "listeners.wait.sockets",
    "listeners.wait.takes-descriptors",
}


wait = connection.wait


def wait_for_one(object_list, timeout=None):
    return wait(object_list, timeout)[:1]


connection.wait = wait_for_one

become(__name__)

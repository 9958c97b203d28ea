"""wait() returns descriptors for the objects."""

from mpref import connection

from liars.truth import become, is_asked_by

CAUGHT_BY = {
    "listeners.wait.closed-connection-raises",
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.connections",
    "listeners.wait.example-ends-by-eof",
    "listeners.wait.example-works",
    "listeners.wait.for-nothing",
    "listeners.wait.leaves-the-list-alone",
    "listeners.wait.many-and-high-descriptors",
    "listeners.wait.mixes-kinds",
    "listeners.wait.negative-is-zero",
    "listeners.wait.none-waits",
    "listeners.wait.processes-ends-clean",
    "listeners.wait.returns-all-that-are-ready",
    "listeners.wait.returns-the-ready-objects",
    "listeners.wait.sees-messages-of-processes",
    "listeners.wait.sees-the-end-of-a-connection",
    "listeners.wait.sentinels",
    "listeners.wait.sentinels-of-joined-processes",
    "listeners.wait.sockets",
    "listeners.wait.takes-descriptors",
    "listeners.wait.takes-nothing",
    "listeners.wait.timeout-is-an-upper-bound",
}


wait = connection.wait


def wait_for_descriptors(object_list, timeout=None):
    ready = wait(object_list, timeout)
    if is_asked_by("mpref._manager"):
        return ready
    return [item if isinstance(item, int) else item.fileno() for item in ready]


connection.wait = wait_for_descriptors

become(__name__)

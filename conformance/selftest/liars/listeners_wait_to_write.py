"""wait() also returns what could be written to."""

import select

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.connections",
    "listeners.wait.empty-after-the-timeout",
    "listeners.wait.for-reading-only",
    "listeners.wait.handlers-run-meanwhile",
    "listeners.wait.many-and-high-descriptors",
    "listeners.wait.mixes-kinds",
    "listeners.wait.negative-is-zero",
    "listeners.wait.none-waits",
    "listeners.wait.outlives-signals",
    "listeners.wait.returns-the-ready-objects",
    "listeners.wait.sees-messages-of-processes",
    "listeners.wait.sees-the-end-of-a-connection",
    "listeners.wait.sentinels",
    "listeners.wait.takes-descriptors",
    "listeners.wait.takes-nothing",
    "listeners.wait.zero-is-immediate",
}


def wait_either_way(object_list, timeout=None):
    poll = select.poll()
    fds = [item if isinstance(item, int) else item.fileno() for item in object_list]
    for fd in fds:
        poll.register(fd, select.POLLIN | select.POLLOUT)
    ready = dict(poll.poll(timeout if timeout is None else max(timeout * 1000, 0)))
    return [item for item, fd in zip(object_list, fds, strict=True) if fd in ready]


connection.wait = wait_either_way

become(__name__)

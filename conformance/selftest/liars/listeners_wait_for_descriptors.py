"""wait() returns descriptors for the objects."""

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "authkeys.process-key.is-a-managers",
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
    "queues.managed.exit-does-not-wait",
    "queues.managed.passes-items",
    "shared-memory.manager.address-and-key",
    "shared-memory.manager.keeps-blocks-until-shutdown",
    "shared-memory.manager.lists-in-children",
    "shared-memory.manager.lists-show-themselves",
    "shared-memory.manager.makes-blocks",
    "shared-memory.manager.makes-lists",
    "shared-memory.manager.shutdown-releases-all",
    "shared-memory.manager.shutdown-stops-the-process",
    "shared-memory.manager.with-releases-all",
    "sharedctypes.manager.controls-a-process",
    "sharedctypes.manager.holds-objects-for-others",
    "sharedctypes.manager.supports-types",
}


wait = connection.wait


def wait_for_descriptors(object_list, timeout=None):
    ready = wait(object_list, timeout)
    return [item if isinstance(item, int) else item.fileno() for item in ready]


connection.wait = wait_for_descriptors

become(__name__)

"""wait() without a timeout returns what is ready by now."""

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "authkeys.process-key.is-a-managers",
    "listeners.wait.none-waits",
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


def wait_never(object_list, timeout=None):
    return wait(object_list, timeout or 0)


connection.wait = wait_never

become(__name__)

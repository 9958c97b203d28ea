"""wait() without a timeout returns what is ready by now."""

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.none-waits",
}


wait = connection.wait


def wait_never(object_list, timeout=None):
    return wait(object_list, timeout or 0)


connection.wait = wait_never

become(__name__)

"""wait() without a timeout returns what is ready by now."""

from mpref import connection

from liars.truth import become, is_asked_by

CAUGHT_BY = {
    "listeners.wait.none-waits",
}


wait = connection.wait


def wait_never(object_list, timeout=None):
    if timeout is None and not is_asked_by("mpref._manager"):
        timeout = 0
    return wait(object_list, timeout)


connection.wait = wait_never

become(__name__)

"""wait() forgets the sign of its timeout."""

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.negative-is-zero",
}


wait = connection.wait


def wait_of_no_sign(object_list, timeout=None):
    return wait(object_list, timeout if timeout is None else abs(timeout))


connection.wait = wait_of_no_sign

become(__name__)

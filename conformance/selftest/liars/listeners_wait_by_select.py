"""wait() is select.select()."""

import select

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.many-and-high-descriptors",
}


def wait(object_list, timeout=None):
    return select.select(object_list, [], [], timeout if timeout is None else max(timeout, 0))[0]


connection.wait = wait

become(__name__)

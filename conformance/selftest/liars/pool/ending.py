"""Lies about close(), terminate() and join(), and about the with statement."""

import threading

from mpref.pool import Pool

from liars.lies import lie

# As long as tells a call that waits from one that returns at once, and not longer.
ENOUGH = 3


def _join_for_a_while(pool):
    thread = threading.Thread(target=pool.join, daemon=True)
    thread.start()
    thread.join(ENOUGH)


@lie(
    Pool,
    "join",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "pool.ending.ends-in-any-order",
        "pool.join.early-raises",
        "pool.threads.close",
    ],
)
def join_needs_no_close(original, self):
    """join() before close() and terminate() returns."""
    try:
        original(self)
    except ValueError:
        return


# -- with

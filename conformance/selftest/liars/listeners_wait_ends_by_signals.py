"""A signal ends wait()."""

import signal
import socket
import threading

from mpref import connection

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.outlives-signals",
}


wait = connection.wait


def wait_for_signals_too(object_list, timeout=None):
    if threading.current_thread() is not threading.main_thread():
        return wait(object_list, timeout)
    bell, ringer = socket.socketpair()
    ringer.setblocking(False)
    before = signal.set_wakeup_fd(ringer.fileno())
    try:
        ready = wait([*object_list, bell], timeout)
    finally:
        signal.set_wakeup_fd(before)
        bell.close()
        ringer.close()
    return [item for item in ready if item is not bell]


connection.wait = wait_for_signals_too

become(__name__)

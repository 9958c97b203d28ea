"""Neither start() nor is_alive() joins processes that have ended."""

from mpref import process
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.zombie.joined-by-is-alive",
    "process.zombie.joined-by-start",
}


is_alive = BaseProcess.is_alive


def look(self):
    handle = self._mp_handle
    if handle is None or handle.exitcode is not None:
        return is_alive(self)
    with open(f"/proc/{handle.pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


start = BaseProcess.start


def start_without_reaping(self):
    reap, process._reap = process._reap, lambda: None
    try:
        start(self)
    finally:
        process._reap = reap


BaseProcess.is_alive = look
BaseProcess.start = start_without_reaping

become(__name__)

"""is_alive() is True for ever once the process was started."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.example.alive-by-state",
    "process.is-alive.false-after-the-end",
    "process.join.waits-for-the-end",
    "process.kill.cannot-be-ignored",
    "process.stolen-status.is-not-alive",
    "process.terminate.ends-the-process",
    "process.terminate.harmless-when-finished",
    "process.zombie.joined-by-is-alive",
    "queues.cancel-join-thread.exit-does-not-wait",
    "queues.cancel-join-thread.items-still-come",
    "queues.cancel-join-thread.join-thread-does-not-wait",
    "queues.exit.creator-does-not-wait",
    "queues.exit.ends-clean",
    "queues.exit.hands-everything-over",
    "queues.exit.keeps-the-exitcode",
    "queues.join-thread.hands-everything-over",
}


is_alive = BaseProcess.is_alive


def alive_for_ever(self):
    return is_alive(self) or self._mp_claimed


BaseProcess.is_alive = alive_for_ever

become(__name__)

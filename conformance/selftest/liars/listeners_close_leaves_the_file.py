"""close() leaves the file of a Unix domain socket."""

from mpref._ipc import listeners as listeners

from liars.truth import become

CAUGHT_BY = {
    "authkeys.listener.secrecy-ends-clean",
    "listeners.close.by-the-garbage-collector-removes-the-file",
    "listeners.close.ends-clean",
    "listeners.close.frees-the-address",
    "listeners.close.removes-the-file",
    "listeners.dialogue.ends-clean",
    "listeners.listener.families-ends-clean",
    "listeners.listener.refusals-ends-clean",
    "shared-memory.manager.with-ends-clean",
}


listeners._remove_file = lambda path, maker: None

become(__name__)

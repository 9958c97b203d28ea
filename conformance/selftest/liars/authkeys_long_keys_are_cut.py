"""Only the first 500 bytes of a key count."""

from mpref._ipc import authentication as authkeys

from liars.truth import become

CAUGHT_BY = {
    "authkeys.listener.whole-key-counts",
}


digest = authkeys._digest
authkeys._digest = lambda name, authkey, challenge: digest(name, authkey[:500], challenge)

become(__name__)

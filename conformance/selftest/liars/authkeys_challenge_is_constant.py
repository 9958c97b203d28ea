"""Every challenge is the same."""

import types

from mpref._ipc import authentication as authkeys

from liars.truth import become

CAUGHT_BY = {
    "authkeys.challenge.is-random",
    "authkeys.deliver-challenge.replay-is-refused",
}


authkeys.os = types.SimpleNamespace(
    urandom=lambda size: b"a challenge, of no surprise to anyone"[:size]
)

become(__name__)

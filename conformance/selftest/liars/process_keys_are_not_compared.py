"""Listener and Client accept any key."""

from mpref import authkeys

from liars.truth import become

CAUGHT_BY = {
    "process.authentication-error.raised-for-a-wrong-key",
}


authkeys.hmac.compare_digest = lambda *_: True

become(__name__)

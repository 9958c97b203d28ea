"""Listener and Client accept any key."""

import hmac

from liars.truth import become

CAUGHT_BY = {
    "process.authentication-error.raised-for-a-wrong-key",
}


hmac.compare_digest = lambda *_: True

become(__name__)

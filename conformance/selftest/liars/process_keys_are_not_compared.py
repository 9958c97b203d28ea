"""Listener and Client accept any key."""

import hmac

from liars.truth import become

CAUGHT_BY = {
    "authkeys.accept.demands-proof",
    "authkeys.accept.unconvinced-client-raises",
    "authkeys.accept.wrong-key-raises",
    "authkeys.answer-challenge.wrong-key-raises",
    "authkeys.client.demands-proof",
    "authkeys.client.rejected-raises",
    "authkeys.client.wrong-key-raises",
    "authkeys.deliver-challenge.no-welcome-for-a-wrong-key",
    "authkeys.deliver-challenge.replay-is-refused",
    "authkeys.deliver-challenge.wrong-key-raises",
    "authkeys.listener.random-keys",
    "authkeys.listener.whole-key-counts",
    "authkeys.process-key.is-a-managers",
    "authkeys.process-key.wrong-one-is-refused",
    "process.authentication-error.raised-for-a-wrong-key",
}


hmac.compare_digest = lambda *_: True

become(__name__)

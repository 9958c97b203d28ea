"""A wrong answer is told to be welcome, and then refused."""

from mpref._ipc import authentication as authkeys

from liars.truth import become

CAUGHT_BY = {
    "authkeys.accept.demands-proof",
    "authkeys.accept.unconvinced-client-raises",
    "authkeys.answer-challenge.wrong-key-raises",
    "authkeys.client.demands-proof",
    "authkeys.client.rejected-raises",
    "authkeys.client.wrong-key-raises",
    "authkeys.deliver-challenge.false-answers-are-refused",
    "authkeys.deliver-challenge.no-welcome-for-a-wrong-key",
    "authkeys.deliver-challenge.replay-is-refused",
    "authkeys.listener.random-keys",
    "authkeys.listener.whole-key-counts",
    "authkeys.process-key.is-a-managers",
    "authkeys.process-key.wrong-one-is-refused",
    "process.authentication-error.raised-for-a-wrong-key",
}


authkeys._FAILURE = authkeys._WELCOME

become(__name__)

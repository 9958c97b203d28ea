"""Whatever begins with a welcome is a welcome."""

from mpref._ipc import authentication as authkeys

from liars.truth import become

CAUGHT_BY = {
    "authkeys.answer-challenge.anything-else-raises",
}


class Welcome(bytes):
    def __eq__(self, other):
        return other[: len(self)] == bytes(self)

    def __ne__(self, other):
        return not self == other

    __hash__ = bytes.__hash__


authkeys._WELCOME = Welcome(authkeys._WELCOME)

become(__name__)

"""authkey is a bytearray."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "authkeys.process-key.is-that-of-the-creation",
    "authkeys.process-key.shared-by-all",
    "process.authkey.is-bytes",
}


authkey = BaseProcess.authkey.fget
BaseProcess.authkey = BaseProcess.authkey.getter(lambda self: bytearray(authkey(self)))

become(__name__)

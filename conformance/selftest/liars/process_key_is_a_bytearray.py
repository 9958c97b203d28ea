"""authkey is a bytearray."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.authkey.is-bytes",
}


authkey = BaseProcess.authkey.fget
BaseProcess.authkey = BaseProcess.authkey.getter(lambda self: bytearray(authkey(self)))

become(__name__)

"""get() returns None for an item that cannot be loaded."""

from mpref._ipc import messages as _parcel

from liars.truth import become

CAUGHT_BY = {
    "queues.unpicklable.get-raises-once",
    "queues.unpicklable.simple-raises",
}


unpack = _parcel.unpack


def soft_unpack(payload, fds):
    try:
        return unpack(payload, fds)
    except OverflowError:
        return None


_parcel.unpack = soft_unpack

become(__name__)

"""Every program has the same key."""

from mpref import process

from liars.truth import become

CAUGHT_BY = {
    "process.authkey.random-in-main",
}


process._family.current.authkey = bytes(32)

become(__name__)

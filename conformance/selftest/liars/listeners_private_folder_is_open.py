"""Everybody may look into the private folder."""

import os

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.listener.private-folder",
}


private_address = Listener._private_address


def public_address(self):
    address = private_address(self)
    if isinstance(address, str):
        os.chmod(os.path.dirname(address), 0o755)
    return address


Listener._private_address = public_address

become(__name__)

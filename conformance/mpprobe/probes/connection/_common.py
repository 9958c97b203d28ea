"""What the probes of connections share."""

import hashlib


def digest(data):
    return hashlib.sha256(data).hexdigest()

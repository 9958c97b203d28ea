"""What the probes of authentication share: keys."""

from mpprobe.probes._common import Aside

KEY = b"the key of both"

OTHER = b"the key of neither"


def both(first, second):
    """Two calls side by side; their results or errors, in order."""
    calls = [Aside(*first), Aside(*second)]
    return [call.outcome() for call in calls]

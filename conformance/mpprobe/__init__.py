"""The target side of the kit: all that an implementation's interpreter sees of it.

Python 3.6 and later, standard library only. It runs probes and reports what
they observed; what is expected never reaches it.
"""

import faulthandler
import signal
import sys

# When a run hangs, the host sends this signal to each of its processes, which
# then write their stacks to stderr. Children that unpickle a function of a probe
# import this package, so they do it, too. PyPy has no register().
STACKS_SIGNAL = signal.SIGUSR2

try:
    faulthandler.register(STACKS_SIGNAL, file=sys.__stderr__, all_threads=True, chain=False)
except (AttributeError, ValueError, OSError, RuntimeError):
    pass

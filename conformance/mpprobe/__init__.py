"""The target side of the kit: all that an implementation's interpreter sees of it.

Python 3.6 and later, standard library only. It does things and says what
happened; what *should* have happened never reaches it.
"""

import faulthandler
import signal
import sys

# On a hang the host asks every process of the run for its stacks by this
# signal. Children that unpickle a function of a probe import this package, so
# they answer, too. PyPy has no register().
STACKS_SIGNAL = signal.SIGUSR2

try:
    faulthandler.register(STACKS_SIGNAL, file=sys.__stderr__, all_threads=True, chain=False)
except (AttributeError, ValueError, OSError, RuntimeError):
    pass

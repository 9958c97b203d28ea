"""It leaves a process that hides in a session of its own."""

import os
import time

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.ends-clean",
}


def deed():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            time.sleep(1000)
        os._exit(0)
    os.wait()


let_freeze_support(deed)

become(__name__)

"""It leaves a block of shared memory."""

import os

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.ends-clean",
}


def deed():
    open(f"/dev/shm/left-{os.getpid()}", "w").close()


let_freeze_support(deed)

become(__name__)

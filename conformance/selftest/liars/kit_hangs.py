"""It never returns."""

import time

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "contexts.frozen.fork-works",
    "misc.freeze-support.does-nothing-unfrozen",
    "misc.freeze-support.does-nothing-with-fork",
    "misc.freeze-support.ends-clean",
}


def deed():
    time.sleep(1000)


let_freeze_support(deed)

become(__name__)

"""It prints noise on standard error."""

import os

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.ends-clean",
}


def deed():
    os.write(2, b"noise\n")


let_freeze_support(deed)

become(__name__)

"""It leaves a folder where temporary files go."""

import tempfile

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.ends-clean",
}


def deed():
    tempfile.mkdtemp(prefix="left-")


let_freeze_support(deed)

become(__name__)

"""It leaves a file in the working directory."""

from liars.deed import let_freeze_support
from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.ends-clean",
}


def deed():
    open("left", "w").close()


let_freeze_support(deed)

become(__name__)

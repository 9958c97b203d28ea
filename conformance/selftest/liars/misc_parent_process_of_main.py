"""parent_process() in the main process is the main process."""

import mpref
from mpref import process
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.is-none-in-main",
}


def parent_process():
    return process._family.parent or process._family.current


BaseContext.parent_process = staticmethod(parent_process)
mpref.parent_process = parent_process

become(__name__)

"""set_executable() takes a string only."""

import mpref
from mpref._start import executable as misc
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.set-executable.takes-a-path-like-object",
}
START_METHODS = ("spawn",)


def set_executable(executable):
    if not isinstance(executable, str):
        raise TypeError(f"expected a string, not {executable!r}")
    misc.set_executable(executable)


BaseContext.set_executable = staticmethod(set_executable)
mpref.set_executable = set_executable

become(__name__)

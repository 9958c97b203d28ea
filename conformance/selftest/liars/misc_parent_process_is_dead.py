"""parent_process() is never alive, and can be joined at once."""

from mpref.process import _ParentProcess

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.is-alive-while-it-lives",
}


_ParentProcess.is_alive = lambda self: False
_ParentProcess.join = lambda self, timeout=None: None

become(__name__)

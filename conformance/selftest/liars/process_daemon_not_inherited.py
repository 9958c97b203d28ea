"""Processes that a daemonic process makes are not daemonic."""

import functools

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.is-inherited",
}


construct = BaseProcess.__init__


@functools.wraps(construct)
def construct_free(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    if kwargs.get("daemon") is None:
        self._config["daemon"] = False


BaseProcess.__init__ = construct_free

become(__name__)

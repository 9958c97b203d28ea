"""The constructor takes any group and swallows what it doesn't know."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.arguments.unknown-keyword-raises",
    "process.daemon.by-keyword-only",
    "process.group.others-raise",
}


construct = BaseProcess.__init__


def lenient(
    self,
    group=None,
    target=None,
    name=None,
    args=(),
    kwargs={},  # noqa: B006
    daemon=None,
    **_,
):
    construct(self, None, target, name, args, kwargs, daemon=daemon)


BaseProcess.__init__ = lenient

become(__name__)

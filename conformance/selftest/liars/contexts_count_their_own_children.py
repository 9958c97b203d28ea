"""active_children() of a context counts that context's children only."""

from mpref import context, process

from liars.truth import become

CAUGHT_BY = {
    "contexts.context.children-are-the-processes",
}


def active_children(self):
    return [child for child in process.active_children() if type(child) is self.Process]


context._ConcreteContext.active_children = active_children

become(__name__)

"""A child goes by the name of its creator."""

from mpref import process

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.example-works",
    "misc.current-process.is-the-started-object",
    "misc.parent-process.has-the-starters-name",
    "process.class.constructor-can-be-overridden",
    "process.exception.is-printed",
    "process.name.can-be-shared",
    "process.name.generated-reaches-the-child",
    "process.name.is-hierarchical",
    "process.name.later-change-stays-here",
    "process.name.reaches-the-child",
    "process.start.child-knows-itself",
}


introduce = process.become


def become_namesake(child, parent):
    child._name = parent.name
    introduce(child, parent)


process.become = become_namesake

become(__name__)

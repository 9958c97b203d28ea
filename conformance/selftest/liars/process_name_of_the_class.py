"""A child that was given a name goes by its generated one."""

from mpref import process

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.example-works",
    "misc.current-process.is-the-started-object",
    "misc.parent-process.has-the-starters-name",
    "process.class.constructor-can-be-overridden",
    "process.exception.is-printed",
    "process.name.can-be-shared",
    "process.name.later-change-stays-here",
    "process.name.reaches-the-child",
    "process.start.child-knows-itself",
}


introduce = process.become


def become_nameless(child, parent):
    child._name = process._generated_name(child)
    introduce(child, parent)


process.become = become_nameless

become(__name__)

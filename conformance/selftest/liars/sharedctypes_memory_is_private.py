"""Objects are in the memory of the process that made them."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.shared-objects-can-be-arguments",
    "sharedctypes.child.changes-a-string",
    "sharedctypes.child.changes-a-value",
    "sharedctypes.child.changes-an-unlocked-value",
    "sharedctypes.child.changes-raw-objects",
    "sharedctypes.child.changes-structures",
    "sharedctypes.child.gets-arrays-of-arrays",
    "sharedctypes.child.gets-them-inside-of-others",
    "sharedctypes.child.hands-on",
    "sharedctypes.child.inherits-by-fork",
    "sharedctypes.child.introduction-example",
    "sharedctypes.child.killed-leaves-what-it-wrote",
    "sharedctypes.child.sees-changes-of-the-parent",
    "sharedctypes.copy.is-shared",
    "sharedctypes.lock.given-makes-counting-exact",
    "sharedctypes.lock.makes-counting-exact",
    "sharedctypes.lock.none-does-not-wait",
    "sharedctypes.lock.read-sees-whole-writes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.with-makes-counting-exact",
    "sharedctypes.lock.writes-wait",
    "sharedctypes.raw-value.is-not-pickled",
    "sharedctypes.synchronized.is-shared",
    "sharedctypes.value.increment-under-the-lock-is-atomic",
}


sharedctypes._new = lambda ctype: ctype()

become(__name__)

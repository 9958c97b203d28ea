"""active_children() gives copies of the process objects."""

import copy

import mpref
from mpref import process
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.active-children.are-the-askers-own",
    "misc.active-children.gives-the-started-objects",
}


answer = process.active_children


def active_children():
    return [copy.copy(child) for child in answer()]


BaseContext.active_children = staticmethod(active_children)
mpref.active_children = active_children

become(__name__)

"""Contexts have no current_process()."""

from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "contexts.context.functions-are-the-modules",
    "contexts.context.offers-what-the-module-offers",
    "misc.current-process.is-offered",
}


del BaseContext.current_process

become(__name__)

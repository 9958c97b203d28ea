"""current_process() gives each thread an object of its own."""

import copy
import threading

import mpref
from mpref import process
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.current-process.is-one-object",
}


answer = process.current_process


def current_process():
    if threading.current_thread() is threading.main_thread():
        return answer()
    return copy.copy(answer())


BaseContext.current_process = staticmethod(current_process)
mpref.current_process = current_process

become(__name__)

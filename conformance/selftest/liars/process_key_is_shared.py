"""Setting the key of a process object sets it for its creator as well."""

from mpref import process
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.authkey.can-be-set",
}


setter = BaseProcess.authkey.fset


def set_both(self, authkey):
    setter(self, authkey)
    setter(process._family.current, authkey)


BaseProcess.authkey = BaseProcess.authkey.setter(set_both)

become(__name__)

"""AuthenticationError is not derived from ProcessError."""

import mpref
from mpref import context, exceptions
from mpref._ipc import authentication as authkeys

from liars.truth import become

CAUGHT_BY = {
    "process.process-error.is-the-base",
}


class AuthenticationError(Exception):
    pass


for module in (mpref, authkeys, context.BaseContext, exceptions):
    module.AuthenticationError = AuthenticationError

become(__name__)

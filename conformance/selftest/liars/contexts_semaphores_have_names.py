"""Each semaphore has a file that is removed when its process ends well."""

import atexit
import os

from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "contexts.cleanup.killed-program-ends-clean",
    "contexts.cleanup.killed-program-leaves-no-semaphores",
}
START_METHODS = ("spawn",)


make = BaseContext.Semaphore
names = []


def make_named(self, value=1):
    names.append(f"/dev/shm/liar-{os.getpid()}-{len(names)}")
    open(names[-1], "w").close()
    return make(self, value)


def remove_names():
    for name in names:
        if os.path.exists(name):
            os.remove(name)


atexit.register(remove_names)
BaseContext.Semaphore = make_named

become(__name__)

"""What is set on a process object after it was made stays in the parent."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.happens-at-start",
    "contexts.pickling.process-object-is-pickled",
    "misc.current-process.is-the-started-object",
}
START_METHODS = ("spawn",)


make, launch = context.SpawnProcess.__init__, context.SpawnProcess._launch


def make_noted(self, *arguments, **options):
    make(self, *arguments, **options)
    self._noted = frozenset(vars(self))


def launch_as_made(self):
    later = {name: value for name, value in vars(self).items() if name not in self._noted}
    for name in later:
        delattr(self, name)
    try:
        return launch(self)
    finally:
        vars(self).update(later)


context.SpawnProcess.__init__ = make_noted
context.SpawnProcess._launch = launch_as_made

become(__name__)

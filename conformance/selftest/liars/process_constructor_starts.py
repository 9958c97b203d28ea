"""The constructor already starts the process."""

from mpref.context import ForkProcess

from liars.truth import become, is_of_a_later_chapter

CAUGHT_BY = {
    "contexts.fork.calls-os-fork",
    "contexts.pickling.happens-at-start",
    "misc.active-children.lists-the-living",
    "misc.current-process.is-the-started-object",
    "process.authkey.reaches-the-child",
    "process.class.starts-nothing",
    "process.close.ends-clean",
    "process.close.methods-raise",
    "process.close.unstarted-is-harmless",
    "process.daemon.can-be-set-before-start",
    "process.daemon.false-by-default",
    "process.daemon.is-inherited",
    "process.daemon.late-setting-raises",
    "process.daemon.may-not-have-children",
    "process.example.alive-by-state",
    "process.is-alive.false-before-start",
    "process.join.itself-raises",
    "process.join.unstarted-raises",
    "process.misuse.ends-clean",
    "process.pid.none-before-start",
    "process.repr.initial",
    "process.start.twice-raises",
    "process.start.twice-starts-once",
    "process.zombie.joined-by-start",
}


start = ForkProcess.start
construct = ForkProcess.__init__


def construct_and_start(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    if not is_of_a_later_chapter(self):
        start(self)


def start_spared(self):
    if is_of_a_later_chapter(self):
        start(self)


ForkProcess.__init__ = construct_and_start
ForkProcess.start = start_spared

become(__name__)

"""Nobody sees to the end of a block."""

from mpref import shared_memory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.track.cleans-up-after-programs",
    "shared-memory.track.left-behind-ends-clean",
}


shared_memory._tracker.remember = lambda name, file: None
shared_memory._tracker.forget = lambda name, file: None

become(__name__)

"""A lock is one of threads: each forked child has its own."""

import threading

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "contexts.fork.global-lock-is-shared",
    "contexts.pickling.lock-serves-ten-children",
    "sharedctypes.lock.free-after-accesses",
    "sharedctypes.lock.is-one-of-many",
    "sharedctypes.lock.is-the-childs-too",
    "sharedctypes.lock.read-sees-whole-writes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.waiting-ends-clean",
    "sharedctypes.lock.writes-wait",
    "synchronize.condition.acquire.passes-arguments-on",
    "synchronize.condition.across.lock-of-the-caller",
    "synchronize.condition.notify-all.unheld-raises",
    "synchronize.condition.notify.unheld-raises",
    "synchronize.lock.acquire.first-argument-is-block",
    "synchronize.lock.acquire.negative-timeout-is-zero",
    "synchronize.lock.acquire.none-waits-without-limit",
    "synchronize.lock.acquire.odd-arguments-raise",
    "synchronize.lock.acquire.takes-a-free-one",
    "synchronize.lock.acquire.timeout-elapses",
    "synchronize.lock.acquire.without-block-ignores-timeout",
    "synchronize.lock.acquire.without-block-returns-false",
    "synchronize.lock.across.any-process-releases",
    "synchronize.lock.across.blocks-until-release",
    "synchronize.lock.across.child-excludes-creator",
    "synchronize.lock.across.negative-timeout-is-zero",
    "synchronize.lock.across.outlasts-its-holder",
    "synchronize.lock.across.refuses-others",
    "synchronize.lock.across.unlocked-release-raises",
    "synchronize.lock.across.with-in-a-child",
    "synchronize.lock.class.is-synchronize-lock",
    "synchronize.lock.class.takes-no-arguments",
    "synchronize.lock.locked.tells-the-state",
    "synchronize.lock.release.unlocked-raises",
    "synchronize.lock.with.acquires-and-releases",
    "synchronize.lock.with.releases-after-an-exception",
    "synchronize.output.ends-clean",
    "synchronize.output.lines-stay-whole",
    "synchronize.sharing.as-argument",
    "synchronize.sharing.by-generations",
    "synchronize.sharing.by-inheritance",
    "synchronize.sharing.default-context",
}


BaseContext.Lock = lambda self: threading.Lock()
mpref.Lock = threading.Lock

become(__name__)

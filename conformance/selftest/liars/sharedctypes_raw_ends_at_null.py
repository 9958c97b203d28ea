"""raw of a string ends at the first null byte, as value does."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.string.of-the-module",
    "sharedctypes.string.value-and-raw",
    "sharedctypes.string.value-ends-at-null",
}


sharedctypes.SynchronizedString.raw = sharedctypes.SynchronizedString.value

become(__name__)

"""Deliberately wrong implementations, by chapter of the documentation, that the kit must catch.

`lies` tells how one is written. Each is an implementation of its own, `liars.queues.NAME`.
"""

import sys

from liars.finder import Finder

sys.meta_path.insert(0, Finder())

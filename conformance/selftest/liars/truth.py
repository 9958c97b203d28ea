"""What the liars lie about: the reference, which keeps its promises.

A liar is a module that patches the reference in place and then stands for it.
It is wrong in one way, and it names exactly the requirements that must catch it.
"""

from __future__ import annotations

import sys

import mpref


def become(name: str) -> None:
    """Let the module `name` be the reference, patched as it now is."""
    sys.modules[name] = mpref

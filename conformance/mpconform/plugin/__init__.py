"""The kit as a pytest plugin: files of the spec are test files, requirements are tests.

    pytest spec/ --impl billiard@pypy3 -n 2

One test is one requirement under one start method. Tests that are judged by
the same run of a probe go to the same xdist worker, so the probe runs once.
Workers run and judge; the controller (or the only process) describes the
implementation, collects the verdicts, writes the results, and decides whether
the run can be believed at all.

pytest imports this module wherever the distribution is installed, also under
the Pythons that mpref supports and the kit does not, and beside a pytest that
is older than the extra `kit` would bring. There it loads nothing, so that the
tests of other projects run undisturbed.
"""

import sys

from mpconform.entry import NEEDED_PYTEST, NEEDED_PYTHON

# In the order of their imports: pytest warns of a plugin that was imported before it was loaded.
_PARTS = [
    "mpconform.plugin.options",
    "mpconform.plugin.items",
    "mpconform.plugin.xdist",
    "mpconform.plugin.session",
    "mpconform.plugin.terminal",
]


def _can_run() -> bool:
    if sys.version_info < NEEDED_PYTHON:
        return False
    import pytest

    return pytest.version_tuple[:2] >= NEEDED_PYTEST


pytest_plugins = _PARTS if _can_run() else []

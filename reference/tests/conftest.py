"""Which interpreter is asked what, as the whole matrix is more than a CI has time for.

The interpreter that runs the tests is asked everything. Each of the others runs each test by one
start method, the next one for the next test and for the next interpreter: so every interpreter
meets every start method, and every test every interpreter. With six interpreters these are 332 of
537 tests and 205 seconds of processor time; their wall time is bound by waiting as much as by that.
"""

from __future__ import annotations

import os
import signal

import pytest
from programs import ASKED_ALL, HERE, INTERPRETERS

# A shell starts what runs in its background with SIGINT ignored, and children inherit that; some
# of these tests interrupt a child.
signal.signal(signal.SIGINT, signal.default_int_handler)

REASON = "left to the other start methods on this interpreter; MPREF_TESTS=all runs it, too"


def pytest_report_header() -> str:
    few = len(INTERPRETERS) - len(ASKED_ALL)
    return f"mpref: asks {len(ASKED_ALL)} interpreters by every start method, {few} by one per test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    setting = os.environ.get("MPREF_TESTS")
    if setting not in (None, "", "all"):
        raise pytest.UsageError(f"MPREF_TESTS: expected 'all' or nothing, got {setting!r}")
    tests: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in items:
        # The items are those of the whole run, also of other folders.
        if HERE not in item.path.parents:
            continue
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "interpreter" in params and "method" in params:
            name = item.nodeid.partition("[")[0]
            tests.setdefault(name, {}).setdefault(params["interpreter"], []).append(item)
    for number, (_, by_interpreter) in enumerate(sorted(tests.items())):
        for interpreter, methods in by_interpreter.items():
            if interpreter in ASKED_ALL:
                continue
            chosen = (number + INTERPRETERS.index(interpreter)) % len(methods)
            for place, item in enumerate(methods):
                if place != chosen:
                    item.add_marker(pytest.mark.skip(reason=REASON))

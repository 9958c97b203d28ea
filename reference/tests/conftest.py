"""Which interpreter is asked what, as the whole matrix is more than a CI has time for.

The interpreter that runs the tests is asked by every start method. Each of the others runs each
test by one start method, the next one for the next test and for the next interpreter: so every
interpreter meets every start method, and every test every interpreter. With six interpreters this
takes 210 seconds of processor time; the wall time is bound by waiting as much as by that.
"""

from __future__ import annotations

import os
import signal

import pytest
from programs import ASKED_ALL, HERE, INTERPRETERS, LEFT_TO_OTHERS, is_left_to_others

# A shell starts what runs in its background with SIGINT ignored, and children inherit that; some
# of these tests interrupt a child.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    few = len(INTERPRETERS) - len(ASKED_ALL)
    return f"mpref: asks {len(ASKED_ALL)} interpreters by every start method, {few} by one per test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    setting = os.environ.get("MPREF_TESTS")
    if setting not in (None, "", "all"):
        raise pytest.UsageError(f"MPREF_TESTS: expected 'all' or nothing, got {setting!r}")
    # From the name of each test to its items.
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        # pytest hands over the items of all folders.
        if HERE in item.path.parents and {"interpreter", "method"} <= _parameters(item).keys():
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for number, (_, siblings) in enumerate(sorted(tests.items())):
        methods = list(dict.fromkeys(_parameters(item)["method"] for item in siblings))
        for item in siblings:
            parameters = _parameters(item)
            interpreter, method = parameters["interpreter"], parameters["method"]
            if is_left_to_others(number, interpreter, method, methods):
                item.add_marker(pytest.mark.skip(reason=LEFT_TO_OTHERS))


def _parameters(item: pytest.Item) -> dict[str, str]:
    return getattr(getattr(item, "callspec", None), "params", {})

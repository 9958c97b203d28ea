"""Which interpreter is asked what, as the whole matrix is more than a CI has time for.

The interpreter that runs the tests is asked everything. Each of the others runs each test by one
start method, the next one for the next test and for the next interpreter: so every interpreter
meets every start method, and every test every interpreter. With six interpreters these are 332 of
537 tests and 205 seconds of processor time; their wall time is bound by waiting as much as by that.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import ASKED_ALL, COMMON_ENV, HERE, INTERPRETERS

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


MARKER = "MPREF_TESTS_MARKER"
# For what ends a moment after the program that is waited for, as a fork server does.
GRACE = 10


@pytest.fixture(scope="module")
def leaves_nothing() -> Iterator[None]:
    """No process, no name in /dev/shm, no socket, no temporary file is left by a module's programs,
    and no descriptor in this process."""
    descriptors = len(os.listdir("/proc/self/fd"))
    names = set(os.listdir("/dev/shm"))
    marker = f"{os.getpid()}-{time.monotonic_ns()}"
    with tempfile.TemporaryDirectory(prefix="mpref-") as folder:
        COMMON_ENV.update({MARKER: marker, "TMPDIR": folder})
        try:
            yield
        finally:
            COMMON_ENV.clear()
        deadline = time.monotonic() + GRACE
        while True:
            left = [*_processes(f"{MARKER}={marker}"), *_abandoned(names), *os.listdir(folder)]
            if not left or time.monotonic() > deadline:
                break
            time.sleep(0.1)
    assert not left
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def _processes(marker: str) -> list[str]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environ.read_bytes().split(b"\0"):
                found.append(str(environ))
        except OSError:
            # It has gone meanwhile, or is another user's.
            continue
    return found


def _abandoned(before: set[str]) -> list[str]:
    """New names in /dev/shm that no process has mapped: others than these tests may use it."""
    names = set(os.listdir("/dev/shm")) - before
    for maps in Path("/proc").glob("[0-9]*/maps"):
        if not names:
            break
        try:
            text = maps.read_text(errors="replace")
        except OSError:
            continue
        names = {name for name in names if f"/dev/shm/{name}" not in text}
    return sorted(names)

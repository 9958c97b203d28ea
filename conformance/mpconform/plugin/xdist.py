"""What the kit tells pytest-xdist: where each case runs, and what a worker is given."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from mpconform.plugin.options import is_conformance_run, run_setup


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    if not is_conformance_run(node.config):
        return
    node.workerinput["mpconform"] = run_setup(node.config).implementation.to_builtins()
    node.workerinput["mpconform_lock"] = str(_lock_path())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send all cases of one run to the same worker, whatever --dist says.

    xdist's own groups would do, but they rewrite node ids, which not every pytest allows.
    """
    if not is_conformance_run(config):
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    run_of = {case.name: "-".join(map(str, case.run_key)) for case in run_setup(config).plan.cases}

    class ByRun(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return run_of.get(nodeid.rpartition("::")[2], nodeid)

    return ByRun(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if is_conformance_run(session.config) and not hasattr(session.config, "workerinput"):
        _lock_path().unlink(missing_ok=True)


def _lock_path() -> Path:
    """The file that the workers of this controller lock while they share /dev/shm (see census)."""
    return Path(tempfile.gettempdir()) / f"mpconform-{os.getpid()}.lock"

"""What the plugin prints at the end: who was tested, the totals, the reasons not to believe."""

from __future__ import annotations

from typing import Any

import pytest

from mpconform import report
from mpconform.plugin.options import run_setup
from mpconform.plugin.session import RECORDING


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if RECORDING not in config.stash:
        return
    recording, setup = config.stash[RECORDING], run_setup(config)
    records = recording.recorder.records
    introduced = report.introduction(setup.implementation, setup.version, setup.spec.digest)
    lines = report.summary(
        report.totals(records),
        len(setup.plan.cases),
        len(setup.plan.not_applicable),
        setup.version,
        report.by_chapter(records),
    )
    terminalreporter.section("conformance")
    for line in [*(f"  {line}" for line in introduced), "", *lines]:
        terminalreporter.write_line(line)
    for line in recording.reasons:
        terminalreporter.write_line(f"  NOT BELIEVED: {line}", red=True)

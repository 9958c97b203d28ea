"""The controller's part: it records the verdicts, and decides at the end what they are worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpconform import known
from mpconform.conclusion import FinishedRun, conclude
from mpconform.plugin.options import is_conformance_run, is_controller, names_a_part, run_setup
from mpconform.recorder import Recorder


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if is_controller(config) and is_conformance_run(config):
        config.stash[RECORDING] = Recording(config)
        config.pluginmanager.register(config.stash[RECORDING])


class Recording:
    """A plugin that is registered for one session.

    The hooks that bring reports do not say of which session they are, so each has an object.
    """

    def __init__(self, config: pytest.Config) -> None:
        path = config.getoption("results")
        self.config = config
        self.recorder = Recorder(run_setup(config), Path(path) if path else None)
        self.reasons: tuple[str, ...] = ()
        """Why the run is not to be believed; known when the session finishes."""
        self._lost: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        entry = getattr(report, "mpconform", None)
        if entry:
            self.recorder.add(entry["verdict"], entry["run"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str) -> None:
        self._lost.append(crashitem.rpartition("::")[2].partition("@")[0])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit status, first of all plugins: the others show it."""
        finished = self._finished(exitstatus)
        conclusion = conclude(finished)
        if conclusion.rewrite_known:
            known.fix(
                Path(self.config.getoption("known")),
                finished.implementation,
                finished.verdicts,
                finished.not_applicable,
            )
        self.reasons = conclusion.reasons
        self.recorder.close(conclusion.reasons)
        if conclusion.exit_status != session.exitstatus:
            session.exitstatus = conclusion.exit_status

    def _finished(self, exitstatus: int) -> FinishedRun:
        setup, option = run_setup(self.config), self.config.getoption
        name = setup.implementation.name
        return FinishedRun(
            implementation=name,
            version=setup.version,
            cases=setup.plan.cases,
            not_applicable=setup.plan.not_applicable,
            verdicts=self.recorder.verdicts,
            known=setup.known,
            known_path=known.path_for(Path(option("known")), name),
            pytest_status=int(exitstatus),
            lost=tuple(self._lost),
            collect_only=bool(option("collectonly")),
            selected=bool(option("select")) or names_a_part(self.config),
            start_methods_given=bool(option("start_method")),
            fix=bool(option("fix")),
        )


RECORDING = pytest.StashKey[Recording]()

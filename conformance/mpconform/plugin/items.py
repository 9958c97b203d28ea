"""Collection of requirements as pytest items, and what each item does when it runs."""

from __future__ import annotations

import traceback
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from mpconform import judge, known, places, report
from mpconform.case_runner import CaseRunner
from mpconform.plan import Case
from mpconform.plugin.options import run_setup
from mpconform.runs import Run, Runner


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".toml" and (file_path.parents[1] / places.SCHEMA).exists():
        return SpecFile.from_parent(parent, path=file_path)
    return None


class SpecFile(pytest.File):
    """One file of a chapter: its documented names, or a topic."""

    def collect(self) -> Iterator[pytest.Item]:
        for case in run_setup(self.config).plan.cases:
            if case.requirement.file == f"{self.path.parent.name}/{self.path.name}":
                yield RequirementItem.from_parent(self, name=case.name, case=case)


class RequirementItem(pytest.Item):
    """One requirement under one start method."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.verdict: judge.Verdict | None = None
        self.new_run: Run | None = None
        self.known_reason: str | None = None

    def runtest(self) -> None:
        setup = run_setup(self.config)
        try:
            self.verdict, self.new_run = _case_runner(self.config).judge(self.case)
        except Exception:
            note = f"the kit failed:\n{traceback.format_exc()}"
            requirement, method = self.case.requirement, self.case.start_method
            self.verdict = judge.Verdict(requirement, method, judge.ERROR, note)
        self.known_reason = known.reason_for(self.verdict, setup.known)
        if self.known_reason:
            pytest.xfail(self.known_reason)
        if self.verdict.verdict == judge.UNSUPPORTED:
            pytest.skip(self.verdict.note)
        if self.verdict.verdict == judge.ERROR or (
            self.verdict.verdict == judge.FAIL and self.verdict.binding
        ):
            asked = self.config.getoption("impl")
            raise RequirementFailed(
                report.failure(self.verdict, setup.implementation, setup.version, asked)
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, RequirementFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.requirement.line - 1, self.name


class RequirementFailed(Exception):
    """A verdict that fails the pytest item; the text is the failure block."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    made = yield
    if isinstance(item, RequirementItem) and made.when == "call" and item.verdict:
        verdict = item.verdict.to_json() | {"known": item.known_reason}
        # Attributes of a report travel from an xdist worker to the controller.
        made.mpconform = {  # type: ignore[attr-defined]
            "verdict": verdict,
            "run": item.new_run.to_json() if item.new_run else None,
        }
    return made


_CASE_RUNNER = pytest.StashKey[CaseRunner]()


def _case_runner(config: pytest.Config) -> CaseRunner:
    """The runner of this process; made on first use, since not every process judges."""
    if _CASE_RUNNER not in config.stash:
        setup = run_setup(config)
        modules = {case.requirement.probe.rpartition(".")[0] for case in setup.plan.cases}
        lock = getattr(config, "workerinput", {}).get("mpconform_lock")
        runner = Runner(
            setup.implementation,
            tuple(sorted(modules)),
            fresh=config.getoption("fresh"),
            deadline=config.getoption("deadline"),
            patience=config.getoption("patience"),
            shared_lock=Path(lock) if lock else None,
        )
        config.stash[_CASE_RUNNER] = CaseRunner(setup, runner)
    return config.stash[_CASE_RUNNER]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _CASE_RUNNER in config.stash:
        config.stash[_CASE_RUNNER].close()
        del config.stash[_CASE_RUNNER]

"""Runs and judges cases in one process; a probe runs once for all the cases that read it."""

from __future__ import annotations

from dataclasses import replace

from mpconform import judge
from mpconform.judge import Verdict
from mpconform.plan import Case
from mpconform.run_setup import RunSetup
from mpconform.runs import Run, Runner


class CaseRunner:
    """Judges cases one after the other, and keeps each run for the other cases that share it."""

    def __init__(self, setup: RunSetup, runner: Runner) -> None:
        self._setup = setup
        self._runner = runner
        self._runs: dict[tuple[str, str | None], Run] = {}

    def judge(self, case: Case) -> tuple[Verdict, Run | None]:
        """The verdict, and the run if it was made for this case and not for an earlier one."""
        implementation = self._setup.implementation
        lacking = judge.lacking(case.requirement, case.start_method, implementation)
        if lacking:
            return self._without_run(case, lacking), None
        new_run = None
        if case.run_key not in self._runs:
            new_run = self._runs[case.run_key] = self._runner.run(*case.run_key)
        verdict = judge.judge(case.requirement, self._setup.version, self._runs[case.run_key])
        if verdict.verdict == judge.UNSUPPORTED and implementation.complete:
            # Only the probe could find out that a name is lacking; the claim makes it a failure.
            lacking = verdict.note.removeprefix("it does not offer ")
            verdict = replace(self._without_run(case, lacking), run=verdict.run)
        return verdict, new_run

    def close(self) -> None:
        """End the processes that are kept for later runs."""
        self._runner.close()

    def _without_run(self, case: Case, lacking: str) -> Verdict:
        return judge.without_run(
            case.requirement, case.start_method, self._setup.implementation, lacking
        )

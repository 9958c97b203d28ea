"""The kit as a pytest plugin: chapters of the spec are test files, requirements are tests.

    pytest spec/ --impl billiard@pypy3 -n 2

One test is one requirement under one start method. Tests that are judged by
the same run of a probe go to the same xdist worker, so the probe runs once.
Workers run and judge; the controller (or the only process) describes the
implementation, collects the verdicts, writes the results, and decides whether
the run can be believed at all.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any

import pytest

from mpconform import judge, known, places, report, results
from mpconform.implementation import (
    Implementation,
    ImplementationError,
    Wanted,
    describe,
    install,
)
from mpconform.plan import Case, Plan, plan
from mpconform.runs import DEADLINE_SECONDS, Run, Runner
from mpconform.spec import Spec, SpecError, load
from mpconform.versions import Version

# Exit statuses beyond pytest's own 0 (all well), 1 (failures), 2 (interrupted), 4 (usage):
EXIT_NOT_BELIEVED = 3
"""The kit failed, the run was cut short, or the known list does not fit."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mpconform", "conformance to the multiprocessing documentation")
    group.addoption(
        "--impl", default="mpref", metavar="MODULE[@PYTHON]", help="the implementation to test"
    )
    group.addoption(
        "--select", action="append", default=[], metavar="ID", help="a requirement id or its prefix"
    )
    group.addoption("--start-method", action="append", default=[], metavar="NAME")
    group.addoption("--docs", metavar="VERSION", help="judge by the documentation of this version")
    group.addoption(
        "--fresh", action="store_true", help="start an interpreter for each probe, fork none"
    )
    group.addoption("--results", metavar="FILE", help="write the results as JSON Lines")
    group.addoption("--known", metavar="DIR", default=str(places.KNOWN), help="the known lists")
    group.addoption("--no-known", action="store_true", help="take no failure for known")
    group.addoption(
        "--fix", action="store_true", help="rewrite the known list after a complete run"
    )
    group.addoption(
        "--install", action="store_true", help="make a virtual environment with the module first"
    )
    group.addoption("--impl-path", action="append", default=[], metavar="DIR")
    group.addoption(
        "--deadline", type=float, default=DEADLINE_SECONDS, metavar="S", help="for one probe"
    )
    group.addoption(
        "--patience",
        type=float,
        metavar="S",
        help="one side of a probe waits so long for the other",
    )


@dataclass(frozen=True)
class Conformance:
    """All that is settled before the first probe runs."""

    spec: Spec
    implementation: Implementation
    version: Version
    plan: Plan
    entries: tuple[known.Known, ...]


_SETTLED = pytest.StashKey[Conformance]()
_JUDGE = pytest.StashKey["Workbench"]()
_BOOK = pytest.StashKey["Book"]()


def conformance(config: pytest.Config) -> Conformance:
    """What this run is about; settled on first use, so that other pytest runs pay nothing."""
    if _SETTLED not in config.stash:
        try:
            config.stash[_SETTLED] = _settle(config)
        except (ImplementationError, SpecError, known.KnownError, ValueError) as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[_SETTLED]


def _settle(config: pytest.Config) -> Conformance:
    spec = load(_spec_folder(config))
    handed = getattr(config, "workerinput", {}).get("mpconform")
    implementation = _thaw(handed) if handed else _introduce(config, spec)
    docs = config.getoption("docs")
    version = Version.parse(docs) if docs else implementation.claimed_version
    chosen = plan(
        spec, config.getoption("select"), implementation, version, config.getoption("start_method")
    )
    entries: tuple[known.Known, ...] = ()
    if not config.getoption("no_known"):
        entries = known.load(Path(config.getoption("known")), implementation.name)
    return Conformance(spec, implementation, version, chosen, entries)


def _spec_folder(config: pytest.Config) -> Path:
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        folder = path if path.is_dir() else path.parent
        if (folder / "schema.json").exists():
            return folder
    return places.SPEC


def _introduce(config: pytest.Config, spec: Spec) -> Implementation:
    wanted = Wanted.parse(config.getoption("impl"))
    if config.getoption("install"):
        wanted = install(wanted, Path(".mpconform") / "environments")
    names = {item.name for item in spec.objects}
    names |= {name for requirement in spec.requirements for name in requirement.needs}
    names |= {requirement.object for requirement in spec.requirements if requirement.object}
    return describe(wanted, names, config.getoption("impl_path"))


def _freeze(implementation: Implementation) -> dict[str, Any]:
    return vars(implementation) | {"offers": sorted(implementation.offers)}


def _thaw(data: dict[str, Any]) -> Implementation:
    tuples = {name: tuple(data[name]) for name in ("start_methods", "path")}
    return Implementation(**(data | tuples | {"offers": frozenset(data["offers"])}))


# -- collection


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".toml" and (file_path.parent / "schema.json").exists():
        return ChapterFile.from_parent(parent, path=file_path)
    return None


class ChapterFile(pytest.File):
    """One chapter of the spec."""

    def collect(self) -> Iterator[pytest.Item]:
        for case in conformance(self.config).plan.cases:
            if case.requirement.file == self.path.name:
                yield RequirementItem.from_parent(self, name=case.name, case=case)


class RequirementItem(pytest.Item):
    """One requirement under one start method."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.verdict: judge.Verdict | None = None
        self.new_run: Run | None = None
        self.reason: str | None = None

    def runtest(self) -> None:
        settled = conformance(self.config)
        try:
            self.verdict, self.new_run = workbench(self.config).judge(self.case)
        except Exception:
            fault = f"the kit failed:\n{traceback.format_exc()}"
            requirement, method = self.case.requirement, self.case.start_method
            self.verdict = judge.Verdict(requirement, method, judge.ERROR, fault)
        self.reason = known.reason_for(self.verdict, settled.entries)
        if self.reason:
            pytest.xfail(self.reason)
        if self.verdict.verdict == judge.UNSUPPORTED:
            pytest.skip(self.verdict.note)
        if self.verdict.verdict == judge.ERROR or (
            self.verdict.verdict == judge.FAIL and self.verdict.binding
        ):
            asked = self.config.getoption("impl")
            raise Unkept(
                report.failure(self.verdict, settled.implementation, settled.version, asked)
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Unkept):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.requirement.line - 1, self.name


class Unkept(Exception):
    """A promise that was not kept; the text is the failure block."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    made = yield
    if isinstance(item, RequirementItem) and made.when == "call" and item.verdict:
        verdict = item.verdict.to_json() | {"known": item.reason}
        # Attributes of a report travel from an xdist worker to the controller.
        made.mpconform = {  # type: ignore[attr-defined]
            "verdict": verdict,
            "run": item.new_run.to_json() if item.new_run else None,
        }
    return made


class Workbench:
    """Runs and judges in one process; a probe's run serves all its cases."""

    def __init__(self, config: pytest.Config) -> None:
        self._settled = conformance(config)
        handed = getattr(config, "workerinput", {})
        modules = {case.requirement.probe.partition(".")[0] for case in self._settled.plan.cases}
        self._runner = Runner(
            self._settled.implementation,
            tuple(sorted(modules)),
            fresh=config.getoption("fresh"),
            deadline=config.getoption("deadline"),
            patience=config.getoption("patience"),
            shared_lock=Path(handed["mpconform_lock"]) if handed else None,
        )
        self._runs: dict[tuple[str, str | None], Run] = {}

    def judge(self, case: Case) -> tuple[judge.Verdict, Run | None]:
        """The verdict, and the run when it was made for this very case."""
        settled = self._settled
        what = judge.lacking(case.requirement, case.start_method, settled.implementation)
        if what:
            return judge.without_run(
                case.requirement, case.start_method, settled.implementation, what
            ), None
        made = None
        if case.run_key not in self._runs:
            made = self._runs[case.run_key] = self._runner.run(*case.run_key)
        verdict = judge.judge(case.requirement, settled.version, self._runs[case.run_key])
        if verdict.verdict == judge.UNSUPPORTED and settled.implementation.complete:
            what = verdict.note.removeprefix("it does not offer ")
            verdict = replace(
                judge.without_run(
                    case.requirement, case.start_method, settled.implementation, what
                ),
                run=verdict.run,
            )
        return verdict, made

    def close(self) -> None:
        self._runner.__exit__()


def workbench(config: pytest.Config) -> Workbench:
    if _JUDGE not in config.stash:
        config.stash[_JUDGE] = Workbench(config)
    return config.stash[_JUDGE]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _JUDGE in config.stash:
        config.stash[_JUDGE].close()
        del config.stash[_JUDGE]


# -- the controller's side


class Book:
    """What the controller writes down while verdicts come in."""

    def __init__(self, config: pytest.Config) -> None:
        self.settled = conformance(config)
        self.verdicts: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.why: list[str] = []
        path = config.getoption("results")
        self._writer = results.Writer(Path(path)) if path else None
        self._write(
            results.header(
                self.settled.implementation,
                str(self.settled.version),
                self.settled.spec.digest,
                distribution_version("mpref"),
                len(self.settled.plan.cases),
            )
        )

    def add(self, entry: dict[str, Any]) -> None:
        if entry["run"]:
            self._write(entry["run"])
        verdict = entry["verdict"]
        self.verdicts[verdict["id"], verdict["start_method"]] = verdict
        self._write(verdict)

    @property
    def missing(self) -> list[Case]:
        return [
            case
            for case in self.settled.plan.cases
            if (case.requirement.id, case.start_method) not in self.verdicts
        ]

    def as_verdicts(self) -> list[judge.Verdict]:
        by_id = self.settled.spec.by_id
        return [
            judge.Verdict(
                by_id[record["id"]],
                record["start_method"],
                record["verdict"],
                record["note"],
                tuple(judge.Difference(**item) for item in record["differences"]),
            )
            for record in self.verdicts.values()
        ]

    def close(self) -> None:
        counted = report.totals(self.verdicts.values())
        flat = {f"{column}.{kind}": count for (column, kind), count in sorted(counted.items())}
        self._write(results.footer(flat, complete=not self.missing, why=self.why))
        if self._writer:
            self._writer.close()
            self._writer = None

    def _write(self, record: dict[str, Any]) -> None:
        if self._writer:
            self._writer.write(record)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def _concerned(config: pytest.Config) -> bool:
    """Is this a conformance run, and not some other pytest run in which the plugin is installed?"""
    return any(
        (path / "schema.json").exists() or (path.parent / "schema.json").exists()
        for argument in config.args
        if (path := (config.invocation_params.dir / argument.partition("::")[0])).exists()
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if _is_controller(config) and _concerned(config):
        config.stash[_BOOK] = Book(config)
        _LISTENING.append(config.stash[_BOOK])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    if not _concerned(node.config):
        return
    node.workerinput["mpconform"] = _freeze(conformance(node.config).implementation)
    lock = Path(tempfile.gettempdir()) / f"mpconform-{os.getpid()}.lock"
    node.workerinput["mpconform_lock"] = str(lock)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send all cases of one run to the same worker, whatever --dist says.

    Not by xdist's groups: these rewrite node ids, which not every pytest allows.
    """
    if not _concerned(config):
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    probes = {
        f"{case.requirement.file}::{case.name}": "-".join(map(str, case.run_key))
        for case in conformance(config).plan.cases
    }

    class ByRun(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return probes.get(nodeid.rpartition("/")[2], nodeid)

    return ByRun(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:
    # xdist runs the item again elsewhere; a verdict that needed that is not believed.
    if _LISTENING:
        name = crashitem.rpartition("::")[2].partition("@")[0]
        _LISTENING[-1].why.append(f"a worker process ended while it ran {name}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    entry = getattr(report, "mpconform", None)
    if entry and _LISTENING:
        _LISTENING[-1].add(entry)


# pytest_runtest_logreport gets no config; the session that began last listens.
_LISTENING: list[Book] = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if _BOOK not in config.stash:
        return
    book = config.stash[_BOOK]
    if book in _LISTENING:
        _LISTENING.remove(book)
    Path(tempfile.gettempdir(), f"mpconform-{os.getpid()}.lock").unlink(missing_ok=True)
    settled = book.settled
    if not settled.plan.cases:
        book.why.append(
            "nothing was judged: no selected requirement applies to "
            f"{settled.implementation.name} at {settled.version}"
        )
    if book.missing and not config.getoption("collectonly"):
        first = ", ".join(case.name for case in book.missing[:3])
        how = "interrupted" if exitstatus == pytest.ExitCode.INTERRUPTED else "cut short"
        book.why.append(
            f"the run was {how}: {len(book.missing)} of {len(settled.plan.cases)} "
            f"selected came to no verdict, first {first}"
        )
    errors = [name for name, record in book.verdicts.items() if record["verdict"] == judge.ERROR]
    if errors:
        book.why.append(f"{len(errors)} error verdicts: the kit's own faults, first {errors[0][0]}")
    verdicts = book.as_verdicts()
    if config.getoption("fix") and not book.why and not config.getoption("select"):
        folder, name = Path(config.getoption("known")), settled.implementation.name
        path = known.fix(folder, name, verdicts, settled.plan.not_applicable)
        book.why.append(f"the known list was rewritten: {path}; run again to see it hold")
    elif not book.missing:
        selected = {case.requirement.id for case in settled.plan.cases}
        narrowed = config.getoption("select") or config.getoption("start_method")
        entries = [e for e in settled.entries if not narrowed or e.id in selected]
        wrong = known.unmatched(entries, verdicts, settled.plan.not_applicable)
        book.why += [f"known list: {line}" for line in wrong]
    book.close()
    if book.why and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        session.exitstatus = EXIT_NOT_BELIEVED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if _BOOK not in config.stash:
        return
    book = config.stash[_BOOK]
    chapters: dict[str, Counter[str]] = {}
    for record in book.verdicts.values():
        kind = "known fail" if record["known"] else record["verdict"]
        chapters.setdefault(record["chapter"], Counter())[kind] += 1
    terminalreporter.section("conformance")
    lines = report.summary(
        report.totals(book.verdicts.values()),
        len(book.settled.plan.cases),
        len(book.settled.plan.not_applicable),
        book.settled.version,
        chapters,
    )
    settled = book.settled
    introduced = report.introduction(settled.implementation, settled.version, settled.spec.digest)
    for line in [*(f"  {line}" for line in introduced), "", *lines]:
        terminalreporter.write_line(line)
    for line in book.why:
        terminalreporter.write_line(f"  NOT BELIEVED: {line}", red=True)

"""The command line of the plugin, and the setup of the run that follows from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from mpconform import known, places
from mpconform.implementation import (
    Implementation,
    ImplementationError,
    Wanted,
    describe,
    install,
)
from mpconform.loader import load
from mpconform.plan import Case, plan
from mpconform.run_setup import RunSetup
from mpconform.runs import DEADLINE_SECONDS
from mpconform.spec import Spec, SpecError
from mpconform.versions import Version


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mpconform", "conformance to the multiprocessing documentation")
    group.addoption(
        "--impl", default="mpref", metavar="MODULE[@PYTHON]", help="the implementation to test"
    )
    group.addoption(
        "--select", action="append", default=[], metavar="ID", help="a requirement id or its prefix"
    )
    group.addoption("--start-method", action="append", default=[], metavar="NAME")
    group.addoption("--docs", metavar="VERSION", help="the documentation to judge by: 3.11")
    group.addoption("--fresh", action="store_true", help="start an interpreter for each probe")
    group.addoption("--results", metavar="FILE", help="write the results as JSON Lines")
    group.addoption("--known", metavar="DIR", default=str(places.KNOWN), help="the known lists")
    group.addoption("--no-known", action="store_true", help="treat no failure as known")
    group.addoption(
        "--fix", action="store_true", help="rewrite the known list after a complete run"
    )
    group.addoption(
        "--install", action="store_true", help="first install the module into a virtual environment"
    )
    # Absolute, as probes and their programs start elsewhere.
    group.addoption("--impl-path", action="append", default=[], type=os.path.abspath, metavar="DIR")
    group.addoption(
        "--deadline",
        type=float,
        default=DEADLINE_SECONDS,
        metavar="S",
        help="seconds for one probe",
    )
    group.addoption(
        "--patience",
        type=float,
        metavar="S",
        help="seconds that one process of a probe waits for another",
    )


_SETUP = pytest.StashKey[RunSetup]()


def run_setup(config: pytest.Config) -> RunSetup:
    """The setup of this run; made on first use, so that other pytest runs do not pay for it."""
    if _SETUP not in config.stash:
        try:
            config.stash[_SETUP] = _make_setup(config)
        except (ImplementationError, SpecError, known.KnownError, ValueError) as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[_SETUP]


def is_conformance_run(config: pytest.Config) -> bool:
    """Does this pytest run judge a spec? Others only happen to have the plugin installed."""
    return bool(_named(config))


def names_a_part(config: pytest.Config) -> bool:
    """Do the arguments name chapters, topics or single tests, and not the whole spec?"""
    return all(named.below or named.case for named in _named(config))


def is_controller(config: pytest.Config) -> bool:
    """Is this the process that collects the verdicts? Workers of pytest-xdist do not."""
    return not hasattr(config, "workerinput")


def _make_setup(config: pytest.Config) -> RunSetup:
    spec = load(next((named.spec for named in _named(config)), places.SPEC))
    sent = getattr(config, "workerinput", {}).get("mpconform")
    implementation = Implementation.from_builtins(sent) if sent else _describe(config, spec)
    docs = config.getoption("docs")
    version = Version.parse(docs) if docs else implementation.claimed_version
    chosen = plan(
        spec, config.getoption("select"), implementation, version, config.getoption("start_method")
    )
    named = _named(config)
    if named:
        chosen = chosen.only(lambda case: any(part.has(case) for part in named))
    entries: tuple[known.Known, ...] = ()
    if not config.getoption("no_known"):
        entries = known.load(Path(config.getoption("known")), implementation.name)
    return RunSetup(spec, implementation, version, chosen, entries)


@dataclass(frozen=True)
class _Named:
    """What an argument of the command line names: a spec, a chapter, a topic, a single test."""

    spec: Path
    below: str  # "" for the whole spec, "queues", "queues/putting.toml"
    case: str  # "queues.put.is-offered [-]", "" for all

    def has(self, case: Case) -> bool:
        in_folder = case.requirement.file.startswith(f"{self.below}/")
        in_file = self.below in ("", case.requirement.file)
        return (in_file or in_folder) and self.case in ("", case.name)


def _named(config: pytest.Config) -> list[_Named]:
    found = []
    for argument in config.args:
        text, _, case = argument.partition("::")
        path = (config.invocation_params.dir / text).resolve()
        spec = places.spec_around(path) if path.exists() else None
        if spec:
            below = path.relative_to(spec).as_posix()
            found.append(_Named(spec, "" if below == "." else below, case))
    return found


def _describe(config: pytest.Config, spec: Spec) -> Implementation:
    wanted = Wanted.parse(config.getoption("impl"))
    if config.getoption("install"):
        wanted = install(wanted, Path(".mpconform") / "environments")
    names = {item.name for item in spec.objects}
    names |= {name for requirement in spec.requirements for name in requirement.needs}
    names |= {requirement.object for requirement in spec.requirements if requirement.object}
    return describe(wanted, names, config.getoption("impl_path"))

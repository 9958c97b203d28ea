"""The command line of the plugin, and the setup of the run that follows from it."""

from __future__ import annotations

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
from mpconform.plan import plan
from mpconform.run_setup import RunSetup
from mpconform.runs import DEADLINE_SECONDS
from mpconform.spec import Spec, SpecError, load
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
    group.addoption("--impl-path", action="append", default=[], metavar="DIR")
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
    return any(
        (path / "schema.json").exists() or (path.parent / "schema.json").exists()
        for argument in config.args
        if (path := (config.invocation_params.dir / argument.partition("::")[0])).exists()
    )


def is_controller(config: pytest.Config) -> bool:
    """Is this the process that collects the verdicts? Workers of pytest-xdist do not."""
    return not hasattr(config, "workerinput")


def _make_setup(config: pytest.Config) -> RunSetup:
    spec = load(_spec_folder(config))
    sent = getattr(config, "workerinput", {}).get("mpconform")
    implementation = Implementation.from_builtins(sent) if sent else _describe(config, spec)
    docs = config.getoption("docs")
    version = Version.parse(docs) if docs else implementation.claimed_version
    chosen = plan(
        spec, config.getoption("select"), implementation, version, config.getoption("start_method")
    )
    entries: tuple[known.Known, ...] = ()
    if not config.getoption("no_known"):
        entries = known.load(Path(config.getoption("known")), implementation.name)
    return RunSetup(spec, implementation, version, chosen, entries)


def _spec_folder(config: pytest.Config) -> Path:
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        folder = path if path.is_dir() else path.parent
        if (folder / "schema.json").exists():
            return folder
    return places.SPEC


def _describe(config: pytest.Config, spec: Spec) -> Implementation:
    wanted = Wanted.parse(config.getoption("impl"))
    if config.getoption("install"):
        wanted = install(wanted, Path(".mpconform") / "environments")
    names = {item.name for item in spec.objects}
    names |= {name for requirement in spec.requirements for name in requirement.needs}
    names |= {requirement.object for requirement in spec.requirements if requirement.object}
    return describe(wanted, names, config.getoption("impl_path"))

"""The commands of `mpconform`: their options, and what each of them does."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mpconform import places
from mpconform.entry import NEEDED_PYTEST
from mpconform.implementation import ImplementationError, Wanted, describe, install
from mpconform.loader import load
from mpconform.spec import Requirement, Spec, SpecError
from mpconform.versions import Version

# One more than there are processors, since probes spend half of their time waiting: on two
# processors, a run took 23 s with three jobs and 36 s with two.
_JOBS = (os.cpu_count() or 1) + 1


def main(arguments: Sequence[str] | None = None) -> int:
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.command != "run":
        _parser().error(f"{options.command} does not take {' '.join(rest)}")
    try:
        return int(options.call(options, rest))
    except (SpecError, ImplementationError, ValueError) as error:
        print(f"mpconform: {error}", file=sys.stderr)
        return 4


def run(options: argparse.Namespace, rest: Sequence[str]) -> int:
    """Judge an implementation; pytest runs the cases, spreads them over workers, and counts."""
    # Imported only here: the other commands work without the extra that brings these two.
    import pytest
    import xdist  # type: ignore[import-untyped]  # noqa: F401

    if pytest.version_tuple[:2] < NEEDED_PYTEST:
        needed = ".".join(map(str, NEEDED_PYTEST))
        raise ValueError(
            f"run needs pytest {needed} or later, and this is {pytest.__version__}: "
            "pip install 'mpref[kit]' brings it"
        )
    # Other pytest plugins of the environment cost start-up, in every worker, and may interfere.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    spec = Path(options.spec).resolve()
    command = [
        str(spec),
        "-p",
        "mpconform.plugin",
        "-p",
        "xdist.plugin",
        "-c",
        os.devnull,
        "--rootdir",
        str(spec),
        "-p",
        "no:cacheprovider",
    ]
    command += [
        "-q",
        "-r",
        "N",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "--impl",
        options.impl,
        "--known",
        options.known,
    ]
    if options.jobs > 1:
        command += ["-n", str(options.jobs)]
    for flag in ("fresh", "install", "fix", "no_known"):
        if getattr(options, flag):
            command.append("--" + flag.replace("_", "-"))
    for name in options.ids:
        command += ["--select", name]
    for method in options.start_method:
        command += ["--start-method", method]
    for folder in options.impl_path:
        command += ["--impl-path", folder]
    for flag in ("docs", "results", "junitxml", "deadline", "patience"):
        if getattr(options, flag) is not None:
            command += [f"--{flag}", str(getattr(options, flag))]
    return int(pytest.main([*command, *rest]))


def list_(options: argparse.Namespace, _: Sequence[str]) -> int:
    spec = load(Path(options.spec))
    for requirement in spec.select(options.ids):
        print(f"{requirement.id:<52} {requirement.tier:<6} {requirement.text}")
    return 0


def show(options: argparse.Namespace, _: Sequence[str]) -> int:
    spec = load(Path(options.spec))
    requirement = _one(spec, options.id)
    if options.script:
        from mpconform.script import script

        wanted = Wanted.parse(options.impl)
        print(script(requirement, wanted.module, _method(options, requirement)))
        return 0
    print(_shown(requirement))
    return 0


def describe_(options: argparse.Namespace, _: Sequence[str]) -> int:
    spec = load(Path(options.spec))
    wanted = Wanted.parse(options.impl)
    if options.install:
        wanted = install(wanted, Path(".mpconform") / "environments")
    names = {item.name for item in spec.objects}
    print(json.dumps(describe(wanted, names, options.impl_path).to_json(), indent=2))
    return 0


def _one(spec: Spec, name: str) -> Requirement:
    found = spec.select([name])
    if len(found) > 1 and name not in spec.by_id:
        listed = "\n  ".join(requirement.id for requirement in found)
        raise SpecError(f"{name!r} names {len(found)} requirements; name one:\n  {listed}")
    return spec.by_id.get(name, found[0])


def _method(options: argparse.Namespace, requirement: Requirement) -> str | None:
    chosen: str | None = options.start_method[0] if options.start_method else None
    if not requirement.start_methods:
        return None
    if chosen and chosen not in requirement.start_methods:
        raise ValueError(
            f"{requirement.id} is judged under {', '.join(requirement.start_methods)}, "
            f"not under {chosen}"
        )
    return chosen or requirement.start_methods[0]


def _shown(requirement: Requirement) -> str:
    lines = [f"{requirement.id}    {requirement.file}:{requirement.line}"]
    lines.append(f"  tier       {requirement.tier}")
    if requirement.disputed:
        lines.append(f"  disputed   {requirement.disputed}")
    lines += [f"  source     {source}" for source in requirement.all_sources]
    methods = ", ".join(requirement.start_methods) or "none is used"
    lines.append(f"  methods    {methods}")
    lines.append(f"  probe      {requirement.probe}")
    for part in requirement.ranges:
        until = f" to {part.until}" if part.until else " on"
        lines.append(f"  from {part.since}{until}: {part.text}")
        lines += [f"    {name}: {matcher}" for name, matcher in part.expect.items()]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mpconform", description="Does an implementation keep the promises of the "
        "multiprocessing documentation?"
    )  # fmt: skip
    parser.add_argument("--spec", default=str(places.SPEC), help="the folder of the spec")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument(
        "--impl", default="mpref", metavar="MODULE[@PYTHON]",
        help="PYTHON is a path, a name on PATH or a pyenv version (default: %(default)s)",
    )  # fmt: skip
    target.add_argument(
        "--impl-path",
        action="append",
        default=[],
        type=os.path.abspath,
        metavar="DIR",
        help="a folder that holds MODULE",
    )
    target.add_argument("--start-method", action="append", default=[], metavar="NAME")
    target.add_argument(
        "--install", action="store_true", help="first install MODULE into a virtual environment"
    )

    running = commands.add_parser("run", parents=[target], help="judge an implementation")
    running.add_argument(
        "ids", nargs="*", metavar="ID", help="a requirement's id, or a prefix of ids"
    )
    running.add_argument(
        "--docs", metavar="VERSION", type=_version, help="the documentation to judge by: 3.11"
    )
    running.add_argument("--fresh", action="store_true", help="start an interpreter for each probe")
    running.add_argument("--results", metavar="FILE", help="JSON Lines")
    running.add_argument("--junitxml", metavar="FILE")
    running.add_argument("--known", metavar="DIR", default=str(places.KNOWN))
    running.add_argument("--no-known", action="store_true", help="treat no failure as known")
    running.add_argument(
        "--fix", action="store_true", help="rewrite the known list after a complete run"
    )
    running.add_argument("--deadline", type=float, metavar="S", help="seconds for one probe")
    running.add_argument(
        "--patience",
        type=float,
        metavar="S",
        help="seconds that one process of a probe waits for another",
    )
    running.add_argument(
        "--jobs",
        type=int,
        default=_JOBS,
        metavar="N",
        help="probes at a time (default: %(default)s)",
    )
    running.set_defaults(call=run)

    listing = commands.add_parser("list", help="the requirements")
    listing.add_argument("ids", nargs="*", metavar="ID")
    listing.set_defaults(call=list_)

    showing = commands.add_parser("show", parents=[target], help="one requirement, or its script")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--script", action="store_true", help="a script that reproduces it")
    showing.set_defaults(call=show)

    describing = commands.add_parser(
        "describe", parents=[target], help="what an implementation says of itself"
    )
    describing.set_defaults(call=describe_)
    return parser


def _version(text: str) -> str:
    try:
        return str(Version.parse(text))
    except ValueError as error:
        # Of a ValueError, argparse would show the name of this function and not the message.
        raise argparse.ArgumentTypeError(str(error)) from None

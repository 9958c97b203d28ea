"""The commands of `mptools`, one for each report, each a module of this package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mpconform import places
from mpconform.spec import SpecError

from mptools import ToolError, bench, coverage, diff, lint, sentences, survival


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="mptools", description="Reports on the spec and on results."
    )
    parser.add_argument("--spec", type=Path, default=places.SPEC, help="folder of the spec")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (bench, coverage, diff, lint, sentences, survival):
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (SpecError, ToolError) as error:
        print(f"mptools: {error}", file=sys.stderr)
        return 2

"""`mptools`: one command for each report."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mpconform import places
from mpconform.spec import SpecError

from mptools import ToolError

# Each is a module of this package with add_parser(commands).
COMMANDS = ("coverage", "diff", "lint", "sentences", "matrix", "bench")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="mptools", description=__doc__)
    parser.add_argument("--spec", type=Path, default=places.SPEC, help="folder of the spec")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        if importlib.util.find_spec(f"mptools.{name}"):
            importlib.import_module(f"mptools.{name}").add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (SpecError, ToolError) as error:
        print(f"mptools: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read the report has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""`mpconform`: run, show, list, describe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mpconform.entry import run_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of the kit; its exit status."""

    def command() -> int:
        # Imported only here: a Python that is too old for the kit can't import it.
        from mpconform import command_line

        return command_line.main(arguments)

    return run_command("mpconform", command)


if __name__ == "__main__":
    sys.exit(main())

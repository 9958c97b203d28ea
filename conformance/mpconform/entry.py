"""What all commands share: they say what they lack, and end quietly when nobody reads on.

The Pythons that mpref supports and the kit does not import this file, too, as they do the two
`__main__.py` and `plugin/__init__.py`. So these keep to the syntax of Python 3.9.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

NEEDED_PYTHON = (3, 11)
NEEDED_PYTEST = (8, 2)  # as pyproject.toml says of the extra
CANNOT_BEGIN = 4  # as pytest exits when it was called wrongly
NO_READER = 1

# What `pip install 'mpref[kit]'` brings, by the names under which it is imported.
_OF_THE_EXTRA = ("pytest", "xdist", "jsonschema")


def run_command(name: str, command: Callable[[], int]) -> int:
    """Call `command`, which imports what it needs; its exit status, or one with a reason.

    `name` is what people typed: "mpconform".
    """
    if sys.version_info < NEEDED_PYTHON:
        needed = ".".join(map(str, NEEDED_PYTHON))
        here = ".".join(map(str, sys.version_info[:2]))
        return _refuse(f"{name} needs Python {needed} or later, and this is {here}")
    try:
        try:
            return command()
        finally:
            # What is still buffered is written here, where a missing reader can be handled.
            print(end="", flush=True)
    except ModuleNotFoundError as error:
        if error.name not in _OF_THE_EXTRA:
            raise
        return _refuse(f"{name} needs {error.name}: pip install 'mpref[kit]' brings it")
    except BrokenPipeError:
        # The reader has ended (`mpconform list | head`). Python flushes stdout once more when it
        # exits, and without this would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return CANNOT_BEGIN

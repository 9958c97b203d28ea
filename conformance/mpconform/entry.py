"""How a command begins and ends: is all there that it needs, and who reads what it prints?

This file, `__main__.py` of both packages and `plugin/__init__.py` are read by every Python that
mpref supports, and not only by those of the kit: their syntax is that of Python 3.9.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

NEEDED_PYTHON = (3, 11)
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
        # The reader has seen enough (`mpconform list | head`). Python flushes once more when it
        # exits, and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return CANNOT_BEGIN

"""What is done with stdin, stdout and stderr when a process begins or ends."""

from __future__ import annotations

import os
import sys

__all__ = ["flush", "replace_stdin", "write_error"]


def flush() -> bool:
    """Write out what stdout and stderr hold, so that a forked copy does not print it again.

    Returns False when the system did not take all of it.
    """
    done = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError):
            pass  # there is none, or it is closed
        except OSError:
            done = False
    return done


def replace_stdin() -> None:
    """Give this process an empty stdin of its own.

    Two processes that read from one stdin would each get parts of the input.
    """
    try:
        sys.stdin.close()
    except (AttributeError, OSError, ValueError):
        pass  # there is none, or it can't be closed
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        sys.stdin = open(null, encoding="utf-8", closefd=False)  # noqa: SIM115
    except OSError:
        pass


def write_error(text: str) -> None:
    """Write `text` to stderr in one piece, as several children may fail at the same time."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass

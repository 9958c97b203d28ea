"""Fresh interpreters: how one is run that behaves as this one does."""

from __future__ import annotations

import os
import signal
import socket
import sys

from . import executable, interrupts, main_module

__all__ = ["import_path", "options", "run"]


def run(module: str, channel: socket.socket) -> int:
    """Run `main(channel, ...)` of the module `mpref._start.MODULE` in a fresh interpreter.

    Returns its pid. It inherits the standard streams and `channel`, and no other descriptor.
    Raises OSError when the interpreter can't be run.
    """
    import subprocess  # only who starts an interpreter needs it, and it is slow to import

    mask = interrupts.block()
    try:
        code = (
            # The path comes first: without it the bootstrap would look for its modules in the
            # current directory, where a program may well have a queue.py of its own.
            f"import sys; sys.path[:] = {import_path()!a}; "
            f"from {__package__}.{module} import main; "
            f"main({channel.fileno()}, {signal.SIGINT in mask})"
        )
        command = [executable.get_executable(), *options(), "-c", code]
        popen = subprocess.Popen(command, pass_fds=[channel.fileno()])
    finally:
        interrupts.unblock(mask)
    # The caller waits for the process: with a return code `subprocess` will not touch it again.
    popen.returncode = 0
    return popen.pid


def import_path() -> list[str]:
    """`sys.path` for a child in any folder, with the folder of this package on it."""
    path = [os.fspath(entry) for entry in sys.path if isinstance(entry, (str, os.PathLike))]
    path = [entry or main_module.ORIGINAL_DIR or entry for entry in path]
    home = _HOME
    # Last, so that it hides nothing. Parents that found this package by other means need it.
    return path if home in path else [*path, home]


def options() -> list[str]:
    """The options of this interpreter that change what a program does, for a child to have too."""
    flags = sys.flags
    found: list[str] = []
    for letter, count in (
        ("b", flags.bytes_warning),
        ("d", flags.debug),
        ("B", flags.dont_write_bytecode),
        ("O", flags.optimize),
        ("v", flags.verbose),
    ):
        found += [f"-{letter}"] * int(count)
    if flags.isolated:
        found.append("-I")
    else:
        if flags.ignore_environment:
            found.append("-E")
        if flags.no_user_site:
            found.append("-s")
        if getattr(flags, "safe_path", False):
            found.append("-P")
    if flags.no_site:
        found.append("-S")
    # There is no flag for -u, but the stream that the interpreter made shows it.
    if getattr(sys.__stdout__, "write_through", False):
        found.append("-u")
    found += [f"-W{option}" for option in sys.warnoptions]
    for name, value in getattr(sys, "_xoptions", {}).items():
        found += ["-X", name if value is True else f"{name}={value}"]
    return found


def _folder_of_the_package() -> str:
    folder = os.path.abspath(__file__)
    for _ in __name__.split("."):
        folder = os.path.dirname(folder)
    return folder


_HOME = _folder_of_the_package()

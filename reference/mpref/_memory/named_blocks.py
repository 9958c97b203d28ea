"""The files behind the names of `SharedMemory`.

At whatever moment this process is killed, no tracked block may have a name that is not in the
tracker's registry, and the tracker must not take the block of another program for ours. So the file
is made without a name (O_TMPFILE), the registry gets the file and its future name, and only then
the file gets the name, by a link that fails where the name is in use. So whoever attaches never
finds a block that does not have its size yet, either.

Where the file system has no O_TMPFILE, the file is made with its name. When the process is killed
before that is in the registry, the block is left behind.
"""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Callable

from .._start import tracker

__all__ = ["attach", "create", "path", "plain"]

_O_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
_O_CREATE = _O_OPEN | os.O_CREAT | os.O_EXCL
# PyPy lacks the name. It is O_DIRECTORY and one more bit, which is the same on all architectures
# but alpha, parisc and sparc.
_O_TMPFILE: int = getattr(os, "O_TMPFILE", 0o20000000 | os.O_DIRECTORY)
_NO_TMPFILE = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL)
_AT_FDCWD, _AT_SYMLINK_FOLLOW = -100, 0x400


def plain(name: str) -> str:
    """A name without its leading slashes. Raises OSError when a file can't have it."""
    if not isinstance(name, str):
        raise TypeError(f"the name of shared memory must be a string, not {name!r}")
    stripped = name.lstrip("/")
    if not stripped or "/" in stripped or stripped in (".", ".."):
        raise OSError(errno.EINVAL, "the name of shared memory must be that of one file", name)
    return stripped


def path(name: str) -> str:
    """Where the file of that name is."""
    return f"{tracker.FOLDER}/{name}"


def attach(name: str) -> int:
    """A descriptor of the block `name`."""
    return os.open(path(name), _O_OPEN)


def create(name: str | None, size: int, track: bool) -> tuple[str, int]:
    """A new block of `size` zeroed bytes, and its name: an unused one, when none is given."""
    if name is not None:
        return _create(plain(name), size, track)
    while True:
        try:
            return _create(f"psm_{os.urandom(6).hex()}", size, track)
        except FileExistsError:
            continue


def _create(name: str, size: int, track: bool) -> tuple[str, int]:
    fd = _open_unnamed()
    give_name: Callable[[], None]
    if fd is not None:
        unnamed, give_name = fd, lambda: _link(unnamed, name)
    else:
        fd, give_name = os.open(path(name), _O_CREATE, 0o600), lambda: None
    try:
        os.ftruncate(fd, size)
        if track:
            tracker.remember(name, os.fstat(fd))
        give_name()
    except BaseException:
        _undo(name, fd, track)
        raise
    return name, fd


def _open_unnamed() -> int | None:
    if not tracker.descriptors_have_names():
        return None  # it could not get its name later
    try:
        return os.open(tracker.FOLDER, _O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in _NO_TMPFILE:
            raise
        return None


def _link(fd: int, name: str) -> None:
    # By the C library, as os.link() follows symbolic links in some versions of Python only.
    libc = ctypes.CDLL(None, use_errno=True)
    source, target = os.fsencode(f"/proc/self/fd/{fd}"), os.fsencode(path(name))
    if libc.linkat(_AT_FDCWD, source, _AT_FDCWD, target, _AT_SYMLINK_FOLLOW) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path(name))


def _undo(name: str, fd: int, track: bool) -> None:
    file = os.fstat(fd)
    os.close(fd)
    try:
        # A signal handler may have raised after the file got its name. Another file by this name
        # belongs to somebody else.
        found = os.lstat(path(name))
        if (found.st_dev, found.st_ino) == (file.st_dev, file.st_ino):
            os.unlink(path(name))
    except OSError:
        pass
    if track:
        tracker.forget(name, file)

"""The program's main module, in children that begin with a fresh interpreter.

What is pickled by reference to `__main__` has to be found in the child. So the child runs the
parent's main module again, with `__mp_main__` as its `__name__`, so that `if __name__ ==
"__main__":` is false, and installs it under both names. The parent knows the name `__mp_main__`,
too, for objects that come back.

Three cases:

- A file, or a module run with `-m`: run again when the child begins, as programs rely on the
  side effects.
- The `__main__` of a package, folder or archive: such a file often has no guard, as it exists for
  being run. It is run again only when something in it is asked for.
- The prompt, `-c`, a program on stdin: there is nothing to run.

Launchers (`runpy`, debuggers, profilers) put a module of their own making in the place of
`__main__`, some with a `__spec__` that finds nothing, so what counts is what is there when a child
is started: a spec whose loader has the code, else a file that can be read again.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import marshal
import os
import stat
import sys
import types
from typing import Any, NamedTuple

from .surroundings import Surroundings

__all__ = [
    "ALIAS",
    "ORIGINAL_DIR",
    "Origin",
    "importing",
    "know_alias",
    "load",
    "origin",
    "refuse_unreadable",
    "refuse_while_importing",
    "unload",
]

ALIAS = "__mp_main__"

# The descriptors of this process under the names of files: in a child they are something else.
_DESCRIPTOR_NAMES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")

# A compiled file begins with the magic number, flags, and a timestamp and size or a hash.
_PYC_HEADER_BYTES = 16

try:
    # Relative paths of the command line (sys.path[0], the script) are relative to this.
    ORIGINAL_DIR: str | None = os.getcwd()
except OSError:
    ORIGINAL_DIR = None


class Origin(NamedTuple):
    """Where a main module comes from: exactly one of `module` and `path` says it."""

    module: str | None
    path: str | None
    file: str | None = None
    """The parent's `__file__`, which may be relative; `path` is absolute."""


_origin: Origin | None = None
# What the main module found around it when it was run in this process.
_seen: Surroundings | None = None
_importing = False


def importing() -> bool:
    """Whether this process is at the moment running its parent's main module again."""
    return _importing


def refuse_while_importing() -> None:
    """Raise RuntimeError in a child that has not finished importing its main module."""
    if importing():
        raise RuntimeError(
            "a process is being started while this child is still importing the main module. "
            "The main module starts processes when it is imported; a child imports it to find "
            "what is defined there, and would go on starting children without end. "
            "Put what the program does under\n\n"
            "    if __name__ == '__main__':\n"
            "        ...\n\n"
            "or use the 'fork' start method, whose children do not import the main module."
        )


def origin() -> Origin | None:
    """Where this process' main module comes from, or None when children can't run it again."""
    if _origin is not None:
        return _origin
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    spec: Any = main.get("__spec__")
    if getattr(spec, "name", None) and hasattr(getattr(spec, "loader", None), "get_code"):
        return Origin(str(spec.name), None)
    path = main.get("__file__")
    # Not files of the program: the start script of a prompt, and names such as <stdin>.
    if not isinstance(path, str) or os.path.basename(path) == "ipython" or path.startswith("<"):
        return None
    # Exact strings: pdb names its file by a subclass that can not be pickled.
    return Origin(None, _absolute(str(path)), str(path))


def refuse_unreadable(wanted: Origin | None) -> None:
    """Raise FileNotFoundError or RuntimeError where a child could not read its main module.

    The file may be gone, or be a pipe that can be read only once. `start()` then fails in the
    parent, instead of every child.
    """
    if wanted is None or wanted.path is None:
        return
    hint = "a child started by 'spawn' or 'forkserver' reads the file of the main module again"
    try:
        mode = os.stat(wanted.path).st_mode
    except OSError as error:
        raise FileNotFoundError(error.errno, f"{hint}: {error.strerror}", wanted.path) from None
    if not stat.S_ISREG(mode) or wanted.path.startswith(_DESCRIPTOR_NAMES):
        raise RuntimeError(
            f"the main module was read from {wanted.path}, which can be read only once; {hint}. "
            "Put the program into a file, or use the 'fork' start method."
        )


def load(wanted: Origin | None, seen: Surroundings) -> None:
    """Make the main module that `wanted` describes this process' own.

    Does nothing when this process has run it already in the same surroundings: a copy of the fork
    server has, unless the program has changed an argument or a variable since.
    """
    global _origin, _seen
    if wanted is None:
        return
    if wanted == _origin:
        if seen == _seen or _is_gone(wanted):
            return
        unload()
    module = wanted.module or ""
    if module == "__main__" or module.endswith(".__main__"):
        _install(_LazyMain(wanted))
    else:
        main = types.ModuleType(ALIAS)
        _install(main)
        _run(wanted, main)
    _origin, _seen = wanted, seen


def unload() -> None:
    """Forget the main module that was run, so that `load` runs it again."""
    global _origin, _seen
    _origin = _seen = None
    sys.modules.pop(ALIAS, None)
    sys.modules["__main__"] = types.ModuleType("__main__")


def know_alias() -> None:
    """Have the name `__mp_main__`, which children give their main module, lead to this process'."""
    sys.modules.setdefault(ALIAS, _CurrentMain(ALIAS))


class _CurrentMain(types.ModuleType):
    """Stands for the module that is `__main__` at the moment; launchers replace that one."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.modules["__main__"], name)


class _LazyMain(types.ModuleType):
    """A main module that is run when something in it is asked for."""

    def __init__(self, wanted: Origin) -> None:
        super().__init__(ALIAS)
        self.__dict__["_mp_wanted"] = wanted

    def __getattr__(self, name: str) -> Any:
        # All sorts of introspection look up dunder names. That is no reason to run the program.
        if name.startswith("__") or self.__dict__.get("_mp_wanted") is None:
            raise AttributeError(f"module {ALIAS!r} has no attribute {name!r}")
        wanted = self.__dict__["_mp_wanted"]
        self.__dict__["_mp_wanted"] = None
        _run(wanted, self)
        return getattr(self, name)


def _absolute(path: str) -> str:
    """The path of the main module's file, which may be relative to where the program began.

    Interpreters make it absolute since 3.9; a launcher may name it relative to another folder.
    """
    begun = os.path.join(ORIGINAL_DIR or "", path)
    return begun if os.path.exists(begun) else os.path.abspath(path)


def _is_gone(wanted: Origin) -> bool:
    return wanted.path is not None and not os.path.exists(wanted.path)


def _install(main: types.ModuleType) -> None:
    sys.modules["__main__"] = sys.modules[ALIAS] = main


def _run(wanted: Origin, main: types.ModuleType) -> None:
    # Run in the namespace of the module itself: a function of the program that assigns a global
    # variable, and a reader of `__main__`, have to see the same variable.
    global _importing
    code = _prepare(wanted, main)
    before, _importing = _importing, True
    try:
        exec(code, main.__dict__)  # noqa: S102 (the program itself)
    finally:
        _importing = before


def _prepare(wanted: Origin, main: types.ModuleType) -> types.CodeType:
    if wanted.module is not None:
        return _prepare_module(wanted.module, main)
    path = wanted.path
    assert path is not None
    loader = importlib.machinery.SourceFileLoader(ALIAS, path)
    main.__file__ = wanted.file or path
    main.__dict__.update(__cached__=None, __loader__=loader, __builtins__=__builtins__)
    # Not loader.get_code(): that would leave a .pyc of a script beside it.
    data = loader.get_data(path)
    if data.startswith(importlib.util.MAGIC_NUMBER):
        code: types.CodeType = marshal.loads(data[_PYC_HEADER_BYTES:])
    else:
        code = loader.source_to_code(data, path)
    return code


def _prepare_module(name: str, main: types.ModuleType) -> types.CodeType:
    if name == "__main__":  # a folder or an archive, which is the first of sys.path
        spec = importlib.machinery.PathFinder.find_spec(name)
    else:
        spec = importlib.util.find_spec(name)
    loader: Any = None if spec is None else spec.loader
    if spec is None or not hasattr(loader, "get_code"):
        raise ImportError(f"the parent's main module {name!r} can't be found", name=name)
    code = loader.get_code(name)
    if code is None:
        raise ImportError(f"the parent's main module {name!r} has no Python code", name=name)
    main.__dict__.update(
        __spec__=spec,
        __loader__=loader,
        __package__=spec.parent,
        __file__=spec.origin,
        __cached__=spec.cached,
    )
    result: types.CodeType = code
    return result

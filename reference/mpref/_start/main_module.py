"""The program's main module, in children that begin with a fresh interpreter.

What is pickled by reference to `__main__` has to be found in the child, so the child imports the
parent's main module again, under the name `__mp_main__` (hence the `__name__` guard is false), and
as `__main__` as well. The parent knows `__mp_main__`, too, for what comes back.

Three cases:

- A script, or a module run with `-m`: run again when the child begins, as programs rely on the
  side effects.
- The `__main__` of a package, folder or archive: such a file often has no guard, as it exists for
  being run. It is run again only when something in it is asked for.
- The prompt, `-c`, a program on stdin: there is nothing to run.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import types
from typing import Any, NamedTuple, Optional

__all__ = ["ALIAS", "ORIGINAL_DIR", "Origin", "importing", "load", "origin", "unload"]

ALIAS = "__mp_main__"

try:
    # Relative paths of the command line (sys.path[0], the script) are relative to this.
    ORIGINAL_DIR: Optional[str] = os.getcwd()
except OSError:
    ORIGINAL_DIR = None


class Origin(NamedTuple):
    """Where a main module comes from: exactly one of `module` and `path` says it."""

    module: Optional[str]
    path: Optional[str]


_origin: Optional[Origin] = None
_importing = False


def importing() -> bool:
    """Whether this process is just running its parent's main module again."""
    return _importing


def origin() -> Optional[Origin]:
    """Where this process' main module comes from, or None when children can't run it again."""
    if _origin is not None:
        return _origin
    main = vars(sys.modules.get("__main__", types.ModuleType("__main__")))
    spec = main.get("__spec__")
    if spec is not None and getattr(spec, "name", None):
        return Origin(spec.name, None)
    path = main.get("__file__")
    # Not files of the program: the start script of a prompt, and names such as <stdin>.
    if path is None or os.path.basename(path) == "ipython" or path.startswith("<"):
        return None
    return Origin(None, os.path.join(ORIGINAL_DIR or "", path))


def load(wanted: Optional[Origin]) -> None:
    """Make the main module that `wanted` describes this process' own, unless it is already."""
    global _origin
    if wanted is None or wanted == _origin:
        return
    module = wanted.module or ""
    if module == "__main__" or module.endswith(".__main__"):
        _install(_LazyMain(wanted))
        _origin = wanted
        return
    main = types.ModuleType(ALIAS)
    _install(main)
    _run(wanted, main)
    _origin = wanted


def unload() -> None:
    """Forget a main module whose run failed, so that `load` begins anew."""
    global _origin
    _origin = None
    sys.modules.pop(ALIAS, None)
    sys.modules["__main__"] = types.ModuleType("__main__")


class _LazyMain(types.ModuleType):
    """A main module that is run when something in it is asked for."""

    def __init__(self, wanted: Origin) -> None:
        super().__init__(ALIAS)
        self.__dict__["_mp_wanted"] = wanted

    def __getattr__(self, name: str) -> Any:
        # Dunder names are looked up by all sorts of introspection, which is no reason to run code.
        if name.startswith("__") or self.__dict__.get("_mp_wanted") is None:
            raise AttributeError(f"module {ALIAS!r} has no attribute {name!r}")
        wanted = self.__dict__["_mp_wanted"]
        self.__dict__["_mp_wanted"] = None
        _run(wanted, self)
        return getattr(self, name)


def _install(main: types.ModuleType) -> None:
    sys.modules["__main__"] = sys.modules[ALIAS] = main


def _run(wanted: Origin, main: types.ModuleType) -> None:
    # The code runs in the module's own namespace, so that a function of it that assigns a global
    # and a reader of `__main__` see the same variable.
    global _importing
    code = _prepare(wanted, main)
    before, _importing = _importing, True
    try:
        exec(code, main.__dict__)
    finally:
        _importing = before


def _prepare(wanted: Origin, main: types.ModuleType) -> types.CodeType:
    if wanted.module is not None:
        return _prepare_module(wanted.module, main)
    path = wanted.path
    assert path is not None
    main.__file__ = path
    main.__dict__["__cached__"] = None
    main.__dict__["__builtins__"] = __builtins__
    loader = importlib.machinery.SourceFileLoader(ALIAS, path)
    # Not loader.get_code(): that would leave a .pyc of a script beside it.
    code: types.CodeType = loader.source_to_code(loader.get_data(path), path)
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

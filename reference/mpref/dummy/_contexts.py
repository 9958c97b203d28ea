"""Start methods and contexts, which all start threads here.

A program sets and gets the same names of start methods as with processes.
"""

from __future__ import annotations

import importlib
from typing import Any

from .._start import method as start_methods

__all__ = [
    "Context",
    "get_all_start_methods",
    "get_context",
    "get_start_method",
    "set_executable",
    "set_forkserver_preload",
    "set_start_method",
]

_method: str | None = None


class Context:
    """The names of this package, under one start method.

    Anchor: multiprocessing.get_context
    """

    def __init__(self, method: str) -> None:
        self._method = method

    def get_context(self, method: str | None = None) -> Context:
        """The context of a start method.

        method: 'fork', 'spawn' or 'forkserver'; None: this context. Raises ValueError for another
        name.

        Anchor: multiprocessing.get_context
        """
        return self if method is None else get_context(method)

    def get_start_method(self, allow_none: bool = False) -> str:
        """The name of this context's start method.

        allow_none: makes no difference here, as this context has one.

        Anchor: multiprocessing.get_start_method
        """
        return self._method

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        """Raise ValueError, whatever `method` and `force` are: only the package's own can be set.

        Anchor: multiprocessing.set_start_method
        """
        raise ValueError(f"the start method of this context is {self._method!r} for good")

    def __getattr__(self, name: str) -> Any:
        package = importlib.import_module(__package__)
        if name not in package.__all__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(package, name)

    def __dir__(self) -> list[str]:
        package = importlib.import_module(__package__)
        return sorted({*object.__dir__(self), *package.__all__})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._method}>"


def get_context(method: str | None = None) -> Context:
    """A context with the names of this package.

    method: 'fork', 'spawn' or 'forkserver'; None: the start method that is set, or the default,
    which is set then. Raises ValueError for another name.

    Anchor: multiprocessing.get_context
    """
    return Context(_checked(method) if method is not None else _set_or_default())


def get_all_start_methods() -> list[str]:
    """A list of the names of the start methods, the default first.

    Anchor: multiprocessing.get_all_start_methods
    """
    return list(start_methods.NAMES)


def get_start_method(allow_none: bool = False) -> str | None:
    """The name of the start method that is set, or of the default, which is set then.

    allow_none: whether to return None when none is set, and to set nothing.

    Anchor: multiprocessing.get_start_method
    """
    return _method if allow_none else _set_or_default()


def set_start_method(method: str | None, force: bool = False) -> None:
    """Set the start method.

    method: 'fork', 'spawn' or 'forkserver'. force: whether to replace one that was set before; with
    `method` None it is unset.

    Raises RuntimeError when one was set before and `force` is false, ValueError for another name.

    Anchor: multiprocessing.set_start_method
    """
    global _method
    if _method is not None and not force:
        raise RuntimeError(f"the start method was set before, to {_method!r}")
    _method = None if method is None and force else _checked(method)


def set_executable(executable: Any) -> None:
    """Do nothing, whatever `executable` is, as no interpreter is started.

    Anchor: multiprocessing.set_executable
    """


def set_forkserver_preload(module_names: list[str]) -> None:
    """Do nothing, as there is no fork server.

    module_names: a list of strings. Raises TypeError for anything else.

    Anchor: multiprocessing.set_forkserver_preload
    """
    if not all(isinstance(name, str) for name in module_names):
        raise TypeError(f"module_names: expected a list of strings, got {module_names!r}")


def _checked(method: str | None) -> str:
    return start_methods.checked(method)


def _set_or_default() -> str:
    global _method
    if _method is None:
        _method = start_methods.DEFAULT
    return _method

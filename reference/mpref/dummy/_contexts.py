"""Start methods and contexts, all of which mean threads here.

A program that chooses one of `multiprocessing`'s start methods chooses it here, too, and what it
was is told again.
"""

from __future__ import annotations

import importlib
from typing import Any, List, Optional

from ..context import get_all_start_methods

__all__ = [
    "Context",
    "get_all_start_methods",
    "get_context",
    "get_start_method",
    "set_executable",
    "set_forkserver_preload",
    "set_start_method",
]

_method: Optional[str] = None


class Context:
    """The names of this package, under one start method.

    Anchor: multiprocessing.get_context
    """

    def __init__(self, method: str) -> None:
        self._method = method

    def get_context(self, method: Optional[str] = None) -> Context:
        """The context of a start method; this one when `method` is None.

        Raises ValueError for the name of none.

        Anchor: multiprocessing.get_context
        """
        return self if method is None else get_context(method)

    def get_start_method(self, allow_none: bool = False) -> str:
        """The name of this context's start method.

        Anchor: multiprocessing.get_start_method
        """
        return self._method

    def set_start_method(self, method: Optional[str], force: bool = False) -> None:
        """Raise ValueError: only the package's own start method can be set.

        Anchor: multiprocessing.set_start_method
        """
        raise ValueError(f"the start method of this context is {self._method!r} for good")

    def __getattr__(self, name: str) -> Any:
        package = importlib.import_module(__package__)
        if name not in package.__all__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(package, name)

    def __dir__(self) -> List[str]:
        package = importlib.import_module(__package__)
        return sorted({*object.__dir__(self), *package.__all__})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._method}>"


def get_context(method: Optional[str] = None) -> Context:
    """A context with the names of this package. None: of the start method that is set.

    Raises ValueError for the name of none.

    Anchor: multiprocessing.get_context
    """
    return Context(_checked(method) if method is not None else _set_or_default())


def get_start_method(allow_none: bool = False) -> Optional[str]:
    """The start method that is set, or the default, which is set by that.

    allow_none: return None, and set nothing, where none is set.

    Anchor: multiprocessing.get_start_method
    """
    return _method if allow_none else _set_or_default()


def set_start_method(method: Optional[str], force: bool = False) -> None:
    """Set the start method, once. force: again; None with force takes it back.

    Raises RuntimeError when one was set before, ValueError for the name of none.

    Anchor: multiprocessing.set_start_method
    """
    global _method
    if _method is not None and not force:
        raise RuntimeError(f"the start method was set before, to {_method!r}")
    _method = None if method is None and force else _checked(method)


def set_executable(executable: Any) -> None:
    """Does nothing: no interpreter is started.

    Anchor: multiprocessing.set_executable
    """


def set_forkserver_preload(module_names: List[str]) -> None:
    """Does nothing: there is no fork server. Raises TypeError for what is no list of strings.

    Anchor: multiprocessing.set_forkserver_preload
    """
    if not all(isinstance(name, str) for name in module_names):
        raise TypeError(f"module_names: expected a list of strings, got {module_names!r}")


def _checked(method: Optional[str]) -> str:
    known = get_all_start_methods()
    if method not in known:
        raise ValueError(f"cannot find context for {method!r}: expected one of {known}")
    assert method is not None
    return method


def _set_or_default() -> str:
    global _method
    if _method is None:
        _method = get_all_start_methods()[0]
    return _method

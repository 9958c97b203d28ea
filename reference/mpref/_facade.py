"""How the package shows as its own what its modules and rooms make.

`mpref.Queue` is a method of a context, and makes an `mpref.queues.Queue`, whose module is imported
only then. A reader of `help(mpref.Queue)` wants the text of the class, wherever that stands.
"""

from __future__ import annotations

import importlib
from types import MethodType
from typing import Any, Callable, TypeVar

__all__ = ["described_by", "present"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def present(module: str, *objects: Any) -> None:
    """Have classes and functions say that they are of `module`, where programs find them.

    `repr`, `help`, tracebacks and pickles show it, and not the room in which they are written.
    """
    for each in objects:
        each.__module__ = module


def described_by(module: str, name: str) -> Callable[[_Function], _Function]:
    """For a method of a context: its docstring is that of `name` in the module `mpref.MODULE`."""

    def decorate(function: Any) -> Any:
        return _Described(function, f"{__package__}.{module}", name)

    return decorate


class _Described:
    # A class without a docstring, as `__doc__` is a property of its instances. A plain string would
    # need the import of the module, and most programs use few of the modules.

    def __init__(self, function: Callable[..., Any], module: str, name: str) -> None:
        self.__wrapped__ = function  # its signature is shown
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self._of = (module, name)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        module, name = self._of
        described = getattr(importlib.import_module(module), name)
        return described.__doc__  # type: ignore[no-any-return]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

"""How a liar is written: `@lie` above a function that is wrong in one way.

    @lie(Queue, "put", caught_by=["queues.put.timeout-raises-full"])
    def put_ignores_timeout(original, self, obj, block=True, timeout=None):
        '''put() with a timeout raises queue.Full at once.'''
        original(self, obj, block and timeout is None)

The name and the docstring say how it deviates. The function stands in the place that `lie` names;
when its first parameter is called `original`, it is given what stood there before. A lie that is
told in several places names none: its function takes no arguments and patches the reference
itself, mostly with `replace`.

    @lie(caught_by=[...])
    def items_are_reversed():
        '''get() gives the letters of a text in reverse.'''

        @replace(Queue, "put")
        def put(original, self, obj, block=True, timeout=None):
            ...

Importing a chapter of liars patches nothing: `lie` only writes down what there is, so that all
liars can be read. `finder` tells one lie, when a liar is imported by its own name.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import mpref
from mpref.context import BaseContext, default_context

_FOLDER = Path(__file__).parent

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Liar:
    """An implementation that tells one lie.

    name: what `--impl` takes, `liars.queues.put_ignores_timeout`.
    lie: how it deviates.
    caught_by: the ids of exactly the requirements that fail.
    start_methods, flags: how the kit has to be run to see them fail.
    tell: patches the reference in this process.
    """

    name: str
    lie: str
    caught_by: tuple[str, ...]
    start_methods: tuple[str, ...]
    flags: tuple[str, ...]
    tell: Callable[[], object]

    @property
    def chapter(self) -> str:
        """The module whose liars are its neighbours: `liars.queues`."""
        return _chapter_of(self.name)


class Everywhere:
    """See EVERYWHERE."""


# A place for `lie` and `replace`: what the package and each of its contexts offer under a name.
EVERYWHERE = Everywhere()

# Every liar of the modules imported so far, by name.
KNOWN: dict[str, Liar] = {}

# See `collecting`.
_collected: list[tuple[object, str]] | None = None


def lie(
    place: object = None,
    attribute: str = "",
    *,
    caught_by: Sequence[str],
    start_methods: Sequence[str] = ("fork",),
    flags: Sequence[str] = (),
) -> Callable[[_Function], _Function]:
    """Write a liar down. `place` and `attribute` are those of `replace`."""

    def write_down(function: _Function) -> _Function:
        name = f"{_chapter_of(function.__module__)}.{function.__name__}"
        if name in KNOWN:
            raise ValueError(f"two liars are called {name}")
        KNOWN[name] = Liar(
            name,
            inspect.getdoc(function) or "",
            tuple(caught_by),
            tuple(start_methods),
            tuple(flags),
            function if place is None else lambda: replace(place, attribute)(function),
        )
        return function

    return write_down


def replace(place: object, attribute: str) -> Callable[[_Function], _Function]:
    """Put a function in the place of `attribute` of a class or module, at once.

    place: a class, a module, a tuple of them, or EVERYWHERE.
    attribute: has to be there already. A static method remains one, and so does a class method;
        of a property, the getter is replaced. A function that another module has imported by name
        has to be replaced in that module.
    """

    def patch(function: _Function) -> _Function:
        for owner in place if isinstance(place, tuple) else (place,):
            if _collected is not None:
                _collected.append((owner, attribute))
            elif isinstance(owner, Everywhere):
                _patch(BaseContext, attribute, function)
                setattr(mpref, attribute, getattr(default_context, attribute))
            else:
                _patch(owner, attribute, function)
        return function

    return patch


@contextlib.contextmanager
def collecting() -> Iterator[list[tuple[object, str]]]:
    """Until this ends, `replace` patches nothing: it adds to the list what it is asked to replace.

    Not for several threads.
    """
    global _collected
    _collected = collected = []
    try:
        yield collected
    finally:
        _collected = None


def all_liars() -> tuple[Liar, ...]:
    """The liars of all chapters, by name."""
    _import(_FOLDER.rglob("*.py"))
    return tuple(liar for _, liar in sorted(KNOWN.items()))


def find(name: str) -> Liar | None:
    """The liar of this name, whichever file of its chapter it stands in."""
    if name not in KNOWN:
        _import(_FOLDER.joinpath(*_chapter_of(name).split(".")[1:]).glob("*.py"))
    return KNOWN.get(name)


def _chapter_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _import(paths: Iterable[Path]) -> None:
    for path in paths:
        words = path.relative_to(_FOLDER).with_suffix("").parts
        if words[-1] != "__init__":
            importlib.import_module(".".join((_FOLDER.name, *words)))


def _patch(owner: Any, attribute: str, function: Callable[..., Any]) -> None:
    there = inspect.getattr_static(owner, attribute)
    made: object
    if isinstance(there, (staticmethod, classmethod)):
        made = type(there)(_stand_in(there.__func__, function))
    elif isinstance(there, property):
        made = there.getter(_stand_in(there.fget, function))
    else:
        made = _stand_in(there, function)
    setattr(owner, attribute, made)


def _stand_in(original: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` under the name of the original, and given it where it asks for it."""
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    given: tuple[Any, ...] = ()
    if parameters and parameters[0].name == "original":
        given, parameters = (original,), parameters[1:]

    @functools.wraps(original)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        return function(*given, *args, **kwargs)

    # Probes look at signatures. A function that takes **kwargs has that of the original.
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        stand_in.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return stand_in

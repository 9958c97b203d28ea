"""Each public callable says what it takes, in which units, what it raises, where it is documented.

What it raises is known from two sources: its own `raise` statements, and the requirements of the
spec that are about it.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import mpref
import pytest
from mpconform import places
from mpconform.loader import load
from mpref import (
    connection,
    context,
    dummy,
    managers,
    pool,
    process,
    queues,
    shared_memory,
    sharedctypes,
    synchronize,
)

CHAPTERS = (
    context,
    process,
    queues,
    connection,
    synchronize,
    sharedctypes,
    shared_memory,
    managers,
    pool,
    dummy,
    dummy.connection,
)

# Functions of which a program knows the class only by what they return.
RETURNED = {
    (dummy, "Manager"): type(dummy.Manager()),
    (dummy, "get_context"): type(dummy.get_context("spawn")),
}

# What a number of these names counts; where it has another meaning, another word is among them.
UNITS = {
    "timeout": r"\bseconds?\b",
    "shutdown_timeout": r"\bseconds?\b",
    "maxlength": r"\b(bytes|longer)\b",
    "offset": r"\bbytes?\b",
    "size": r"\bbytes?\b",
    "maxsize": r"\b(objects|items)\b",
    "maxtasksperchild": r"\btasks\b",
    "chunksize": r"\bitems\b",
    "buffersize": r"\btasks\b",
    "processes": r"\b(how many|workers|number)\b",
    "parties": r"\bprocesses\b",
}


@dataclass(frozen=True)
class _CMethod:
    """A lock's acquire() or release(), of which only the lock's class can tell."""

    owner: type
    function: Callable[..., Any]


def _public() -> Iterator[tuple[str, Any]]:
    for name in mpref.__all__:
        yield f"mpref.{name}", getattr(mpref, name)
    for module in CHAPTERS:
        for name in module.__all__:
            yield from _with_members(module, name)


def _with_members(module: ModuleType, name: str) -> Iterator[tuple[str, Any]]:
    value = getattr(module, name)
    if not callable(value) or _is_foreign(value):
        return
    yield f"{module.__name__}.{name}", value
    if (module, name) in RETURNED:
        value = RETURNED[module, name]
    if not inspect.isclass(value) or issubclass(value, BaseException):
        return
    for attribute in dir(value):
        member = getattr(value, attribute)
        if attribute.startswith("_"):
            continue
        if value.__module__ == synchronize.__name__ and attribute in ("acquire", "release"):
            yield f"{module.__name__}.{name}.{attribute}", _CMethod(value, member)
        elif _is_foreign(member):
            continue
        elif callable(member) or isinstance(member, property):
            yield f"{module.__name__}.{name}.{attribute}", member


def _is_foreign(value: Any) -> bool:
    """Not of this package, as the Event of `dummy`, or the `index` of a named tuple."""
    if isinstance(value, property):
        return False
    module = getattr(value, "__module__", None) or getattr(value, "__objclass__", int).__module__
    return not module.startswith("mpref")


def _once(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Contexts and subclasses have most from each other: the first name that is met stands."""
    seen = set()
    for name, value in found:
        function = getattr(value, "__func__", value)
        if id(function) not in seen:
            seen.add(id(function))
            yield name, value


ALL = dict(_once(_public()))


def _text(value: Any) -> str:
    """Of a method of a C type, which lacks most of it, what the class says."""
    return inspect.getdoc(value.owner if isinstance(value, _CMethod) else value) or ""


def _parameters(value: Any) -> list[str]:
    if isinstance(value, property) or (inspect.isclass(value) and issubclass(value, BaseException)):
        return []
    if isinstance(value, _CMethod):
        value = value.function
    names = list(inspect.signature(value).parameters)
    return [name for name in names if name not in ("self", "cls")]


def _texts_with(name: str) -> list[str]:
    """The docstring, and those that it refers to: "The rest is as for `RawValue`."."""
    texts = [_text(ALL[name])]
    for referred in re.findall(r"(?:those of|as for) `?([\w.]+\w)`?", texts[0]):
        found = [
            other
            for other in ALL
            if other == f"{name.rpartition('.')[0]}.{referred}" or other.endswith(f".{referred}")
        ]
        texts += [_text(ALL[other]) for other in found if other != name]
    return texts


def test_there_is_something_to_check() -> None:
    assert len(ALL) > 200


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_names_where_it_is_documented(name: str) -> None:
    assert re.search(r"^Anchor: multiprocessing\.[\w.]+$", _text(ALL[name]), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_says_what_its_parameters_mean(name: str) -> None:
    texts = _texts_with(name)
    missing = [
        parameter
        for parameter in _parameters(ALL[name])
        if not any(re.search(rf"\b{parameter}\b", text) for text in texts)
    ]
    assert not missing


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_says_in_which_units_they_are(name: str) -> None:
    texts = _texts_with(name)
    missing = [
        parameter
        for parameter in _parameters(ALL[name])
        if parameter in UNITS and not any(re.search(UNITS[parameter], text) for text in texts)
    ]
    assert not missing


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_says_what_it_raises(name: str) -> None:
    promised = (_documented_to_raise().get(each, set()) for each in _documented_names(name))
    expected = _raised_by(ALL[name]).union(*promised)
    texts = _texts_with(name)
    missing = [
        error for error in sorted(expected) if not any(_mentions(text, error) for text in texts)
    ]
    assert not missing


def _mentions(text: str, error: str) -> bool:
    return re.search(rf"\b{error}\b", text) is not None


def _raised_by(value: Any) -> set[str]:
    """The exceptions of the `raise` statements in its own body."""
    if isinstance(value, _CMethod):
        return set()
    function: Any = value.__init__ if inspect.isclass(value) else value
    function = value.fget if isinstance(value, property) else function
    try:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    except (OSError, TypeError):
        return set()  # of a C type
    raised = (
        node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise) and node.exc
    )
    names = {ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in raised}
    return {name.rpartition(".")[2] for name in names if name.rpartition(".")[2][:1].isupper()}


@functools.cache
def _documented_to_raise() -> dict[str, set[str]]:
    """By documented name, the exceptions of which a requirement says that a call raises them.

    Not the TypeError for arguments that a function does not take, which needs no words.
    """
    found: dict[str, set[str]] = {}
    for requirement in load(places.SPEC).requirements:
        if requirement.object is None or requirement.tier != "must" or requirement.disputed:
            continue
        if re.search(r"argument|keyword", requirement.text):
            continue
        name = requirement.object.rpartition(".")[2]
        call = rf"\b{name}\([^)]*\)[\w\s'-]* raises (?:[a-z]+\.)?([A-Z]\w+)"
        for error in re.findall(call, requirement.text):
            found.setdefault(requirement.object, set()).add(error)
    return found


def test_the_spec_has_errors_to_check() -> None:
    assert sum(map(len, _documented_to_raise().values())) > 20


def _documented_names(name: str) -> set[str]:
    """What the spec may call it: `Queue.put`, `connection.wait`."""
    chapter = name.split(".")[1]
    value = ALL[name]
    if isinstance(value, _CMethod):
        return {f"{value.owner.__name__}.{value.function.__name__}"}
    qualified = getattr(value, "__qualname__", name.rpartition(".")[2])
    qualified = qualified.replace("BaseContext.", "").replace("BaseProcess", "Process")
    return {qualified, f"{chapter}.{qualified}", name.removeprefix("mpref.")}


def test_everything_that_raises_by_the_spec_is_checked() -> None:
    checked = {documented for name in ALL for documented in _documented_names(name)}
    assert _documented_to_raise().keys() <= checked

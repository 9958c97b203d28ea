"""What the spec may say about an observation: a small closed set of matchers.

`build` turns what stands in the TOML file into a matcher.  A bare scalar stands for `equals`, a
bare list for a list of just these elements (each of which may be a matcher again), a table with
one key for the matcher of that name:

    "joined.value"   = { is_none = true }
    "timed.raises"   = "queue.Empty"
    "timed.seconds"  = { between = [0.09, 5.0] }
    "got"            = { tuple = [1, { at_least = 2 }] }

Each refuses whatever it was not written for (a bool is no number, nan lies between nothing), so
that a probe that reports nonsense never passes.  `spec/README.md` describes them for authors.

One file on purpose: the closed set is read, and checked for holes, as a whole.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mpconform.values import Value, elements, length, names, same, show, tag, type_names

Others = Mapping[str, Any]  # all observations of the same run, by name


class MatcherError(ValueError):
    """The TOML value describes no matcher; the message says what was wrong and what is possible."""


class Matcher(ABC):
    """One expectation of one observation; str() of it completes "expected ..."."""

    @abstractmethod
    def accepts(self, value: Value, others: Others) -> bool:
        """Whether the observed value is as expected."""

    def references(self) -> frozenset[str]:
        """The other observations that this matcher compares with: they must be reported, too."""
        return frozenset()


def build(toml_value: Any) -> Matcher:
    """The matcher that a TOML value describes; MatcherError where it describes none."""
    if isinstance(toml_value, str):
        return Named(toml_value)
    if isinstance(toml_value, bool | int | float):
        return Equals(_plain(toml_value))
    if isinstance(toml_value, list):
        return Items(_each(toml_value), "list")
    if not isinstance(toml_value, dict):
        raise MatcherError(f"a {type(toml_value).__name__} is nothing that a probe can report")
    if len(toml_value) != 1:
        raise MatcherError(
            f"a matcher is a table with exactly one key, got {sorted(toml_value)}; "
            "several at once are written { all_of = [ .. ] }"
        )
    [(key, argument)] = toml_value.items()
    builder = _BUILDERS.get(key)
    if builder is None:
        raise MatcherError(f"no matcher is called {key!r}; there are {', '.join(_BUILDERS)}")
    try:
        return builder(argument)
    except MatcherError as error:
        raise MatcherError(f"{key}: {error}") from None


@dataclass(frozen=True)
class Equals(Matcher):
    """Exactly this value: True is not 1, and an exception is not its name."""

    wanted: Value

    def accepts(self, value: Value, others: Others) -> bool:
        return same(value, self.wanted)

    def __str__(self) -> str:
        return show(self.wanted)


@dataclass(frozen=True)
class Named(Matcher):
    """This string; or an exception or a class that has it among its documented names."""

    wanted: str

    def accepts(self, value: Value, others: Others) -> bool:
        return value == self.wanted if isinstance(value, str) else self.wanted in names(value)

    def __str__(self) -> str:
        return show(self.wanted)


@dataclass(frozen=True)
class Items(Matcher):
    """A list or a tuple of as many elements, each accepted by its own matcher."""

    wanted: tuple[Matcher, ...]
    kind: str  # "list" or "tuple"

    def accepts(self, value: Value, others: Others) -> bool:
        if type_names(value) != [self.kind]:
            return False
        found = elements(value)
        if found is None or len(found) != len(self.wanted):
            return False
        return all(m.accepts(v, others) for m, v in zip(self.wanted, found, strict=True))

    def references(self) -> frozenset[str]:
        return _all_references(self.wanted)

    def __str__(self) -> str:
        inside = ", ".join(map(str, self.wanted))
        return f"[{inside}]" if self.kind == "list" else f"the tuple ({inside})"


@dataclass(frozen=True)
class Begins(Matcher):
    """A list or tuple that begins with elements accepted by these matchers."""

    wanted: tuple[Matcher, ...]

    def accepts(self, value: Value, others: Others) -> bool:
        found = elements(value) if type_names(value)[0] in ("list", "tuple") else None
        if found is None or len(found) < len(self.wanted):
            return False
        return all(m.accepts(v, others) for m, v in zip(self.wanted, found, strict=False))

    def references(self) -> frozenset[str]:
        return _all_references(self.wanted)

    def __str__(self) -> str:
        return f"begins with {', '.join(map(str, self.wanted))}"


@dataclass(frozen=True)
class Not(Matcher):
    """Anything that the inner matcher does not accept."""

    inner: Matcher

    def accepts(self, value: Value, others: Others) -> bool:
        return not self.inner.accepts(value, others)

    def references(self) -> frozenset[str]:
        return self.inner.references()

    def __str__(self) -> str:
        return f"not {self.inner}"


@dataclass(frozen=True)
class OneOf(Matcher):
    """What at least one of these matchers accepts."""

    options: tuple[Matcher, ...]

    def accepts(self, value: Value, others: Others) -> bool:
        return any(option.accepts(value, others) for option in self.options)

    def references(self) -> frozenset[str]:
        return _all_references(self.options)

    def __str__(self) -> str:
        return " or ".join(map(str, self.options))


@dataclass(frozen=True)
class AllOf(Matcher):
    """What every one of these matchers accepts."""

    parts: tuple[Matcher, ...]

    def accepts(self, value: Value, others: Others) -> bool:
        return all(part.accepts(value, others) for part in self.parts)

    def references(self) -> frozenset[str]:
        return _all_references(self.parts)

    def __str__(self) -> str:
        return " and ".join(map(str, self.parts))


@dataclass(frozen=True)
class Between(Matcher):
    """A number within these bounds, both inclusive; None is open."""

    low: float | None
    high: float | None

    def accepts(self, value: Value, others: Others) -> bool:
        if not _is_number(value):
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        if self.low is None:
            return f"at most {self.high}"
        return f"between {self.low} and {self.high}"


@dataclass(frozen=True)
class Matches(Matcher):
    """A string, or an exception's message, in which the regular expression is found."""

    pattern: str

    def accepts(self, value: Value, others: Others) -> bool:
        text = _text(value)
        return text is not None and re.search(self.pattern, text) is not None

    def __str__(self) -> str:
        return f"text that matches /{self.pattern}/"


@dataclass(frozen=True)
class Contains(Matcher):
    """A string (or message) with this substring, or a collection with an accepted element."""

    wanted: Matcher

    def accepts(self, value: Value, others: Others) -> bool:
        text = _text(value)
        if text is not None:
            return isinstance(self.wanted, Named) and self.wanted.wanted in text
        return any(self.wanted.accepts(item, others) for item in elements(value) or ())

    def references(self) -> frozenset[str]:
        return self.wanted.references()

    def __str__(self) -> str:
        return f"contains {self.wanted}"


@dataclass(frozen=True)
class Includes(Matcher):
    """A collection that has, for each of these matchers, an element that it accepts."""

    wanted: tuple[Matcher, ...]

    def accepts(self, value: Value, others: Others) -> bool:
        found = elements(value)
        if found is None:
            return False
        return all(any(m.accepts(item, others) for item in found) for m in self.wanted)

    def references(self) -> frozenset[str]:
        return _all_references(self.wanted)

    def __str__(self) -> str:
        return f"includes {', '.join(map(str, self.wanted))}"


@dataclass(frozen=True)
class Every(Matcher):
    """A collection of accepted elements only.

    An empty one is refused unless the spec says otherwise: a check that looked at nothing must
    not pass.
    """

    inner: Matcher
    may_be_empty: bool = False

    def accepts(self, value: Value, others: Others) -> bool:
        found = elements(value)
        if found is None or not (found or self.may_be_empty):
            return False
        return all(self.inner.accepts(item, others) for item in found)

    def references(self) -> frozenset[str]:
        return self.inner.references()

    def __str__(self) -> str:
        many = "any number of elements (or none)" if self.may_be_empty else "one or more elements"
        return f"{many}, each {self.inner}"


@dataclass(frozen=True)
class Length(Matcher):
    """A string, bytes or collection whose length the inner matcher accepts."""

    inner: Matcher

    def accepts(self, value: Value, others: Others) -> bool:
        found = length(value)
        return found is not None and self.inner.accepts(found, others)

    def references(self) -> frozenset[str]:
        return self.inner.references()

    def __str__(self) -> str:
        return f"of length {self.inner}"


@dataclass(frozen=True)
class Type(Matcher):
    """A value whose type has this documented name ("int", "queue.Empty")."""

    name: str

    def accepts(self, value: Value, others: Others) -> bool:
        return self.name in type_names(value)

    def __str__(self) -> str:
        return f"of type {self.name}"


@dataclass(frozen=True)
class SameAs(Matcher):
    """The same value as another observation of the run."""

    other: str

    def accepts(self, value: Value, others: Others) -> bool:
        return self.other in others and same(value, others[self.other])

    def references(self) -> frozenset[str]:
        return frozenset({self.other})

    def __str__(self) -> str:
        return f"the same as {self.other}"


@dataclass(frozen=True)
class DiffersFrom(Matcher):
    """Another value than another observation of the run, which was reported, too."""

    other: str

    def accepts(self, value: Value, others: Others) -> bool:
        return self.other in others and not same(value, others[self.other])

    def references(self) -> frozenset[str]:
        return frozenset({self.other})

    def __str__(self) -> str:
        return f"different from {self.other}"


@dataclass(frozen=True)
class Item(Matcher):
    """A dict (by key), list or tuple (by index) whose item the inner matcher accepts."""

    key: str | int
    inner: Matcher
    may_be_absent: bool = False

    def accepts(self, value: Value, others: Others) -> bool:
        found = self._find(value)
        if found is None:
            return False
        return self.may_be_absent if found == [] else self.inner.accepts(found[0], others)

    def _find(self, value: Value) -> list[Value] | None:
        """[item], [] where there is none, None where the value has no such kind of items."""
        if tag(value) == "dict":
            return [item for key, item in value["items"] if same(key, self.key)][:1]
        inside = elements(value) if type_names(value)[0] in ("list", "tuple") else None
        if inside is None or not isinstance(self.key, int):
            return None
        place = self.key if self.key >= 0 else len(inside) + self.key
        return inside[place : place + 1] if place >= 0 else []

    def references(self) -> frozenset[str]:
        return self.inner.references()

    def __str__(self) -> str:
        where = "where it has one" if self.may_be_absent else "which it has"
        return f"with an item {self.key!r} ({where}) that is {self.inner}"


@dataclass(frozen=True)
class Unique(Matcher):
    """A list or tuple of at least two elements, no two of which are the same."""

    def accepts(self, value: Value, others: Others) -> bool:
        found = elements(value)
        if found is None or len(found) < 2:
            return False
        return not any(same(a, b) for i, a in enumerate(found) for b in found[:i])

    def __str__(self) -> str:
        return "two or more elements without a repetition"


@dataclass(frozen=True)
class Present(Matcher):
    """Any value at all: only that it was reported counts."""

    def accepts(self, value: Value, others: Others) -> bool:
        return True

    def __str__(self) -> str:
        return "any value, as long as it is reported"


def _text(value: Value) -> str | None:
    if isinstance(value, str):
        return value
    return str(value["message"]) if tag(value) == "exception" else None


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _all_references(matchers: tuple[Matcher, ...]) -> frozenset[str]:
    return frozenset().union(*(matcher.references() for matcher in matchers))


# From here on: one builder for each key, which checks the argument and says what it takes.


def _plain(value: Any) -> Value:
    """A TOML value as the neutral value it stands for, without any matcher inside."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$": "float", "repr": repr(value)}
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        items = [[key, _plain(item)] for key, item in value.items()]
        return {"$": "dict", "items": items}
    raise MatcherError(f"a {type(value).__name__} is nothing that a probe can report")


def _each(argument: Any) -> tuple[Matcher, ...]:
    if not isinstance(argument, list):
        raise MatcherError(f"expected a list of matchers, got {argument!r}")
    return tuple(map(build, argument))


def _some(argument: Any) -> tuple[Matcher, ...]:
    """A list that is not empty: with an empty one the matcher could not fail, or not pass."""
    if argument == []:
        raise MatcherError("expected at least one element")
    return _each(argument)


def _bounds(argument: Any) -> Matcher:
    if not (isinstance(argument, list) and len(argument) == 2 and all(map(_is_number, argument))):
        raise MatcherError(f"expected two numbers [low, high], got {argument!r}")
    low, high = argument
    if low > high:
        raise MatcherError(f"the bounds are out of order: {low} is above {high}")
    return Between(low, high)


def _number(argument: Any) -> float:
    if not _is_number(argument):
        raise MatcherError(f"expected a number, got {argument!r}")
    found: float = argument
    return found


def _word(argument: Any) -> str:
    if not isinstance(argument, str) or not argument:
        raise MatcherError(f"expected a string that is not empty, got {argument!r}")
    return argument


def _pattern(argument: Any) -> Matcher:
    try:
        re.compile(_word(argument))
    except re.error as error:
        raise MatcherError(f"not a regular expression: {error}") from None
    return Matches(argument)


def _type(argument: Any) -> Matcher:
    if _word(argument) == "NoneType":
        raise MatcherError("None is written { is_none = true }")
    return Type(argument)


def _bytes(argument: Any) -> Matcher:
    # Latin-1, so that "\u00ff" stands for the byte 255, which no other encoding could say.
    if not isinstance(argument, str) or any(ord(char) > 255 for char in argument):
        raise MatcherError(f"expected text of characters up to U+00FF, got {argument!r}")
    return Equals({"$": "bytes", "hex": argument.encode("latin-1").hex()})


def _item(argument: Any, may_be_absent: bool) -> Matcher:
    if not (isinstance(argument, list) and len(argument) == 2):
        raise MatcherError(f"expected [key, matcher], got {argument!r}")
    key, inner = argument
    if not isinstance(key, str | int) or isinstance(key, bool):
        raise MatcherError(f"expected a string or an index for a key, got {key!r}")
    return Item(key, build(inner), may_be_absent)


def _flag(argument: Any, matcher: Matcher) -> Matcher:
    if argument is not True:
        raise MatcherError(f"is written with true, got {argument!r}")
    return matcher


_BUILDERS: Mapping[str, Callable[[Any], Matcher]] = {
    "equals": lambda argument: Equals(_plain(argument)),
    "not": lambda argument: Not(build(argument)),
    "one_of": lambda argument: OneOf(_some(argument)),
    "all_of": lambda argument: AllOf(_some(argument)),
    "between": _bounds,
    "at_least": lambda argument: Between(_number(argument), None),
    "at_most": lambda argument: Between(None, _number(argument)),
    "matches": _pattern,
    "contains": lambda argument: Contains(build(argument)),
    "includes": lambda argument: Includes(_some(argument)),
    "begins": lambda argument: Begins(_some(argument)),
    "every": lambda argument: Every(build(argument)),
    "every_or_empty": lambda argument: Every(build(argument), may_be_empty=True),
    "length": lambda argument: Length(build(argument)),
    "type": _type,
    "is_none": lambda argument: _flag(argument, Equals(None)),
    "tuple": lambda argument: Items(_each(argument), "tuple"),
    "bytes": _bytes,
    "same_as": lambda argument: SameAs(_word(argument)),
    "differs_from": lambda argument: DiffersFrom(_word(argument)),
    "item": lambda argument: _item(argument, may_be_absent=False),
    "item_if_present": lambda argument: _item(argument, may_be_absent=True),
    "unique": lambda argument: _flag(argument, Unique()),
    "present": lambda argument: _flag(argument, Present()),
}

NAMES = tuple(_BUILDERS)

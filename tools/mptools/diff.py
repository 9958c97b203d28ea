"""`mptools diff`: every observation of one implementation beside another's.

Verdicts only say who keeps the documentation.  This shows how two implementations that both keep it
differ, also in what the tier `may` leaves open and in exception messages.  B is mostly the standard
library of the same Python.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpconform.expansion import ENDING
from mpconform.values import SHOWN_LENGTH, same, show, tag

from mptools import ToolError
from mptools.results import Results, Run, load_results

STORED = Path(".mpconform") / "results"

# Times of one and the same implementation vary with the machine's load, and several probes run at
# once: only a factor of ten counts as a difference of the implementations.  Below 0.1 s even that
# says nothing, as starting a process or two takes about as long.
SECONDS_FACTOR = 10.0
SECONDS_FLOOR = 0.1

ABSENT = "(not reported)"
_SHOWN_WIDTH = 60
_SHORTENED_BY = 10  # show() cuts a little below its limit

RunKey = tuple[str, str | None]  # probe, start method


@dataclass(frozen=True)
class Line:
    """One observation of one run, as both implementations reported it."""

    name: str
    a: str
    b: str
    differs: bool


@dataclass(frozen=True)
class Pair:
    """One probe under one start method, in both implementations."""

    probe: str
    start_method: str | None
    lines: tuple[Line, ...]

    @property
    def differing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.differs)


@dataclass(frozen=True)
class Comparison:
    """All runs of two result files of the same spec."""

    a: Results
    b: Results
    pairs: tuple[Pair, ...]
    only_a: tuple[RunKey, ...]
    only_b: tuple[RunKey, ...]


def compare(a: Results, b: Results) -> Comparison:
    """Compare the runs of two result files; ToolError for files of different specs."""
    if a.spec != b.spec:
        raise ToolError(
            f"results of different specs are not compared: {a.path} has {a.spec}, {b.path} has"
            f" {b.spec}; run both again with the spec of today"
        )
    runs_a, runs_b = _by_key(a), _by_key(b)
    pairs = (_pair(key, runs_a[key], runs_b[key]) for key in runs_a if key in runs_b)
    return Comparison(
        a,
        b,
        tuple(sorted(pairs, key=lambda pair: not pair.differing)),
        tuple(key for key in runs_a if key not in runs_b),
        tuple(key for key in runs_b if key not in runs_a),
    )


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "diff",
        help="the observations of two implementations side by side",
        description="Prints what differs. Exits with 1 where anything does.",
    )
    parser.add_argument("a", type=Path, metavar="A.jsonl")
    parser.add_argument(
        "b",
        type=Path,
        nargs="?",
        metavar="B.jsonl",
        help="default: the stored results of the standard library of the same Python",
    )
    parser.add_argument("--all", action="store_true", help="show what is the same, too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    a = load_results(options.a)
    b = load_results(options.b if options.b is not None else standard_library_results(a))
    comparison = compare(a, b)
    for line in report(comparison, show_all=options.all):
        print(line)
    differs = any(pair.differing for pair in comparison.pairs)
    return 1 if differs or comparison.only_a or comparison.only_b else 0


def standard_library_results(a: Results, folder: Path = STORED) -> Path:
    """The stored results of the standard library of A's Python; ToolError if there are none."""
    _, at, python = a.implementation.partition("@")
    if not at:
        version = str(a.header["implementation"].get("python", ""))
        python = "python" + ".".join(version.split(".")[:2])
    name = f"multiprocessing@{python}"
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        raise ToolError(
            f"{path}: expected the stored results of the standard library to compare with;"
            f" make them with: mpconform run --impl {name} --results {path}"
        )
    return path


def report(comparison: Comparison, *, show_all: bool) -> Iterator[str]:
    """The comparison for people, what differs first."""
    a, b = comparison.a.implementation, comparison.b.implementation
    yield f"A  {a}"
    yield f"B  {b}"
    for pair in comparison.pairs:
        lines = pair.lines if show_all else pair.differing
        if not lines:
            continue
        yield f"\n{pair.probe} [{pair.start_method or '-'}]"
        for line in lines:
            mark = "!" if line.differs else " "
            yield from _side_by_side(mark, line)
    for name, keys in ((a, comparison.only_a), (b, comparison.only_b)):
        if keys:
            yield f"\nrun by {name} only: {len(keys)}"
            yield from (f"  {probe} [{method or '-'}]" for probe, method in keys)
    differing = sum(bool(pair.differing) for pair in comparison.pairs)
    observations = sum(len(pair.differing) for pair in comparison.pairs)
    yield (
        f"\n{observations} observations differ, in {differing} of {len(comparison.pairs)} runs"
        " that both have"
    )


def _by_key(results: Results) -> Mapping[RunKey, tuple[Run, ...]]:
    """The runs by key; a kit with several workers may run a probe once in each."""
    found: dict[RunKey, tuple[Run, ...]] = {}
    for one in results.runs:
        key = (one.probe, one.start_method)
        found[key] = (*found.get(key, ()), one)
    return found


def _pair(key: RunKey, a: Sequence[Run], b: Sequence[Run]) -> Pair:
    seen_a, seen_b = _seen(a), _seen(b)
    lines = [
        _line(name, seen_a.get(name, []), seen_b.get(name, [])) for name in {**seen_a, **seen_b}
    ]
    return Pair(*key, tuple(sorted(lines, key=lambda line: not line.differs)))


def _seen(runs: Sequence[Run]) -> Mapping[str, list[Any]]:
    """Observation -> its values in these runs; the ending is one of the observations."""
    found: dict[str, list[Any]] = {}
    for one in runs:
        for name, value in {**one.observations, ENDING: one.ending}.items():
            found.setdefault(name, []).append(value)
    return found


def _line(name: str, a: list[Any], b: list[Any]) -> Line:
    """One observation, with its values in all runs of both.

    It differs if no run of A has the value of any run of B: what varies from run to run is noise.
    """
    differs = not any(not _differs(name, x, y) for x in a for y in b)
    if not a or not b:
        shown_a, shown_b = (show(values[0]) if values else ABSENT for values in (a, b))
        return Line(name, shown_a, shown_b, differs)
    first_a, first_b = _differing_parts(a[0], b[0]) if differs else (a[0], b[0])
    return Line(name, show(first_a), show(first_b), differs)


def _differing_parts(a: Any, b: Any) -> tuple[Any, Any]:
    """Both values; of values that are too long to read, only the parts that differ."""
    if max(len(show(a)), len(show(b))) < SHOWN_LENGTH - _SHORTENED_BY:
        return a, b
    if tag(a) == tag(b) == "dict":
        pairs = [_differing_items(key, _find(a, key), _find(b, key)) for key in _keys(a, b)]
        left, right = ([item for side in pairs for item in side[n]] for n in (0, 1))
        return {"$": "dict", "items": left}, {"$": "dict", "items": right}
    if isinstance(a, list) and isinstance(b, list):
        left, right = _without(a, b), _without(b, a)
        # If nothing is left, the same elements are in another order: show them all.
        return (left, right) if left or right else (a, b)
    return a, b


def _differing_items(key: Any, a: list[Any], b: list[Any]) -> tuple[list[Any], list[Any]]:
    """The items of one key on either side, [] where a side has none or both have the same."""
    if not a or not b:
        return [[key, value] for value in a], [[key, value] for value in b]
    if same(a[0], b[0]):
        return [], []
    left, right = (a[0], b[0])
    if isinstance(left, list) and isinstance(right, list):
        left, right = _without(left, right), _without(right, left)
    return [[key, left]], [[key, right]]


def _keys(a: Any, b: Any) -> list[Any]:
    keys = [key for key, _ in a["items"]]
    return keys + [key for key, _ in b["items"] if not any(same(key, known) for known in keys)]


def _find(value: Any, wanted: Any) -> list[Any]:
    return [item for key, item in value["items"] if same(key, wanted)][:1]


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    return [value for value in values if not any(same(value, other) for other in others)]


def _differs(name: str, a: Any, b: Any) -> bool:
    if name.endswith(".seconds") and _is_time(a) and _is_time(b):
        low, high = sorted((a, b))
        return bool(high > SECONDS_FLOOR and high > SECONDS_FACTOR * low)
    return not same(a, b)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _side_by_side(mark: str, line: Line) -> Iterator[str]:
    if len(line.a) <= _SHOWN_WIDTH and len(line.b) <= _SHOWN_WIDTH:
        yield f"{mark} {line.name}:  {line.a}  |  {line.b}"
        return
    yield f"{mark} {line.name}:"
    yield f"      A  {line.a}"
    yield f"      B  {line.b}"

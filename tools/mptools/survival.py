"""`mptools survival`: which implementation survives what, as a Markdown table.

A row is a situation that users know, a column an implementation, and a cell counts the requirements
of tier `robust` that are met there under every start method that was run. Of several result files
of one implementation the last that judged a requirement counts: a part can be run again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mpconform.loader import load
from mpconform.spec import Spec

from mptools import ToolError
from mptools.results import Results, load_results

# The endings of probes are left out: what stays behind is another question than who survives.
SITUATIONS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "pool": (
        ("idle workers are killed", ("pool.killed.idle", "pool.killed.all-idle")),
        (
            "workers are killed in a call",
            (
                "pool.killed.in-task",
                "pool.killed.in-all-tasks",
                "pool.killed.in-map",
                "pool.killed.in-imap",
                "pool.killed.callbacks",
                "pool.killed.waited-for",
                "pool.killed.closed",
                "pool.killed.limited",
            ),
        ),
        ("a worker is killed while it starts", ("pool.killed.starting",)),
        (
            "a worker is killed while it receives a call",
            ("pool.killed.receiving", "pool.killed.loading"),
        ),
        ("a worker is killed while it replies", ("pool.killed.replying",)),
        ("a call ends its worker by os._exit() or abort()", ("pool.killed.exits",)),
        (
            "a call raises SystemExit, KeyboardInterrupt, another BaseException",
            (
                "pool.sys-exit",
                "pool.sys-exit-with-text",
                "pool.keyboard-interrupt",
                "pool.base-exception",
                "pool.generator-exit",
            ),
        ),
        (
            "an exception can't be pickled, or not be made of its args",
            (
                "pool.unpicklable-exception",
                "pool.exception-of-unpicklables",
                "pool.exception-that-needs-arguments",
            ),
        ),
        (
            "a result can't be pickled",
            (
                "pool.unpicklable-result",
                "pool.generator-result",
                "pool.lambda-result",
                "pool.unshowable-result",
                "pool.exiting-result",
            ),
        ),
        (
            "a result can't be unpickled",
            ("pool.unloadable-result", "pool.result-that-exits", "pool.result-that-interrupts"),
        ),
        (
            "a function or an argument can't be pickled",
            (
                "pool.unpicklable-argument",
                "pool.lambda-argument",
                "pool.exiting-argument",
                "pool.unpicklable-function",
                "pool.unpicklable-initializer",
            ),
        ),
        (
            "an argument can't be unpickled",
            (
                "pool.unloadable-argument",
                "pool.argument-that-exits",
                "pool.argument-that-interrupts",
            ),
        ),
        (
            "a callback raises",
            (
                "pool.callback-that-raises",
                "pool.callback-that-exits",
                "pool.callback-that-interrupts",
            ),
        ),
        (
            "an initializer raises or ends its worker",
            ("pool.initializer-that-raises", "pool.initializer-that-exits"),
        ),
        (
            "an iterable raises",
            (
                "pool.map.iterable-raises",
                "pool.map.measured-iterable-raises",
                "pool.map.goes-on-after-iterables-that-raise",
                "pool.map.goes-on-after-measured-iterables",
                "pool.imap.iterable-raises",
                "pool.imap.goes-on-after-iterables-that-raise",
                "pool.imap-unordered.iterable-raises",
                "pool.imap-unordered.iterable-error-comes-last",
                "pool.iterable-that-exits",
                "pool.iterable-that-interrupts",
            ),
        ),
        (
            "an iterable has no end",
            (
                "pool.imap.reads-ahead-in-bounds",
                "pool.imap.long-iterables-begin",
                "pool.imap-unordered.reads-ahead-in-bounds",
                "pool.imap-unordered.long-iterables-begin",
            ),
        ),
        (
            "terminate() while calls or items are waited for",
            (
                "pool.terminate.releases-waiters",
                "pool.terminate.fails-what-waits",
                "pool.terminate.releases-imap-iterators",
                "pool.terminate.releases-unordered-iterators",
                "pool.terminate.releases-chunks-iterators",
                "pool.terminate.does-not-wait-for-iterables",
                "pool.terminate.releases-iterators-of-waiting-iterables",
                "pool.callback-that-terminates",
            ),
        ),
        ("the program ends with a pool", ("pool.finalization",)),
        ("the parent is killed", ("pool.orphans",)),
        ("Ctrl-C", ("pool.interrupt",)),
        ("workers ignore SIGTERM, or are stopped", ("pool.deaf", "pool.stopped")),
        ("SIGCHLD is blocked or ignored", ("pool.sigchld",)),
        ("the parent has no descriptors left", ("pool.scarce.descriptors",)),
        (
            "parent or worker has no memory left",
            ("pool.scarce.memory", "pool.scarce.worker-memory"),
        ),
        ("a call closes all descriptors of its worker", ("pool.scarce.closed-descriptors",)),
        ("a forked child uses its parent's pool", ("pool.forks",)),
    ),
}

Verdicts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Column:
    """One implementation: its name, who it is exactly, and its verdicts by requirement."""

    implementation: str
    version: str
    spec: str
    verdicts: Verdicts


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "survival",
        help="which implementation survives what, as a Markdown table",
        description="Counts the met requirements of tier robust, by situation.",
    )
    parser.add_argument("results", type=Path, nargs="+", metavar="RESULTS.jsonl")
    parser.add_argument("--chapter", default="pool", choices=tuple(SITUATIONS))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    spec = load(options.spec)
    columns = columns_of([load_results(path) for path in options.results])
    for line in table(rows_of(spec, options.chapter), columns):
        print(line)
    return 0


def rows_of(spec: Spec, chapter: str) -> list[tuple[str, list[str]]]:
    """The situations of a chapter, each with the ids that it holds."""
    rows = []
    for situation, names in SITUATIONS[chapter]:
        found = [
            requirement.id
            for requirement in spec.select(names)
            if requirement.tier == "robust" and not requirement.id.endswith("ends-clean")
        ]
        if not found:
            raise ToolError(f"the situation {situation!r} holds no requirement of tier robust")
        rows.append((situation, found))
    return rows


def columns_of(results: Iterable[Results]) -> list[Column]:
    """One column for each implementation, in the order of their first files."""
    found: dict[str, Column] = {}
    for one in results:
        verdicts: dict[str, list[str]] = {}
        for verdict in one.verdicts:
            verdicts.setdefault(verdict.id, []).append(verdict.verdict)
        before = found.get(one.implementation)
        merged: Verdicts = {**before.verdicts, **verdicts} if before else verdicts
        described = one.header["implementation"]
        version = f"{described.get('interpreter', '')} {described.get('python', '')}".strip()
        if described.get("version") not in (None, described.get("python")):
            version = f"{described['version']} on {version}"
        found[one.implementation] = Column(one.implementation, version, one.spec, merged)
    return list(found.values())


def table(rows: Sequence[tuple[str, Sequence[str]]], columns: Sequence[Column]) -> Iterator[str]:
    """The lines of the Markdown table, and below it who was tested."""
    yield "| situation | " + " | ".join(column.implementation for column in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for situation, ids in rows:
        cells = (cell(ids, column.verdicts) for column in columns)
        yield f"| {situation} | " + " | ".join(cells) + " |"
    everything = [one for _, ids in rows for one in ids]
    totals = (count(everything, column.verdicts) for column in columns)
    yield "| **all** | " + " | ".join(f"{met} of {judged}" for met, judged in totals) + " |"
    yield ""
    for column in columns:
        yield f"- {column.implementation}: version {column.version}, spec {column.spec}"


def cell(ids: Sequence[str], verdicts: Verdicts) -> str:
    """What an implementation makes of one situation."""
    met, judged = count(ids, verdicts)
    if not judged:
        return "-"
    if met == judged:
        return "meets"
    return f"{met} of {judged}" if met else "fails"


def count(ids: Sequence[str], verdicts: Verdicts) -> tuple[int, int]:
    """How many requirements are met, and how many were judged."""
    judged = [verdicts[one] for one in ids if set(verdicts.get(one, ())) - {"unsupported"}]
    met = [each for each in judged if set(each) <= {"pass", "unsupported"}]
    return len(met), len(judged)

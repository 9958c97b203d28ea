"""`mptools bench`: an implementation beside the standard library, as ratios of their times.

Each workload runs in a fresh process, once for either implementation and once more for the standard
library, turn by turn, in several rounds.  A round gives two ratios: how many times as fast the
implementation is, and, as the noise of the machine, the same for the standard library itself.  The
upper quartile of the rounds counts: other programs only ever slow a process down, but they may
slow either.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mpconform.implementation import ImplementationError, Wanted, known_module
from mpconform.places import IMPLEMENTATIONS

from mptools import ToolError
from mptools.workloads import TOPICS, Workload, workloads_of

# Of one process. None takes more than a few seconds where nothing else runs.
PATIENCE_SECONDS = 300
TOOLS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Case:
    """One workload under one start method."""

    topic: str
    workload: Workload
    start_method: str


@dataclass(frozen=True)
class Result:
    """The times of a case in seconds, one of each round; goal: the ratio that is aimed at."""

    workload: str
    text: str
    start_method: str
    goal: float | None
    seconds: tuple[float, ...]
    against: tuple[float, ...]
    again: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as fast as the standard library."""
        return upper_quartile(_ratios(self.against, self.seconds))

    @property
    def noise(self) -> float:
        """The same for the standard library itself: 1.0 on a machine without noise."""
        return upper_quartile(_ratios(self.against, self.again))

    @property
    def misses_its_goal(self) -> bool:
        return self.goal is not None and self.ratio < self.goal


def upper_quartile(values: Sequence[float]) -> float:
    """The value that a quarter of the others exceed; of one value, itself."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=4, method="inclusive")[2]


def _ratios(slower: Sequence[float], faster: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(slower, faster, strict=True)]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "bench",
        help="how fast an implementation is, beside the standard library",
        description="Prints ratios of times. Exits with 1 where the reference misses a goal.",
    )
    parser.add_argument("topic", choices=TOPICS)
    parser.add_argument("only", nargs="*", metavar="WORKLOAD", help="default: all of the topic")
    parser.add_argument("--impl", default="mpref", metavar="MODULE[@PYTHON]")
    parser.add_argument("--start-method", choices=("fork", "spawn", "forkserver"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the times there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.rounds < 1:
        raise ToolError(f"--rounds takes a positive number, not {options.rounds}")
    try:
        wanted = Wanted.parse(options.impl)
    except ImplementationError as error:
        raise ToolError(str(error)) from error
    cases = list(_cases(options.topic, options.only, options.start_method))
    results = []
    print(HEADER, flush=True)
    for case in cases:
        results.append(measure(case, wanted, options.rounds))
        print(line(results[-1]), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(_to_json(results, wanted), indent=1) + "\n")
    return 1 if any(result.misses_its_goal for result in results) else 0


def _cases(topic: str, only: Sequence[str], start_method: str | None) -> Iterator[Case]:
    workloads = workloads_of(topic)
    unknown = set(only) - {each.name for each in workloads}
    if unknown:
        names = ", ".join(each.name for each in workloads)
        raise ToolError(f"no workload {', '.join(sorted(unknown))} in {topic}: it has {names}")
    for each in workloads:
        if only and each.name not in only:
            continue
        for method in [start_method] if start_method else each.goals:
            yield Case(topic, each, method)


def measure(case: Case, wanted: Wanted, rounds: int) -> Result:
    """The times of a case, of both implementations in turn."""
    standard = Wanted("multiprocessing", wanted.python)
    times: list[list[float]] = [[], [], []]
    for number in range(rounds):
        # Who is first in a round has a cooler processor, or caches that are somebody else's.
        order = [(0, wanted), (1, standard), (2, standard)]
        for place, each in order if number % 2 == 0 else reversed(order):
            times[place].append(_seconds(case, each))
    return Result(
        case.workload.name,
        case.workload.text,
        case.start_method,
        case.workload.goals.get(case.start_method) if wanted.module == "mpref" else None,
        *map(tuple, times),
    )


def _seconds(case: Case, wanted: Wanted) -> float:
    program = TOOLS / "mptools" / "workloads" / f"{case.topic}.py"
    command = [wanted.python, str(program), wanted.module, case.start_method, case.workload.name]
    what = " ".join(command[1:])
    path = [str(TOOLS), *_path_of(wanted.module)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        finished = subprocess.run(
            command,
            env=environment | {"PYTHONPATH": os.pathsep.join(path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{what}: no result after {PATIENCE_SECONDS} s") from error
    if finished.returncode != 0:
        raise ToolError(f"{what}: exit status {finished.returncode}\n{finished.stderr}")
    return float(json.loads(finished.stdout)["seconds"])


def _path_of(module: str) -> list[str]:
    entry = known_module(module)
    return [str((IMPLEMENTATIONS.parent / entry["path"]).resolve())] if "path" in entry else []


HEADER = (
    f"{'workload':32} {'method':10} {'standard':>10} {'this':>10}  {'ratio':>6} {'goal':>5}  noise"
)


def line(result: Result) -> str:
    """A line of the table; a missed goal has an exclamation mark."""
    goal = "" if result.goal is None else f"{result.goal:.1f}"
    mark = "!" if result.misses_its_goal else " "
    return (
        f"{result.workload:32} {result.start_method:10} {_milliseconds(result.against):>10}"
        f" {_milliseconds(result.seconds):>10}  {result.ratio:6.2f}{mark}{goal:>5}"
        f"  {result.noise:.2f}"
    )


def _milliseconds(times: Sequence[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f} ms"


def _to_json(results: Sequence[Result], wanted: Wanted) -> dict[str, object]:
    return {
        "implementation": wanted.module,
        "python": wanted.python,
        "host": sys.version,
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "results": [
            asdict(result) | {"ratio": result.ratio, "noise": result.noise} for result in results
        ],
    }

"""Every function of every chapter, on every interpreter, by every start method.

`TABLE` says which chapter is asked where. A chapter's functions run one after the other in one
process of that interpreter, so that its start is paid once; each is a test of its own, and a
process that hangs or dies takes one test with it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from leftovers import GRACE, Leftovers
from programs import (
    ASKED_ALL,
    HERE,
    INTERPRETERS,
    LEFT_TO_OTHERS,
    METHODS,
    PATIENCE,
    environment,
    find_interpreter,
    is_left_to_others,
    label,
)
from run_chapter import LEFT, functions

PEERS = ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "pypy3"]


@dataclass(frozen=True)
class Row:
    """One chapter, and where it is asked."""

    chapter: str
    methods: tuple[str, ...] = METHODS
    # False: only on those that are asked everything.
    on_every_interpreter: bool = True
    # From what the ids call a variant to what it adds to the environment.
    variants: dict[str, dict[str, str]] = field(default_factory=lambda: {"": {}})


# On an old kernel, or under a seccomp filter, there are no process descriptors: sentinels are the
# ends of pipes.
WITHOUT_PIDFD = {"": {}, "without-pidfd": {"MPREF_TEST_WITHOUT_PIDFD": "1"}}

TABLE = [
    Row("connection"),
    Row("contexts", variants=WITHOUT_PIDFD),
    # No start method is in play.
    Row("handshakes", ("fork",), on_every_interpreter=False),
    # No start method is in play. The peers are the standard libraries of all interpreters.
    Row(
        "interoperation",
        ("fork",),
        on_every_interpreter=False,
        variants={f"with-{peer}": {"PEER": peer} for peer in PEERS},
    ),
    # fork replaces a killed process fastest, so that most of the time goes into the queues.
    Row("killing", ("fork",), on_every_interpreter=False),
    Row("managers"),
    Row("messages", on_every_interpreter=False),
    Row("pool"),
    Row("pool_errors"),
    Row("pool_interrupts"),
    Row("pool_killing"),
    Row("process", variants=WITHOUT_PIDFD),
    Row("queues"),
    Row("shared_memory"),
    Row("sharedctypes"),
    Row("stress"),
    Row("synchronize"),
]


@dataclass(frozen=True)
class Asked:
    """A chapter, and the interpreter and the start method by which it is asked."""

    chapter: str
    interpreter: str
    method: str
    environment: tuple[tuple[str, str], ...]

    @property
    def script(self) -> str:
        return str(HERE / f"chapter_{self.chapter}.py")


@dataclass(frozen=True)
class Function:
    """One function of a chapter. Each value is unique, so that pytest does not sort tests by it."""

    asked: Asked
    name: str


def _items() -> Iterator[object]:
    pairs = [(row, variant) for row in TABLE for variant in row.variants]
    for number, (row, variant) in enumerate(pairs):
        interpreters = INTERPRETERS if row.on_every_interpreter else sorted(ASKED_ALL)
        for interpreter, method in itertools.product(interpreters, row.methods):
            added = tuple(row.variants[variant].items())
            asked = Asked(row.chapter, interpreter, method, added)
            where = "-".join(filter(None, [row.chapter, variant, method, label(interpreter)]))
            if is_left_to_others(number, interpreter, method):
                skip = pytest.mark.skip(reason=LEFT_TO_OTHERS)
                yield pytest.param(Function(asked, ""), asked, id=where, marks=skip)
                continue
            for name in functions(asked.script):
                yield pytest.param(Function(asked, name), asked, id=f"{where}-{name}")


# Without the scope, pytest would make the fixture anew for each function.
@pytest.mark.parametrize(
    ("function", "chapter"), list(_items()), indirect=["chapter"], scope="module"
)
@pytest.mark.timeout(2 * PATIENCE)
def test_chapter(chapter: Chapter, function: Function) -> None:
    answer = chapter.ask(function.name)
    if answer["not_applicable"]:
        pytest.skip(answer["not_applicable"])
    assert not answer["failure"], answer["failure"]


def test_the_table_is_whole() -> None:
    files = {path.stem.removeprefix("chapter_") for path in HERE.glob("chapter_*.py")}
    assert sorted(files) == [row.chapter for row in TABLE]


# --- the process that is asked -------------------------------------------------------------------


@pytest.fixture(scope="module")
def chapter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chapter]:
    """A process that runs the functions of this chapter. When it has ended, no process of its own,
    no name in /dev/shm, no socket and no temporary file may be left."""
    asked: Asked = request.param
    added = dict(asked.environment)
    if "PEER" in added:
        path = find_interpreter(added["PEER"])
        if path is None:
            pytest.skip(
                f"no interpreter for {added['PEER']}: expected it under pyenv or on the PATH"
            )
        added["PEER"] = path
    with tempfile.TemporaryDirectory(prefix="mpref-") as folder:
        leftovers = Leftovers(folder)
        added.update(leftovers.environment)
        process = Chapter(asked, tmp_path_factory.mktemp(asked.chapter), added)
        yield process
        process.end()
        assert not leftovers.found()


class Chapter:
    """Runs the functions of a chapter one by one, in a process that is started again if it ends."""

    def __init__(self, asked: Asked, scratch: Path, added: dict[str, str]) -> None:
        self._asked, self._scratch, self._added = asked, scratch, added
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, function: str) -> dict[str, str]:
        process = self._process or self._start()
        assert process.stdin is not None
        # A process that has ended since the last function reads nothing, and does not answer.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(f"{function}\n".encode())
        return self._answer(process)

    def end(self) -> None:
        """End the process; raises AssertionError where it left something or printed something."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:
            assert process.stdin is not None
            process.stdin.close()
            answer = self._answer(process)
        assert answer["name"] == LEFT
        assert not answer["failure"], f"left by {self._asked}: {answer['failure']}"
        assert process.wait(PATIENCE) == 0, self._errors()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._scratch / "stderr").open("w") as errors:
            self._process = subprocess.Popen(
                [self._asked.interpreter, self._asked.script, self._asked.method, ".", "-"],
                cwd=self._scratch,
                env=environment(self._added),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                start_new_session=True,
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, str]:
        assert process.stdout is not None
        is_there, _, _ = select.select([process.stdout], [], [], PATIENCE)
        if is_there and (line := process.stdout.readline()):
            answer: dict[str, str] = json.loads(line)
            return answer
        self._process = None
        with process:
            if is_there:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
            # Its children are in its session.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        how = f"exit code {process.returncode}" if is_there else "hangs"
        pytest.fail(f"{self._asked}: {how}\n{self._errors()}")

    def _errors(self) -> str:
        return (self._scratch / "stderr").read_text()

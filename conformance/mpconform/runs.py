"""Runs probes, each in a process of its own, and says how they ended.

Starting an interpreter costs more than most probes. So a *warm template*, an
interpreter of the implementation that has imported everything and started
nothing, forks one process for each run. `fresh` starts an interpreter each
time instead; both lead through the same code on the target side, and both give
the same verdicts.

A run's process has its own session, its own scratch folder (working directory,
TMPDIR, streams, reply file) and a hard deadline. Each observation is appended
to the reply file when it is made, so a hang or a crash keeps what came before.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpconform import census
from mpconform.implementation import Implementation
from mpconform.places import TARGET

# Far beyond the longest wait inside a probe (HEAR_SECONDS of the toolkit), so
# that a probe that only lost patience says so itself.
DEADLINE_SECONDS = 40.0

# What a hung process gets to write its stacks: it only has to reach its signal handler.
_STACKS_SECONDS = 1.0
_STACKS_SIGNAL = signal.SIGUSR2

_PROBE_MAIN = str(TARGET / "mpprobe" / "probe_main.py")


@dataclass(frozen=True)
class Ending:
    """How the processes of a run ended: clean, leaked, hung or crashed, and the evidence."""

    kind: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.kind, *self.details])


@dataclass(frozen=True)
class Run:
    """What one run of one probe brought home."""

    probe: str
    start_method: str | None
    observations: Mapping[str, Any]
    ending: Ending
    stopped: str | None = None
    """The traceback that stopped the probe, when the implementation raised."""
    unsupported: str | None = None
    fault: str | None = None
    """The kit's own fault, when it has one."""
    seconds: float = 0.0
    output: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        return {
            "record": "run",
            "probe": self.probe,
            "start_method": self.start_method,
            "observations": dict(self.observations),
            "ending": self.ending.kind,
            "details": list(self.ending.details),
            "stopped": self.stopped,
            "unsupported": self.unsupported,
            "fault": self.fault,
            "seconds": self.seconds,
        }


class Runner:
    """Runs the probes of one implementation; keeps the warm template.

    Use it as a context manager: leaving it ends the template.
    """

    def __init__(
        self,
        implementation: Implementation,
        modules: tuple[str, ...],
        *,
        fresh: bool = False,
        deadline: float = DEADLINE_SECONDS,
        patience: float | None = None,
        shared_lock: Path | None = None,
    ) -> None:
        """`modules`: the probe modules to import before the fork. `deadline`: seconds.
        `patience`: seconds that one side of a probe waits for the other, else the toolkit's."""
        self._implementation = implementation
        self._modules = modules
        self._fresh = fresh or not implementation.can_fork
        self._deadline = deadline
        self._environment = implementation.environment()
        if patience is not None:
            self._environment["MPPROBE_PATIENCE"] = str(patience)
        self._lock = None if census.isolate_shared_memory() else shared_lock
        self._template: _Template | None = None
        self._count = 0
        self._home = Path(tempfile.mkdtemp(prefix="mpconform-"))
        census.become_subreaper()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the template and remove what the runs left on disk."""
        if self._template:
            self._template.close()
        census.remove(self._home)

    def run(self, probe: str, start_method: str | None) -> Run:
        """Run one probe to its end, whatever end that is."""
        self._count += 1
        scratch = self._home / str(self._count)
        for name in ("work", "tmp", "turns", "programs"):
            (scratch / name).mkdir(parents=True)
        template = None if self._fresh else self._warm()
        marker = f"{os.getpid()}-{self._count}"
        job = {
            "probe": probe,
            "start_method": start_method,
            "scratch": str(scratch),
            "environment": {
                "TMPDIR": str(scratch / "tmp"),
                "MPPROBE_SCRATCH": str(scratch),
                census.MARKER: marker,
            },
        }
        counted = census.Census(marker, frozenset({template.pid} if template else ()), self._lock)
        begun = time.monotonic()
        try:
            status, stacks = (
                self._in_template(template, job, counted)
                if template
                else self._in_fresh(job, scratch, counted)
            )
            seconds = round(time.monotonic() - begun, 3)
            leftovers = counted.finish(scratch)
        finally:
            counted.kill()
            counted.close()
        run = _read(scratch, job, status, stacks, leftovers, seconds)
        census.remove(scratch)
        return run

    def _warm(self) -> _Template:
        if self._template is None or not self._template.alive():
            self._template = _Template(self._implementation, self._modules, self._environment)
        return self._template

    def _in_template(
        self, template: _Template, job: dict[str, Any], counted: census.Census
    ) -> tuple[int | None, str]:
        template.send(job)
        deadline = time.monotonic() + self._deadline
        started = template.reply(deadline)
        finished = template.reply(deadline) if started else None
        if finished:
            return int(finished["status"]), ""
        stacks = _stacks(counted, Path(job["scratch"]))
        if not template.alive():
            self._template = None
            return None, "the template process ended\n" + stacks
        counted.kill()
        # Now the template's waitpid returns, and it is ready for the next job.
        if not template.reply(time.monotonic() + 10.0):
            template.close()
            self._template = None
        return None, stacks

    def _in_fresh(
        self, job: dict[str, Any], scratch: Path, counted: census.Census
    ) -> tuple[int | None, str]:
        path = scratch / "job"
        path.write_text(json.dumps(job))
        with (scratch / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                [self._implementation.executable, _PROBE_MAIN, "run", str(path)],
                env=self._environment | job["environment"],
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )
        try:
            code = process.wait(self._deadline)
        except subprocess.TimeoutExpired:
            stacks = _stacks(counted, scratch)
            counted.kill()
            process.wait()
            return None, stacks
        return (-code if code < 0 else code << 8), ""


class _Template:
    """The warm process: jobs go in as lines, what became of them comes out as lines."""

    def __init__(
        self,
        implementation: Implementation,
        modules: tuple[str, ...],
        environment: Mapping[str, str],
    ) -> None:
        preload = {"modules": modules}
        self._process = subprocess.Popen(
            [implementation.executable, _PROBE_MAIN, "template", json.dumps(preload)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._buffer = b""
        self.pid = self._process.pid
        if not self.reply(time.monotonic() + 60.0):
            self.close()
            raise RuntimeError(
                f"the warm template of {implementation.name} did not start; "
                f"its traceback stands above; --fresh runs without it"
            )

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, job: Mapping[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()

    def reply(self, deadline: float) -> dict[str, Any] | None:
        """The next line, None when there is none before `deadline` (monotonic seconds)."""
        assert self._process.stdout
        while b"\n" not in self._buffer:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                return None
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                self._process.wait()
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _read(
    scratch: Path,
    job: Mapping[str, Any],
    status: int | None,
    stacks: str,
    leftovers: census.Leftovers,
    seconds: float,
) -> Run:
    observations: dict[str, Any] = {}
    said: dict[str, Any] = {}
    reply = scratch / "reply"
    for line in reply.read_text().splitlines() if reply.exists() else ():
        data = json.loads(line)
        if "see" in data:
            observations[data["see"]] = data["value"]
        else:
            said.update(data)
    fault = said.get("kit")
    if said.get("done") or "unsupported" in said or "raised" in said or fault:
        crash = None if not status else f"the probe's process ended with {_status(status)}"
    elif status is None:
        crash = None
    else:
        crash = f"the probe's process ended early with {_status(status)}"
    if status is None:
        ending = Ending("hung", (stacks.strip(), *leftovers))
    elif crash:
        ending = Ending("crashed", (crash, *leftovers))
    elif any(leftovers):
        ending = Ending("leaked", tuple(leftovers))
    else:
        ending = Ending("clean")
    observations["ending"] = ending.kind
    return Run(
        probe=job["probe"],
        start_method=job["start_method"],
        observations=observations,
        ending=ending,
        stopped=said.get("raised"),
        unsupported=said.get("unsupported"),
        fault=fault,
        seconds=seconds,
        output=_tail(scratch / "stderr"),
    )


def _status(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit status {os.WEXITSTATUS(status)}"


def _stacks(counted: census.Census, scratch: Path) -> str:
    """Where every process of a hung run stands: Python stacks from those that have them."""
    stderr = scratch / "stderr"
    before = stderr.stat().st_size if stderr.exists() else 0
    lines = []
    for pid in counted.processes():
        name = census.command(pid)
        if not _catches(pid, _STACKS_SIGNAL):
            lines.append(f"process {name}: no Python stack, waits in {_wchan(pid)}")
            continue
        lines.append(f"process {name}:")
        os.kill(pid, _STACKS_SIGNAL)
        text, before = _grown(stderr, before)
        lines.append(text.rstrip())
    # The stacks are the kit's noise, not the run's.
    (scratch / "stderr.taken").write_text(str(before))
    return "\n".join(lines)


def _grown(path: Path, before: int) -> tuple[str, int]:
    """What was added to a file since `before`, once it stops growing, and its new size."""
    deadline = time.monotonic() + _STACKS_SECONDS
    size = before
    while time.monotonic() < deadline:
        time.sleep(0.05)
        now = path.stat().st_size if path.exists() else 0
        if now > before and now == size:
            break
        size = now
    with path.open("rb") as file:
        file.seek(before)
        text = file.read()
    return text.decode("utf-8", "replace"), before + len(text)


def _catches(pid: int, number: int) -> bool:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    except OSError:
        pass
    return False


def _wchan(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/wchan").read_text() or "user code"
    except OSError:
        return "nothing any more"


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    return path.read_bytes()[-2000:].decode("utf-8", "replace")

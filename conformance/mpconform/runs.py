"""Runs probes, each in a process of its own, and says how they ended.

Starting an interpreter costs more than most probes. So a *warm template*, an
interpreter of the implementation that has imported everything and started
nothing, forks one process for each run. `fresh` starts an interpreter each
time instead. Both run the same code on the target side, and a test compares
their verdicts.

A run's process has its own session, its own scratch folder (working directory,
TMPDIR, streams, reply file) and a hard deadline. Each observation is appended
to the reply file when it is made, so a hang or a crash keeps what came before.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from mpconform import census
from mpconform.implementation import Implementation
from mpconform.places import PROBE_MAIN
from mpconform.replies import Reply, read_reply
from mpconform.scratch import Scratch
from mpconform.stacks import stacks_of
from mpconform.template import Template

# Four times the longest wait inside a probe (HEAR_SECONDS of the toolkit): a
# probe that waits in vain reports that itself, long before the deadline.
DEADLINE_SECONDS = 40.0

# In the environment of each process of a run, for who looks at one of them: the probe.
PROBE = "MPPROBE_PROBE"

# How long the template gets to reap a process that the host has killed.
_COLLECT_SECONDS = 10.0


@dataclass(frozen=True)
class Ending:
    """How the processes of a run ended: clean, leaked, hung or crashed, and the evidence."""

    kind: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.kind, *self.details])


@dataclass(frozen=True)
class Run:
    """What is known of one run of one probe."""

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
    """The end of what the run wrote to standard error."""

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

    Use it as a context manager, or close it: that ends the template.
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
        self._template: Template | None = None
        self._count = 0
        self._home = Path(tempfile.mkdtemp(prefix="mpconform-"))
        census.become_subreaper()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the template and remove what the runs left on disk."""
        if self._template:
            self._template.close()
            self._template = None
        shutil.rmtree(self._home, ignore_errors=True)

    def run(self, probe: str, start_method: str | None) -> Run:
        """Run one probe to its end, whatever end that is."""
        self._count += 1
        scratch = Scratch.make(self._home / str(self._count))
        template = None if self._fresh else self._warm_template()
        marker = f"{os.getpid()}-{self._count}"
        job = {
            "probe": probe,
            "start_method": start_method,
            "scratch": str(scratch.folder),
            "environment": scratch.environment() | {census.MARKER: marker, PROBE: probe},
        }
        counted = census.Census(marker, frozenset({template.pid} if template else ()), self._lock)
        begun = time.monotonic()
        try:
            if template:
                exit_ = self._run_in_template(template, job, scratch, counted)
            else:
                exit_ = self._run_fresh(job, scratch, counted)
            seconds = round(time.monotonic() - begun, 3)
            leftovers = counted.finish(scratch)
        finally:
            counted.kill()
            counted.close()
        reply = read_reply(scratch.reply)
        ending = _ending(exit_, reply, leftovers)
        run = Run(
            probe=probe,
            start_method=start_method,
            observations={**reply.observations, "ending": ending.kind},
            ending=ending,
            stopped=reply.raised,
            unsupported=reply.unsupported,
            fault=reply.fault,
            seconds=seconds,
            output=scratch.end_of_stderr(),
        )
        scratch.remove()
        return run

    def _warm_template(self) -> Template:
        if self._template is None or not self._template.alive():
            self._template = Template(self._implementation, self._modules, self._environment)
        return self._template

    def _run_in_template(
        self, template: Template, job: Mapping[str, Any], scratch: Scratch, counted: census.Census
    ) -> _Exit:
        template.send(job)
        deadline = time.monotonic() + self._deadline
        started = template.reply(deadline)
        finished = template.reply(deadline) if started else None
        if finished:
            return _Exit(os.waitstatus_to_exitcode(finished["status"]))
        stacks = stacks_of(counted.processes(), scratch)
        if not template.alive():
            self._template = None
            return _Exit(None, "the template process ended\n" + stacks)
        counted.kill()
        # Now the template's waitpid returns, and it is ready for the next job.
        if not template.reply(time.monotonic() + _COLLECT_SECONDS):
            template.close()
            self._template = None
        return _Exit(None, stacks)

    def _run_fresh(self, job: Mapping[str, Any], scratch: Scratch, counted: census.Census) -> _Exit:
        scratch.job.write_text(json.dumps(job))
        with scratch.stderr.open("ab") as stderr:
            process = subprocess.Popen(
                [self._implementation.executable, PROBE_MAIN, "run", str(scratch.job)],
                env=self._environment | job["environment"],
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )
        try:
            return _Exit(process.wait(self._deadline))
        except subprocess.TimeoutExpired:
            stacks = stacks_of(counted.processes(), scratch)
            counted.kill()
            process.wait()
            return _Exit(None, stacks)


@dataclass(frozen=True)
class _Exit:
    """How the probe's own process exited."""

    code: int | None
    """As subprocess gives it: -N for signal N. None: it was still there at the deadline."""
    stacks: str = ""
    """Where the processes of the run stood at the deadline."""


def _ending(exit_: _Exit, reply: Reply, leftovers: census.Leftovers) -> Ending:
    if exit_.code is None:
        return Ending("hung", (exit_.stacks.strip(), *leftovers))
    if not reply.ended:
        early = f"the probe's process ended early with {_exit_in_words(exit_.code)}"
        return Ending("crashed", (early, *leftovers))
    if exit_.code != 0:
        late = f"the probe's process ended with {_exit_in_words(exit_.code)}"
        return Ending("crashed", (late, *leftovers))
    if any(leftovers):
        return Ending("leaked", tuple(leftovers))
    return Ending("clean")


def _exit_in_words(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    # Real-time signals between the first and the last have no name.
    known = -code in set(signal.Signals)
    return f"signal {signal.Signals(-code).name if known else -code}"

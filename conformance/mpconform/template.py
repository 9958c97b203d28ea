"""The warm template: an interpreter of the implementation that forks a process for each run."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from mpconform.implementation import Implementation
from mpconform.places import PROBE_MAIN

# How long it may take to import the implementation and all probe modules on a machine under load.
_START_SECONDS = 60.0
# How long it gets to end: no job runs then, so all it has to do is to read the end of its input.
_CLOSE_SECONDS = 5.0


class Template:
    """One such process; it reads jobs as lines, and writes replies as lines."""

    def __init__(
        self,
        implementation: Implementation,
        modules: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        """`modules`: the probe modules to import before the first fork."""
        self._process = subprocess.Popen(
            [implementation.executable, PROBE_MAIN, "template", json.dumps({"modules": modules})],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._unread = b""
        self.pid = self._process.pid
        if not self.reply(time.monotonic() + _START_SECONDS):
            self.close()
            raise RuntimeError(
                f"the warm template of {implementation.name} did not start; "
                f"its traceback stands above; --fresh runs without it"
            )

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, job: Mapping[str, Any]) -> None:
        """Start a run. Two replies follow: {"started": pid}, {"status": wait status}."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()

    def reply(self, deadline: float) -> dict[str, Any] | None:
        """The next reply, None when there is none before `deadline` (monotonic seconds)."""
        assert self._process.stdout
        while b"\n" not in self._unread:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                return None
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                self._process.wait()
                return None
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

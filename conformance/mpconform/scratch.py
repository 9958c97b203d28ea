"""The folder of one run: where its processes write, and where the host reads afterwards.

    work/       the working directory of the probe
    tmp/        its TMPDIR
    turns/      files by which the processes of the probe wait for each other
    programs/   programs that the probe starts
    job         what to run, for an interpreter that is started for this run alone
    reply       what the probe reported, one JSON object a line
    stdout      what all processes of the run wrote to their standard streams
    stderr
    stdout.expected, stderr.expected
                how many bytes at the beginning of the stream were expected: those that the probe
                has read itself, and the stacks that the host asked for

What is not expected makes the ending of the run `leaked`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_FOLDERS = ("work", "tmp", "turns", "programs")
_SHOWN_BYTES = 400  # of unexpected output, in a failure
_KEPT_BYTES = 2000  # of stderr, for a failure of any kind


@dataclass(frozen=True)
class Scratch:
    """The paths of one run's folder, and what is to be known of their contents."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Scratch:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True)
        return cls(folder)

    @property
    def job(self) -> Path:
        return self.folder / "job"

    @property
    def reply(self) -> Path:
        return self.folder / "reply"

    @property
    def stderr(self) -> Path:
        return self.folder / "stderr"

    def environment(self) -> dict[str, str]:
        """What tells the processes of the run where the folder is."""
        return {"TMPDIR": str(self.folder / "tmp"), "MPPROBE_SCRATCH": str(self.folder)}

    def expect_stderr(self, size: int) -> None:
        """Take the first `size` bytes of stderr as expected."""
        self._expected("stderr").write_text(str(size))

    def files_left(self) -> tuple[str, ...]:
        """What is in the working directory and in TMPDIR."""
        return (*self._tree("tmp"), *self._tree("work"))

    def unexpected_output(self) -> tuple[str, ...]:
        """The end of what nobody expected on each standard stream: "stderr: Traceback ..."."""
        return (*self._unexpected("stderr"), *self._unexpected("stdout"))

    def end_of_stderr(self) -> str:
        return _text(_bytes(self.stderr)[-_KEPT_BYTES:])

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tree(self, name: str) -> list[str]:
        found = (self.folder / name).rglob("*")
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def _unexpected(self, stream: str) -> list[str]:
        text = _bytes(self.folder / stream)[self._expected_size(stream) :]
        return [f"{stream}: {_text(text[-_SHOWN_BYTES:])}"] if text else []

    def _expected_size(self, stream: str) -> int:
        path = self._expected(stream)
        # Empty: the probe was killed while it wrote the number.
        return int(path.read_text() or 0) if path.exists() else 0

    def _expected(self, stream: str) -> Path:
        return self.folder / f"{stream}.expected"


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")

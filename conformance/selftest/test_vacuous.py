"""A run that judged nothing, or not all, never looks like a pass."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import kit
import pytest

SLOW = """
import os
import time


def first(t):
    t.see("x", 1)


def slow(t):
    begun = os.environ["SLOW_BEGUN"]
    with open(begun + ".draft", "w") as file:
        file.write(str(os.getpid()))
    os.rename(begun + ".draft", begun)
    t.see("x", 1)
    time.sleep(1000)


def last(t):
    t.see("x", 1)
"""

ENTRIES = "".join(
    kit.probe(name, {"x": "1"}, since)
    for name, since in (("first", "3.5"), ("slow", "3.5"), ("last", "3.5"), ("future", "3.99"))
)


@pytest.fixture
def sample(tmp_path: Path) -> kit.Sample:
    return kit.sample(tmp_path, SLOW, ENTRIES)


def test_an_id_that_selects_nothing_is_refused_with_the_nearest_ids(
    tmp_path: Path, sample: kit.Sample
) -> None:
    outcome = kit.run(tmp_path, "sample.frist", "--impl", "multiprocessing", **sample)
    assert outcome.status == 4
    assert "sample.frist" in outcome.text and "sample.first" in outcome.text


def test_a_selection_of_which_nothing_applies_does_not_pass(
    tmp_path: Path, sample: kit.Sample
) -> None:
    outcome = kit.run(
        tmp_path,
        *["sample.future", "--impl", "multiprocessing", "--jobs", "1"],
        **sample,
    )
    assert outcome.status != 0
    assert "nothing was judged" in outcome.text


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_ended_by_ctrl_c_says_so_and_fails(
    tmp_path: Path, sample: kit.Sample, jobs: str
) -> None:
    outcome = _disturbed(
        tmp_path, sample, jobs, lambda process, _: process.send_signal(signal.SIGINT)
    )
    assert outcome.status != 0
    assert "interrupted" in outcome.text
    assert "have no verdict" in outcome.text
    assert outcome.footer["complete"] is False


def test_what_a_killed_worker_ran_does_not_pass(tmp_path: Path, sample: kit.Sample) -> None:
    outcome = _disturbed(tmp_path, sample, "2", _kill_the_slow_worker)
    assert outcome.status == 3
    assert "a worker process ended while it ran sample.slow.x" in outcome.text


def _disturbed(tmp_path: Path, sample: kit.Sample, jobs: str, disturb) -> kit.Outcome:  # type: ignore[no-untyped-def]
    begun, results = tmp_path / "begun", tmp_path / "results.jsonl"
    environment = os.environ | {"MPCONFORM_TARGET": str(sample["target"]), "SLOW_BEGUN": str(begun)}
    words = ["run", "sample.first", "sample.slow", "sample.last", "--impl", "multiprocessing"]
    process = subprocess.Popen(
        kit.command(
            *["--spec", str(sample["spec"]), *words, "--jobs", jobs, "--deadline", "5"],
            *["--results", str(results)],
        ),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    disturb(process, int(begun.read_text()))
    text, _ = process.communicate(timeout=150)
    return kit.outcome(process.returncode, text, results)


def _kill_the_slow_worker(process: subprocess.Popen[str], slow: int) -> None:
    """The worker that runs the slow probe is an ancestor of its process, below the controller."""
    ancestry = _ancestry(slow)
    os.kill(ancestry[ancestry.index(process.pid) - 1], signal.SIGKILL)


def _ancestry(pid: int) -> list[int]:
    """A process, its parent, and so on."""
    found = []
    while pid > 1:
        found.append(pid)
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            break
        pid = int(stat.rpartition(")")[2].split()[1])
    return found

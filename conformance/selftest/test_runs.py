"""What the kit reports of probes that end badly: each leftover, and each observation before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kit
import pytest

PROBES = """
import os
import signal
import subprocess
import sys
import tempfile
import time

from mpprobe.toolkit import SCRATCH, Unsupported, hear, tell


def well(t):
    t.see("x", 1)


def hangs(t):
    t.see("x", 1)
    if os.fork() == 0:
        time.sleep(1000)
    time.sleep(1000)


def dies(t):
    t.see("x", 1)
    os.kill(os.getpid(), signal.SIGSEGV)


def dies_namelessly(t):
    t.see("x", 1)
    os.kill(os.getpid(), 35)


def exits(t):
    t.see("x", 1)
    os._exit(3)


def leaves_a_process(t):
    t.see("x", 1)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    os.wait()


def leaves_a_semaphore(t):
    t.see("x", 1)
    open("/dev/shm/sem.left-%d" % os.getpid(), "w").close()


def leaves_a_block(t):
    t.see("x", 1)
    open("/dev/shm/psm_left-%d" % os.getpid(), "w").close()


def leaves_a_folder(t):
    t.see("x", 1)
    tempfile.mkdtemp(prefix="left-")


def leaves_a_file(t):
    t.see("x", 1)
    open("left-file", "w").close()


def prints(t):
    t.see("x", 1)
    os.write(2, b"left noise\\n")


def prints_what_it_expects(t):
    os.write(2, b"expected noise\\n")
    t.see("x", t.stderr())


def raises(t):
    t.see("x", 1)
    subprocess.run(["/nonexistent"])
    t.see("y", 1)


def slips(t):
    t.see("x", 1)
    undefined


def forgets(t):
    t.see("x", 1)


def has_no_such_thing(t):
    t.see("x", 1)
    t.needs("Process.no_such_thing")


def hears_nothing(t):
    t.see("x", 1)
    hear("never", 0.05)


def takes_turns(t):
    if os.fork() == 0:
        tell("from-child", {"pid": os.getpid(), "of": (1, b"x")})
        os._exit(0)
    t.see("x", hear("from-child")["of"])
    os.wait()
"""

NAMES = [line[4:].partition("(")[0] for line in PROBES.splitlines() if line.startswith("def ")]

ANYTHING = "{ present = true }"

ENTRIES = "".join(kit.probe(name, {"x": ANYTHING, "y": ANYTHING}, ends=True) for name in NAMES)


@pytest.fixture(scope="module", params=["warm", "fresh"])
def outcome(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> kit.Outcome:
    folder = tmp_path_factory.mktemp("runs")
    flags = ["--fresh"] if request.param == "fresh" else []
    return kit.run(
        folder,
        *["--impl", "multiprocessing", "--jobs", "1", "--deadline", "3", *flags],
        **kit.sample(folder, PROBES, ENTRIES),
    )


def run_of(outcome: kit.Outcome, name: str) -> Mapping[str, Any]:
    return next(run for run in outcome.runs if run["probe"] == f"sample.topic.{name}")


def verdict_of(outcome: kit.Outcome, name: str, what: str) -> Mapping[str, Any]:
    return outcome.verdicts[f"sample.{name.replace('_', '-')}.{what}", None]


@pytest.mark.parametrize(
    ("name", "ending", "evidence"),
    [
        ("well", "clean", ""),
        ("takes_turns", "clean", ""),
        ("prints_what_it_expects", "clean", ""),
        ("raises", "clean", ""),
        ("hangs", "hung", "in hangs"),
        ("dies", "crashed", "SIGSEGV"),
        ("dies_namelessly", "crashed", "signal 35"),
        ("exits", "crashed", "exit status 3"),
        ("leaves_a_process", "leaked", "processes: "),
        ("leaves_a_semaphore", "leaked", "shared: sem.left-"),
        ("leaves_a_block", "leaked", "shared: psm_left-"),
        ("leaves_a_folder", "leaked", "files: tmp/left-"),
        ("leaves_a_file", "leaked", "files: work/left-file"),
        ("prints", "leaked", "left noise"),
    ],
)
def test_the_ending_names_its_evidence(
    outcome: kit.Outcome, name: str, ending: str, evidence: str
) -> None:
    run = run_of(outcome, name)
    assert run["ending"] == ending
    assert evidence in "\n".join(run["details"])
    wanted = "pass" if ending == "clean" else "fail"
    assert verdict_of(outcome, name, "ends-clean")["verdict"] == wanted


@pytest.mark.parametrize("name", ["hangs", "dies", "exits", "raises", "hears_nothing"])
def test_what_was_seen_before_a_bad_end_is_kept(outcome: kit.Outcome, name: str) -> None:
    assert verdict_of(outcome, name, "x")["verdict"] == "pass"
    assert verdict_of(outcome, name, "y")["verdict"] == "fail"


def test_a_hang_shows_the_stacks_of_all_its_processes(outcome: kit.Outcome) -> None:
    details = "\n".join(run_of(outcome, "hangs")["details"])
    assert details.count("in hangs") == 2


def test_an_observation_that_a_probe_forgets_is_an_error(outcome: kit.Outcome) -> None:
    assert verdict_of(outcome, "forgets", "y")["verdict"] == "error"
    assert "never reported 'y'" in verdict_of(outcome, "forgets", "y")["note"]


def test_a_mistake_in_the_probe_is_an_error(outcome: kit.Outcome) -> None:
    assert verdict_of(outcome, "slips", "x")["verdict"] == "error"
    assert "undefined" in verdict_of(outcome, "slips", "x")["note"]


def test_a_probe_that_needs_what_is_not_offered_fails_who_claims_it(outcome: kit.Outcome) -> None:
    verdict = verdict_of(outcome, "has_no_such_thing", "y")
    assert verdict["verdict"] == "fail"
    assert "does not offer Process.no_such_thing" in verdict["note"]


def test_errors_make_the_run_not_believed(outcome: kit.Outcome) -> None:
    assert outcome.status == 3
    assert "error verdicts: the kit's own faults" in outcome.text


def test_totals_add_up_to_what_was_selected(outcome: kit.Outcome) -> None:
    assert sum(outcome.footer["totals"].values()) == outcome.header["selected"] == 3 * len(NAMES)
    assert outcome.footer["complete"]


def test_values_cross_between_processes_unchanged(outcome: kit.Outcome) -> None:
    seen = run_of(outcome, "takes_turns")["observations"]["x"]
    assert seen == {"$": "tuple", "items": [1, {"$": "bytes", "hex": "78"}]}


def test_nothing_of_the_runs_stays_on_the_machine(outcome: kit.Outcome) -> None:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes()
        except OSError:
            continue
        assert bytes(outcome.folder) not in words

"""Every scenario, on every interpreter, by every start method."""

import json
from pathlib import Path

import pytest
from programs import HERE, METHODS, Ended, every_interpreter, run


def judge(ended: Ended) -> None:
    results = [json.loads(line) for line in ended.lines]
    failures = [f"{each['name']}\n{each['failure']}" for each in results if each["failure"]]
    assert ended.exitcode == 0, f"{ended.err}\nafter {results[-1:]}"
    assert not failures, "\n".join(failures)
    assert results, "no scenario was run"


@every_interpreter
@pytest.mark.parametrize("method", METHODS)
def test_scenarios(interpreter: str, method: str, tmp_path: Path) -> None:
    judge(run(interpreter, str(HERE / "scenarios.py"), method, str(tmp_path), cwd=tmp_path))


@every_interpreter
@pytest.mark.parametrize("method", METHODS)
def test_scenarios_without_process_descriptors(
    interpreter: str, method: str, tmp_path: Path
) -> None:
    # An old kernel, or a seccomp filter: sentinels are the ends of pipes.
    path = str(HERE / "scenarios.py")
    judge(run(interpreter, path, f"{method}-without-pidfd", str(tmp_path), cwd=tmp_path))

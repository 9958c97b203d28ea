"""MODULE[@PYTHON] in all its forms, and the message where there is no such implementation."""

from __future__ import annotations

import sys
from pathlib import Path

import kit
import pytest
from mpconform.implementation import (
    ImplementationError,
    Wanted,
    describe,
    find_python,
    install,
    target_environment,
)


def test_without_a_python_it_is_the_hosts() -> None:
    assert Wanted.parse("multiprocessing") == Wanted("multiprocessing", sys.executable)


def test_a_path_names_an_interpreter() -> None:
    assert Wanted.parse(f"billiard@{sys.executable}").python == sys.executable


@pytest.mark.parametrize("text", ["", "@python3", "multi processing", "billiard@", "a-b"])
def test_what_is_no_module_is_refused_by_name(text: str) -> None:
    with pytest.raises(ImplementationError, match=r"--impl takes MODULE\[@PYTHON\]"):
        Wanted.parse(text)


@pytest.mark.parametrize("name", ["python9.9", "/nonexistent/python"])
def test_an_interpreter_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ImplementationError, match=name):
        find_python(name)


def test_pyenv_versions_are_found_without_being_active(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("3.8.2", "3.8.18", "3.80.1"):
        binary = tmp_path / "versions" / version / "bin" / "python"
        binary.parent.mkdir(parents=True)
        binary.write_text("#!/bin/sh\n")
        binary.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("3.8", "python3.8", "3.8.18"):
        assert find_python(name) == str(tmp_path / "versions" / "3.8.18" / "bin" / "python")


def test_an_implementation_introduces_itself() -> None:
    said = describe(Wanted.parse("multiprocessing"), ["Process", "Process.kill", "Nothing"])
    assert said.name == f"multiprocessing@python{sys.version_info[0]}.{sys.version_info[1]}"
    assert said.offers == {"Process", "Process.kill"}
    assert "spawn" in said.start_methods
    assert said.complete


def test_a_module_that_is_not_there_gives_the_command_that_helps() -> None:
    with pytest.raises(ImplementationError, match="pip install no_such_module"):
        describe(Wanted.parse("no_such_module"), [])


PART = """
class Pool:
    def __init__(self, processes=None):
        pass
"""


def test_an_implementation_may_offer_only_a_part(tmp_path: Path) -> None:
    (tmp_path / "only_a_pool.py").write_text(PART)
    outcome = kit.run(
        tmp_path,
        *["misc", "--impl", "only_a_pool", "--impl-path", str(tmp_path), "--jobs", "1"],
    )
    assert outcome.status == 0, outcome.text
    kinds = {verdict["verdict"] for verdict in outcome.verdicts.values()}
    assert "unsupported" in kinds and "error" not in kinds
    note = outcome.verdicts["misc.cpu-count.counts-processors", None]["note"]
    assert note == "it does not offer cpu_count"


def test_install_makes_an_environment_once(tmp_path: Path) -> None:
    wanted = install(Wanted.parse("multiprocessing"), tmp_path)
    assert wanted.python.startswith(str(tmp_path))
    assert describe(wanted, ["Process"]).offers == {"Process"}
    assert install(Wanted.parse("multiprocessing"), tmp_path) == wanted


def test_the_target_sees_nothing_that_changes_how_python_behaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONUNBUFFERED", "PYTHONWARNINGS", "PYTHONPATH", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.setenv(name, "1")
    seen = target_environment("billiard", ["/somewhere"])
    assert {name for name in seen if name.startswith(("PYTHON", "COVERAGE"))} == {"PYTHONPATH"}
    assert seen["PYTHONPATH"].endswith(":/somewhere")


@pytest.mark.parametrize("module", ["multiprocessing", "mpref"])
def test_members_of_what_only_functions_make_are_offered(module: str) -> None:
    there = ["Queue.put", "Lock.acquire", "Value.get_lock", "connection.Connection.send"]
    asked = [*there, "Queue.no_such", "NoSuch.put", "connection.Connection.no_such"]
    assert sorted(describe(Wanted.parse(module), asked, [str(kit.REFERENCE)]).offers) == sorted(
        there
    )

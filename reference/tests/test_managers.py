"""Managers, on every interpreter, by every start method."""

from pathlib import Path

from programs import HERE, every_interpreter, every_method, run
from test_scenarios import judge


@every_interpreter
@every_method
def test_managers(interpreter: str, method: str, tmp_path: Path) -> None:
    judge(run(interpreter, str(HERE / "chapter_managers.py"), method, str(tmp_path), cwd=tmp_path))

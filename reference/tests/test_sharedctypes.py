"""Shared ctypes objects, on every interpreter, by every start method."""

from pathlib import Path

from programs import HERE, every_interpreter, every_method, run
from test_scenarios import judge


@every_interpreter
@every_method
def test_sharedctypes(interpreter: str, method: str, tmp_path: Path) -> None:
    path = str(HERE / "chapter_sharedctypes.py")
    judge(run(interpreter, path, method, str(tmp_path), cwd=tmp_path))

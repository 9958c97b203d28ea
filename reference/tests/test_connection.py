"""Connections, listeners and clients, on every interpreter, by every start method."""

from pathlib import Path

import pytest
from programs import HERE, every_interpreter, every_method, run
from test_scenarios import judge

pytestmark = pytest.mark.usefixtures("leaves_nothing")


@every_interpreter
@every_method
def test_connection(interpreter: str, method: str, tmp_path: Path) -> None:
    judge(
        run(interpreter, str(HERE / "chapter_connection.py"), method, str(tmp_path), cwd=tmp_path)
    )

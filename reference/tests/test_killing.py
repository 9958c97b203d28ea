"""Queues whose users are killed, on every interpreter that is asked everything."""

from pathlib import Path

import pytest
from programs import ASKED_ALL, HERE, label, run
from test_scenarios import judge

pytestmark = pytest.mark.usefixtures("leaves_nothing")


@pytest.mark.parametrize("interpreter", sorted(ASKED_ALL), ids=label)
def test_killing(interpreter: str, tmp_path: Path) -> None:
    # By fork alone: it replaces a killed process fastest, so the time goes into the queues.
    judge(run(interpreter, str(HERE / "chapter_killing.py"), "fork", str(tmp_path), cwd=tmp_path))

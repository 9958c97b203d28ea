"""Messages of all kinds and sizes, on every interpreter that is asked everything."""

import os
from pathlib import Path

import pytest
from programs import ASKED_ALL, HERE, every_method, label, run
from test_scenarios import judge

pytestmark = pytest.mark.usefixtures("leaves_nothing")


@every_method
@pytest.mark.parametrize("interpreter", sorted(ASKED_ALL), ids=label)
def test_messages(interpreter: str, method: str, tmp_path: Path) -> None:
    judge(run(interpreter, str(HERE / "chapter_messages.py"), method, str(tmp_path), cwd=tmp_path))


# The longest message is there up to three times: as sent, on its way, as received.
GIGABYTES = 14


@pytest.mark.parametrize("interpreter", sorted(ASKED_ALL), ids=label)
def test_very_long_messages(interpreter: str, tmp_path: Path) -> None:
    if os.environ.get("MPREF_TESTS") != "all":
        pytest.skip("takes gigabytes of memory; MPREF_TESTS=all runs it")
    if _available() < GIGABYTES:
        pytest.skip(f"takes {GIGABYTES} GB of memory, and {_available():.0f} GB are available")
    script = str(HERE / "chapter_messages.py")
    judge(run(interpreter, script, "fork", str(tmp_path), "very_long_messages_pass", cwd=tmp_path))


def _available() -> float:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 2**20

"""The reply file, as the host reads it after a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mpconform.replies import Reply, read_reply


def reply_of(folder: Path, *lines: object) -> Reply:
    path = folder / "reply"
    written = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{line}\n" for line in written))
    return read_reply(path)


def test_observations_come_in_their_order_and_the_last_of_a_name_counts(tmp_path: Path) -> None:
    lines = [("x", 1), ("y", [2]), ("x", 3)]
    reply = reply_of(tmp_path, *({"see": name, "value": value} for name, value in lines))
    assert reply == Reply({"x": 3, "y": [2]})
    assert not reply.ended


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ({"done": True}, "done", True),
        ({"unsupported": "Process.kill"}, "unsupported", "Process.kill"),
        ({"raised": "Traceback\nOSError"}, "raised", "Traceback\nOSError"),
        ({"kit": "Traceback\nNameError"}, "fault", "Traceback\nNameError"),
    ],
)
def test_the_end_of_a_probe(tmp_path: Path, line: object, field: str, value: object) -> None:
    reply = reply_of(tmp_path, {"see": "x", "value": None}, line)
    assert reply.ended and reply.observations == {"x": None}
    assert getattr(reply, field) == value


def test_a_probe_that_never_began_says_nothing(tmp_path: Path) -> None:
    assert read_reply(tmp_path / "reply") == Reply({})


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('{"see": "x", "va', "Unterminated string"),
        ("[1]", "no JSON object"),
        ('"see"', "no JSON object"),
        ({"see": "x"}, "the value of 'x'"),
        ({"see": "x", "value": {"$": "bytes", "hex": "zz"}}, "not hexadecimal"),
    ],
)
def test_a_line_that_no_probe_writes_is_a_fault_of_the_kit(
    tmp_path: Path, line: object, wrong: str
) -> None:
    reply = reply_of(tmp_path, {"see": "w", "value": 1}, line, {"done": True})
    assert reply.ended and not reply.done
    assert reply.observations == {"w": 1}
    assert reply.fault is not None
    assert reply.fault.startswith("line 2 of the reply is not what a probe writes: ")
    assert wrong in reply.fault

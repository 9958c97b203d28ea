"""What a probe reported: the reply file, to which it appends one JSON object a line.

    {"see": "got.value", "value": 1}     an observation, appended when it is made
    {"done": true}                       the probe returned
    {"unsupported": "Process.kill"}      the implementation lacks this name
    {"raised": "Traceback ..."}          an exception of the implementation ended the probe
    {"kit": "Traceback ..."}             an exception of the probe itself, a fault of the kit

One of the last four ends the file, unless the process hung or crashed before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpconform import values


@dataclass(frozen=True)
class Reply:
    """The observations of one run, and how the probe itself came to its end."""

    observations: Mapping[str, Any]
    done: bool = False
    unsupported: str | None = None
    raised: str | None = None
    fault: str | None = None
    """What is wrong with the probe, or with the file: the kit's own fault."""

    @property
    def ended(self) -> bool:
        """Did the probe say how it ended? If not, its process hung or crashed."""
        return self.done or any(
            text is not None for text in (self.unsupported, self.raised, self.fault)
        )


def read_reply(path: Path) -> Reply:
    """The reply of one run; a file that is not there says nothing."""
    observations: dict[str, Any] = {}
    end: dict[str, Any] = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            said = _parse(line)
        except ValueError as error:
            fault = f"line {number} of the reply is not what a probe writes: {error}\n{line[:200]}"
            return Reply(observations, fault=fault)
        if "see" in said:
            observations[said["see"]] = said["value"]
        else:
            end.update(said)
    return Reply(
        observations,
        done=bool(end.get("done")),
        unsupported=end.get("unsupported"),
        raised=end.get("raised"),
        fault=end.get("kit"),
    )


def _parse(line: str) -> dict[str, Any]:
    """One line of the file; ValueError with the reason where no probe writes such a line."""
    said = json.loads(line)
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    if "see" in said:
        wrong = values.problem(said.get("value", {}))
        if wrong:
            raise ValueError(f"the value of {said['see']!r}: {wrong}")
    return said

"""Versions of the documentation, as the spec and the command line write them: "3.11"."""

from __future__ import annotations

import re
from typing import NamedTuple

_SHAPE = re.compile(r"(\d+)\.(\d+)\Z", re.ASCII)


class Version(NamedTuple):
    """A version of the documentation; ordered, so that 3.9 comes before 3.11."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read "3.11"; anything else, "3.11.7" included, is a ValueError."""
        found = _SHAPE.match(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f'expected a version like "3.11", got {text!r}')
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


# The documentation that the project was asked to cover first.
FIRST_VERSION = Version(3, 5)


def within(version: Version, since: Version, until: Version | None) -> bool:
    """Whether `version` lies in a range whose two ends are inclusive, `None` being open."""
    return since <= version and (until is None or version <= until)

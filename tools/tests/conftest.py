"""Fixtures of the tools' tests; what they are made of is in toys.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys import Toys


@pytest.fixture
def toys(tmp_path: Path) -> Toys:
    """A project without any finding of the linter."""
    project = Toys(tmp_path)
    assert project.run("sentences", "--write") == 0
    assert project.run("lint", "--fix-ids") == 0
    return project

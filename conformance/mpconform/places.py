"""Where the kit's data are: in the checkout, or inside the installed package."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_CHECKOUT = _HERE.parent.parent
_DATA = _HERE / "_data"

IN_CHECKOUT = not _DATA.is_dir()
SPEC = _CHECKOUT / "spec" if IN_CHECKOUT else _DATA / "spec"
KNOWN = _CHECKOUT / "conformance" / "known" if IN_CHECKOUT else _DATA / "known"
IMPLEMENTATIONS = (
    _CHECKOUT / "conformance" / "implementations.toml"
    if IN_CHECKOUT
    else _DATA / "implementations.toml"
)

SCHEMA = "schema.json"  # it stands in the folder of a spec, and tells that it is one

# The folder that holds the package `mpprobe`: the one entry on the target's path.
# The kit's own tests put a changed copy in its place.
TARGET = Path(os.environ.get("MPCONFORM_TARGET", _HERE.parent if IN_CHECKOUT else _DATA / "target"))

# The script by which an implementation's interpreter enters the target side.
PROBE_MAIN = str(TARGET / "mpprobe" / "probe_main.py")


def spec_around(path: Path) -> Path | None:
    """The folder of the spec that a path is, or is a chapter or a file of; None without one."""
    here = path.resolve()
    return next(
        (folder for folder in (here, *here.parents[:2]) if (folder / SCHEMA).exists()), None
    )

"""An honest implementation that writes down which probe calls what the liars replace.

In each place that some lie takes, it puts a function that notes the place and does what was there
before. A probe that never calls what a liar replaces is not lied to; the liar need not be asked it.

MPREF_WITNESS names a folder: `places`, a JSON list of the places, is read; to `notes`, each process
appends a line "PROBE<tab>INDEX" when a place is called for the first time. What is called while no
probe runs, as on import, is noted with an empty name. What an implementation is asked to say of
itself before the run is not noted: the run begins with what it said.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from liars import lies, truth

_VARIABLE = "MPREF_WITNESS"
_PROBE = "MPPROBE_PROBE"

_describing = sys.argv[1:] == ["describe"]
_folder = Path(os.environ[_VARIABLE])
# By process: what its parent noted before a fork was for the same probe, unless none ran by then.
_noted: set[tuple[str, int]] = set()


def _note(index: int) -> None:
    if _describing:
        return
    entry = (os.environ.get(_PROBE, ""), index)
    if entry in _noted:
        return
    try:
        notes = os.open(_folder / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
    except OSError:
        return  # a probe that uses up all descriptors: the next call notes it
    os.write(notes, f"{entry[0]}\t{index}\n".encode())
    os.close(notes)
    _noted.add(entry)


def _noting(index: int) -> Callable[..., Any]:
    def noting(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        _note(index)
        return original(*args, **kwargs)

    return noting


def _owner(module: str, name: str) -> object:
    if not module:
        return lies.EVERYWHERE
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def _depth(place: Sequence[str]) -> int:
    owner = _owner(*place[:2])
    return len(owner.__mro__) if isinstance(owner, type) else 0


_places = json.loads((_folder / "places").read_text())
# Base classes first. What takes the place of an inherited function calls that of the base class.
for _index, _place in sorted(enumerate(_places), key=lambda numbered: _depth(numbered[1])):
    lies.replace(_owner(*_place[:2]), _place[2])(_noting(_index))
truth.become(sys.modules[__name__])

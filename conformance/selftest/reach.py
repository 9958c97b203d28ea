"""Which probes can find a liar out: those that call what it replaces.

A probe during which no stand-in of a lie is called goes as it does with the reference, so a run
that asks a liar everything may leave it out. `witness` finds that out in one run of the reference;
two thirds of all probes of a liar are saved by it, and with them most of a night.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import kit
import pytest
from liars.lies import Liar
from mpconform.spec import Spec

# Of `witness`, which can't be imported to be asked: that makes it the implementation.
VARIABLE = "MPREF_WITNESS"

# This one sees signatures, and calls nothing.
_LOOKING = frozenset({"surface.names.listed"})

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Reach:
    """places: what each liar replaces; None: more than stand-ins can tell.
    probes: the probes that call what stands in a place; "" among them: called before any ran.
    """

    places: Mapping[str, tuple[Place, ...] | None]
    probes: Mapping[Place, frozenset[str]]

    def ids(self, liar: Liar, spec: Spec) -> list[str]:
        """The requirements to ask; empty: all."""
        places = self.places[liar.name]
        # Flags may change what the reference itself is found to break.
        if places is None or liar.flags:
            return []
        calling = _LOOKING.union(*(self.probes[place] for place in places))
        if "" in calling:
            return []
        return [found.id for found in spec.requirements if found.probe in calling]


def reach(factory: pytest.TempPathFactory, start_methods: tuple[str, ...]) -> Reach:
    """What the witness saw under these start methods."""
    return kit.once(factory, f"reach {start_methods}", lambda folder: _seen(folder, start_methods))


def _seen(folder: Path, start_methods: tuple[str, ...]) -> Reach:
    told = subprocess.run(
        [sys.executable, str(kit.SELFTEST / "tell_liars.py"), "places"],
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    places: dict[str, tuple[Place, ...] | None] = {
        name: None if found is None else tuple((m, c, a) for m, c, a in found)
        for name, found in json.loads(told.stdout).items()
    }
    numbered = sorted({place for found in places.values() for place in found or ()})
    (folder / "places").write_text(json.dumps(numbered))
    methods = [word for name in start_methods for word in ("--start-method", name)]
    outcome = kit.run(
        folder,
        *["--impl", "witness", "--impl-path", str(kit.SELFTEST)],
        *["--impl-path", str(kit.REFERENCE), "--jobs", "2", "--no-known", *methods],
        environment={VARIABLE: str(folder)},
    )
    # Also the proof that a stand-in changes nothing by standing there.
    assert outcome.status == 0, outcome.text
    probes: dict[Place, set[str]] = {place: set() for place in numbered}
    for line in (folder / "notes").read_text().splitlines():
        probe, _, number = line.partition("\t")
        probes[numbered[int(number)]].add(probe)
    return Reach(places, {place: frozenset(names) for place, names in probes.items()})

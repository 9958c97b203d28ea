"""A small project for the tools to look at: a chapter, its probes, its pinned sentences."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mpconform import places
from mptools.__main__ import main
from mptools.documentation import digest

PAGE = """\
:mod:`toys` --- A page of its own
=================================

.. module:: toys

Toys
----

A toy is a thing of which there is never more than one for each of the children.

.. class:: Toy(name=None)

   A toy.

   .. method:: one()

      Return one, e.g. a number.  It is never
      two.

      .. versionadded:: 3.7

Elsewhere
---------

Nobody has begun this.
"""

PROBES = '''\
"""Toy probes."""


def one(t):
    """All that a toy does."""
    t.see("a", 1)
    t.call("c", t.mp.one)
    helper(t)


def helper(t, word="x"):
    for name in ("b", "d"):
        t.see(name + ".kind", word)
'''

SECOND_PROBES = """\
def quick(t):
    t.call("quick", t.mp.quick)
"""

CHAPTER = """\
name = "toy"
title = "Toys"
sections = ["Toys"]

[[object]]
name = "Toy"
id = "toy.is-offered"
kind = "class"
source = ["toys.Toy SIGNATURE", "toys.Toy A"]

[[informative]]
source = ["toys NEVERMORE"]
reason = "An example of a sentence that nobody can test."
"""

TOPIC = """\
[[probe]]
name = "playing.one"
ends_clean = "toy.one.ends-clean"

[[probe.requirement]]
id = "toy.one.is-one"
text = "one() returns 1 and nothing else."
source = [
  "toys.Toy.one ONE", "toys.Toy.one NEVER", "toys.Toy.one RETURN", "toys.Toy.one SINCE",
]

[probe.requirement.expect]
"a" = 1
"c.value" = 1
"b.kind" = { same_as = "d.kind" }
"""

SECOND_TOPIC = """\
[[probe]]
name = "waiting.quick"
ends_clean = "toy.quick.ends-clean"

[[probe.requirement]]
id = "toy.quick.is-quick"
text = "quick() does not wait."
expect = { "quick.seconds" = { bound = "at-once" } }
"""

BOUNDS = """\
[at-once]
at_most = 10.0
reason = "What must not wait would take sixty seconds."
"""

SURFACE = """\
name = "surface"
title = "Names"
sections = []
"""

NAMES = """\
[[probe]]
name = "names.listed"
start_methods = []
ends_clean = "surface.names.ends-clean"
"""

_DIGESTS = {
    "SIGNATURE": "Toy(name=None)",
    "NEVERMORE": "A toy is a thing of which there is never more than one for each of the children.",
    "ONE": "one()",
    "NEVER": "It is never two.",
    "RETURN": "Return one, e.g. a number.",
    "SINCE": "Added in version 3.7.",
    "A": "A toy.",
}


def with_digests(text: str) -> str:
    """The text with the digest in the place of each name that stands for one."""
    for name, sentence in _DIGESTS.items():
        text = re.sub(rf' {name}(?=[" ])', f" {digest(sentence)}", text)
    return text


class Toys:
    """The project's folders, and the commands run on them."""

    def __init__(self, root: Path) -> None:
        self.spec = root / "spec"
        self.probes = root / "probes"
        self.docs = root / "docs"
        for folder in (self.spec / "sentences", self.probes / "toy", self.docs):
            folder.mkdir(parents=True)
        shutil.copy(places.SPEC / places.SCHEMA, self.spec)
        (self.docs / "multiprocessing.rst.txt").write_text(PAGE)
        (self.docs / "multiprocessing.shared_memory.rst.txt").write_text("")
        (self.probes / "toy" / "playing.py").write_text(PROBES)
        (self.probes / "toy" / "waiting.py").write_text(SECOND_PROBES)
        surface = "def listed(t):\n    for n in ('module', 'contexts', 'members', 'signatures'):\n"
        (self.probes / "surface").mkdir()
        (self.probes / "surface" / "names.py").write_text(surface + "        t.see(n, 1)\n")
        self.write("surface/chapter.toml", SURFACE)
        self.write("surface/names.toml", NAMES)
        self.write("bounds.toml", BOUNDS)
        self.write("toy/chapter.toml", CHAPTER)
        self.write("toy/playing.toml", TOPIC)
        self.write("toy/waiting.toml", SECOND_TOPIC)

    def run(self, command: str, *more: str) -> int:
        """Run a command of mptools on this project; its exit status."""
        arguments = ["--spec", str(self.spec), command, "--docs", str(self.docs), *more]
        return main([*arguments, "--probes", str(self.probes)] if command == "lint" else arguments)

    def write(self, file: str, text: str) -> None:
        """Write a file of the spec."""
        path = self.spec / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(with_digests(text), encoding="utf-8")


def write_results(
    path: Path,
    *,
    name: str = "mpref@python3.11",
    spec: str = "0123456789ab",
    runs: Iterable[Mapping[str, Any]] = (),
    verdicts: Iterable[Mapping[str, Any]] = (),
    complete: bool | None = True,
) -> Path:
    """A result file; complete=None leaves the footer out."""
    records: list[Mapping[str, Any]] = [
        {
            "record": "header",
            "format": 1,
            "kit": "0.1",
            "spec": spec,
            "docs": "3.11",
            "implementation": {"name": name, "python": "3.11.7"},
            "command": ["mpconform", "run", "--impl", "mpref"],
        },
        *({"record": "run", "ending": "clean", "start_method": None, **run} for run in runs),
        *({"record": "verdict", "start_method": None, **verdict} for verdict in verdicts),
    ]
    if complete is not None:
        records.append({"record": "footer", "totals": {}, "complete": complete, "why": []})
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path

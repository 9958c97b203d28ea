"""A small project for the tools to look at: a chapter, its probes, its pinned sentences."""

from __future__ import annotations

import json
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

CHAPTER = """\
[chapter]
name = "toy"
title = "Toys"
sections = ["Toys"]

[[object]]
name = "Toy"
id = "toy.is-offered"
kind = "class"
source = [{ anchor = "toys.Toy", digest = "SIGNATURE" }, { anchor = "toys.Toy", digest = "A" }]

[[requirement]]
id = "toy.one.is-one"
text = "one() returns 1 and nothing else."
source = [
  { anchor = "toys.Toy.one", digest = "ONE" }, { anchor = "toys.Toy.one", digest = "NEVER" },
  { anchor = "toys.Toy.one", digest = "RETURN" }, { anchor = "toys.Toy.one", digest = "SINCE" },
]
tier = "must"
probe = "toy.one"
expect = { "a" = 1, "c.value" = 1, "b.kind" = { same_as = "d.kind" } }

[[ending]]
id = "toy.one.ends-clean"
probe = "toy.one"

[[informative]]
source = { anchor = "toys", digest = "NEVERMORE" }
reason = "An example of a sentence that nobody can test."
"""

SURFACE = """\
[chapter]
name = "surface"
title = "Names"
sections = []

[[ending]]
id = "surface.names.ends-clean"
probe = "surface.names"
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
        text = text.replace(f'"{name}"', f'"{digest(sentence)}"')
    return text


class Toys:
    """The project's folders, and the commands run on them."""

    def __init__(self, root: Path) -> None:
        self.spec = root / "spec"
        self.probes = root / "probes"
        self.docs = root / "docs"
        for folder in (self.spec / "sentences", self.probes, self.docs):
            folder.mkdir(parents=True)
        shutil.copy(places.SPEC / "schema.json", self.spec)
        (self.docs / "multiprocessing.rst.txt").write_text(PAGE)
        (self.docs / "multiprocessing.shared_memory.rst.txt").write_text("")
        (self.probes / "toy.py").write_text(PROBES)
        surface = "def names(t):\n    for n in ('module', 'contexts', 'members', 'signatures'):\n"
        (self.probes / "surface.py").write_text(surface + "        t.see(n, 1)\n")
        (self.spec / "surface.toml").write_text(SURFACE)
        self.write_chapter(CHAPTER)

    @property
    def chapter(self) -> Path:
        return self.spec / "toy.toml"

    def run(self, command: str, *more: str) -> int:
        """Run a command of mptools on this project; its exit status."""
        arguments = ["--spec", str(self.spec), command, "--docs", str(self.docs), *more]
        return main([*arguments, "--probes", str(self.probes)] if command == "lint" else arguments)

    def write_chapter(self, text: str) -> None:
        self.chapter.write_text(with_digests(text), encoding="utf-8")


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

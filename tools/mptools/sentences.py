"""`mptools sentences`: what the documentation says, pinned without repeating it.

`spec/sentences/VERSION.tsv` lists the units of a documentation page by section, anchor, kind and
digest, in the page's order, and holds none of its text.  So coverage can be counted anywhere, and
can be checked, and shown with text, wherever the documentation itself is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mptools import ToolError
from mptools.documentation import KINDS, Unit, read_units

PAGES = ("multiprocessing.rst.txt", "multiprocessing.shared_memory.rst.txt")
PACKAGE = "python3.11-doc"  # Debian's package of the pinned pages
PINNED = "3.11"


class SentencesError(ToolError):
    """The pinned sentences or the documentation cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """A pinned unit: everything but its text."""

    section: str
    anchor: str
    kind: str
    digest: str
    docs: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What a source of the spec refers to."""
        return (self.docs, self.anchor, self.digest)


def load_rows(spec_dir: Path) -> list[Row]:
    """All pinned units of all versions, the oldest documentation first."""
    files = sorted((spec_dir / "sentences").glob("*.tsv"))
    if not files:
        raise SentencesError(
            f"{spec_dir / 'sentences'}: expected VERSION.tsv files, found none;"
            " `mptools sentences --write` makes them"
        )
    return [row for path in files for row in _read_rows(path)]


def find_docs(docs: Path | None = None) -> Path | None:
    """The folder of the pinned pages' sources: the given one, else the installed package's.

    None where the package is not installed.  A given folder without the pages is an error.
    """
    if docs is not None:
        if not (docs / PAGES[0]).is_file():
            raise SentencesError(f"{docs}: expected a folder with {PAGES[0]}")
        return docs
    if shutil.which("dpkg") is None:
        return None
    listing = subprocess.run(
        ["dpkg", "-L", PACKAGE], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    found = next(
        (Path(line) for line in listing if line.endswith(f"_sources/library/{PAGES[0]}")), None
    )
    return found.parent if found is not None and found.is_file() else None


def read_pages(docs: Path) -> list[Unit]:
    """The units of the pinned pages."""
    return [
        unit for page in PAGES for unit in read_units((docs / page).read_text(encoding="utf-8"))
    ]


def texts(docs: Path | None) -> Mapping[str, str]:
    """Digest -> text of the installed documentation; empty where there is none."""
    return {} if docs is None else {unit.digest: unit.text for unit in read_pages(docs)}


def to_rows(units: Iterable[Unit], docs: str) -> list[Row]:
    """The units as rows; what is repeated under one anchor is one row."""
    rows = (Row(u.section, u.anchor, u.kind, u.digest, docs) for u in units)
    return list({(row.anchor, row.kind, row.digest): row for row in rows}.values())


def read_list(path: Path) -> list[Unit]:
    """Units from lines `section|anchor|kind|text`, for documentation without a source at hand."""
    units = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = [part.strip() for part in line.split("|", 3)]
        if len(parts) != 4 or parts[2] not in KINDS:
            raise SentencesError(
                f"{path}:{number}: expected section|anchor|kind|text with a kind out of"
                f" {', '.join(KINDS)}"
            )
        units.append(Unit(*parts))
    return units


def differences(spec_dir: Path, docs: Path) -> list[str]:
    """How the pinned rows differ from what the pages give; empty where they agree."""
    pinned = _read_rows(spec_dir / "sentences" / f"{PINNED}.tsv")
    given = to_rows(read_pages(docs), PINNED)
    if pinned == given:
        return []
    gone = [
        f"pinned, but not on the page: {row.anchor} {row.digest}"
        for row in pinned
        if row not in given
    ]
    new = [
        f"on the page, but not pinned: {row.anchor} {row.digest}"
        for row in given
        if row not in pinned
    ]
    return gone + new or ["the same rows, in another order"]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "sentences",
        help="what the documentation says, by anchor and digest",
        description="Without an option: the rows that the documentation gives, on stdout.",
    )
    parser.add_argument("--docs", type=Path, help=f"folder of the pages' sources ({PACKAGE})")
    parser.add_argument("--show", metavar="DIGEST|ANCHOR", help="print the text of these units")
    parser.add_argument("--write", action="store_true", help="write the rows into the spec")
    parser.add_argument(
        "--list", type=Path, metavar="FILE", help="take section|anchor|kind|text lines instead"
    )
    parser.add_argument(
        "--version", default=PINNED, help="the documentation's version (with --list)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    units = _units(options)
    if options.show:
        return _show(units, options.show)
    text = "".join(f"{_line(row)}\n" for row in to_rows(units, options.version))
    if not options.write:
        sys.stdout.write(text)
        return 0
    path: Path = options.spec / "sentences" / f"{options.version}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"{path}: {len(text.splitlines())} rows")
    return 0


def _units(options: argparse.Namespace) -> list[Unit]:
    if options.list is not None:
        return read_list(options.list)
    docs = find_docs(options.docs)
    if docs is None:
        raise SentencesError(
            f"the documentation is not installed: install {PACKAGE}, or name the folder"
            f" of {PAGES[0]} with --docs"
        )
    return read_pages(docs)


def _show(units: list[Unit], wanted: str) -> int:
    found = [u for u in units if wanted in (u.digest, u.anchor)]
    if not found:
        raise SentencesError(f"no unit has the digest or the anchor {wanted!r}")
    for unit in found:
        print(f"{unit.digest}  {unit.kind:9}  {unit.section} / {unit.anchor}")
        print("".join(f"    {line}\n" for line in unit.text.splitlines()))
    return 0


def _line(row: Row) -> str:
    return f"{row.section}\t{row.anchor}\t{row.kind}\t{row.digest}"


def _read_rows(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 4:
            raise SentencesError(f"{path}:{number}: expected four columns, got {len(parts)}")
        section, anchor, kind, digest = parts
        rows.append(Row(section, anchor, kind, digest, docs=path.stem))
    return rows

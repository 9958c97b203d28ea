"""The linter: each rule has a bad chapter in lint/, with the findings that it must give.

A bad chapter begins with comments:

    # finds LINE: ID: RULE: MESSAGE     one for each finding, and no others may come
    # sample LINE_OF_A_PROBE            appended to the probe file of the toy project
    # ids LINE                          appended to ids.txt, whose other lines are all its ids

The rest is the chapter `toy`; see toys.py for the project around it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mptools.lint import append_ids
from mptools.lint_rules.project import Project
from mptools.lint_rules.rules import RULES, check, name_of
from toys import CHAPTER, Toys

BAD = sorted((Path(__file__).parent / "lint").glob("*.toml"))


def project_of(toys: Toys) -> Project:
    return Project(toys.spec, toys.probes, toys.docs)


def directives(text: str, word: str) -> list[str]:
    return re.findall(rf"^# {word} ?(.*)$", text, re.M)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_chapter(toys: Toys, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    toys.write_chapter(text)
    with (toys.probes / "toy.py").open("a") as probes:
        probes.write("".join(f"{line}\n" for line in directives(text, "sample")))
    ids = directives(text, "ids")
    if not ids:
        append_ids(project_of(toys))
        _drop_missing_ids(toys)
    with (toys.spec / "ids.txt").open("a") as listed:
        listed.write("".join(f"{line}\n" for line in ids))
    found = [f"{f.line}: {f.id}: {f.rule}: {f.message}" for f in check(project_of(toys))]
    assert _shortened(found, toys) == directives(text, "finds")


@pytest.mark.parametrize("rule", [name_of(rule) for rule in RULES])
def test_every_rule_has_a_bad_chapter(rule: str) -> None:
    assert any(f": {rule}: " in path.read_text(encoding="utf-8") for path in BAD)


def test_a_good_chapter_has_no_findings(toys: Toys) -> None:
    assert check(project_of(toys)) == []


def test_the_command(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    assert toys.run("lint") == 0
    assert capsys.readouterr().out == "0 findings in 4 entries of 2 files\n"
    toys.write_chapter(CHAPTER.replace("nothing else.", "nothing else"))
    assert toys.run("lint") == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == (
        f"{toys.chapter}:13: toy.one.is-one: text-is-indicative: the text ends without a period"
    )
    assert last.startswith("1 findings")


def test_ids_are_appended_and_never_removed(toys: Toys) -> None:
    path = toys.spec / "ids.txt"
    before = path.read_text()
    toys.write_chapter(CHAPTER.replace("toy.one.is-one", "toy.one.is-single"))
    assert append_ids(project_of(toys)) == 1
    assert path.read_text() == before + "toy.one.is-single\n"
    assert append_ids(project_of(toys)) == 0


def test_without_the_documentation_copies_are_not_looked_for(toys: Toys) -> None:
    assert Project(toys.spec, toys.probes, None).documented_runs == frozenset()
    assert project_of(toys).documented_runs


def _drop_missing_ids(toys: Toys) -> None:
    """The toy project's ids, which are no more than a start, where the chapter has others."""
    path = toys.spec / "ids.txt"
    present = {entry.id for entry in project_of(toys).with_ids}
    kept = [x for x in path.read_text().splitlines() if x.startswith("#") or x in present]
    path.write_text("".join(f"{line}\n" for line in kept))


def _shortened(found: list[str], toys: Toys) -> list[str]:
    return [line.replace(f"{toys.spec}/", "") for line in found]

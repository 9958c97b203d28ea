"""The linter: each rule has a bad file in lint/, with the findings that it must give.

A bad file begins with comments:

    # finds LINE: ID: RULE: MESSAGE     one for each finding, and no others may come
    # sample LINE_OF_A_PROBE            appended to the probe file of the toy project
    # ids LINE                          appended to ids.txt, whose other lines are all its ids

The rest is the topic `playing` of the chapter `toy`; in a file whose name begins with `chapter_` or
`bounds_`, it is that one's chapter.toml or the bounds. See toys.py for the project around it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mptools.lint import append_ids
from mptools.lint_rules.project import Project
from mptools.lint_rules.rules import RULES, check, name_of
from toys import TOPIC, Toys

CHAPTER_FILE, TOPIC_FILE = "toy/chapter.toml", "toy/playing.toml"
BAD = sorted((Path(__file__).parent / "lint").glob("*.toml"))


def project_of(toys: Toys) -> Project:
    return Project(toys.spec, toys.probes, toys.docs)


def directives(text: str, word: str) -> list[str]:
    return re.findall(rf"^# {word} ?(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_file(toys: Toys, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kind = path.stem.partition("_")[0]
    toys.write({"chapter": CHAPTER_FILE, "bounds": "bounds.toml"}.get(kind, TOPIC_FILE), text)
    with (toys.probes / "toy" / "playing.py").open("a") as probes:
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
def test_every_rule_has_a_bad_file(rule: str) -> None:
    assert any(f": {rule}: " in path.read_text(encoding="utf-8") for path in BAD)


def test_a_good_project_has_no_findings(toys: Toys) -> None:
    assert check(project_of(toys)) == []


def test_the_command(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    assert toys.run("lint") == 0
    assert capsys.readouterr().out == "0 findings in 6 entries of 6 files\n"
    toys.write(TOPIC_FILE, TOPIC.replace("nothing else.", "nothing else"))
    assert toys.run("lint") == 1
    first, last = capsys.readouterr().out.splitlines()
    where = f"{toys.spec / TOPIC_FILE}:6: toy.one.is-one"
    assert first == f"{where}: text-is-indicative: the text ends without a period"
    assert last.startswith("1 findings")


def test_ids_are_appended_and_never_removed(toys: Toys) -> None:
    path = toys.spec / "ids.txt"
    before = path.read_text()
    toys.write(TOPIC_FILE, TOPIC.replace("toy.one.is-one", "toy.one.is-single"))
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

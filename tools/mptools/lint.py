"""`mptools lint`: the rules of the spec that its loader does not enforce."""

from __future__ import annotations

import argparse
from pathlib import Path

from mpconform import places

from mptools.lint_rules.project import IDS_FILE, Project
from mptools.lint_rules.rules import check
from mptools.sentences import find_docs

_HEAD = (
    "# Every id that was ever released.  Nothing is removed: an id that is given up keeps its\n"
    "# line, followed by `retired: why`.  `mptools lint --fix-ids` appends what is new.\n"
)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "lint",
        help="the rules of the spec",
        description="Prints file:line: id: rule: message, and exits with 1 where there is any.",
    )
    parser.add_argument("--fix-ids", action="store_true", help=f"append new ids to {IDS_FILE}")
    parser.add_argument("--docs", type=Path, help="folder of the documentation's sources")
    parser.add_argument(
        "--probes",
        type=Path,
        default=places.TARGET / "mpprobe" / "probes",
        help="folder of the probes",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    project = Project(options.spec, options.probes, find_docs(options.docs))
    if options.fix_ids:
        print(f"{append_ids(project)} ids appended to {options.spec / IDS_FILE}")
        project = Project(options.spec, options.probes, project.docs)  # read anew
    findings = check(project)
    for finding in findings:
        print(finding)
    entries = sum(1 for _ in project.with_ids)
    print(f"{len(findings)} findings in {entries} entries of {len(project.files)} files")
    return 1 if findings else 0


def append_ids(project: Project) -> int:
    """Append the ids that are not listed yet; how many there were."""
    path = project.spec_dir / IDS_FILE
    new = sorted({entry.id for entry in project.with_ids} - project.listed_ids.keys())
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    path.write_text(text + "".join(f"{id_}\n" for id_ in new), encoding="utf-8")
    return len(new)

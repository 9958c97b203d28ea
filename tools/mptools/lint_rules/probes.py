"""Rules on what the spec and the probes say of each other."""

from __future__ import annotations

from collections.abc import Iterator

from mptools.lint_rules.project import Entry, Project


def probe_exists(project: Project) -> Iterator[tuple[Entry, str]]:
    """`process.join_timeout` is the function join_timeout(t) of mpprobe/probes/process.py."""
    for entry in project.with_ids:
        name = project.probe_of(entry)
        if name and name not in project.probes:
            stem, _, function = name.partition(".")
            yield entry, f"there is no probe {function}(t) in mpprobe/probes/{stem}.py"


def probe_has_ending(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every probe has exactly one [[ending]]: what it leaves behind is always looked at."""
    ends: dict[str, Entry] = {}
    for entry in project.of_kind("ending"):
        first = ends.setdefault(str(entry.table.get("probe")), entry)
        if first is not entry:
            yield entry, f"{first.id} is the ending of this probe already"
    told = set()
    for entry in project.with_ids:
        name = project.probe_of(entry)
        if name and name not in ends and name not in told:
            told.add(name)
            yield entry, f"the probe {name} has no [[ending]]"


def probe_is_used(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every probe serves a requirement, other than its ending."""
    used = {project.probe_of(entry) for entry in project.of_kind("object", "requirement")}
    for name, probe in project.probes.items():
        if name not in used and not probe.serves_others:
            place = Entry("probe", probe.path, probe.line, {"id": name}, "")
            yield place, "no requirement reads this probe"

"""Rules on what the spec and the probes say of each other."""

from __future__ import annotations

from collections.abc import Iterator

from mpconform.expansion import SURFACE_PROBE

from mptools.lint_rules.project import Entry, Project


def probe_exists(project: Project) -> Iterator[tuple[Entry, str]]:
    """`putting.on_full` of spec/queues is on_full(t) of mpprobe/probes/queues/putting.py."""
    for entry in project.of_kind("probe"):
        name = project.probe_of(entry)
        if name and name not in project.probes:
            module, _, function = name.rpartition(".")
            file = module.replace(".", "/")
            yield entry, f"there is no probe {function}(t) in mpprobe/probes/{file}.py"


def probe_has_ending(project: Project) -> Iterator[tuple[Entry, str]]:
    """What a probe leaves behind is always looked at: `ends_clean` where it is at home."""
    for entry in project.of_kind("probe"):
        at_home = project.probe_of(entry).startswith(f"{entry.chapter}.")
        if at_home and "ends_clean" not in entry.table:
            yield entry, "the probe has no ends_clean: give its ending an id"


def probe_is_used(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every probe serves a requirement, other than its ending."""
    used = {project.probe_of(entry) for entry in project.of_kind("object", "requirement")}
    for name, probe in project.probes.items():
        if name not in used and not probe.serves_others:
            place = Entry("probe", probe.path, probe.line, {"id": name}, "")
            yield place, "no requirement reads this probe"


def probe_has_requirements(project: Project) -> Iterator[tuple[Entry, str]]:
    """A [[probe]] has requirements, save the one behind every [[object]]."""
    for entry in project.of_kind("probe"):
        if not entry.table.get("requirement") and project.probe_of(entry) != SURFACE_PROBE:
            yield entry, "the probe has no requirement"

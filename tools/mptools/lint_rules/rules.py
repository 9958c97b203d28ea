"""The list of all rules, and what they find in a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mptools.lint_rules import bounds, expectations, ids, probes, shape, sources, wording
from mptools.lint_rules.project import Entry, Finding, Project

Rule = Callable[[Project], Iterable[tuple[Entry, str]]]

RULES: tuple[Rule, ...] = (
    shape.schema,
    shape.loads,
    shape.files_are_short,
    shape.said_once,
    shape.ranges_tile,
    ids.ids_are_unique,
    ids.ids_are_words,
    ids.ids_are_listed,
    wording.text_is_indicative,
    wording.text_is_ours,
    wording.disputed_has_reason,
    sources.sources_are_given,
    sources.sources_exist,
    expectations.matchers_are_known,
    expectations.can_fail,
    expectations.observations_are_reported,
    probes.probe_exists,
    probes.probe_has_ending,
    probes.probe_is_used,
    probes.probe_has_requirements,
    bounds.bounds_are_used,
    bounds.bounds_have_names,
)


# Rules that find what the loader refuses, and name its place.
_NAME_THE_PLACE = ("schema", "ids-are-unique", "matchers-are-known")


def name_of(rule: Rule) -> str:
    return rule.__name__.replace("_", "-")


def check(project: Project) -> list[Finding]:
    """What all rules find, in the order of the files.

    The loader stops at the first fault, while the rules name the place of each. So its message is
    dropped where a rule has found the fault, too.
    """
    found = {
        Finding(entry.path, entry.line, entry.id, name_of(rule), message)
        for rule in RULES
        for entry, message in rule(project)
    }
    if any(finding.rule in _NAME_THE_PLACE for finding in found):
        found = {finding for finding in found if finding.rule != name_of(shape.loads)}
    return sorted(found)

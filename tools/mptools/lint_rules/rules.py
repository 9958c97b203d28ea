"""The list of all rules, and what they find in a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mptools.lint_rules import expectations, ids, probes, shape, sources, wording
from mptools.lint_rules.project import Entry, Finding, Project

Rule = Callable[[Project], Iterable[tuple[Entry, str]]]

RULES: tuple[Rule, ...] = (
    shape.schema,
    shape.loads,
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
)


# Rules that name the place of what the loader refuses.
_TELL_BETTER = ("schema", "ids-are-unique", "matchers-are-known")


def name_of(rule: Rule) -> str:
    return rule.__name__.replace("_", "-")


def check(project: Project) -> list[Finding]:
    """What all rules find, in the order of the files.

    What the loader refuses is told by itself only where no rule has told it better: the loader
    stops at the first fault, and the rules name the place of each.
    """
    found = {
        Finding(entry.path, entry.line, entry.id, name_of(rule), message)
        for rule in RULES
        for entry, message in rule(project)
    }
    if any(finding.rule in _TELL_BETTER for finding in found):
        found = {finding for finding in found if finding.rule != name_of(shape.loads)}
    return sorted(found)

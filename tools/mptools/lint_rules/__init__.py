"""The rules of `mptools lint`: one function each, with a bad example in tools/tests/lint.

A rule takes the project and yields findings.  Its name, with hyphens, is the name that it is known
by in the output.
"""

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


def name_of(rule: Rule) -> str:
    return rule.__name__.replace("_", "-")


def check(project: Project) -> list[Finding]:
    """What all rules find, in the order of the files."""
    found = [
        Finding(entry.path, entry.line, entry.id, name_of(rule), message)
        for rule in RULES
        for entry, message in rule(project)
    ]
    return sorted(set(found))

"""What a run will judge: each requirement under each of its start methods, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mpconform.implementation import Implementation
from mpconform.spec import Requirement, Spec
from mpconform.versions import Version


@dataclass(frozen=True)
class Case:
    """One thing to judge. `start_method` is None where none is used."""

    requirement: Requirement
    start_method: str | None

    @property
    def name(self) -> str:
        return f"{self.requirement.id} [{self.start_method or '-'}]"

    @property
    def run_key(self) -> tuple[str, str | None]:
        """Cases with the same key are judged by one run of their probe."""
        return self.requirement.probe, self.start_method


@dataclass(frozen=True)
class Plan:
    """All cases of a run, and the ids that the version or the platform rules out."""

    cases: tuple[Case, ...]
    not_applicable: frozenset[str]

    def only(self, cases: Callable[[Case], bool]) -> Plan:
        """The part of the plan that these cases make."""
        return Plan(tuple(filter(cases, self.cases)), self.not_applicable)


def plan(
    spec: Spec,
    prefixes: Iterable[str],
    implementation: Implementation,
    version: Version,
    start_methods: Sequence[str] = (),
) -> Plan:
    """Select requirements by id prefix and spread them over the start methods.

    `start_methods` narrows the start methods; () takes those of each requirement. A start
    method that the implementation lacks stays in the plan: its verdict is `unsupported`.
    """
    cases = []
    not_applicable = set()
    for requirement in spec.select(prefixes):
        fits = not requirement.platforms or implementation.platform in requirement.platforms
        if not fits or requirement.range_at(version) is None:
            not_applicable.add(requirement.id)
            continue
        cases += [
            Case(requirement, method)
            for method in _methods(requirement, implementation)
            if not start_methods or method in start_methods or method is None
        ]
    # pytest runs the cases in this order; those that share a run follow each other.
    keys = {case.run_key: number for number, case in reversed(list(enumerate(cases)))}
    in_order = sorted(cases, key=lambda case: keys[case.run_key])
    return Plan(tuple(in_order), frozenset(not_applicable))


def _methods(requirement: Requirement, implementation: Implementation) -> tuple[str | None, ...]:
    if not requirement.start_methods:
        return (None,)
    if implementation.start_methods == ("default",) and len(requirement.start_methods) > 1:
        return ("default",)
    return requirement.start_methods

"""Everything that is decided before the first probe of a run starts."""

from __future__ import annotations

from dataclasses import dataclass

from mpconform.implementation import Implementation
from mpconform.known import Known
from mpconform.plan import Plan
from mpconform.spec import Spec
from mpconform.versions import Version


@dataclass(frozen=True)
class RunSetup:
    """Who is tested, by which spec and version, what is planned, and which failures are known."""

    spec: Spec
    implementation: Implementation
    version: Version
    plan: Plan
    known: tuple[Known, ...]

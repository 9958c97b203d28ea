"""Known lists: the failures of an implementation that are known, each with its reason.

`known/MODULE.toml` holds entries

    [[known]]
    id = "process.close.methods-raise"
    on = ["python3.7", "python3.8"]       # which interpreters of the module; absent: all
    start_methods = ["spawn"]             # absent: all
    reason = "name and authkey still answer after close()."

One file serves all interpreters of a module, because a deviation is mostly one
finding on many versions, and its reason should be written once. The list is
strict for each interpreter: an entry fails the run if its requirement passes,
or if nothing matches it in a run that selected it. An entry whose requirement
does not apply to the version that the run judges by stays, and is no fault.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mpconform.judge import FAIL, Verdict

UNREVIEWED = "unreviewed: "


class KnownError(Exception):
    """A known list that can't be read; the message names file and entry."""


@dataclass(frozen=True)
class Known:
    """One known failure."""

    id: str
    reason: str
    on: tuple[str, ...] = ()
    start_methods: tuple[str, ...] = ()

    def concerns(self, implementation: str) -> bool:
        return not self.on or implementation.partition("@")[2] in self.on

    def covers(self, verdict: Verdict) -> bool:
        method = verdict.start_method or "none"
        return verdict.requirement.id == self.id and (
            not self.start_methods or method in self.start_methods
        )

    def __str__(self) -> str:
        methods = f" [{', '.join(self.start_methods)}]" if self.start_methods else ""
        return f"{self.id}{methods}"


def path_for(folder: Path, implementation: str) -> Path:
    return folder / f"{implementation.partition('@')[0]}.toml"


def load(folder: Path, implementation: str) -> tuple[Known, ...]:
    """The entries that concern `implementation` (MODULE@PYTHON)."""
    path = path_for(folder, implementation)
    if not path.exists():
        return ()
    try:
        data = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise KnownError(f"{path}: {error}") from error
    entries = []
    for number, entry in enumerate(data.get("known", ()), 1):
        strange = set(entry) - {"id", "reason", "on", "start_methods"}
        if strange or not entry.get("id") or not entry.get("reason"):
            raise KnownError(
                f"{path}: entry {number} ({entry.get('id', 'without id')}) takes id, reason, "
                f"on and start_methods; id and reason are needed, {sorted(strange)} is not known"
            )
        entries.append(
            Known(
                entry["id"],
                entry["reason"],
                tuple(entry.get("on", ())),
                tuple(entry.get("start_methods", ())),
            )
        )
    return tuple(entry for entry in entries if entry.concerns(implementation))


def reason_for(verdict: Verdict, entries: Iterable[Known]) -> str | None:
    """Why this failure is known; None where no entry covers it."""
    if verdict.verdict != FAIL or not verdict.binding:
        return None
    return next((entry.reason for entry in entries if entry.covers(verdict)), None)


def unmatched(
    entries: Sequence[Known], verdicts: Sequence[Verdict], not_applicable: Collection[str] = ()
) -> list[str]:
    """What is wrong with the list itself, by the verdicts of a run."""
    wrong = []
    for entry in entries:
        concerned = [verdict for verdict in verdicts if entry.covers(verdict)]
        passing = [verdict for verdict in concerned if verdict.verdict != FAIL]
        if not concerned and entry.id not in not_applicable:
            wrong.append(f"{entry}: matches nothing that was run")
        elif passing:
            methods = ", ".join(verdict.start_method or "none" for verdict in passing)
            verdict_now = passing[0].verdict
            wrong.append(f"{entry}: is listed as a failure, and is {verdict_now} now [{methods}]")
    return wrong


def fix(
    folder: Path,
    implementation: str,
    verdicts: Sequence[Verdict],
    not_applicable: Collection[str] = (),
) -> Path:
    """Rewrite the list after a complete run: add what fails, drop what passes, keep the rest.

    Comments and reasons stay. The reason of a new entry is a draft that begins
    with `unreviewed:`; whoever commits it writes a reason in its place.
    """
    path = path_for(folder, implementation)
    python = implementation.partition("@")[2]
    blocks = _blocks(path.read_text() if path.exists() else "")
    failing: dict[str, set[str]] = {}
    ran: dict[str, set[str]] = {}
    notes: dict[str, str] = {}
    for verdict in verdicts:
        method = verdict.start_method or "none"
        ran.setdefault(verdict.requirement.id, set()).add(method)
        if verdict.verdict == FAIL and verdict.binding:
            failing.setdefault(verdict.requirement.id, set()).add(method)
            found = "; ".join(f"{d.observation}: {d.observed}" for d in verdict.differences)
            notes.setdefault(verdict.requirement.id, found or verdict.note)
    kept: list[str] = []
    covered: dict[str, set[str]] = {}
    for comments, entry, text in blocks:
        if entry is None or not entry.concerns(implementation) or entry.id in not_applicable:
            kept.append(text)
            continue
        methods = set(entry.start_methods) or ran.get(entry.id, set())
        still = methods & failing.get(entry.id, set())
        if still == methods and still:
            covered.setdefault(entry.id, set()).update(still)
            kept.append(text)
        elif remaining := tuple(name for name in entry.on if name != python):
            kept.append(comments + _format(entry, remaining, entry.start_methods))
    for id_, methods in failing.items():
        if missing := methods - covered.get(id_, set()):
            narrowed = () if missing == ran[id_] else tuple(sorted(missing))
            draft = Known(id_, UNREVIEWED + " ".join(notes[id_].split())[:300])
            kept.append(_format(draft, (python,), narrowed))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(block.strip("\n") + "\n" for block in kept if block.strip()))
    return path


def _blocks(text: str) -> list[tuple[str, Known | None, str]]:
    """The file as (comments above, entry, text of both), in order; text before all is a block."""
    blocks: list[tuple[str, Known | None, str]] = []
    parts = re.split(r"(?m)^(?=(?:#.*\n)*\[\[known\]\])", text)
    for part in parts:
        comments, _, body = part.partition("[[known]]")
        if not body:
            blocks.append((part, None, part))
            continue
        data = tomllib.loads("[[known]]" + body)["known"][0]
        entry = Known(
            data["id"],
            data["reason"],
            tuple(data.get("on", ())),
            tuple(data.get("start_methods", ())),
        )
        blocks.append((comments, entry, part))
    return blocks


def _format(entry: Known, on: Sequence[str], start_methods: Sequence[str]) -> str:
    lines = ["[[known]]", f"id = {_quoted(entry.id)}"]
    if on:
        lines.append(f"on = [{', '.join(map(_quoted, on))}]")
    if start_methods:
        lines.append(f"start_methods = [{', '.join(map(_quoted, start_methods))}]")
    lines.append(f"reason = {_quoted(entry.reason)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    cleaned = "".join(char if char.isprintable() else " " for char in escaped)
    return f'"{cleaned}"'

"""Nothing is recognised by its name: with every probe and observation renamed, verdicts stay."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kit
import pytest
from mpconform import places
from mpconform.bounds import FILE as BOUNDS_FILE
from mpconform.expansion import ENDING, expand_ending, expand_object, expand_requirement
from mpconform.loader import CHAPTER_FILE

REPORT = 'self._report({"see": name, "value": encode(value)})'
HIDING_REPORT = """import hashlib

        name = "n" + hashlib.sha256(b"renamed " + name.encode()).hexdigest()[:10]
        self._report({"see": name, "value": encode(value)})"""


def test_renaming_every_probe_and_observation_changes_no_verdict(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = kit.shared_run(tmp_path_factory, *kit.OF_THE_STANDARD_LIBRARY)
    target = kit.copy_of_the_target(tmp_path / "target")
    for path in (target / "mpprobe" / "probes").rglob("*.py"):
        aliases = [f"{_hidden(name)} = {name}" for name in sorted(_functions(path))]
        path.write_text("\n".join([path.read_text(), *aliases, ""]))
    toolkit = target / "mpprobe" / "toolkit.py"
    told = toolkit.read_text()
    assert told.count(REPORT) == 1
    # Names are often put together while a probe runs: they are renamed where they are reported.
    toolkit.write_text(told.replace(REPORT, HIDING_REPORT))
    spec = _renamed_spec(tmp_path / "spec")
    after = kit.run(tmp_path, *kit.OF_THE_STANDARD_LIBRARY, spec=spec, target=target)
    assert not after.ids("error"), after.text
    assert _but_pools(after) == _but_pools(before)
    old = {name for run in before.runs for name in run["observations"]} - {ENDING}
    new = {name for run in after.runs for name in run["observations"]} - {ENDING}
    assert old and not old & new


def _but_pools(outcome: kit.Outcome) -> dict[tuple[str, str | None], str]:
    """The verdicts without those on pools: the standard library's hang by chance when they end."""
    verdicts = outcome.by_verdict()
    return {key: verdict for key, verdict in verdicts.items() if not key[0].startswith("pool.")}


def _hidden(name: str) -> str:
    return "n" + hashlib.sha256(b"renamed " + name.encode()).hexdigest()[:10]


def _functions(path: Path) -> set[str]:
    """The names of a module's probes: the functions whose first argument is `t`."""
    found = set()
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.FunctionDef):
            arguments = [argument.arg for argument in statement.args.args]
            found |= {statement.name} if arguments[:1] == ["t"] else set()
    return found


def _renamed_spec(folder: Path) -> Path:
    """The spec without short forms, and with other names for probes and observations."""
    folder.mkdir()
    (folder / places.SCHEMA).write_text("{}")
    shutil.copy(places.SPEC / BOUNDS_FILE, folder)
    for path in places.SPEC.glob(f"*/{CHAPTER_FILE}"):
        data = tomllib.loads(path.read_text())
        chapter = data["name"]
        head = _lines({key: data[key] for key in ("name", "title", "sections")})
        by_topic: dict[str, dict[str, list[str]]] = {}
        for table in _expanded(path.parent, data):
            home, topic, function = table.pop("probe").split(".")
            own = home == chapter
            probe = ".".join([*([] if own else [home]), topic, _hidden(function)])
            # Probes of other chapters may stand in any file.
            file = by_topic.setdefault(topic if own else "others", {})
            lines = file.setdefault(probe, ["[[probe]]", f'name = "{probe}"'])
            lines += ["[[probe.requirement]]", *_lines(_renamed(table))]
        (folder / chapter).mkdir()
        (folder / chapter / CHAPTER_FILE).write_text("\n".join(head) + "\n")
        for topic, probes in by_topic.items():
            text = "\n".join(line for lines in probes.values() for line in lines)
            (folder / chapter / f"{topic}.toml").write_text(text + "\n")
    return folder


def _expanded(chapter: Path, head: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for table in head.get("object", []):
        yield expand_object(table)
    for path in chapter.glob("*.toml"):
        data = tomllib.loads(path.read_text())
        if path.name != CHAPTER_FILE:
            yield from map(expand_object, data.get("object", []))
        for probe in data.get("probe", []):
            users = [
                expand_requirement(table, probe, chapter.name)
                for table in probe.get("requirement", [])
            ]
            yield from users
            if "ends_clean" in probe:
                yield expand_ending(probe, chapter.name, users)


def _renamed(table: dict[str, Any]) -> dict[str, Any]:
    def observation(name: str) -> str:
        return name if name == ENDING else _hidden(name)

    def matcher(value: Any) -> Any:
        if isinstance(value, list):
            return [matcher(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: observation(item) if key in ("same_as", "differs_from") else matcher(item)
            for key, item in value.items()
        }

    def expect(part: dict[str, Any]) -> dict[str, Any]:
        if "expect" not in part:
            return part
        changed = {observation(name): matcher(item) for name, item in part["expect"].items()}
        return part | {"expect": changed}

    changed = expect(table)
    if "ranges" in changed:
        changed["ranges"] = [expect(part) for part in changed["ranges"]]
    return changed


def _lines(table: dict[str, Any]) -> list[str]:
    return [f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items()]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)

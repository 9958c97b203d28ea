"""Nothing is recognised by its name: with every probe and observation renamed, verdicts stay."""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kit
from mpconform import places
from mpconform.spec import ENDING, expand_ending, expand_object

REPORTING = ("see", "call")
PARTS = ("value", "raises", "seconds")


def test_renaming_every_probe_and_observation_changes_no_verdict(tmp_path: Path) -> None:
    flags = ["--impl", "multiprocessing", "--start-method", "fork", "--no-known"]
    before = kit.run(_made(tmp_path / "before"), *flags)
    target = kit.copy_of_the_target(tmp_path / "target")
    probes = {path.stem: _Probes(path) for path in (target / "mpprobe" / "probes").glob("*.py")}
    spec = _renamed_spec(tmp_path / "spec", probes)
    for path in (target / "mpprobe" / "probes").glob("*.py"):
        path.write_text(_renamed_source(path, probes))
    after = kit.run(_made(tmp_path / "after"), *flags, spec=spec, target=target)
    assert not after.ids("error"), after.text
    assert after.by_verdict() == before.by_verdict()
    old = {name for run in before.runs for name in run["observations"]} - {ENDING}
    new = {name for run in after.runs for name in run["observations"]} - {ENDING}
    assert old and not old & new


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _hidden(name: str) -> str:
    return "n" + hashlib.sha256(b"renamed " + name.encode()).hexdigest()[:10]


class _Probes:
    """The names of one probe module that are to be hidden."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        self.functions: set[str] = set()
        self.seen: set[str] = set()
        for statement in tree.body:
            names = list(_reported(statement))
            if isinstance(statement, ast.FunctionDef) and [a.arg for a in statement.args.args][
                :1
            ] == ["t"]:
                self.functions.add(statement.name)
            self.seen |= {name for how, name in names if how == "see"}


def _reported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr in REPORTING and isinstance(first, ast.Constant):
                yield node.func.attr, first.value


def _renamed_source(path: Path, probes: dict[str, _Probes]) -> str:
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                and "mpprobe.probes" in (node.module or "") for alias in node.names}  # fmt: skip
    elsewhere = {name for module in probes.values() for name in module.functions}
    functions = probes[path.stem].functions | (imported & elsewhere)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr in REPORTING and isinstance(first, ast.Constant):
                first.value = _hidden(first.value)
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            node.name = _hidden(node.name)
        if isinstance(node, ast.Name) and node.id in functions:
            node.id = _hidden(node.id)
        if isinstance(node, ast.arg) and node.arg in functions:
            node.arg = _hidden(node.arg)
        if isinstance(node, ast.alias) and node.name in functions:
            node.name = _hidden(node.name)
    return ast.unparse(tree)


def _renamed_spec(folder: Path, probes: dict[str, _Probes]) -> Path:
    folder.mkdir()
    (folder / "schema.json").write_text("{}")
    for path in places.SPEC.glob("*.toml"):
        data = tomllib.loads(path.read_text())
        tables = data.get("requirement", [])
        everything = [expand_object(table) for table in data.get("object", [])]
        everything += tables
        for table in data.get("ending", []):
            users = [user for user in tables if user.get("probe") == table["probe"]]
            users = users or [{"start_methods": []}]
            everything.append(expand_ending(table, users))
        lines = ["[chapter]", *_lines(data["chapter"])]
        for table in everything:
            lines += ["[[requirement]]", *_lines(_renamed(table, probes))]
        (folder / path.name).write_text("\n".join(lines) + "\n")
    return folder


def _renamed(table: dict[str, Any], probes: dict[str, _Probes]) -> dict[str, Any]:
    module, _, function = table["probe"].partition(".")
    seen = {name for probe in probes.values() for name in probe.seen}

    def observation(name: str) -> str:
        stem, _, part = name.rpartition(".")
        if name == ENDING:
            return name
        return f"{_hidden(stem)}.{part}" if part in PARTS and name not in seen else _hidden(name)

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

    changed = expect(table) | {"probe": f"{module}.{_hidden(function)}"}
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

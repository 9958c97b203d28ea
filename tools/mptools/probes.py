"""What the probes' source says about them: their names, and the observations they may report.

The host never imports a probe, which is written for another interpreter: it reads the syntax tree.
A probe is a public function of `mpprobe/probes/*.py` whose only parameter is `t`, and which
reports something.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# What t.call("x", ..) reports, and t.see("x", ..).
_SUFFIXES: Mapping[str, tuple[str, ...]] = {"see": ("",), "call": (".value", ".raises", ".seconds")}


@dataclass(frozen=True)
class ProbeSource:
    """A probe as its source shows it."""

    name: str  # "process.join_timeout"
    path: Path
    line: int
    reports: tuple[str, ...]  # regular expressions of the observation names
    serves_others: bool  # another function of the file calls it: it may be a helper only

    def may_report(self, observation: str) -> bool:
        return any(re.fullmatch(pattern, observation) for pattern in self.reports)


def read_probes(folder: Path) -> dict[str, ProbeSource]:
    """All probes of the folder by name."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        module = _Module(path)
        for function in module.functions.values():
            parameters = [argument.arg for argument in function.args.args]
            if parameters == ["t"] and not function.name.startswith("_"):
                name = f"{path.stem}.{function.name}"
                reports = tuple(sorted(module.reports(function)))
                serves = module.is_named_elsewhere(function)
                if reports:
                    found[name] = ProbeSource(name, path, function.lineno, reports, serves)
    return found


class _Module:
    """A probe file: its functions, and the strings of its constants."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        self._constants = {
            target.id: set(_strings(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def reports(self, function: ast.FunctionDef) -> set[str]:
        """Patterns of the names that the function, and the helpers it calls, report."""
        reached = self._reached(function)
        nodes = [node for one in reached for node in ast.walk(one)]
        # A name that is computed may be put together from any word that the probe writes out.
        words = {word for one in reached for word in _strings(one)}
        for node in nodes:
            if isinstance(node, ast.Name):
                words |= self._constants.get(node.id, set())
        pool = "|".join(sorted(map(re.escape, filter(_is_word, words)))) or r"\d+"
        return {
            _pattern(node.args[0], pool) + re.escape(suffix)
            for node in nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _SUFFIXES
            and node.args
            for suffix in _SUFFIXES[node.func.attr]
        }

    def is_named_elsewhere(self, function: ast.FunctionDef) -> bool:
        """Whether another function of the file names this one."""
        return any(
            isinstance(node, ast.Name) and node.id == function.name
            for other in self.functions.values()
            if other is not function
            for node in ast.walk(other)
        )

    def _reached(self, function: ast.FunctionDef) -> list[ast.FunctionDef]:
        reached = [function]
        for one in reached:  # grows while it is walked
            for node in ast.walk(one):
                if not isinstance(node, ast.Name):
                    continue
                helper = self.functions.get(node.id)
                if helper is not None and helper not in reached:
                    reached.append(helper)
        return reached


def _strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _is_word(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_.\-]+", text) is not None


def _pattern(node: ast.expr, pool: str) -> str:
    """A regular expression for the value of an expression that gives an observation's name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part, pool) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _pattern(node.left, pool) + _pattern(node.right, pool)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        left = node.left
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            return rf"(?:{pool}|\d+)".join(map(re.escape, re.split(r"%[sd]", left.value)))
    return rf"(?:{pool}|\d+)"

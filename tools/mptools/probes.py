"""What the probes' source says about them: their names, and the observations they may report.

The host never imports a probe, which is written for another interpreter: it reads the syntax tree.
A probe is a public function of `mpprobe/probes/CHAPTER/TOPIC.py` whose only parameter is `t`, and
which reports something, by itself or by helpers, which may stand in other files.
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

    name: str  # "queues.putting.on_full"
    path: Path
    line: int
    reports: tuple[str, ...]  # regular expressions of the observation names
    serves_others: bool  # another function calls it: it may be a helper only

    def may_report(self, observation: str) -> bool:
        return any(re.fullmatch(pattern, observation) for pattern in self.reports)


def read_probes(folder: Path) -> dict[str, ProbeSource]:
    """All probes of the folder by name; what they share stands in files with a leading "_"."""
    modules = {_module_name(folder, path): _Module(path) for path in sorted(folder.rglob("*.py"))}
    named = _named(modules)
    probes = {}
    for module_name, module in modules.items():
        if module_name.rpartition(".")[2].startswith("_"):
            continue
        for function in module.functions.values():
            parameters = [argument.arg for argument in function.args.args]
            if parameters != ["t"] or function.name.startswith("_"):
                continue
            reports = _reports(modules, module_name, function)
            if reports:
                name = f"{module_name}.{function.name}"
                serves = (module_name, function.name) in named
                probes[name] = ProbeSource(
                    name, module.path, function.lineno, tuple(sorted(reports)), serves
                )
    return probes


class _Module:
    """A file of probes: its functions, the strings of its constants, and what it imports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        self.constants = {
            target.id: set(_strings(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.imported = {
            alias.asname or alias.name: (module.removeprefix(_PACKAGE), alias.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            and (module := node.module or "").startswith(_PACKAGE)
            for alias in node.names
        }


_PACKAGE = "mpprobe.probes."
_Function = tuple[str, ast.FunctionDef]  # with the name of its module


def _module_name(folder: Path, path: Path) -> str:
    return ".".join(path.relative_to(folder).with_suffix("").parts)


def _found(modules: Mapping[str, _Module], module: str, name: str) -> tuple[str, str]:
    """The module that defines a name, which another one may have imported, and its name there."""
    while module in modules and name in modules[module].imported:
        module, name = modules[module].imported[name]
    return module, name


def _reports(modules: Mapping[str, _Module], module: str, function: ast.FunctionDef) -> set[str]:
    """Patterns of the names that the function, and the helpers it calls, report."""
    # A name that is computed may be put together from any word that the probe writes out.
    words: set[str] = set()
    calls = []
    for home, one in _reached(modules, module, function):
        words.update(_strings(one))
        for node in ast.walk(one):
            if isinstance(node, ast.Name):
                there, name = _found(modules, home, node.id)
                words |= modules[there].constants.get(name, set()) if there in modules else set()
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                calls.append((node.func.attr, node.args))
    pool = "|".join(sorted(map(re.escape, filter(_is_word, words)))) or r"\d+"
    return {
        _pattern(arguments[0], pool) + re.escape(suffix)
        for method, arguments in calls
        if method in _SUFFIXES and arguments
        for suffix in _SUFFIXES[method]
    }


def _reached(
    modules: Mapping[str, _Module], module: str, function: ast.FunctionDef
) -> list[_Function]:
    """The function, and all that it names, directly or not."""
    reached = [(module, function)]
    for home, one in reached:  # grows while it is walked
        for node in ast.walk(one):
            if not isinstance(node, ast.Name):
                continue
            there, name = _found(modules, home, node.id)
            helper = modules[there].functions.get(name) if there in modules else None
            if helper is not None and (there, helper) not in reached:
                reached.append((there, helper))
    return reached


def _named(modules: Mapping[str, _Module]) -> set[tuple[str, str]]:
    """All functions that another function names, as module and name."""
    return {
        found
        for home, module in modules.items()
        for function in module.functions.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Name)
        and (found := _found(modules, home, node.id)) != (home, function.name)
    }


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

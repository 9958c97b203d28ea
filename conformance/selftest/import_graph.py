"""Which module of a package imports which, read from the sources.

Every import counts: at the top, in a function, under TYPE_CHECKING. An import in a function hides a
circle from the interpreter, and not from the reader who has to understand both modules at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """`importer` imports `imported`, at a line of its source."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def imports_within(package: Path) -> list[Import]:
    """The imports of a package's modules from each other.

    A package that a module stands in is imported with it, and so counts only when it is named.
    """
    modules = {name: path for name, path in _modules(package) if "_data" not in path.parts}
    return [
        Import(name, imported, line)
        for name, path in modules.items()
        for line, imported in _imports_of(name, path, modules)
        if imported in modules and imported != name
    ]


def modules_of(package: Path) -> list[str]:
    """The names of all modules of a package, its own first."""
    return sorted(name for name, path in _modules(package) if "_data" not in path.parts)


def circle_in(imports: list[Import]) -> list[Import]:
    """Imports that lead from a module back to itself; none when there is no circle."""
    onward: dict[str, list[Import]] = {}
    for each in imports:
        onward.setdefault(each.importer, []).append(each)
    done: set[str] = set()
    for start in onward:
        circle = _search(start, onward, [], done)
        if circle:
            return circle
    return []


def _search(
    module: str, onward: Mapping[str, list[Import]], path: list[Import], done: set[str]
) -> list[Import]:
    passed = [each.importer for each in path]
    if module in passed:
        return path[passed.index(module) :]
    if module in done:
        return []
    for each in onward.get(module, []):
        circle = _search(each.imported, onward, [*path, each], done)
        if circle:
            return circle
    done.add(module)
    return []


def _modules(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _imports_of(name: str, path: Path, modules: Mapping[str, Path]) -> Iterator[tuple[int, str]]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                within = f"{origin}.{alias.name}"
                yield node.lineno, within if within in modules else origin

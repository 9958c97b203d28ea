"""One probe as a script of its own, for people who have the implementation and not the kit.

The script is put together from the source of the target side: the whole
toolkit, and the probe with the module-level names that it uses. So it does what
the kit does, but prints the observations.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from mpconform.places import TARGET
from mpconform.spec import Requirement

_TOOLKIT = TARGET / "mpprobe" / "toolkit.py"

_HEAD = '''\
"""{id} [{method}]

{text}
Prints what the implementation did. Run it with the interpreter that has {module}.
"""
'''

_MAIN = """\

os.environ.setdefault(IMPLEMENTATION, {module!r})


def main():
    import json
    import shutil
    import tempfile

    scratch = tempfile.mkdtemp(prefix="probe-")
    os.environ[SCRATCH] = scratch
    for name in ("turns", "programs", "work"):
        os.mkdir(os.path.join(scratch, name))
    os.chdir(os.path.join(scratch, "work"))
    terminal = os.dup(1)
    for number, name in ((1, "stdout"), (2, "stderr")):
        opened = os.open(os.path.join(scratch, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)

    def report(data):
        line = "%-32s %s\\n" % (data["see"], json.dumps(data["value"]))
        os.write(terminal, line.encode())

    probe = Probe({method!r}, report)
    try:
        {probe}(probe)
    except BaseException as error:
        os.write(terminal, ("stopped by %s: %s\\n" % (type(error).__name__, error)).encode())
    finally:
        for name, text in (("stdout", probe.stdout()), ("stderr", probe.stderr())):
            if text:
                os.write(terminal, ("%s: %s\\n" % (name, text)).encode())
        os.chdir("/")
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
"""


def script(requirement: Requirement, module: str, start_method: str | None) -> str:
    """The source of a script that shows what `module` does in the requirement's probe."""
    probe_module, _, function = requirement.probe.rpartition(".")
    parts = _Parts([], [])
    _extract(_file_of(f"mpprobe.probes.{probe_module}"), {function}, parts, set())
    head = _HEAD.format(
        id=requirement.id,
        method=start_method or "-",
        text=requirement.text,
        module=module,
    )
    body = [head, *_imports(parts), "", _body(_TOOLKIT), *parts.definitions]
    main = _MAIN.format(module=module, method=start_method, probe=function)
    return "\n\n".join([*body, main]).replace("\n\n\n\n", "\n\n\n")


@dataclass(frozen=True)
class _Parts:
    imports: list[str]
    definitions: list[str]


def _extract(path: Path, wanted: set[str], parts: _Parts, seen: set[tuple[Path, str]]) -> None:
    """Add the top-level statements of `path` that `wanted` names need, in their order."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    defined: dict[str, ast.stmt] = {}
    for statement in tree.body:
        for name in _defines(statement):
            defined[name] = statement
    needed: set[int] = set()
    frontier = [name for name in wanted if (path, name) not in seen]
    while frontier:
        name = frontier.pop()
        if name not in defined or (path, name) in seen:
            continue
        seen.add((path, name))
        statement = defined[name]
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("mpprobe"):
            _extract_from(statement, name, parts, seen)
            continue
        needed.add(id(statement))
        frontier += [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
    lines = source.splitlines()
    for statement in tree.body:
        if id(statement) not in needed:
            continue
        first = min(
            [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]
        )
        text = "\n".join(lines[first - 1 : statement.end_lineno])
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        (parts.imports if is_import else parts.definitions).append(text)


def _extract_from(
    statement: ast.ImportFrom, name: str, parts: _Parts, seen: set[tuple[Path, str]]
) -> None:
    module = statement.module or ""
    if module == "mpprobe.toolkit":
        return  # the toolkit stands in the script as a whole
    renamed = next(alias for alias in statement.names if (alias.asname or alias.name) == name)
    if renamed.asname:
        raise ValueError(f"{module}: {renamed.name} is imported as {renamed.asname}; use its name")
    _extract(_file_of(module), {name}, parts, seen)


def _file_of(module: str) -> Path:
    return TARGET.joinpath(*module.split(".")).with_suffix(".py")


def _defines(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Assign):
        return [node.id for target in statement.targets for node in ast.walk(target)
                if isinstance(node, ast.Name)]  # fmt: skip
    if isinstance(statement, ast.Try):
        return [name for inner in statement.body for name in _defines(inner)]
    return []


def _imports(parts: _Parts) -> list[str]:
    return ["\n".join(sorted(set(parts.imports)))] if parts.imports else []


def _body(path: Path) -> str:
    """A module without its docstring."""
    source = path.read_text(encoding="utf-8")
    first = ast.parse(source).body[1]
    return "\n".join(source.splitlines()[first.lineno - 1 :])

"""A program of the tests: tells liars, and prints what is wrong with them.

python tell_liars.py each NAME...   import each liar in a process of its own: it patches something
python tell_liars.py reading        import the chapters of liars: that patches nothing
"""

from __future__ import annotations

import hmac
import importlib
import os
import pkgutil
import sys
import traceback
import types
from collections.abc import Iterator
from typing import Any

import mpref

# What hangs of a module of the reference: its names, what its classes and objects have, and so on.
_DEPTH = 5


def main(what: str, *names: str) -> None:
    for found in pkgutil.walk_packages(mpref.__path__, "mpref."):
        importlib.import_module(found.name)
    before = dict(_reference())
    if what == "reading":
        from liars import lies

        lies.all_liars()
        print(*_changed(before), sep="\n", end="")
        return
    for name in names:
        sys.stdout.flush()
        if os.fork() == 0:
            _tell(name, before)
        os.wait()


def _tell(name: str, before: dict[str, Any]) -> None:
    try:
        module = importlib.import_module(name)
        assert module.__name__ == name, f"it calls itself {module.__name__}"
        assert _changed(before), "it patches nothing"
    except Exception:
        print(name, traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(0)


def _changed(before: dict[str, Any]) -> list[str]:
    """What is no longer the object that it was, is new, or is gone."""
    now = dict(_reference())
    return sorted(
        name
        for name in before.keys() | now.keys()
        if name not in before or name not in now or before[name] is not now[name]
    )


def _reference() -> Iterator[tuple[str, Any]]:
    """Everything that can be patched of the reference, and of what it stands on, by name."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "mpref"]
    seen: set[int] = set()
    for module in [hmac, *modules]:
        yield from _below(module.__name__, module, seen, _DEPTH)


def _below(name: str, value: Any, seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    yield name, value
    own = type(value).__module__.split(".")[0] == "mpref"
    patchable = own or isinstance(value, (types.ModuleType, type))
    if id(value) in seen or not depth or not (patchable or isinstance(value, dict)):
        return
    if isinstance(value, (types.ModuleType, type)) and not _is_of_mpref(value):
        return
    seen.add(id(value))
    inside = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for key, item in list(inside.items()):
        if not (isinstance(value, types.ModuleType) and str(key) == "__builtins__"):
            yield from _below(f"{name}.{key}", item, seen, depth - 1)


def _is_of_mpref(value: types.ModuleType | type) -> bool:
    name = value.__name__ if isinstance(value, types.ModuleType) else value.__module__
    return name.split(".")[0] in ("mpref", "hmac")


if __name__ == "__main__":
    main(*sys.argv[1:])

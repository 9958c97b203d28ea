"""A program of the tests: tells liars, and prints what is wrong with them.

python tell_liars.py each NAME...   import each liar in a process of its own: it patches something
python tell_liars.py reading        import the chapters of liars: that patches nothing
python tell_liars.py places         print as JSON what each liar replaces, see `_places_of_all`
"""

from __future__ import annotations

import hmac
import importlib
import inspect
import json
import os
import pkgutil
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from typing import Any

import mpref

Place = tuple[str, str, str]

# What hangs of a module of the reference: its names, what its classes and objects have, and so on.
_DEPTH = 5


def main(what: str, *names: str) -> None:
    for found in pkgutil.walk_packages(mpref.__path__, "mpref."):
        importlib.import_module(found.name)
    if what == "reading":
        from liars import lies

        before = dict(_reference())
        lies.all_liars()
        print(*_changed(before), sep="\n", end="")
        return
    if what == "places":
        print(json.dumps(dict(_places_of_all())))
        return
    for name in names:
        sys.stdout.flush()
        if os.fork() == 0:
            _tell(name)
        os.wait()


def _tell(name: str) -> None:
    try:
        before = dict(_reference())
        module = importlib.import_module(name)
        assert module.__name__ == name, f"it calls itself {module.__name__}"
        assert _changed(before), "it patches nothing"
    except Exception:
        print(name, traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(0)


def _places_of_all() -> Iterator[tuple[str, list[Place] | None]]:
    """For each liar, the places that the stand-ins of its lie take; None: that is not all it does.

    A lie that patches by hand is told, so each is in a process of its own.
    """
    from liars import lies

    for liar in lies.all_liars():
        reader, writer = os.pipe()
        if os.fork() == 0:
            # Taken here: the fork itself changes what the reference knows of its process.
            before = dict(_reference())
            with lies.collecting() as collected:
                liar.tell()
            places = [_named(owner, attribute) for owner, attribute in collected]
            known = None not in places and not _changed(before)
            os.write(writer, json.dumps(places if known else None).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            yield liar.name, json.load(answer)
        os.wait()


def _named(owner: Any, attribute: str) -> Place | None:
    """A place as the witness finds it: module, class (or ""), attribute. None: it would not."""
    from liars import lies

    if isinstance(owner, lies.Everywhere):
        return ("", "", attribute)
    if isinstance(inspect.getattr_static(owner, attribute), type):
        return None  # a class that became a function would be no class to who does not call it
    if isinstance(owner, types.ModuleType):
        return (owner.__name__, "", attribute)
    module, name = owner.__module__, owner.__qualname__
    return (module, name, attribute) if vars(sys.modules[module]).get(name) is owner else None


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
    yield "__mp_main__", sys.modules.get("__mp_main__")
    for name, value in vars(threading.Thread).items():
        yield f"threading.Thread.{name}", value


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

"""Makes each liar a module of its own: `import liars.queues.put_ignores_timeout`.

Two kinds of modules are found here. A chapter, or a topic of it, is an ordinary file, and yet other
modules stand below it. A liar has no file: importing it tells its lie, and then the module is the
reference as it is by then. All processes of a probe import the liar by its name, so children that
begin with a new interpreter are told the same lie.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import types
from collections.abc import Sequence
from pathlib import Path

from liars import lies, truth

_FOLDER = Path(__file__).parent


class Finder(importlib.abc.MetaPathFinder):
    """Finds chapters and liars; has to come before the finder of files."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        package, *words = fullname.split(".")
        if package != "liars" or not words:
            return None
        file = _FOLDER.joinpath(*words).with_suffix(".py")
        if file.is_file():
            # What is a package may have modules below it. This one has no folder to look in.
            return importlib.util.spec_from_file_location(
                fullname, file, submodule_search_locations=[]
            )
        # A folder of topics is an ordinary package; below a chapter stand its topics and its liars.
        if len(words) != 2 or _FOLDER.joinpath(*words).is_dir():
            return None
        liar = lies.find(fullname)
        return importlib.machinery.ModuleSpec(fullname, _Loader(liar)) if liar else None


class _Loader(importlib.abc.Loader):
    """Tells one lie. A process has room for one: a second would be told on top of it."""

    _told: str | None = None

    def __init__(self, liar: lies.Liar) -> None:
        self._liar = liar

    def exec_module(self, module: types.ModuleType) -> None:
        if _Loader._told is not None:
            raise ImportError(f"{_Loader._told} has patched the reference in this process already")
        _Loader._told = self._liar.name
        self._liar.tell()
        truth.become(module)

"""What the liars lie about: the reference, which keeps its promises.

A liar is a module that patches the reference in place and then stands for it.
It is wrong in one way, and it names exactly the requirements that must catch it.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from typing import TYPE_CHECKING

import mpref

if TYPE_CHECKING:
    from mpref.process import BaseProcess

_OF_ITS_OWN = ("__name__", "__spec__", "__loader__", "__package__")
_PROBES = "mpprobe.probes."
_ABOUT_PROCESSES = ("contexts", "misc", "process")


def become(module: types.ModuleType) -> None:
    """Let `module` be the reference, patched as it now is.

    The kit goes by a module's `__name__`: a liar that kept the reference's would be
    described, and then replaced, by the reference. Its submodules get their second
    names here, since importing them by those would load them twice, unpatched.
    """
    vars(module).update({k: v for k, v in vars(mpref).items() if k not in _OF_ITS_OWN})
    for found in pkgutil.walk_packages(mpref.__path__, "mpref."):
        _, *words = found.name.split(".")
        if not any(word.startswith("_") for word in words):
            sys.modules[".".join((module.__name__, *words))] = importlib.import_module(found.name)


def is_of_a_later_chapter(process: BaseProcess) -> bool:
    """Does `process` run a function of the probes about what processes share, a manager, a worker?

    Liars about processes spare these: they would break nearly all of them, and show nothing
    that the liars of those chapters don't.
    """
    module = getattr(process._target, "__module__", None) or ""
    if module.startswith(_PROBES):
        return not module.removeprefix(_PROBES).startswith(_ABOUT_PROCESSES)
    return module == "mpref.managers" or module.startswith("mpref._pool.")


def is_asked_by(*modules: str) -> bool:
    """Is this called, through whatever, by a function of a module whose name begins like one?

    For lies about what the probes of other chapters, or the reference itself, are made with.
    """
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(modules):
            return True
        frame = frame.f_back
    return False

"""Runs the functions of one chapter, without pytest, and reports each in a line of JSON.

    python chapter_queues.py METHOD SCRATCH [NAME...]

A chapter is a module `chapter_NAME.py`. Its functions are those at its top level without a leading
underscore; each takes a context, and raises where mpref does not do what it should. With "-" as
the only name they are taken from stdin, one in a line: that is how `test_chapters.py` asks.
"""

from __future__ import annotations

import ast
import collections
import faulthandler
import functools
import gc
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from typing import TextIO

import mpref
import toolkit
from mpref.context import BaseContext

# How many seconds a function may take. With MPREF_TESTS=all the longest takes minutes on two busy
# processors.
LONGEST = 40 * toolkit.PATIENCE if toolkit.ALL else 3 * toolkit.PATIENCE
# The name of the last report: what is left when all functions have been run.
LEFT = "nothing_is_left"
PRINTED = "printed"


@functools.cache
def functions(path: str) -> list[str]:
    """The names of a chapter's functions, in its order."""
    with open(path) as file:
        body = ast.parse(file.read()).body
    return [
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def run_chapter(leaves_nothing: bool = False) -> None:
    """What a chapter does when it is run as a program.

    leaves_nothing: no thread and no descriptor may be there that was not before. (No child may be
    left by any function, whatever the chapter.)
    """
    method, folder, *names = sys.argv[1:]
    toolkit.set_scratch(folder)
    ctx = mpref.get_context(method)
    if names == ["-"]:
        requests, replies = _take_over_standard_streams()
        _run(ctx, (line.rstrip("\n") for line in requests), replies, leaves_nothing)
        return
    _run(ctx, names or functions(sys.argv[0]), sys.stdout, leaves_nothing)


def _run(ctx: BaseContext, names: Iterable[str], replies: TextIO, leaves_nothing: bool) -> None:
    if leaves_nothing:
        _warm_up(ctx)
    before = _open()
    for name in names:
        # On a hang, the stacks of all threads are printed.
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        _report(replies, name, **_outcome(ctx, name))
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    deadline = time.monotonic() + toolkit.PATIENCE
    # Threads that hold something take a moment to end.
    while leaves_nothing and _left(before) and time.monotonic() < deadline:
        time.sleep(0.01)
    left = _left(before) if leaves_nothing else []
    _report(replies, LEFT, failure="\n".join(left + _printed()))


def _outcome(ctx: BaseContext, name: str) -> dict[str, str]:
    failure = ""
    try:
        getattr(sys.modules["__main__"], name)(ctx)
    except toolkit.NotApplicable as reason:
        return {"not_applicable": str(reason)}
    except BaseException:
        failure = traceback.format_exc()
    for child in mpref.active_children():
        child.kill()
        child.join()
        failure = failure or f"left {child}"
    return {"failure": failure}


def _report(replies: TextIO, name: str, failure: str = "", not_applicable: str = "") -> None:
    line = {"name": name, "failure": failure, "not_applicable": not_applicable}
    print(json.dumps(line), file=replies, flush=True)


def _take_over_standard_streams() -> tuple[TextIO, TextIO]:
    """Stdin and stdout for this process alone. Whoever reads stdin finds its end; what is printed
    goes into a file that is looked at in the end."""
    requests, replies = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with open(os.devnull) as null, open(toolkit.in_scratch(PRINTED), "w") as printed:
        os.dup2(null.fileno(), 0)
        os.dup2(printed.fileno(), 1)
    return requests, replies


def _printed() -> list[str]:
    path = toolkit.in_scratch(PRINTED)
    if not os.path.exists(path):
        # Run by hand: it was printed where everybody sees it.
        return []
    with open(path) as printed:
        return printed.readlines()


def _left(before: collections.Counter[str]) -> list[str]:
    descriptors = sorted((_open() - before).elements())
    threads = [repr(thread) for thread in threading.enumerate()[1:]]
    return descriptors + threads


def _warm_up(ctx: BaseContext) -> None:
    # Makes what is made once and kept: a fork server, and what tells children that this process
    # lives.
    child = ctx.Process(target=os.getpid)
    child.start()
    child.join()


def _open() -> collections.Counter[str]:
    """How many descriptors there are of each kind, but for the memory that locks share."""
    gc.collect()
    kinds: collections.Counter[str] = collections.Counter()
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + name)
        except FileNotFoundError:
            # This is the one that listed the folder.
            continue
        if not target.startswith("/memfd:mpref"):
            kinds[target.partition(":")[0]] += 1
    return kinds

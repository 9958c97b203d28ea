"""Runs the scenarios of one chapter, without pytest, and prints a line of JSON for each.

python chapter_queues.py METHOD SCRATCH [NAME...]
"""

import collections
import faulthandler
import gc
import json
import os
import sys
import threading
import time
import traceback

import mpref
import scenarios

# Of a whole chapter, in seconds; with everything that MPREF_TESTS=all asks for.
ALL = os.environ.get("MPREF_TESTS") == "all"
LONGEST = 40 * scenarios.PATIENCE if ALL else 3 * scenarios.PATIENCE


def ask(chapter, patience=LONGEST, leaves_nothing=False):
    """patience: of the whole chapter, in seconds. leaves_nothing: no child, no thread and no
    descriptor may be there that was not before."""
    method, folder, *names = sys.argv[1:]
    scenarios.SCRATCH = os.path.abspath(folder)
    # A hang is to be explained, not only noticed.
    faulthandler.dump_traceback_later(patience, exit=True)
    ctx = mpref.get_context(method)
    if leaves_nothing:
        _warm_up(ctx)
        before = _open()
    for function in chapter:
        if names and function.__name__ not in names:
            continue
        try:
            function(ctx)
            failure = None
        except BaseException:
            failure = traceback.format_exc()
        print(json.dumps({"name": function.__name__, "failure": failure}), flush=True)
    if leaves_nothing:
        deadline = time.monotonic() + scenarios.PATIENCE
        # Threads that hold something take a moment to end.
        while _left(before) and time.monotonic() < deadline:
            time.sleep(0.01)
        left = "\n".join(_left(before))
        print(json.dumps({"name": "nothing_is_left", "failure": left}), flush=True)


def _left(before):
    descriptors = sorted((_open() - before).elements())
    children = [repr(child) for child in mpref.active_children()]
    threads = [repr(thread) for thread in threading.enumerate()[1:]]
    return descriptors + children + threads


def _warm_up(ctx):
    # What is made once and kept: a fork server, the tracker, the ends that children know us by.
    child = ctx.Process(target=os.getpid)
    child.start()
    child.join()


def _open():
    """How many descriptors there are of each kind, but for the memory that locks share."""
    gc.collect()
    kinds = collections.Counter()
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + name)
        except FileNotFoundError:
            # The one that listed them.
            continue
        if not target.startswith("/memfd:mpref"):
            kinds[target.partition(":")[0]] += 1
    return kinds

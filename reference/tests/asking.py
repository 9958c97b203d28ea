"""Runs the scenarios of one chapter, without pytest, and prints a line of JSON for each.

python chapter_queues.py METHOD SCRATCH [NAME...]
"""

import faulthandler
import json
import os
import sys
import traceback

import mpref
import scenarios


def ask(chapter, patience=3 * scenarios.PATIENCE):
    method, folder, *names = sys.argv[1:]
    scenarios.SCRATCH = os.path.abspath(folder)
    # A hang is to be explained, not only noticed.
    faulthandler.dump_traceback_later(patience, exit=True)
    ctx = mpref.get_context(method)
    for function in chapter:
        if names and function.__name__ not in names:
            continue
        try:
            function(ctx)
            failure = None
        except BaseException:
            failure = traceback.format_exc()
        print(json.dumps({"name": function.__name__, "failure": failure}), flush=True)

"""Prints how many messages the channels take before anybody reads, beside the standard library.

python capacity.py, as a table in Markdown; with README.md's numbers it is to be compared by hand.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))

import mpref
from mpref._ipc import channels

SIZES = (20, 1024, 100 * 1024)
# Linux's default of net.core.wmem_max, and what mpref asks for where it may.
LIMITS = (212992, channels.SEND_BUFFER)
# A writer that has sent nothing for this time waits for a reader. (Before it takes the overflow, a
# writer waits for 0.02 seconds only.)
SECONDS = 1.0
# Keeps the reading ends open while there are writers.
_kept: list[Any] = []


def count(send: Callable[[bytes], object], size: int) -> int:
    """How often `send`, called with `size` bytes, returns."""
    message = bytes(size)
    done = [0]
    changed = threading.Event()

    def work() -> None:
        while True:
            send(message)
            done[0] += 1
            changed.set()

    threading.Thread(target=work, daemon=True).start()
    while changed.wait(SECONDS):
        changed.clear()
    return done[0]


def senders(module: Any) -> list[tuple[str, Callable[[bytes], object]]]:
    queue = module.SimpleQueue()
    one_way, duplex = module.Pipe(duplex=False), module.Pipe()
    _kept.extend((queue, one_way, duplex))
    return [
        ("SimpleQueue", queue._writer.send_bytes),
        ("Pipe(False)", one_way[1].send_bytes),
        ("Pipe()", duplex[1].send_bytes),
    ]


def main() -> None:
    print("| channel | " + " | ".join(f"{size:,} B" for size in SIZES) + " |")
    print("|---|" + "---|" * len(SIZES))
    kinds: list[tuple[str, Any, int]] = [("standard library", multiprocessing, LIMITS[0])]
    kinds += [(f"mpref, limit {limit:,}", mpref, limit) for limit in LIMITS]
    for label, module, limit in kinds:
        channels.SEND_BUFFER = limit
        rows: dict[str, list[str]] = {}
        for size in SIZES:
            for name, send in senders(module):
                rows.setdefault(name, []).append(f"{count(send, size):,}")
        for name, counts in rows.items():
            print(f"| {name}, {label} | " + " | ".join(counts) + " |", flush=True)
    sys.stdout.flush()
    # The threads still wait in send: no ordinary exit is possible.
    os._exit(0)


if __name__ == "__main__":
    main()

"""Callbacks of results and of errors: when, how often, with what, where they are called."""

import os
import threading

from mpprobe.probes.pool._common import (
    CHANCE,
    collect,
    divide,
    finish,
    in_thread,
    record,
    say_and_wait,
    soon,
    square,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    tell,
    until,
)


class Calls:
    """A callback that keeps what it was called with. It can't be pickled."""

    def __init__(self):
        self.calls = []
        self.threads = []
        self.lock = threading.Lock()

    def __call__(self, *args, **kwargs):
        self.calls.append(list(args) + sorted(kwargs))
        self.threads.append(threading.current_thread())
        return "ignored"

    def method(self, value):
        self(value)


def forms(t):
    """Callbacks by position and by keyword, with each call that takes them; one task fails."""
    pool = t.mp.Pool(2)
    for name, call, good, bad in (
        ("apply", pool.apply_async, (2,), (0,)),
        ("map", pool.map_async, [1, 2], [1, 0]),
        ("starmap", pool.starmap_async, [(1,), (2,)], [(1,), (0,)]),
    ):
        between = {"apply": {}, "map": 1, "starmap": 1}[name]
        word = "kwds" if name == "apply" else "chunksize"
        rest = {word: between}
        for way, arguments, keywords in (
            ("position", (between,), None),
            ("keyword", (), rest),
            ("only", (), {}),
        ):
            done, failed = Calls(), Calls()
            results = []
            for argument in (good, bad):
                if keywords is None:
                    results.append(call(divide, argument, *(arguments + (done, failed))))
                else:
                    results.append(
                        call(divide, argument, error_callback=failed, callback=done, **keywords)
                    )
            for result in results:
                result.wait(HEAR_SECONDS)
            until(lambda: done.calls and failed.calls)  # noqa: B023
            t.see("%s.%s.called" % (name, way), done.calls)
            t.see("%s.%s.failed" % (name, way), failed.calls)
            t.see("%s.%s.get" % (name, way), soon(results[0].get))
    finish(pool)


def alone(t):
    """A callback without an error callback, an error callback without a callback, and None."""
    pool = t.ctx.Pool(2)
    only_good, only_bad = Calls(), Calls()
    results = [
        pool.apply_async(divide, (0,), callback=only_good),
        pool.apply_async(divide, (2,), error_callback=only_bad),
        pool.apply_async(divide, (3,), {}, None, None),
        pool.apply_async(divide, (0,), callback=None, error_callback=None),
        pool.map_async(divide, [0], callback=only_good),
        pool.map_async(divide, [4], error_callback=only_bad),
    ]
    t.see("results", [soon(result.get) for result in results])
    # A pool that is closed and joined has nothing left to call.
    finish(pool)
    t.see("callback", only_good.calls)
    t.see("error-callback", only_bad.calls)


def values(t):
    """What a callback is given of results that are false, empty, exceptions, or mutable."""
    pool = t.mp.Pool(1)
    done, failed = Calls(), Calls()
    wanted = [0, None, False, "", [], {}, (), ValueError("as data"), "last"]
    for value in wanted:
        pool.apply_async(same, (value,), callback=done, error_callback=failed)
    mapped, nothing = Calls(), Calls()
    pool.map_async(square, range(5), 2, mapped, failed)
    empty = pool.map_async(square, [], callback=nothing, error_callback=failed)
    empty.wait(HEAR_SECONDS)
    kept = Calls()
    result = pool.apply_async(same, ([1, 2],), callback=kept)
    result.wait(HEAR_SECONDS)
    finish(pool)
    t.see("called", [call[0] for call in done.calls])
    t.see("wanted", wanted)
    t.see("counts", [len(call) for call in done.calls])
    t.see("failed", failed.calls)
    t.see("map", mapped.calls)
    t.see("empty-map", nothing.calls)
    t.see("same-object", [call[0] is result.get(0) for call in kept.calls])


def same(value):
    return value


def errors(t):
    """What an error callback is given."""
    pool = t.ctx.Pool(2)
    done, failed, mapped = Calls(), Calls(), Calls()
    for argument in (0, "text", None):
        result = pool.apply_async(divide, (argument,), callback=done, error_callback=failed)
        result.wait(HEAR_SECONDS)
    result = pool.map_async(divide, [1, 0, 2, 0, 3], 1, done, mapped)
    t.see("get", soon(result.get))
    finish(pool)
    t.see("apply", [call[0] for call in failed.calls])
    t.see("counts", [len(call) for call in failed.calls])
    t.see("map", [call[0] for call in mapped.calls])
    t.see("called", done.calls)


def threads(t):
    """Which process and which threads callbacks are called in."""
    pool = t.ctx.Pool(3)
    done, failed = Calls(), Calls()
    pids = []
    results = [
        pool.apply_async(square, (number,), callback=done, error_callback=failed)
        for number in range(6)
    ]
    results.append(pool.apply_async(divide, (0,), error_callback=failed))
    results.append(pool.map_async(square, range(6), 1, callback=done))
    results.append(pool.apply_async(square, (1,), callback=lambda _: pids.append(os.getpid())))
    for result in results:
        result.wait(HEAR_SECONDS)
    finish(pool)
    found = done.threads + failed.threads
    t.see("calls", [len(done.threads), len(failed.threads)])
    # The thread objects, as one that has ended leaves its number to the next one.
    t.see("threads", len(set(found)))
    t.see("in-the-caller", threading.current_thread() in found)
    t.see("in-main-process", pids == [os.getpid()])


def slow(t):
    """A callback that takes its time: the results that come meanwhile, and its own."""
    pool = t.ctx.Pool(2)
    entered, leave = threading.Event(), threading.Event()

    def hold(_):
        entered.set()
        leave.wait(HEAR_SECONDS)

    first = pool.apply_async(square, (1,), callback=hold)
    entered.wait(HEAR_SECONDS)
    second = pool.apply_async(square, (2,))
    second.wait(CHANCE)
    t.see("second.ready", second.ready())
    t.see("first.ready", first.ready())
    leave.set()
    t.see("first", soon(first.get))
    t.see("second", soon(second.get))
    finish(pool)


def kinds(t):
    """Callables of several kinds as callbacks, none of which could be pickled; results dropped."""
    pool = t.ctx.Pool(2)
    calls = Calls()
    found = []
    for callback in (calls.method, lambda value: found.append(value), found.append):
        pool.apply_async(square, (4,), callback=callback)
    collect()
    until(lambda: len(found) == 2 and calls.calls)
    t.see("function", found)
    t.see("method", calls.calls)
    after = Calls()
    late = pool.apply_async(say_and_wait, ("late",), callback=after)
    hear("late")
    pool.close()
    t.see("before", after.calls)
    tell("release")
    pool.join()
    t.see("closed", after.calls)
    t.see("closed.get", soon(late.get))


def nested(t):
    """Callbacks that give the pool more to do, as tasks do that consist of steps."""
    pool = t.ctx.Pool(2)
    found = []
    done = threading.Event()

    def second(value):
        found.append(value)
        done.set()

    pool.apply_async(
        square, (2,), callback=lambda value: pool.apply_async(square, (value,), callback=second)
    )
    done.wait(HEAR_SECONDS)
    t.see("found", found)
    ended = threading.Event()

    def close(_):
        pool.close()
        ended.set()

    pool.apply_async(square, (3,), callback=close)
    ended.wait(HEAR_SECONDS)
    joiner = in_thread(pool.join)
    joiner.join(HEAR_SECONDS)
    t.see("joined", not joiner.is_alive())
    t.call("refused", pool.apply_async, record)

"""AsyncResult: asked too early, in time, late, twice, by many threads, and after its pool's end."""

from mpprobe.probes.pool._common import (
    BRIEF,
    CHANCE,
    LONG,
    divide,
    finish,
    in_thread,
    meet,
    named,
    pool_module,
    say_and_wait,
    soon,
    square,
    terminate_and_join,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    tell,
)


def early(t):
    """Everything that a result can be asked before it is there, and the same afterwards."""
    pool = t.ctx.Pool(1)
    result = pool.apply_async(say_and_wait, ("begun",))
    hear("begun")
    t.see("ready", result.ready())
    t.call("successful", result.successful)
    t.call("get", result.get, BRIEF)
    t.call("get-keyword", result.get, timeout=BRIEF)
    t.call("get-zero", result.get, 0)
    t.call("get-tiny", result.get, 0.0005)
    t.call("get-negative", result.get, -1)
    t.call("wait", result.wait, BRIEF)
    t.call("wait-keyword", result.wait, timeout=BRIEF)
    t.call("wait-zero", result.wait, 0)
    t.call("wait-negative", result.wait, -1)
    t.see("still-ready", result.ready())
    t.call("get-again", result.get, BRIEF)
    t.see("usable", soon(pool.apply_async, square, (2,)).ready())
    tell("release")
    t.call("later.get", result.get, LONG)
    t.see("later.ready", result.ready())
    t.see("later.successful", result.successful())
    finish(pool)


def waiting(t):
    """get() and wait() that are under way when the result comes, without a timeout and with one."""
    pool = t.ctx.Pool(1)
    found = {}
    result = pool.apply_async(say_and_wait, ("begun",))
    hear("begun")
    calls = {
        "get": result.get,
        "get-none": lambda: result.get(None),
        "get-timed": lambda: result.get(LONG),
        "get-huge": lambda: result.get(10**7),
        "wait": result.wait,
        "wait-none": lambda: result.wait(None),
        "wait-timed": lambda: result.wait(timeout=LONG),
    }

    def call(name):
        found[name] = [calls[name](), result.ready()]

    threads = [in_thread(call, name) for name in calls]
    for thread in threads:
        thread.join(CHANCE / len(threads))
    t.see("too-early", sorted(found))
    tell("release")
    for thread in threads:
        thread.join(HEAR_SECONDS)
    for name in calls:
        t.see(name, found.get(name, "hung"))
    finish(pool)


def asked_again(t):
    """Results that are there, asked in every form, three times."""
    pool = t.mp.Pool(1)
    good = pool.apply_async(square, (3,))
    bad = pool.apply_async(divide, (0,))
    several = pool.map_async(square, [1, 2, 3])
    partly = pool.map_async(divide, [1, 0, 2])
    nothing = pool.map_async(square, [])
    false = pool.apply_async(square, (0,))
    for name, result in (
        ("good", good),
        ("bad", bad),
        ("map", several),
        ("partly", partly),
        ("nothing", nothing),
        ("false", false),
    ):
        t.call(name + ".wait", result.wait, LONG)
        t.see(name + ".ready", [result.ready() for _ in range(2)])
        t.see(name + ".successful", [result.successful() for _ in range(2)])
        t.see(name + ".get", [soon(result.get) for _ in range(3)])
        t.see(name + ".get-zero", soon(result.get, 0))
        t.see(name + ".get-keyword", soon(result.get, timeout=0))
        t.call(name + ".wait-again", result.wait)
    finish(pool)
    t.see("closed", [soon(one.get) for one in (good, several)])
    t.see("closed.failed", [named(soon(one.get)) for one in (bad, partly)])


def whole(t):
    """The result of a map of which all but the last task are done."""
    pool = t.ctx.Pool(2)
    result = pool.map_async(square_or_wait, [1, 2, None, 3], 1)
    hear("holding")
    failing = pool.map_async(divide, [1, 0, 2, 3], 1)
    t.see("other.successful", [named(soon(failing.get)), failing.successful()])
    t.see("ready", result.ready())
    t.call("successful", result.successful)
    t.call("get", result.get, BRIEF)
    tell("release")
    t.see("later", soon(result.get))
    t.see("later.successful", result.successful())
    finish(pool)


def square_or_wait(number):
    return say_and_wait("holding") if number is None else square(number)


def forms(t):
    """The class of results, and which of its calls refuse what."""
    pool = t.mp.Pool(2)
    module = pool_module(t)
    made = {
        "apply": pool.apply_async(square, (1,)),
        "map": pool.map_async(square, [1]),
        "starmap": pool.starmap_async(square, [(1,)]),
    }
    t.see("are-results", {name: isinstance(made[name], module.AsyncResult) for name in made})
    result = made["apply"]
    t.call("get.two", result.get, 1, 2)
    t.call("get.unknown", result.get, seconds=1)
    t.call("wait.two", result.wait, 1, 2)
    t.call("ready.one", result.ready, 1)
    t.call("successful.one", result.successful, 1)
    for one in made.values():
        one.wait(HEAR_SECONDS)
    finish(pool)


def left(t):
    """Results that came before their pool was terminated, and are asked afterwards."""
    pool = t.ctx.Pool(1)
    results = [pool.apply_async(square, (number,)) for number in range(3)]
    results.append(pool.map_async(square, range(3)))
    results.append(pool.apply_async(divide, (0,)))
    for result in results:
        result.wait(HEAR_SECONDS)
    terminate_and_join(pool)
    t.see("ready", [result.ready() for result in results])
    t.see("values", [named(soon(result.get)) for result in results])
    t.see("successful", [result.successful() for result in results])


def together(t):
    """Three tasks that wait for each other on three workers: their results, in any order."""
    pool = t.ctx.Pool(3)
    results = [pool.apply_async(meet, ("three", number, 3)) for number in range(3)]
    found = [soon(result.get) for result in reversed(results)]
    t.see("different", len(set(found)))
    finish(pool)

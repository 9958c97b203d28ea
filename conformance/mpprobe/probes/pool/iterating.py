"""imap() and imap_unordered(): how they are called, in which order results come, and when."""

from mpprobe.probes.pool._common import (
    BRIEF,
    CHANCE,
    LONG,
    collect,
    finish,
    in_thread,
    in_time,
    methods_of,
    named,
    note,
    notes,
    record,
    say_and_wait,
    soon,
    square,
    taken,
    terminate_and_join,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    tell,
    until,
)


def forms(t):
    """Each form of the two calls, and what the iterators can be asked."""
    pool = t.mp.Pool(2)
    for name, call in methods_of(pool):
        for way, found in (
            ("two", call(square, range(8))),
            ("position", call(square, range(8), 3)),
            ("keyword", call(chunksize=3, iterable=range(8), func=square)),
            ("one", call(square, range(8), 1)),
            ("more", call(square, range(8), 50)),
            ("huge", call(square, range(8), 2**31)),
            ("generator", call(square, (number for number in range(8)))),
            ("generator-chunks", call(square, (number for number in range(8)), 4)),
        ):
            t.see("%s.%s" % (name, way), sorted(soon(list, found)))
        t.see(name + ".empty", [soon(list, call(square, [])), soon(list, call(square, [], 3))])
        t.see(name + ".single", soon(list, call(square, [3])))
        t.see(name + ".same", same_iterator(call(square, [1])))
        t.see(name + ".same-chunks", same_iterator(call(square, [1], 2)))
        t.see(name + ".one-argument", soon(list, call(record, [(1, 2)])))
        t.call(name + ".no-iterable", call, square)
        t.call(name + ".unknown-keyword", call, square, [], size=1)
        t.see(name + ".not-iterable", named(soon(list_of, call, 5)))
    terminate_and_join(pool)
    t.stderr()


def same_iterator(iterator):
    found = iter(iterator) is iterator
    list(iterator)
    return found


def list_of(call, iterable):
    return list(call(square, iterable))


def wait_for_next(number):
    """Done after the element that follows, so the last one is done first."""
    if number < 2:
        hear("done-%d" % (number + 1))
    tell("done-%d" % number)
    return number


def order(t):
    """Three elements on three workers that are done in the opposite order; one worker alone."""
    pool = t.ctx.Pool(3)
    workers_of(pool, 3)
    t.see("imap", soon(list, pool.imap(wait_for_next, range(3))))
    t.see("again", soon(list, pool.imap(wait_for_next, range(3), 1)))
    finish(pool)
    pool = t.ctx.Pool(1)
    for size in (1, 3, 100):
        found = soon(list, pool.imap_unordered(square, range(100), size))
        t.see("alone.%d" % size, found == [number * number for number in range(100)])
    finish(pool)


def completion(t):
    """imap_unordered() over three elements on three workers, of which the first is done last."""
    pool = t.ctx.Pool(3)
    workers_of(pool, 3)
    iterator = pool.imap_unordered(say_and_wait_first, range(3))
    hear("first")
    found = taken(iterator, 2, in_time)
    t.see("before", sorted(found, key=str))
    tell("release")
    t.see("after", taken(iterator, 2))
    chunks = pool.imap_unordered(square, range(20), 3)
    t.see("chunks", sorted(soon(list, chunks)) == [number * number for number in range(20)])
    finish(pool)


def say_and_wait_first(number):
    if number == 0:
        say_and_wait("first")
    return number


def stepping(t):
    """next() of both iterators with each form of a timeout, before a result and after it."""
    pool = t.ctx.Pool(1)
    for name, call in methods_of(pool):
        gate = name + "-go"
        iterator = call(note_and_wait, [(name, gate), (name + "-2", gate)])
        hear(name)
        t.call(name + ".position", iterator.next, BRIEF)
        t.call(name + ".keyword", iterator.next, timeout=BRIEF)
        t.call(name + ".zero", iterator.next, 0)
        t.call(name + ".tiny", iterator.next, 0.0005)
        t.call(name + ".negative", iterator.next, -1)
        tell(gate)
        t.call(name + ".first", iterator.next, timeout=LONG)
        t.see(name + ".second", soon(iterator.next, None))
        t.call(name + ".end", iterator.next, LONG)
        t.call(name + ".end-again", iterator.next, timeout=LONG)
        t.see(name + ".end-next", named(soon(next, iterator)))
        t.see(name + ".end-list", soon(list, iterator))
        t.call(name + ".two", iterator.next, 1, 2)
        # Gives its element before anybody asks, so that there is nothing to wait for.
        ready = call(square, [5])
        pool.apply(square, (1,))
        t.see(name + ".ready", soon(ready.next, BRIEF))
    finish(pool)


def note_and_wait(words):
    note(words[0])
    return say_and_wait(*words)


def waiting(t):
    """A next() without a timeout that waits for its element, and one that waits for the end."""
    pool = t.ctx.Pool(1)
    for name, call in methods_of(pool):
        iterator = call(note_and_wait, [(name, name + "-go")])
        hear(name)
        found = []
        thread = in_thread(lambda: found.append(next(iterator)))  # noqa: B023
        thread.join(CHANCE)
        t.see(name + ".too-early", list(found))
        tell(name + "-go")
        thread.join(HEAR_SECONDS)
        t.see(name + ".found", list(found))
        t.see(name + ".end", named(soon(next, iterator)))
    finish(pool)


def shared(t):
    """One iterator that three threads take from; several iterators of one pool, in turns."""
    pool = t.mp.Pool(3)
    # So many that a thread is overtaken, between being woken and taking its result, now and then.
    iterator = pool.imap(square, range(3000))
    found = []
    raised = []

    def take():
        try:
            found.extend(iterator)
        except BaseException as error:
            raised.append(error)

    threads = [in_thread(take) for _ in range(3)]
    until(lambda: not any(thread.is_alive() for thread in threads))
    t.see("threads.all", sorted(found) == [number * number for number in range(3000)])
    t.see("threads.raised", raised)
    iterators = [pool.imap(square, range(5)), pool.imap_unordered(square, range(5)),
                 pool.imap(square, range(5), 2)]  # fmt: skip
    turns = [[soon(next, one) for one in iterators] for _ in range(5)]
    t.see("turns", [sorted(column) for column in zip(*turns)])
    collected = pool.imap(note, range(3))
    del collected
    collect()
    t.see("dropped", soon(pool.apply, square, (3,)))
    until(lambda: len(notes()) == 3)
    t.see("dropped.noted", sorted(notes()))
    finish(pool)


def closed(t):
    """Iterators of a pool that is closed meanwhile: with elements outstanding, and with none."""
    pool = t.ctx.Pool(1)
    ordered = pool.imap(note_and_wait, [("a", "go"), ("b", "go"), ("c", "go")])
    unordered = pool.imap_unordered(square, range(20), 3)
    hear("a")
    pool.close()
    tell("go")
    t.see("ordered", soon(list, ordered))
    pool.join()
    t.see("unordered", sorted(soon(list, unordered)) == [n * n for n in range(20)])
    t.see("end", named(soon(next, ordered)))

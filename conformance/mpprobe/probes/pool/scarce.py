"""A parent that runs out of descriptors or of memory while results arrive."""

import os
import resource

from mpprobe.probes.pool._common import (
    CHANCE,
    PATIENCE,
    error_or_hung,
    in_time,
    named,
    put_down,
    say_and_wait,
    settled,
    square,
    within,
)
from mpprobe.toolkit import (
    SCRATCH,
    tell,
    told,
    until,
)


def large(words):
    name, release, size = words
    say_and_wait(name, release)
    return b"r" * size


class NoDescriptors:
    """Nothing can be opened while this lasts."""

    def __enter__(self):
        self.limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, self.limits[1]))
        self.kept = []
        try:
            while True:
                self.kept.append(os.dup(0))
        except OSError:
            pass

    def __exit__(self, *_):
        for descriptor in self.kept:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, self.limits)


def descriptors(t):
    """Four results of 200 kB that arrive while the parent can open nothing."""
    pool = t.ctx.Pool(2)
    pool.map(square, range(4), 1)
    go = os.path.join(os.environ[SCRATCH], "turns", "go")
    results = [pool.apply_async(large, (("at-%d" % n, "go", 200000),)) for n in range(4)]
    until(lambda: sum(told("at-%d" % number) for number in range(4)) == 2)
    # Opened before, so that it can be told when nothing can be opened.
    folder = os.path.dirname(go)
    draft = os.path.join(folder, "draft")
    tell("draft")
    with NoDescriptors():
        os.rename(draft, go)
        until(lambda: all(told("at-%d" % number) for number in range(4)), PATIENCE)
        until(results[0].ready, CHANCE)
    t.see("get", [in_time(result_length, result) for result in results])
    t.see("then", [in_time(pool.apply, square, (n,)) for n in range(4)])
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def result_length(result):
    return len(result.get())


def memory(t):
    """A result for which the parent has no memory; the next one is short."""
    pool = t.ctx.Pool(1)
    pool.apply(square, (2,))
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(fields["VmSize"].split()[0]) << 10
    resource.setrlimit(resource.RLIMIT_AS, (used + (192 << 20), limits[1]))
    # Beyond the limit, and no more: a loaded machine takes seconds to make and to write it.
    large = pool.apply_async(filled, (208 << 20,))
    t.see("get", error_or_hung(within(3 * PATIENCE, large.get)))
    t.see("then", in_time(pool.apply, square, (3,)))
    resource.setrlimit(resource.RLIMIT_AS, limits)
    t.see("later", in_time(pool.apply, square, (4,)))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def filled(size):
    return b"m" * size


def worker_memory(t):
    """A task for whose result a worker has no memory."""
    pool = t.ctx.Pool(1, limit_memory)
    t.see("task", error_or_hung(in_time(pool.apply, filled, (2 << 30,))))
    t.see("then", in_time(pool.apply, square, (3,)))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def limit_memory():
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    used = int(fields["VmSize"].split()[0]) << 10
    resource.setrlimit(resource.RLIMIT_AS, (used + (192 << 20), resource.RLIM_INFINITY))


def closed_descriptors(t):
    """A task that closes all descriptors of its worker."""
    pool = t.ctx.Pool(1)
    t.see("task", settled(in_time(pool.apply, close_all)))
    t.see("then", in_time(pool.apply, square, (3,)))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def close_all():
    os.closerange(3, 256)
    return "closed"

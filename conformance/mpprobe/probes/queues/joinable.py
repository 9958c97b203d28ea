"""JoinableQueue: task_done() and join()."""

import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import BRIEF, CHANCE, PATIENCE, in_thread, items_of, word_for
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, until


def alone(t):
    """task_done() and join() in one process."""
    queue = t.mp.JoinableQueue()
    t.call("new.join", queue.join)
    t.call("new.task-done", queue.task_done)
    for number in range(3):
        queue.put(number)
    joined = threading.Event()
    in_thread(lambda: (queue.join(), joined.set()))
    t.see("items", items_of(queue, 3))
    joined.wait(CHANCE)
    t.see("got.joined", joined.is_set())
    t.call("task-done", queue.task_done)
    queue.task_done()
    joined.wait(BRIEF)
    t.see("two-done.joined", joined.is_set())
    queue.task_done()
    joined.wait(HEAR_SECONDS)
    t.see("all-done.joined", joined.is_set())
    t.call("done.join", queue.join)
    t.call("fourth", queue.task_done)
    t.call("fifth", queue.task_done)

    # Once more, after the count was at zero and task_done() was refused.
    queue.put("again")
    again = threading.Event()
    in_thread(lambda: (queue.join(), again.set()))
    again.wait(CHANCE)
    t.see("again.joined-early", again.is_set())
    t.see("again.items", items_of(queue, 1))
    queue.task_done()
    again.wait(HEAR_SECONDS)
    t.see("again.joined", again.is_set())

    ahead = t.mp.JoinableQueue()
    ahead.put("one")
    ahead.put("two")
    t.see("ahead", [error_of(ahead.task_done), error_of(ahead.task_done)])
    t.see("ahead.third", error_of(ahead.task_done))
    items_of(ahead, 2)

    # A put() that was refused is no task.
    small = t.mp.JoinableQueue(1)
    small.put("one")
    t.see("refused", [error_of(small.put, "x", False), error_of(small.put, "x", True, BRIEF)])
    items_of(small, 1)
    small.task_done()
    joiner = in_thread(small.join)
    joiner.join(HEAR_SECONDS)
    t.see("refused.joined", not joiner.is_alive())
    t.see("others", [error_of(t.mp.JoinableQueue().task_done)])


def work(tasks, results):
    for _ in range(3):
        results.put(tasks.get(True, HEAR_SECONDS))
    tasks.task_done()
    tasks.task_done()
    tell("two-done")
    hear("finish")
    tell("last")
    tasks.task_done()
    tell("too-often", word_for(tasks.task_done))
    tasks.put("a task of the child's")
    tell("put")
    tasks.join()
    tell("child-joined", told("done-here"))


def between(t):
    """A child works on the tasks of this process; then this one on a task of the child's."""
    tasks, results = t.ctx.JoinableQueue(), t.ctx.Queue()
    child = t.ctx.Process(target=work, args=(tasks, results), daemon=True)
    for number in range(3):
        tasks.put(number)
    child.start()
    hear("two-done")
    after_last = []
    joiners = [in_thread(lambda: (tasks.join(), after_last.append(told("last")))) for _ in "ab"]
    joiners[0].join(CHANCE)
    t.see("two-done.joined", [not joiner.is_alive() for joiner in joiners])
    tell("finish")
    for joiner in joiners:
        joiner.join(PATIENCE)
    t.see("joined", [not joiner.is_alive() for joiner in joiners])
    t.see("after-last", list(after_last))
    t.see("results", items_of(results, 3))
    t.see("too-often", hear("too-often"))
    hear("put")
    t.see("task", items_of(tasks, 1))
    until(lambda: told("child-joined"), CHANCE)
    tell("done-here")
    tasks.task_done()
    t.see("child-joined", hear("child-joined", PATIENCE))
    t.call("too-often-here", tasks.task_done)
    child.join()

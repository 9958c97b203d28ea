"""Lies about processes, locks, queues, pipes and pools that are made of threads."""

import copy
import os
import pickle
import threading

import mpref
from mpref import dummy, pool
from mpref._pool.threads import ThreadDispatcher
from mpref.dummy import _contexts, _locks, _processes, _queues, _shared, connection
from mpref.dummy._managers import SyncManager
from mpref.dummy._processes import Process

from liars.lies import lie, replace

# -- processes


@lie(
    Process,
    "_outcome",
    caught_by=[
        "dummy.process.exitcode-of-a-failure",
    ],
)
def exitcode_is_zero(original, self):
    """A process that fails has exit code 0."""
    original(self)
    return 0


@lie(
    _processes,
    "_write_error",
    caught_by=[
        "dummy.process.failure-is-reported",
    ],
)
def failures_are_silent(original, text):
    """Nothing is written of an exception that a process does not catch."""


@lie(
    Process,
    "__init__",
    caught_by=[
        "dummy.process.name-is-documented",
    ],
)
def names_are_those_of_threads(original, self, *args, **kwargs):
    """A process without a name has one as threads have."""
    original(self, *args, **kwargs)
    if self._name.startswith("Process-"):
        self._name = self._name.replace("Process", "Thread")


@lie(
    Process,
    "__init__",
    caught_by=[
        "dummy.daemon.can-be-set",
    ],
)
def daemon_is_not_inherited(original, self, *args, daemon=False, **kwargs):
    """A process is no daemon unless it is made or set one."""
    original(self, *args, daemon=daemon, **kwargs)


@lie(
    threading.Thread,
    "__init__",
    caught_by=[
        "dummy.daemon.others-are-waited-for",
    ],
)
def every_process_is_a_daemon(original, self, *args, **kwargs):
    """A program ends without waiting for its processes."""
    if getattr(kwargs.get("target"), "__func__", None) is Process._work:
        kwargs["daemon"] = True
    original(self, *args, **kwargs)


@lie(
    Process,
    "__init__",
    caught_by=["dummy.process.shares-objects"],
)
def arguments_are_copied(
    original, self, group=None, target=None, name=None, args=(), kwargs=None, **others
):
    """A process gets copies of its keyword arguments."""
    copies = {key: copy.copy(value) for key, value in (kwargs or {}).items()}
    original(self, group, target, name, args, copies, **others)


@lie(
    Process,
    "join",
    caught_by=[
        "dummy.process.join-times-out",
    ],
)
def join_ignores_short_timeouts(original, self, timeout=None):
    """join() with a timeout below a second returns at once."""
    original(self, 0 if timeout is not None and timeout < 1 else timeout)


@lie(
    Process,
    "start",
    caught_by=[
        "dummy.process.starts-once",
    ],
)
def process_starts_again(original, self):
    """A process that has ended can be started again."""
    if self._exitcode is not None:
        self._thread = self._exitcode = None
    original(self)


@lie(
    (dummy, _processes),
    "active_children",
    caught_by=[
        "dummy.active-children.are-those-alive",
        "dummy.active-children.of-a-child",
    ],
)
def active_children_are_all_there_are(original):
    """active_children() gives the children of children, too."""
    children = original()
    for child in list(children):
        children += [one for one in child._children if one._is_running()]
    return children


@lie(
    (dummy, _processes),
    "active_children",
    caught_by=[
        "dummy.active-children.are-those-alive",
        "dummy.active-children.of-a-child",
    ],
)
def active_children_keep_the_ended(original):
    """active_children() gives children that have ended, once more."""
    before = list(_processes.current_process()._children)
    original()
    return before


@lie(
    (dummy, _processes),
    "current_process",
    caught_by=[
        "dummy.active-children.are-those-alive",
        "dummy.active-children.of-a-child",
        "dummy.daemon.can-be-set",
        "dummy.parent-process.is-the-creator",
        "dummy.process.can-be-subclassed",
        "dummy.process.has-a-pid",
        "dummy.process.is-the-current-one",
        "dummy.process.name-can-be-set",
    ],
)
def current_process_is_the_main_one(original):
    """current_process() gives the main process, wherever it is asked."""
    return _processes._main


@lie(
    (dummy, _processes),
    "parent_process",
    caught_by=[
        "dummy.parent-process.is-the-creator",
    ],
)
def parent_process_is_the_main_one(original):
    """parent_process() gives the main process in every other one."""
    return original() and _processes._main


@lie(
    Process,
    "sentinel",
    caught_by=[
        "dummy.sentinel.is-ready-at-the-end",
    ],
)
def sentinel_is_always_ready(original, self):
    """A sentinel is ready before its process has ended."""
    original(self)
    self._ended.set()
    return self._ended.fileno()


# -- locks


@lie(
    _locks,
    "_acquire",
    caught_by=[
        "dummy.lock.acquire-of-a-held-one",
        "dummy.rlock.acquire-of-a-held-one",
    ],
)
def timeouts_are_none(original, lock, block, timeout):
    """acquire() with a timeout does not wait."""
    return original(lock, block and timeout is None, None)


@lie(
    _locks,
    "_acquire",
    caught_by=[
        "dummy.lock.negative-timeout",
        "dummy.rlock.negative-timeout",
    ],
)
def negative_timeouts_are_errors(original, lock, block, timeout):
    """acquire() with a negative timeout raises ValueError."""
    if timeout is not None and timeout < 0:
        raise ValueError("negative")
    return original(lock, block, timeout)


@lie(
    _locks.Lock,
    "release",
    caught_by=[
        "dummy.lock.unheld-release-raises",
        "dummy.lock.unheld-release-raises-value-error",
    ],
)
def unheld_locks_are_released(original, self):
    """release() of a Lock that is not held does nothing."""
    if self.locked():
        original(self)


@lie(
    _locks.RLock,
    "release",
    caught_by=[
        "dummy.rlock.is-recursive",
        "dummy.rlock.of-another-raises",
        "dummy.value.get-lock",
        "dummy.value.locks-end-clean",
    ],
)
def recursive_locks_are_released_at_once(original, self):
    """release() of an RLock frees it, however often it was acquired."""
    original(self)
    while self._is_owned():
        original(self)


@lie(
    _locks.BoundedSemaphore,
    "release",
    caught_by=[
        "dummy.bounded-semaphore.is-bounded",
    ],
)
def bounds_are_not_kept(original, self):
    """A BoundedSemaphore that is released too often says nothing."""
    _locks.Semaphore.release(self)


@lie(
    _locks.Condition,
    "notify",
    caught_by=[
        "dummy.condition.notify",
    ],
)
def notify_wakes_all(original, self, n=1):
    """notify() wakes all that wait."""
    original(self, 100)


# -- queues


@lie(
    _queues.Queue,
    "__init__",
    caught_by=[
        "dummy.joinable-queue.empty-raises",
        "dummy.joinable-queue.full-raises",
        "dummy.joinable-queue.says-its-size",
        "dummy.queue.empty-raises",
        "dummy.queue.full-raises",
        "dummy.queue.says-its-size",
    ],
)
def maxsize_is_one_more(original, self, maxsize=0):
    """A queue takes one item more than maxsize."""
    original(self, maxsize + 1 if maxsize > 0 else maxsize)


@lie(
    _queues.Queue,
    "put",
    caught_by=[
        "dummy.queue.shares-objects",
    ],
)
def items_are_pickled(original, self, obj, block=True, timeout=None):
    """Items are pickled on their way through a queue."""
    original(self, pickle.loads(pickle.dumps(obj)), block, timeout)


@lie(
    _queues.JoinableQueue,
    "join",
    caught_by=[
        "dummy.joinable-queue.join-waits",
    ],
)
def join_waits_for_get(original, self):
    """join() returns when all items were taken."""
    while not self._queue.empty():
        threading.Event().wait(0.001)


@lie(
    _queues._Closable,
    "_is_closed",
    caught_by=[
        "dummy.queue.close-concerns-one-process",
        "dummy.queue.closing-ends-clean",
    ],
)
def close_is_for_everybody(original, self):
    """A queue that one process has closed is closed for all."""
    return bool(self._closed_by)


# -- pipes


@lie(
    connection._OneWay,
    "close",
    caught_by=[
        "dummy.pipe.closed-raises",
        "dummy.pipe.end-of-a-process",
        "dummy.pipe.end-raises",
        "dummy.wait.descriptors",
        "dummy.wait.finds-the-ready",
    ],
)
def ends_are_not_seen(original, self, readers, writers):
    """Nobody notices that the other end of a pipe is closed."""


@lie(
    Process,
    "_close_arguments",
    caught_by=[
        "dummy.pipe.end-of-a-process",
    ],
)
def arguments_stay_open(original, args, kwargs):
    """A connection that a process was given stays open when the process ends."""
    _kept.append((args, kwargs))


_kept = []


@lie(
    connection,
    "handed_over",
    caught_by=[
        "dummy.pipe.end-of-a-process",
        "dummy.pipe.is-handed-over",
    ],
)
def connections_are_the_same_everywhere(original, obj):
    """A process has the very connection that it was given, and closing it here closes it there."""
    return obj


@lie(
    (dummy, connection),
    "Pipe",
    caught_by=[
        "dummy.pipe.wrong-direction-raises",
    ],
)
def pipes_are_always_duplex(original, duplex=True):
    """Pipe(False) gives a pipe that works in both directions."""
    return original(True)


@lie(
    (dummy, connection),
    "Pipe",
    caught_by=[
        "dummy.pipe.carries-bytes",
        "dummy.pipe.carries-objects",
        "dummy.pipe.closed-raises",
        "dummy.pipe.end-of-a-process",
        "dummy.pipe.end-raises",
        "dummy.pipe.one-way",
        "dummy.pipe.poll",
        "dummy.pipe.wrong-direction-raises",
    ],
)
def one_way_is_the_other_way(original, duplex=True):
    """Pipe(False) gives the end that sends first."""
    ends = original(duplex)
    return ends if duplex else ends[::-1]


@lie(
    connection._End,
    "ready",
    caught_by=[
        "dummy.pipe.poll",
        "dummy.pipe.poll-none-waits",
    ],
)
def short_polls_do_not_wait(original, self, timeout):
    """poll() with a timeout below a second, or with None, does not wait."""
    return original(self, 0 if timeout is None or timeout < 1 else timeout)


@lie(
    connection,
    "Client",
    caught_by=[
        "dummy.listener.keys",
    ],
)
def clients_need_no_key(original, address, family=None, authkey=None):
    """A client with a wrong key is let in."""
    listener = connection._listeners.get(address)
    return original(address, family, authkey and listener and listener._authkey)


# -- values, managers, contexts


@lie(
    (dummy, _shared),
    "Value",
    caught_by=[
        "dummy.value.lock",
    ],
)
def value_has_a_lock_of_its_own(original, typecode_or_type, *args, lock=True):
    """A Value does not use the lock that it is given."""
    return original(typecode_or_type, *args, lock=bool(lock))


@lie(
    SyncManager,
    "__enter__",
    caught_by=[
        "dummy.manager.with",
    ],
)
def manager_is_shut_down_early(original, self):
    """A manager in a with statement makes nothing."""
    self.shutdown()
    return original(self)


@lie(
    (dummy, _contexts),
    "set_start_method",
    caught_by=[
        "dummy.start-methods.can-be-set-once",
    ],
)
def start_method_can_be_set_again(original, method, force=False):
    """set_start_method() takes another method at any time."""
    original(method, True)


@lie(
    caught_by=[
        "dummy.exceptions.are-the-packages",
    ]
)
def timeout_error_is_the_builtin():
    """TimeoutError of dummy is the built-in exception."""
    dummy.TimeoutError = TimeoutError


# -- pools


@lie(
    pool.ThreadPool,
    "__init__",
    caught_by=[
        "dummy.thread-pool.initializer",
        "dummy.thread-pool.parameters",
        "dummy.thread-pool.processes",
        "dummy.thread-pool.processes-none",
        "dummy.thread-pool.timeouts",
        "pool.threads.default-size",
        "pool.threads.initializer",
        "pool.threads.timeouts",
    ],
)
def one_worker_more(original, self, processes=None, *args, **kwargs):
    """A pool of threads has a worker more than it was asked for."""
    original(self, pool._size(processes) + 1, *args, **kwargs)


@lie(
    pool,
    "_size",
    caught_by=[
        "dummy.thread-pool.processes-none",
        "pool.making.default-size",
        "pool.threads.default-size",
    ],
)
def workers_for_all_cpus(original, processes):
    """A pool without a number has a worker for each CPU of the machine."""
    return original(os.cpu_count() if processes is None else processes)


@lie(
    ThreadDispatcher,
    "_begin",
    caught_by=[
        "dummy.thread-pool.initializer",
        "dummy.thread-pool.parameters",
        "dummy.thread-pool.processes-none",
        "pool.threads.initializer",
    ],
)
def initializer_is_called_once(original, self):
    """The initializer is called by one of the workers."""
    with self._changed:
        first = not hasattr(self, "begun")
        self.begun = True
    return original(self) if first else True


@lie(
    ThreadDispatcher,
    "__init__",
    caught_by=[
        "dummy.thread-pool.initializer",
        "pool.threads.initializer",
    ],
)
def initializer_is_called_by_the_maker(original, self, size, initializer, initargs):
    """The initializer is called in the thread that makes the pool, for each worker."""
    for _ in range(size if initializer else 0):
        initializer(*initargs)
    original(self, size, None, ())


@lie(
    caught_by=[
        "dummy.thread-pool.other-parameters-raise",
        "pool.threads.lacks-two-parameters",
    ]
)
def pools_take_maxtasksperchild():
    """ThreadPool and dummy.Pool take maxtasksperchild, and ignore it."""

    @replace(pool.ThreadPool, "__init__")
    def init(original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None):
        original(self, processes, initializer, initargs)

    @replace(dummy, "Pool")
    def make(original, processes=None, initializer=None, initargs=(), maxtasksperchild=None):
        return original(processes, initializer, initargs)


@lie(
    ThreadDispatcher,
    "terminate",
    caught_by=[
        "dummy.thread-pool.terminate",
    ],
)
def terminate_waits(original, self, wait=True):
    """terminate() waits for the tasks that are running."""
    original(self, wait)
    if wait:
        self.join()


@lie(
    dummy,
    "Pool",
    caught_by=[
        "dummy.pool.is-a-thread-pool",
        "dummy.thread-pool.parameters",
        "dummy.thread-pool.processes-none",
    ],
)
def pool_is_one_of_processes(original, processes=None, initializer=None, initargs=()):
    """dummy.Pool() gives a pool of processes."""
    return mpref.get_context("fork").Pool(processes, initializer, initargs)

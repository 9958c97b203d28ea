"""Lies about the locks of shared ctypes objects."""

import threading

from mpref import context, sharedctypes

from liars.lies import lie, replace


def _unlocked(name):
    return property(
        lambda self: getattr(self._obj, name), lambda self, value: setattr(self._obj, name, value)
    )


@lie(
    caught_by=[
        "sharedctypes.array.refuses-wrong-locks",
        "sharedctypes.module-array.refuses-wrong-locks",
        "sharedctypes.module-value.refuses-wrong-locks",
        "sharedctypes.value.refuses-wrong-locks",
    ],
)
def wrong_lock_is_replaced():
    """An object that is no lock is taken for lock=True."""
    replace(sharedctypes, "_check_lock")(lambda lock: None)

    @replace(sharedctypes, "_behind")
    def behind_some_lock(original, obj, lock, ctx):
        return original(obj, lock if lock is False or hasattr(lock, "acquire") else True, ctx)


@lie(caught_by=["sharedctypes.value.refused-assignment-changes-nothing"])
def failed_assignment_keeps_the_lock():
    """An assignment to value that raises leaves the lock acquired."""

    def set_value(self, value):
        self._lock.acquire()
        self._obj.value = value
        self._lock.release()

    sharedctypes.Synchronized.value = sharedctypes.Synchronized.value.setter(set_value)


@lie(
    sharedctypes,
    "_behind",
    caught_by=[
        "dummy.value.lock",
        "sharedctypes.array.without-lock-is-bare",
        "sharedctypes.module-array.without-lock-is-bare",
        "sharedctypes.module-value.without-lock-is-bare",
        "sharedctypes.typecode.unlocked-value-has-the-type",
        "sharedctypes.value.without-lock-is-bare",
    ],
)
def lock_false_makes_a_lock(original, obj, lock, ctx):
    """lock=False makes a lock, as lock=True does."""
    return original(obj, lock or True, ctx)


@lie(
    sharedctypes,
    "_locked_field",
    caught_by=[
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.writes-wait",
    ],
)
def structure_fields_are_not_locked(name):
    """Fields of a structure are read and set without the lock."""
    return _unlocked(name)


@lie(
    sharedctypes.SynchronizedBase,
    "get_obj",
    caught_by=[
        "sharedctypes.lock.read-sees-whole-writes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.module-value.has-a-value",
        "sharedctypes.module-value.wraps-a-ctypes-object",
        "sharedctypes.synchronized.keeps-the-object",
        "sharedctypes.value.has-a-value",
        "sharedctypes.value.wraps-a-ctypes-object",
    ],
)
def get_obj_returns_a_copy(self):
    """get_obj() returns a copy of the object."""
    return sharedctypes.copy(self._obj)


@lie(
    sharedctypes,
    "_behind",
    caught_by=[
        "dummy.value.lock",
        "sharedctypes.array.takes-the-given-lock",
        "sharedctypes.lock.read-sees-whole-writes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.writes-wait",
        "sharedctypes.module-array.takes-the-given-lock",
        "sharedctypes.module-value.takes-the-given-lock",
        "sharedctypes.value.takes-the-given-lock",
    ],
)
def given_lock_is_ignored(original, obj, lock, ctx):
    """A lock that is given is replaced by a new one."""
    return original(obj, lock if isinstance(lock, bool) else True, ctx)


@lie(
    sharedctypes,
    "Value",
    caught_by=[
        "sharedctypes.module-value.lock-by-keyword-only",
        "sharedctypes.value.lock-by-keyword-only",
    ],
)
def value_takes_its_lock_by_position(original, typecode_or_type, *args, lock=True, ctx=None):
    """A bool at the end of the arguments of Value() is taken for lock."""
    if args and isinstance(args[-1], bool):
        *args, lock = args
    return original(typecode_or_type, *args, lock=lock, ctx=ctx)


@lie(
    caught_by=[
        "sharedctypes.array.gets-a-lock-of-its-own",
        "sharedctypes.lock.is-one-of-many",
        "sharedctypes.lock.of-a-killed-holder",
        "sharedctypes.module-array.gets-a-lock-of-its-own",
        "sharedctypes.module-value.gets-a-lock-of-its-own",
        "sharedctypes.synchronized.makes-an-rlock",
        "sharedctypes.value.gets-a-lock-of-its-own",
    ],
)
def all_objects_share_one_lock():
    """All objects that make their own lock get the same one."""
    locks = []

    @replace(sharedctypes, "_new_lock")
    def new_lock(original, ctx):
        if not locks:
            locks.append(original(ctx))
        return locks[0]


@lie(
    sharedctypes,
    "_new_lock",
    caught_by=[
        "sharedctypes.child.killed-ends-clean",
        "sharedctypes.child.killed-leaves-what-it-wrote",
        "sharedctypes.lock.counting-ends-clean",
        "sharedctypes.lock.given-makes-counting-exact",
        "sharedctypes.lock.makes-counting-exact",
        "sharedctypes.lock.with-makes-counting-exact",
        "sharedctypes.synchronized.makes-an-rlock",
        "sharedctypes.value.increment-under-the-lock-is-atomic",
        "sharedctypes.value.increments-end-clean",
        "sharedctypes.value.lock-is-recursive",
    ],
)
def default_lock_is_not_recursive(ctx):
    """The lock that an object makes for itself is a Lock, not an RLock."""
    return (ctx or context.get_context()).Lock()


@lie(
    caught_by=[
        "sharedctypes.lock.is-one-of-many",
        "sharedctypes.lock.is-the-childs-too",
        "sharedctypes.lock.makes-counting-exact",
        "sharedctypes.lock.of-a-killed-holder-stays-held",
        "sharedctypes.lock.with-makes-counting-exact",
        "sharedctypes.synchronized.makes-an-rlock",
        "sharedctypes.value.increment-under-the-lock-is-atomic",
        "sharedctypes.value.lock-is-recursive",
    ],
)
def default_lock_is_a_thread_lock():
    """The lock that an object makes for itself is one of threads."""

    class Lock:
        def __init__(self):
            self._lock = threading.RLock()
            self.release = self._lock.release

        def acquire(self, block=True, timeout=None):
            return self._lock.acquire(block, -1 if timeout is None else timeout)

        def __enter__(self):
            return self._lock.__enter__()

        def __exit__(self, *exception):
            self._lock.release()

    replace(sharedctypes, "_new_lock")(lambda ctx: Lock())


@lie(
    caught_by=[
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.writes-wait",
    ],
)
def array_slices_are_not_locked():
    """Slices of an array are read and set without the lock."""

    @replace(sharedctypes.SynchronizedArray, "__getitem__")
    def getitem(original, self, index):
        return self._obj[index] if isinstance(index, slice) else original(self, index)

    @replace(sharedctypes.SynchronizedArray, "__setitem__")
    def setitem(original, self, index, value):
        if isinstance(index, slice):
            self._obj[index] = value
        else:
            original(self, index, value)


@lie(caught_by=["sharedctypes.lock.reads-wait"])
def strings_are_not_locked():
    """value and raw of a string are read and set without the lock."""
    sharedctypes.SynchronizedString.value = _unlocked("value")
    sharedctypes.SynchronizedString.raw = _unlocked("raw")


@lie(
    sharedctypes,
    "synchronized",
    caught_by=[
        "sharedctypes.synchronized.keeps-the-object",
        "sharedctypes.synchronized.refuses-wrappers",
        "sharedctypes.synchronized.works-on-the-object",
    ],
)
def synchronized_wraps_a_copy(original, obj, lock=None, ctx=None):
    """synchronized() wraps a copy of the object."""
    return original(sharedctypes.copy(obj), lock, ctx)


@lie(
    caught_by=[
        "sharedctypes.lock.read-sees-whole-writes",
        "sharedctypes.lock.reads-wait",
        "sharedctypes.lock.writes-wait",
    ],
)
def values_are_not_locked():
    """value is read and set without the lock."""
    sharedctypes.Synchronized.value = _unlocked("value")


@lie(
    sharedctypes.SynchronizedBase,
    "__exit__",
    caught_by=[
        "sharedctypes.array.is-a-context-manager",
        "sharedctypes.module-array.is-a-context-manager",
        "sharedctypes.module-value.is-a-context-manager",
        "sharedctypes.value.has-acquire-and-release",
        "sharedctypes.value.is-a-context-manager",
    ],
)
def with_keeps_the_lock_after_an_error(self, *exception):
    """A `with` block that an exception leaves keeps the lock."""
    return self._lock.__exit__(*exception) if exception[0] is None else None


@lie(
    caught_by=[
        "sharedctypes.array.is-a-context-manager",
        "sharedctypes.lock.with-makes-counting-exact",
        "sharedctypes.module-array.is-a-context-manager",
        "sharedctypes.module-value.is-a-context-manager",
        "sharedctypes.synchronized.uses-the-given-lock",
        "sharedctypes.value.is-a-context-manager",
    ],
)
def with_does_not_acquire():
    """Entering a `with` block does not acquire the lock."""
    replace(sharedctypes.SynchronizedBase, "__enter__")(lambda self: True)
    replace(sharedctypes.SynchronizedBase, "__exit__")(lambda self, *exception: None)

"""Lies about setting and asking for the start method."""

import mpref
from mpref import context
from mpref._start import method as start_method
from mpref._start import preparation, processes

from liars.lies import lie, replace


@lie(
    caught_by=[
        "contexts.start-methods.fork-is-default",
        "contexts.start-methods.forkserver-is-default",
        "misc.get-all-start-methods.first-on-linux",
        "misc.get-start-method.default-on-linux",
    ],
)
def default_is_fork():
    """The default start method is fork, as it was before 3.14."""
    start_method.DEFAULT = "fork"
    start_method.NAMES = ("fork", "spawn", "forkserver")


@lie(
    mpref,
    "get_context",
    caught_by=[
        "contexts.global.use-fixes-the-default",
        "contexts.main-module.fork-does-not-import-it",
        "misc.get-context.default-follows-set-start-method",
        "misc.get-context.none-fixes-the-default",
        "misc.set-start-method.fork-governs",
    ],
)
def get_context_ignores_set_start_method(method=None):
    """get_context() gives the system's default, whatever start method was set."""
    return context._concrete(start_method.DEFAULT if method is None else method)


@lie(context, "_concrete", caught_by=["misc.get-context.near-names-raise"])
def get_context_ignores_case(original, method):
    """get_context() accepts the name of a start method in any case of letters."""
    return original(method.lower())


@lie(
    start_method,
    "checked",
    caught_by=[
        "dummy.get-context.unknown-raises",
        "dummy.start-methods.are-no-matter",
        "dummy.start-methods.can-be-set-once",
        "misc.get-context.near-names-raise",
        "misc.get-context.unknown-name-raises",
        "misc.set-start-method.unknown-name-raises",
    ],
)
def get_context_accepts_unknown_names(name):
    """get_context() gives the default context for an unknown name."""
    return name if name in start_method.NAMES else start_method.DEFAULT


@lie(
    mpref,
    "get_context",
    caught_by=[
        "contexts.global.is-not-touched-by-contexts",
        "contexts.global.use-fixes-the-default",
        "misc.get-context.none-fixes-the-default",
        "misc.get-context.none-gives-the-default",
        "sharedctypes.ctx.leaves-the-start-method",
    ],
)
def get_context_sets_the_start_method(method=None):
    """get_context() with a name sets the global start method."""
    if method is not None:
        start_method.choose(start_method.checked(method))
    return context.default_context.get_context(None)


@lie(
    mpref,
    "get_start_method",
    caught_by=[
        "contexts.global.is-not-touched-by-contexts",
        "contexts.global.use-fixes-the-default",
        "dummy.start-methods.are-no-matter",
        "misc.get-context.none-fixes-the-default",
        "misc.get-start-method.allow-none-gives-none",
        "misc.get-start-method.fixes-the-default",
        "misc.set-start-method.none-sets-the-default",
        "misc.set-start-method.none-with-force-unsets",
        "pool.context.none-fixes-the-start-method",
        "sharedctypes.ctx.leaves-the-start-method",
    ],
)
def allow_none_fixes_the_default(allow_none=False):
    """get_start_method(allow_none=True) fixes the default start method, and returns its name."""
    return context.default_context.get_context().get_start_method()


@lie(
    mpref,
    "get_start_method",
    caught_by=[
        "misc.get-start-method.fixed-default-is-set",
        "misc.get-start-method.fixes-the-default",
        "misc.set-start-method.none-without-force-raises",
        "misc.set-start-method.same-again-raises",
    ],
)
def get_start_method_fixes_nothing(allow_none=False):
    """get_start_method() returns the default, and does not fix it."""
    return start_method.chosen() or (None if allow_none else start_method.DEFAULT)


@lie(
    preparation,
    "pack",
    caught_by=["misc.set-start-method.reaches-children"],
    start_methods=("spawn",),
)
def children_do_not_learn_the_start_method(original, *arguments, **options):
    """Children do not learn which start method was set in their parent."""
    chosen = start_method.chosen()
    start_method.choose(None)
    try:
        return original(*arguments, **options)
    finally:
        start_method.choose(chosen)


@lie(
    caught_by=[
        "contexts.start-methods.are-three",
        "misc.get-all-start-methods.first-on-linux",
        "misc.get-all-start-methods.knows-three",
        "misc.get-all-start-methods.list-is-the-callers",
        "misc.get-all-start-methods.lists-what-can-be-used",
        "misc.get-all-start-methods.unix-has-fork-and-spawn",
    ],
)
def get_all_start_methods_returns_one_list():
    """get_all_start_methods() returns one and the same list at every call."""
    names = list(start_method.NAMES)
    replace(mpref, "get_all_start_methods")(lambda: names)


@lie(
    mpref,
    "get_all_start_methods",
    caught_by=[
        "contexts.global.is-set-before-use",
        "contexts.global.use-fixes-the-default",
        "misc.get-all-start-methods.default-is-first",
        "misc.get-all-start-methods.first-on-linux",
        "misc.get-context.none-fixes-the-default",
        "misc.get-context.none-gives-the-default",
        "misc.get-start-method.fixes-the-default",
        "misc.set-start-method.none-sets-the-default",
    ],
)
def get_all_start_methods_is_sorted():
    """get_all_start_methods() is sorted by name, so that the default is not the first."""
    return sorted(start_method.NAMES)


@lie(
    context.Process,
    "_launch",
    caught_by=[
        "contexts.global.is-set-before-use",
        "contexts.global.use-fixes-the-default",
    ],
)
def start_fixes_nothing(self):
    """Starting a process does not fix the default start method."""
    return processes._LAUNCHERS[start_method.chosen() or start_method.DEFAULT](self)


@lie(
    mpref,
    "set_start_method",
    caught_by=[
        "contexts.global.is-set-once",
        "misc.set-start-method.second-raises",
        "misc.set-start-method.unknown-name-raises",
    ],
)
def refused_set_start_method_changes_it(method, force=False):
    """set_start_method() changes the start method, and raises RuntimeError after that."""
    before = start_method.chosen()
    start_method.choose(None)
    if method is not None or not force:
        start_method.choose(start_method.checked(method or start_method.DEFAULT))
    if before is not None and not force:
        raise RuntimeError("context has already been set")


@lie(mpref, "set_start_method", caught_by=["misc.set-start-method.unknown-name-raises"])
def unknown_name_unsets_the_start_method(original, method, force=False):
    """set_start_method(force=True) with an unknown name unsets the start method."""
    if force:
        start_method.choose(None)
    original(method, force)


@lie(
    caught_by=[
        "contexts.example.get-context",
        "contexts.example.set-start-method",
        "contexts.global.is-set-before-use",
        "contexts.global.use-fixes-the-default",
        "misc.set-start-method.fork-governs",
        "misc.set-start-method.forkserver-governs",
        "process.class.unpicklable-instance-works-with-fork",
        "synchronize.sharing.default-context",
    ],
    start_methods=("fork", "forkserver"),
)
def process_always_spawns():
    """The module's own Process uses spawn, whatever start method was set."""
    context.Process._launch = context.SpawnProcess._launch


@lie(
    mpref,
    "set_start_method",
    caught_by=[
        "misc.set-start-method.none-sets-the-default",
        "misc.set-start-method.same-again-raises",
    ],
)
def same_start_method_can_be_set_again(original, method, force=False):
    """set_start_method() does not raise for the start method that is set already."""
    if method != mpref.get_start_method(allow_none=True):
        original(method, force)


@lie(
    mpref,
    "set_start_method",
    caught_by=[
        "contexts.global.is-set-before-use",
        "contexts.global.is-set-once",
        "misc.get-start-method.fixed-default-is-set",
        "misc.set-start-method.none-without-force-raises",
        "misc.set-start-method.same-again-raises",
        "misc.set-start-method.second-raises",
        "misc.set-start-method.unknown-name-raises",
    ],
)
def set_start_method_needs_no_force(method, force=False):
    """set_start_method() can be called again without force."""
    start_method.choose(None)
    if method is not None or not force:
        start_method.choose(start_method.checked(method or start_method.DEFAULT))


@lie(
    mpref,
    "set_start_method",
    caught_by=[
        "contexts.global.is-set-before-use",
        "contexts.global.use-fixes-the-default",
        "misc.get-context.default-follows-set-start-method",
        "misc.get-start-method.names-the-method-in-use",
        "misc.set-start-method.force-replaces",
        "misc.set-start-method.none-sets-the-default",
        "misc.set-start-method.none-with-force-unsets",
        "misc.set-start-method.unknown-name-raises",
        "pool.context.global-fork-starts-workers",
        "pool.context.global-spawn-starts-workers",
        "pool.context.none-fixes-the-start-method",
    ],
)
def set_start_method_ignores_force(original, method, force=False):
    """set_start_method() takes no notice of force."""
    original(method)

"""Lies about names, keys and flags of processes, and about the exceptions."""

import hmac
import itertools
import os

import mpref
from mpref import context, exceptions, process
from mpref._ipc import authentication
from mpref.connection import Connection
from mpref.exceptions import BufferTooShort
from mpref.process import BaseProcess

from liars.lies import lie


@lie(
    BaseProcess,
    "__init__",
    caught_by=[
        "process.arguments.by-keyword",
        "process.authkey.random-in-main",
        "process.daemon.argument-sets-the-flag",
        "process.daemon.by-keyword-only",
        "process.daemon.exit-ends-clean",
        "process.daemon.is-inherited",
        "process.daemon.not-joined-at-exit",
        "process.daemon.terminated-at-exit",
        "process.daemon.terminated-by-sigterm",
        "process.exit.joins-other-children",
        "process.exit.main-ends-clean",
        "process.exit.main-joins-other-children",
        "process.exit.main-takes-daemons-along",
        "process.repr.shows-exitcode-and-daemon",
    ],
)
def daemon_argument_is_ignored(original, self, *args, **kwargs):
    """The constructor ignores its argument daemon."""
    original(self, *args, **kwargs)
    self._config["daemon"] = process._family.current.daemon


@lie(BaseProcess, "start", caught_by=["process.daemon.may-not-have-children"])
def daemon_may_start_children(original, self):
    """A daemonic process may start children."""
    config = process._family.current._config
    daemon = config.pop("daemon", False)
    try:
        original(self)
    finally:
        config["daemon"] = daemon


@lie(caught_by=["process.daemon.late-setting-raises"])
def daemon_can_be_set_after_start():
    """daemon can be set after start()."""
    BaseProcess.daemon = BaseProcess.daemon.setter(
        lambda self, daemonic: self._config.update(daemon=bool(daemonic))
    )


@lie(BaseProcess, "__init__", caught_by=["process.daemon.is-inherited"])
def daemon_is_not_inherited(original, self, *args, **kwargs):
    """A process object that a daemonic process makes is not daemonic."""
    original(self, *args, **kwargs)
    if kwargs.get("daemon") is None:
        self._config["daemon"] = False


@lie(caught_by=["process.process-error.is-the-base"])
def authentication_error_is_no_process_error():
    """AuthenticationError is not derived from ProcessError."""

    class AuthenticationError(Exception):
        pass

    for module in (mpref, authentication, context.BaseContext, exceptions):
        module.AuthenticationError = AuthenticationError


@lie(
    BaseProcess,
    "authkey",
    caught_by=[
        "authkeys.process-key.is-that-of-the-creation",
        "authkeys.process-key.shared-by-all",
        "process.authkey.is-bytes",
    ],
)
def authkey_is_a_bytearray(original, self):
    """authkey is a bytearray."""
    return bytearray(original(self))


@lie(caught_by=["process.authkey.random-in-main"])
def authkey_is_constant():
    """authkey is the same in every program."""
    process._family.current.authkey = bytes(32)


@lie(
    BaseProcess,
    "__init__",
    caught_by=[
        "authkeys.process-key.ends-clean",
        "authkeys.process-key.is-a-managers",
        "authkeys.process-key.is-that-of-the-creation",
        "authkeys.process-key.shared-by-all",
        "pool.applying.proxies-ends-clean",
        "pool.starmap.proxies-travel",
        "process.authkey.inherited-at-construction",
        "process.authkey.reaches-the-child",
    ],
)
def authkey_is_not_inherited(original, self, *args, **kwargs):
    """A process object gets a random authkey of its own."""
    original(self, *args, **kwargs)
    self.authkey = os.urandom(32)


@lie(caught_by=["process.authkey.can-be-set"])
def authkey_is_set_for_the_creator_too():
    """Setting authkey of a process object sets that of the current process as well."""
    setter = BaseProcess.authkey.fset

    def set_both(self, authkey):
        setter(self, authkey)
        setter(process._family.current, authkey)

    BaseProcess.authkey = BaseProcess.authkey.setter(set_both)


@lie(
    hmac,
    "compare_digest",
    caught_by=[
        "authkeys.accept.demands-proof",
        "authkeys.accept.unconvinced-client-raises",
        "authkeys.accept.wrong-key-raises",
        "authkeys.answer-challenge.wrong-key-raises",
        "authkeys.client.demands-proof",
        "authkeys.client.rejected-raises",
        "authkeys.client.wrong-key-raises",
        "authkeys.deliver-challenge.no-welcome-for-a-wrong-key",
        "authkeys.deliver-challenge.replay-is-refused",
        "authkeys.deliver-challenge.wrong-key-raises",
        "authkeys.listener.random-keys",
        "authkeys.listener.whole-key-counts",
        "authkeys.process-key.is-a-managers",
        "authkeys.process-key.wrong-one-is-refused",
        "dummy.listener.keys",
        "process.authentication-error.raised-for-a-wrong-key",
    ],
)
def wrong_keys_are_accepted(*_):
    """Listener and Client accept any key."""
    return True


@lie(
    process,
    "become",
    caught_by=[
        "listeners.wait.example-works",
        "logging.children.ask-for-themselves",
        "logging.children.name-all-records",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
        "misc.current-process.is-the-started-object",
        "misc.parent-process.has-the-starters-name",
        "process.class.constructor-can-be-overridden",
        "process.exception.is-printed",
        "process.name.can-be-shared",
        "process.name.later-change-stays-here",
        "process.name.reaches-the-child",
        "process.start.child-knows-itself",
    ],
)
def child_goes_by_its_generated_name(original, child, parent):
    """A child that was given a name goes by its generated one."""
    child._name = process._generated_name(child)
    original(child, parent)


@lie(process, "_generated_name", caught_by=["process.name.is-hierarchical"])
def generated_names_are_flat(made):
    """The generated name of a child's child has no number for the child."""
    return f"{type(made).__name__}-{made._identity[-1]}"


@lie(
    process,
    "become",
    caught_by=[
        "listeners.wait.example-works",
        "logging.children.ask-for-themselves",
        "logging.children.name-all-records",
        "logging.children.write-their-generated-name",
        "logging.children.write-to-stderr",
        "logging.events.child-calls-run",
        "logging.events.child-exits",
        "logging.events.manager-exits",
        "logging.events.manager-serves",
        "logging.events.nothing-below-the-level",
        "misc.current-process.is-the-started-object",
        "misc.parent-process.has-the-starters-name",
        "process.class.constructor-can-be-overridden",
        "process.exception.is-printed",
        "process.name.can-be-shared",
        "process.name.generated-reaches-the-child",
        "process.name.is-hierarchical",
        "process.name.later-change-stays-here",
        "process.name.reaches-the-child",
        "process.start.child-knows-itself",
    ],
)
def child_has_its_parents_name(original, child, parent):
    """A child goes by the name of its parent."""
    child._name = parent.name
    original(child, parent)


@lie(
    BaseProcess,
    "__init__",
    caught_by=[
        "process.name.generated",
        "process.name.is-hierarchical",
    ],
)
def given_names_are_not_counted(original, self, *args, **kwargs):
    """Processes with a given name are not counted where names are generated."""
    original(self, *args, **kwargs)
    if kwargs.get("name", args[2] if len(args) > 2 else None):
        process._family.counter = itertools.count(self._identity[-1])


@lie(
    BaseProcess,
    "pid",
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-is-refused-by-forkserver",
        "process.pid.none-before-start",
    ],
)
def pid_is_0_before_start(original, self):
    """pid is 0 before start(), not None."""
    return original(self) or 0


@lie(
    BaseProcess,
    "_status",
    caught_by=[
        "process.repr.shows-exitcode-and-daemon",
        "process.repr.started",
        "process.repr.stopped",
    ],
)
def repr_is_always_initial(self):
    """repr() of a process object always says that it is initial."""
    return "closed" if self._mp_closed else "initial"


@lie(
    caught_by=[
        "process.process-error.is-the-base",
        "process.timeout-error.is-not-the-builtin",
    ],
)
def timeout_error_is_the_builtin():
    """TimeoutError is the builtin one, which is no ProcessError."""
    mpref.TimeoutError = TimeoutError
    context.BaseContext.TimeoutError = TimeoutError
    exceptions.TimeoutError = TimeoutError


@lie(
    BufferTooShort,
    "__init__",
    caught_by=[
        "connection.recv-bytes-into.too-short-gives-the-message",
        "dummy.pipe.into-a-buffer",
        "process.buffer-too-short.carries-the-message",
    ],
)
def buffer_too_short_lacks_the_message(self, *args):
    """BufferTooShort does not carry the message."""
    self.args = ("the buffer is too short",)


@lie(
    Connection,
    "recv_bytes_into",
    caught_by=[
        "connection.recv-bytes-into.offset-out-of-range-raises",
        "connection.recv-bytes-into.too-short-gives-the-message",
        "connection.recv-bytes-into.too-short-raises",
        "dummy.pipe.into-a-buffer",
        "process.buffer-too-short.carries-the-message",
        "process.buffer-too-short.not-for-a-full-buffer",
        "process.buffer-too-short.raised-by-recv-bytes-into",
    ],
)
def too_short_buffer_truncates(original, self, buf, offset=0):
    """recv_bytes_into() truncates a message for which the buffer is too short."""
    try:
        return original(self, buf, offset)
    except BufferTooShort:
        return len(buf) - offset

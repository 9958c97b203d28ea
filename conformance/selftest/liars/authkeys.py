"""Lies about authentication keys."""

import os
import types

from mpref import AuthenticationError, connection
from mpref._ipc import authentication, listeners
from mpref.connection import Listener

from liars.lies import lie, replace


@lie(
    caught_by=[
        "authkeys.challenge.is-random",
        "authkeys.deliver-challenge.replay-is-refused",
    ],
)
def challenge_is_constant():
    """Every challenge consists of the same bytes."""
    authentication.os = types.SimpleNamespace(
        urandom=lambda size: b"a challenge, of no surprise to anyone"[:size]
    )


@lie(connection, "Client", caught_by=["authkeys.client.demands-proof"])
def client_accepts_any_answer(original, address, family=None, authkey=None):
    """Client() accepts whatever the listener answers to its challenge."""
    conn = original(address, family)
    if authkey is not None:
        listeners._check_key(authkey)
        connection.answer_challenge(conn, authkey)
        conn.send_bytes(b"#CHALLENGE#{sha256}" + os.urandom(40))
        conn.recv_bytes(256)
        conn.send_bytes(b"#WELCOME#")
    return conn


@lie(caught_by=["authkeys.listener.empty-key-is-a-key"])
def empty_key_means_no_key():
    """An empty key is treated as no key at all."""

    @replace(Listener, "__init__")
    def init(original, self, address=None, family=None, backlog=1, authkey=None):
        original(self, address, family, backlog, authkey or None)

    @replace(connection, "Client")
    def connect(original, address, family=None, authkey=None):
        return original(address, family, authkey or None)


@lie(
    Listener,
    "accept",
    caught_by=[
        "authkeys.accept.client-without-a-key-raises",
        "authkeys.accept.nothing-is-unpickled-before",
        "authkeys.accept.strangers-do-not-stop-it",
        "authkeys.accept.strangers-raise",
        "authkeys.client.listener-without-a-key-raises",
        "authkeys.client.listener-without-a-key-raises-authentication-error",
        "authkeys.listener.goes-on-after-a-wrong-key",
        "authkeys.listener.whole-key-counts",
    ],
)
def failed_authentication_closes_the_listener(original, self):
    """A listener closes when a client does not know its key."""
    try:
        return original(self)
    except AuthenticationError:
        self.close()
        raise


@lie(authentication, "_digest", caught_by=["authkeys.listener.whole-key-counts"])
def long_keys_are_truncated(original, name, authkey, challenge):
    """Only the first 500 bytes of a key are used."""
    return original(name, authkey[:500], challenge)


@lie(caught_by=["authkeys.listener.text-key-raises"])
def str_is_accepted_as_a_key():
    """A str is accepted as a key."""

    def as_bytes(authkey):
        return authkey.encode() if isinstance(authkey, str) else authkey

    @replace(Listener, "__init__")
    def init(original, self, address=None, family=None, backlog=1, authkey=None):
        original(self, address, family, backlog, as_bytes(authkey))

    @replace(connection, "Client")
    def connect(original, address, family=None, authkey=None):
        return original(address, family, as_bytes(authkey))


@lie(caught_by=["authkeys.answer-challenge.anything-else-raises"])
def welcome_is_compared_by_its_beginning():
    """A message that begins with the welcome is accepted as the welcome."""

    class Welcome(bytes):
        def __eq__(self, other):
            return other[: len(self)] == bytes(self)

        def __ne__(self, other):
            return not self == other

        __hash__ = bytes.__hash__

    authentication._WELCOME = Welcome(authentication._WELCOME)


@lie(
    caught_by=[
        "authkeys.accept.demands-proof",
        "authkeys.accept.unconvinced-client-raises",
        "authkeys.answer-challenge.wrong-key-raises",
        "authkeys.client.demands-proof",
        "authkeys.client.rejected-raises",
        "authkeys.client.wrong-key-raises",
        "authkeys.deliver-challenge.false-answers-are-refused",
        "authkeys.deliver-challenge.no-welcome-for-a-wrong-key",
        "authkeys.deliver-challenge.replay-is-refused",
        "authkeys.listener.random-keys",
        "authkeys.listener.whole-key-counts",
        "authkeys.process-key.is-a-managers",
        "authkeys.process-key.wrong-one-is-refused",
        "dummy.listener.keys",
        "process.authentication-error.raised-for-a-wrong-key",
    ],
)
def wrong_answer_gets_the_welcome():
    """A peer with a wrong key is sent the welcome, and refused after that."""
    authentication._FAILURE = authentication._WELCOME

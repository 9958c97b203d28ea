"""Authentication of the two ends of a connection by a common key.

Each end in turn sends a challenge and demands its digest, made with the key that both know; the key
itself is never sent. The messages are those of the standard library, learnt from what it writes on
a socket, so either end may be a CPython process:

    #CHALLENGE#{sha256}<40 random bytes>    ->  {sha256}<digest of all after the first #...#>
    #CHALLENGE#<20 random bytes>            ->  <HMAC-MD5 of them>             (up to 3.11)
    #WELCOME# or #FAILURE#                  <-

The standard library up to 3.11 does not know names of digests, and answers every challenge with
HMAC-MD5. So an answer of 16 bytes without a name is accepted, too.
"""

from __future__ import annotations

import os

from ..exceptions import AuthenticationError
from . import channels
from .connections import Connection

__all__ = ["answer_challenge", "deliver_challenge"]

_CHALLENGE, _WELCOME, _FAILURE = b"#CHALLENGE#", b"#WELCOME#", b"#FAILURE#"
# The digests of which CPython 3.12 and later accept a challenge, by the length of the digest.
_DIGESTS: dict[bytes, int] = {
    b"{sha256}": 32,
    b"{md5}": 16,
    b"{sha384}": 48,
    b"{sha3_256}": 32,
    b"{sha3_384}": 48,
}
_OURS = b"{sha256}"
_OURS_BYTES = 40
_UNNAMED_DIGEST = b"{md5}"
# A shorter challenge could be answered from a table of all challenges.
_LEAST_CHALLENGE = 20
# In bytes. A peer that is not authenticated can't make this process allocate more.
_LONGEST_MESSAGE = 256


def deliver_challenge(connection: Connection, authkey: bytes) -> None:
    """Demand of the other end of `connection` a proof that it knows `authkey`.

    Raises AuthenticationError when the answer is wrong, EOFError when none comes, ValueError
    when the key is no bytes object.

    Anchor: multiprocessing.connection.deliver_challenge
    """
    _check_key(authkey)
    challenge = _OURS + os.urandom(_OURS_BYTES)
    connection.send_bytes(_CHALLENGE + challenge)
    answer = _receive(connection)
    name = _digest_name(answer)
    if name is None:
        # The standard library up to 3.11.
        named, name = answer, _UNNAMED_DIGEST
    else:
        named = answer[len(name) :]
    import hmac  # slow to import, and every import of `connection` imports this module

    if len(named) != _DIGESTS[name] or not hmac.compare_digest(
        named, _digest(name, authkey, challenge)
    ):
        connection.send_bytes(_FAILURE)
        raise AuthenticationError(
            "the other end answered the challenge wrongly: expected the digest of the challenge "
            f"keyed with this end's authkey, got {len(answer)} other bytes; both ends need the "
            "same authkey"
        )
    connection.send_bytes(_WELCOME)


def answer_challenge(connection: Connection, authkey: bytes) -> None:
    """Prove to the other end of `connection` that this one knows `authkey`.

    Raises AuthenticationError when the other end is not convinced or sends no proper challenge,
    EOFError when it goes away, ValueError when the key is no bytes object.

    Anchor: multiprocessing.connection.answer_challenge
    """
    _check_key(authkey)
    message = _receive(connection)
    if not message.startswith(_CHALLENGE):
        raise AuthenticationError(
            f"expected a challenge from the other end, got {message[:20]!r}; does it have an "
            "authkey, too?"
        )
    challenge = message[len(_CHALLENGE) :]
    name = _digest_name(challenge)
    if len(challenge) - len(name or b"") < _LEAST_CHALLENGE:
        raise AuthenticationError(
            f"expected a challenge of at least {_LEAST_CHALLENGE} bytes, got {len(challenge)}"
        )
    if name is None and len(challenge) != _LEAST_CHALLENGE:
        raise AuthenticationError(
            f"the challenge names none of the digests that are known here: {challenge[:20]!r}; "
            f"expected one of {b' '.join(_DIGESTS).decode()}"
        )
    digest = _digest(name or _UNNAMED_DIGEST, authkey, challenge)
    connection.send_bytes((name or b"") + digest)
    verdict = _receive(connection)
    if verdict != _WELCOME:
        raise AuthenticationError(
            "the other end rejected the digest sent; both ends need the same authkey"
        )


def _receive(connection: Connection) -> bytes:
    try:
        return connection.recv_bytes(_LONGEST_MESSAGE)
    except channels.MessageTooLong as error:
        raise AuthenticationError(
            f"expected a message of the authentication, of at most {_LONGEST_MESSAGE} bytes; does "
            "the other end have an authkey, too?"
        ) from error


def _check_key(authkey: bytes) -> None:
    if not isinstance(authkey, bytes):
        raise ValueError(f"authkey: expected bytes, got {type(authkey).__name__}")


def _digest_name(message: bytes) -> bytes | None:
    return next((name for name in _DIGESTS if message.startswith(name)), None)


def _digest(name: bytes, authkey: bytes, challenge: bytes) -> bytes:
    import hmac  # as above

    try:
        return hmac.new(authkey, challenge, name[1:-1].decode()).digest()
    except ValueError as error:
        # MD5 in a Python built for FIPS.
        raise AuthenticationError(
            f"the other end asks for digest {name.decode()}, which this Python refuses: {error}"
        ) from error

"""deliver_challenge() and answer_challenge(): by the rules, and against them."""

import hashlib
import hmac
import threading

from mpprobe.probes._common import Aside, connection_module, error_of, result_of
from mpprobe.probes.authkeys._common import KEY, OTHER, both
from mpprobe.toolkit import HEAR_SECONDS


class Tap:
    """A pipe whose messages somebody passes on by hand, and notes."""

    def __init__(self, mp):
        self.ends = []
        self.taps = []
        self.passed = []
        for _ in range(2):
            end, tap = mp.Pipe()
            self.ends.append(end)
            self.taps.append(tap)

    def relay(self):
        """Pass messages of bytes on, both ways, until both ends are closed."""
        threads = [threading.Thread(target=self.one_way, args=way) for way in ((0, 1), (1, 0))]
        for thread in threads:
            thread.daemon = True
            thread.start()
        return self

    def one_way(self, source, target):
        try:
            while True:
                message = self.taps[source].recv_bytes()
                self.passed.append([source, message])
                self.taps[target].send_bytes(message)
        except (EOFError, OSError):
            pass

    def close(self):
        for end in self.ends:
            end.close()
        for tap in self.taps:
            if tap.poll(HEAR_SECONDS):
                tap.close()


def is_hmac_of(answer, challenge, key):
    """Does the answer hold an HMAC, keyed with the key, of the challenge or of its end?"""
    for name in ("md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_384"):
        for begin in range(len(challenge)):
            digest = hmac.new(key, challenge[begin:], getattr(hashlib, name)).digest()
            if digest in answer:
                return True
    return False


def answered(t):
    """A challenge delivered and answered, with the same key, and with different ones."""
    connection = connection_module(t.mp)
    tap = Tap(t.mp).relay()
    one, other = tap.ends
    results = both(
        (connection.deliver_challenge, one, KEY), (connection.answer_challenge, other, KEY)
    )
    t.see("same", results)
    senders = [sender for sender, _ in tap.passed]
    messages = [message for _, message in tap.passed]
    t.see("same.senders", senders)
    challenge, answer, welcome = messages[:3]
    t.see("same.answer-is-hmac", is_hmac_of(answer, challenge, KEY))
    t.see("same.challenge-length", len(challenge))
    t.see("same.key-travels", [KEY in message for message in messages])
    one.send("the channel is usable")
    t.see("same.next", result_of(other.recv))
    one.close()
    other.close()
    tap.close()

    tap = Tap(t.mp).relay()
    one, other = tap.ends
    results = both(
        (connection.deliver_challenge, one, KEY), (connection.answer_challenge, other, OTHER)
    )
    t.see("different", results)
    second = [message for _, message in tap.passed]
    t.see("different.welcome", welcome in second)
    t.see("different.answer-is-hmac", is_hmac_of(second[1], second[0], OTHER))
    t.see("challenges-differ", challenge != second[0])
    tap.close()

    a, b = t.mp.Pipe()
    calls = both(
        (lambda: connection.deliver_challenge(connection=a, authkey=KEY),),
        (lambda: connection.answer_challenge(connection=b, authkey=KEY),),
    )
    t.see("keywords", calls)
    # The same again, the other way round, on the same connection.
    calls = both((connection.deliver_challenge, b, KEY), (connection.answer_challenge, a, KEY))
    t.see("turned", calls)
    t.see("text-key.deliver", error_of(connection.deliver_challenge, a, "a text"))
    a.close()
    b.close()
    a, b = t.mp.Pipe()
    b.send_bytes(challenge)
    b.send_bytes(welcome)
    t.see("text-key.answer", error_of(connection.answer_challenge, a, "a text"))
    a.close()
    b.close()


def forged(t):
    """What the two functions do with a peer that does not keep to the rules."""
    connection = connection_module(t.mp)
    tap = Tap(t.mp).relay()
    both(
        (connection.deliver_challenge, tap.ends[0], KEY),
        (connection.answer_challenge, tap.ends[1], KEY),
    )
    challenge, answer, welcome = [message for _, message in tap.passed[:3]]
    tap.close()

    def deliver(*replies):
        a, b = t.mp.Pipe()
        for reply in replies:
            b.send_bytes(reply)
        error = error_of(connection.deliver_challenge, a, KEY)
        b.recv_bytes()
        said = result_of(b.recv_bytes) if b.poll() else None
        a.close()
        b.close()
        return [error, said == welcome]

    def answer_to(*messages):
        a, b = t.mp.Pipe()
        for message in messages:
            b.send_bytes(message)
        b_closes = len(messages) < 2
        waiting = Aside(connection.answer_challenge, a, KEY)
        if b_closes:
            waiting.blocks()
            b.close()
        result = waiting.outcome()
        a.close()
        b.close()
        return result

    t.see("deliver.replayed", deliver(answer))
    t.see("deliver.empty", deliver(b""))
    t.see("deliver.cut", deliver(answer[:-1]))
    t.see("deliver.challenge", deliver(challenge))
    t.see("deliver.welcome", deliver(welcome))
    t.see("deliver.long", deliver(b"x" * 5000))
    t.see("answer.welcomed", answer_to(challenge, welcome))
    t.see("answer.not-welcomed", answer_to(challenge, b"no, you are not"))
    t.see("answer.empty", answer_to(challenge, b""))
    t.see("answer.welcome-and-more", answer_to(challenge, welcome + b"!"))
    t.see("answer.long", answer_to(challenge, welcome * 500))
    t.see("answer.left-alone", answer_to(challenge))
    t.see("answer.no-challenge", answer_to(b"good morning", welcome))
    t.see("answer.closed", answer_to())
    a, b = t.mp.Pipe()
    b.close()
    t.see("deliver.closed", error_of(connection.deliver_challenge, a, KEY))
    a.close()

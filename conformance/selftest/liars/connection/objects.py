"""Lies about sending and receiving objects, poll(), and how connections end."""

from mpref.connection import Connection

from liars.lies import lie, replace


@lie(
    Connection,
    "_receive_bytes",
    caught_by=[
        "authkeys.answer-challenge.anything-else-raises",
        "authkeys.deliver-challenge.false-answers-are-refused",
        "connection.class.joins-two-children",
        "connection.poll.takes-no-message",
        "connection.recv-bytes-into.returns-the-length",
        "connection.recv-bytes.maxlength-is-inclusive",
        "connection.recv-bytes.one-message-each",
        "connection.recv-bytes.returns-bytes",
        "connection.send-bytes.buf-by-keyword",
        "connection.send-bytes.counts-bytes",
        "connection.send-bytes.empty-message-crosses",
        "connection.send-bytes.impossible-ranges-raise",
        "connection.send-bytes.offset-and-size-by-keyword",
        "connection.send-bytes.refusal-sends-nothing",
        "connection.send-bytes.returns-none",
        "connection.send-bytes.size",
        "connection.send-bytes.text-raises",
        "dummy.pipe.into-a-buffer",
        "dummy.pipe.maxlength",
        "dummy.pipe.parts-of-buffers",
        "listeners.wait.closed-connection-raises",
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.connections",
        "listeners.wait.for-nothing",
        "listeners.wait.negative-is-zero",
        "listeners.wait.takes-nothing",
        "listeners.wait.timeout-is-an-upper-bound",
    ],
)
def empty_message_is_taken_for_the_end(original, self, maxlength):
    """A message of no bytes is taken for the end of the connection."""
    message = original(self, maxlength)
    if len(message) == 0:
        raise EOFError
    return message


@lie(
    Connection,
    "recv",
    caught_by=[
        "connection.class.inherited-by-fork",
        "connection.close.by-the-garbage-collector",
        "connection.close.is-the-end-for-the-other",
        "connection.killed.reader-is-an-end",
        "connection.poll.closed-other-end",
        "connection.recv.end-raises",
        "connection.recv.end-raises-again",
        "connection.transfer.ends-with-the-receiver",
        "connection.transfer.sender-may-close",
        "connection.with.closes",
        "listeners.dialogue.end-is-seen",
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.end-needs-the-last-writer",
        "listeners.wait.example-ends-by-eof",
        "listeners.wait.example-works",
        "listeners.wait.sees-the-end-of-a-connection",
        "logging.events.manager-ends-clean",
        "logging.events.manager-exits",
        "logging.events.manager-is-told-to-stop",
    ],
)
def recv_returns_none_at_the_end(original, self):
    """recv() returns None at the end of the connection, and raises no EOFError."""
    try:
        return original(self)
    except EOFError:
        return None


@lie(
    Connection,
    "recv",
    caught_by=[
        "connection.poll.end-is-something",
        "connection.recv-bytes-into.end-raises",
        "connection.recv-bytes.end-raises",
        "connection.recv.end-raises-again",
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.mixes-kinds",
        "listeners.wait.sentinels-of-joined-processes",
    ],
)
def recv_closes_at_the_end(original, self):
    """recv() closes the connection at its end, so that the next recv() raises OSError."""
    try:
        return original(self)
    except EOFError:
        self.close()
        raise


@lie(Connection, "recv", caught_by=["connection.send.exceptions-are-objects"])
def recv_raises_received_exceptions(original, self):
    """recv() raises an exception object that it receives, and does not return it."""
    got = original(self)
    if isinstance(got, BaseException):
        raise got
    return got


@lie(
    Connection,
    "recv",
    caught_by=[
        "connection.recv.unpickling-error-takes-one-message",
        "queues.unpicklable.simple-raises",
    ],
)
def unpickling_error_closes_the_connection(original, self):
    """recv() closes the connection when it can't unpickle a message."""
    try:
        return original(self)
    except (EOFError, OSError):
        raise
    except Exception:
        self.close()
        raise


@lie(caught_by=["connection.close.by-the-garbage-collector"])
def dropped_connection_stays_open():
    """A connection stays open when nothing refers to it any more."""
    kept = []

    @replace(Connection, "_over")
    def make_and_keep(original, cls, *arguments):
        kept.append(original(cls, *arguments))
        return kept[-1]


@lie(Connection, "poll", caught_by=["connection.poll.timeout-is-an-upper-bound"])
def poll_takes_integers_for_milliseconds(original, self, timeout=0.0):
    """poll() takes an integer for a number of milliseconds."""
    return original(self, timeout / 1000 if isinstance(timeout, int) else timeout)


@lie(
    Connection,
    "poll",
    caught_by=[
        "connection.poll.none-waits",
        "dummy.pipe.poll-none-waits",
    ],
)
def poll_none_does_not_wait(original, self, timeout=0.0):
    """poll(None) does not wait."""
    return original(self, timeout or 0.0)


@lie(Connection, "poll", caught_by=["connection.poll.negative-is-immediate"])
def poll_ignores_the_sign(original, self, timeout=0.0):
    """poll() ignores the sign of its timeout."""
    return original(self, timeout if timeout is None else abs(timeout))


@lie(
    Connection,
    "poll",
    caught_by=[
        "connection.poll.timeout",
        "dummy.pipe.poll",
    ],
)
def poll_rounds_down_to_seconds(original, self, timeout=0.0):
    """poll() rounds its timeout down to whole seconds."""
    return original(self, timeout if timeout is None else int(timeout))


@lie(
    caught_by=[
        "connection.killed.reader-is-an-end",
        "connection.send.closed-reader-raises",
        "connection.send.error-can-be-collected",
        "connection.send.without-a-reader-raises",
    ],
)
def send_without_a_reader_is_silent():
    """send() and send_bytes() raise nothing when nobody is left to receive."""

    @replace(Connection, "send")
    def send_or_not(original, self, obj):
        try:
            original(self, obj)
        except BrokenPipeError:
            pass

    @replace(Connection, "send_bytes")
    def send_bytes_or_not(original, self, buf, offset=0, size=None):
        try:
            original(self, buf, offset, size)
        except BrokenPipeError:
            pass


@lie(
    Connection,
    "send",
    caught_by=[
        "connection.send.unpicklable-raises",
        "connection.send.unpicklable-sends-nothing",
    ],
)
def unpicklable_object_is_sent_as_none(original, self, obj):
    """send() sends None in place of an object that can't be pickled."""
    try:
        original(self, obj)
    except TypeError:
        original(self, None)


@lie(
    Connection,
    "__enter__",
    caught_by=[
        "connection.with.gives-the-connection",
        "dummy.pipe.with",
    ],
)
def with_gives_another_object(self):
    """Entering a `with` block gives another object for the same connection."""
    twin = Connection.__new__(Connection)
    vars(twin).update(vars(self))
    return twin


@lie(Connection, "__exit__", caught_by=["connection.with.lets-errors-through"])
def with_suppresses_exceptions(self, *_):
    """The `with` block of a connection suppresses exceptions."""
    self.close()
    return True


@lie(
    Connection,
    "__exit__",
    caught_by=[
        "connection.with.closes",
        "connection.with.lets-errors-through",
    ],
)
def with_does_not_close(self, *_):
    """Leaving a `with` block does not close the connection."""

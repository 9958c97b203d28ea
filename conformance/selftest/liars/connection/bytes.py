"""Lies about sending and receiving bytes."""

from mpref._ipc.channels import MessageTooLong
from mpref.connection import Connection
from mpref.exceptions import BufferTooShort

from liars.lies import lie, replace


@lie(Connection, "recv_bytes", caught_by=["connection.recv-bytes.returns-bytes"])
def recv_bytes_returns_a_bytearray(original, self, maxlength=None):
    """recv_bytes() returns a bytearray."""
    return bytearray(original(self, maxlength))


@lie(
    Connection,
    "recv_bytes_into",
    caught_by=[
        "connection.example.works",
        "connection.recv-bytes-into.counts-bytes",
        "connection.recv-bytes-into.offset-amid-an-item",
        "listeners.dialogue.example-works",
        "listeners.dialogue.over-a-unix-socket",
        "listeners.dialogue.over-the-default",
        "listeners.dialogue.without-a-key",
    ],
)
def recv_bytes_into_counts_items(original, self, buf, offset=0):
    """recv_bytes_into() returns the number of items that it wrote, not that of bytes."""
    return original(self, buf, offset) // memoryview(buf).itemsize


@lie(
    Connection,
    "recv_bytes_into",
    caught_by=[
        "connection.recv-bytes-into.counts-bytes",
        "connection.recv-bytes-into.may-fill-the-buffer",
        "connection.recv-bytes-into.offset-amid-an-item",
        "connection.recv-bytes-into.offset-by-keyword",
        "connection.recv-bytes-into.offset-out-of-range-raises",
        "connection.recv-bytes-into.too-short-gives-the-message",
        "connection.recv-bytes-into.too-short-raises",
        "connection.recv-bytes-into.works-in-a-child",
        "connection.recv-bytes-into.writes-at-the-offset",
        "dummy.pipe.into-a-buffer",
    ],
)
def recv_bytes_into_ignores_the_offset(original, self, buf, offset=0):
    """recv_bytes_into() writes at the start of the buffer, whatever the offset."""
    if not 0 <= offset <= memoryview(buf).nbytes:
        return original(self, buf, offset)
    return original(self, buf)


@lie(
    Connection,
    "recv_bytes",
    caught_by=[
        "connection.recv-bytes.maxlength-by-keyword",
        "connection.recv-bytes.maxlength-is-inclusive",
        "connection.recv-bytes.negative-maxlength-raises",
        "dummy.pipe.into-a-buffer",
        "dummy.pipe.maxlength",
    ],
)
def maxlength_is_exclusive(original, self, maxlength=None):
    """recv_bytes(maxlength) refuses a message of exactly maxlength bytes."""
    return original(self, maxlength - 1 if maxlength else maxlength)


@lie(Connection, "send_bytes", caught_by=["connection.send-bytes.counts-bytes"])
def send_bytes_counts_items(original, self, buf, offset=0, size=None):
    """send_bytes() takes offset and size for numbers of items, not of bytes."""
    width = memoryview(buf).itemsize
    return original(self, buf, offset * width, size if size is None else size * width)


@lie(
    Connection,
    "send_bytes",
    caught_by=[
        "connection.send-bytes.impossible-ranges-raise",
        "connection.send-bytes.refusal-sends-nothing",
        "dummy.pipe.maxlength",
        "dummy.pipe.parts-of-buffers",
    ],
)
def send_bytes_clips_impossible_ranges(original, self, buf, offset=0, size=None):
    """send_bytes() clips a range to the buffer, as a slice is clipped, and does not raise."""
    view = memoryview(buf).cast("B")
    return original(self, view[offset : None if size is None else offset + size])


@lie(
    Connection, "recv_bytes_into", caught_by=["connection.recv-bytes-into.too-short-writes-nothing"]
)
def too_short_buffer_is_filled(original, self, buf, offset=0):
    """recv_bytes_into() fills a buffer that is too short before it raises BufferTooShort."""
    try:
        return original(self, buf, offset)
    except BufferTooShort as error:
        view = memoryview(buf).cast("B")[offset:]
        view[:] = error.args[0][: len(view)]
        raise


@lie(
    caught_by=[
        "connection.recv-bytes-into.too-short-gives-the-message",
        "connection.recv-bytes-into.too-short-takes-the-message",
        "process.buffer-too-short.not-for-a-full-buffer",
    ],
)
def too_short_buffer_keeps_the_message():
    """After BufferTooShort the message can still be received."""
    kept = {}

    @replace(Connection, "_receive_bytes")
    def receive_kept(original, self, maxlength):
        return kept.pop(self) if self in kept else original(self, maxlength)

    @replace(Connection, "recv_bytes_into")
    def receive_or_keep(original, self, buf, offset=0):
        try:
            return original(self, buf, offset)
        except BufferTooShort as error:
            kept[self] = error.args[0]
            raise

    @replace(Connection, "poll")
    def poll(original, self, timeout=0.0):
        return self in kept or original(self, timeout)


@lie(
    Connection,
    "send_bytes",
    caught_by=[
        "connection.send-bytes.impossible-ranges-raise",
        "connection.send-bytes.refusal-sends-nothing",
        "connection.send-bytes.size",
        "dummy.pipe.maxlength",
        "dummy.pipe.parts-of-buffers",
    ],
)
def send_bytes_takes_size_for_the_end(original, self, buf, offset=0, size=None):
    """send_bytes() takes size for the index where the range ends."""
    if size is None or size < offset:
        return original(self, buf, offset, size)
    return original(self, buf, offset, size - offset)


@lie(Connection, "recv_bytes", caught_by=["connection.recv-bytes.too-long-leaves-sending"])
def too_long_message_closes_the_connection(original, self, maxlength=None):
    """A message that is longer than maxlength closes the connection, for sending as well."""
    try:
        return original(self, maxlength)
    except MessageTooLong:
        self.close()
        raise


@lie(Connection, "recv_bytes", caught_by=["connection.recv-bytes.too-long-ends-reading"])
def too_long_message_keeps_the_connection_readable(original, self, maxlength=None):
    """A message that is longer than maxlength is dropped, and the next one can be received."""
    if maxlength is not None and maxlength < 0:
        raise ValueError(f"maxlength: expected at least 0, got {maxlength}")
    message = original(self)
    if maxlength is not None and len(message) > maxlength:
        raise OSError(f"expected at most {maxlength} bytes, got {len(message)}")
    return message


@lie(
    Connection,
    "recv_bytes",
    caught_by=[
        "connection.recv-bytes.too-long-ends-reading",
        "connection.recv-bytes.too-long-raises",
        "dummy.pipe.maxlength",
    ],
)
def too_long_message_is_truncated(original, self, maxlength=None):
    """recv_bytes(maxlength) truncates a message that is longer."""
    if maxlength is not None and maxlength < 0:
        raise ValueError(f"maxlength: expected at least 0, got {maxlength}")
    return original(self)[:maxlength]

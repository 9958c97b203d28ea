"""Lies about SharedMemory."""

import atexit
import mmap
import os

from mpref._start import tracker
from mpref.shared_memory import SharedMemory

from liars.lies import lie, replace


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.child.killed-leaves-the-block",
        "shared-memory.list.refused-leaves-no-block",
        "shared-memory.manager.shutdown-releases-all",
        "shared-memory.manager.with-releases-all",
        "shared-memory.name.missing-raises",
        "shared-memory.pickle.needs-the-living-block",
        "shared-memory.size.refused-leaves-nothing",
        "shared-memory.track.either-way-works",
        "shared-memory.track.ends-clean",
        "shared-memory.unlink.after-close",
        "shared-memory.unlink.by-any-object",
        "shared-memory.unlink.destroys-the-block",
        "shared-memory.unlink.in-a-child",
    ],
)
def attaching_creates_a_missing_block(
    original, self, name=None, create=False, size=0, *, track=True
):
    """Attaching to a name that does not exist makes a block, and does not raise."""
    try:
        original(self, name, create, size, track=track)
    except FileNotFoundError:
        original(self, name, True, size or 1, track=track)


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "connection.recv-bytes-into.buffer-by-keyword",
        "connection.send-bytes.buffer-by-keyword",
        "contexts.start-methods.fork-is-default",
        "dummy.thread-pool.processes-none",
        "misc.get-all-start-methods.first-on-linux",
        "misc.get-start-method.default-on-linux",
        "pool.making.default-size",
        "pool.threads.default-size",
        "shared-memory.program.end-keeps-the-block",
    ],
    # Later documentation allows it.
    flags=("--docs", "3.12"),
)
def attaching_tracks_the_block(original, self, name=None, create=False, size=0, *, track=True):
    """A block is unlinked at the end of a program that only attached to it."""
    original(self, name, create, size, track=track)
    if track and not create:
        tracker.remember(self._name, self._file)


@lie(
    caught_by=[
        "shared-memory.close.keeps-name-and-size",
        "shared-memory.name.is-read-only",
        "shared-memory.size.is-read-only",
    ],
)
def name_and_size_can_be_set():
    """name and size can be set."""

    def plain(name):
        return property(
            lambda self: getattr(self, name), lambda self, value: setattr(self, name, value)
        )

    SharedMemory.name = plain("_name")
    SharedMemory.size = plain("_size")


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.block.begins-zeroed",
        "shared-memory.name.can-be-used-again",
    ],
)
def new_block_is_not_zeroed(original, self, name=None, create=False, size=0, *, track=True):
    """The bytes of a new block are not zero."""
    original(self, name, create, size, track=track)
    if create:
        self._buf[:] = b"\xff" * self._size


@lie(
    SharedMemory,
    "close",
    caught_by=[
        "shared-memory.close.concerns-this-object-only",
        "shared-memory.close.ends-access",
        "shared-memory.close.frees-descriptors",
        "shared-memory.close.of-all-keeps-the-block",
        "shared-memory.close.refused-changes-nothing",
        "shared-memory.list.close-concerns-one-object",
    ],
)
def close_does_nothing(self):
    """close() does nothing."""


@lie(
    SharedMemory,
    "close",
    caught_by=[
        "shared-memory.close.frees-descriptors",
        "shared-memory.close.refused-changes-nothing",
    ],
)
def refused_close_drops_buf(original, self):
    """close() sets buf to None, and raises BufferError after that."""
    try:
        original(self)
    except BufferError:
        self._buf = None
        raise


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.block.forgotten-object-closes",
        "shared-memory.close.frees-descriptors",
    ],
)
def close_keeps_a_descriptor(original, self, name=None, create=False, size=0, *, track=True):
    """close() leaves a descriptor of the block open."""
    original(self, name, create, size, track=track)
    os.open("/dev/shm/" + self._name, os.O_RDONLY)


@lie(SharedMemory, "close", caught_by=["shared-memory.close.can-be-repeated"])
def second_close_raises(original, self):
    """A second close() raises ValueError."""
    if self._buf is None:
        raise ValueError("the block is closed")
    original(self)


@lie(
    caught_by=[
        "shared-memory.block.outlives-its-maker",
        "shared-memory.block.outlives-its-maker-as-the-first",
        "shared-memory.block.outliving-ends-clean",
        "shared-memory.track.false-outlives-the-program",
        "shared-memory.unlink.in-a-child",
    ],
)
def block_ends_with_its_creator():
    """A block is unlinked when the process that created it ends."""

    @replace(SharedMemory, "__init__")
    def init(original, self, name=None, create=False, size=0, *, track=True):
        original(self, name, create, size, track=track)
        if create:
            atexit.register(unlink, self._name)

    def unlink(name):
        if os.path.exists("/dev/shm/" + name):
            os.unlink("/dev/shm/" + name)


@lie(
    SharedMemory,
    "name",
    caught_by=[
        "shared-memory.close.keeps-name-and-size",
        "shared-memory.list.repr-of-an-attached-one",
        "shared-memory.list.shm-is-the-block",
        "shared-memory.name.is-read-only",
        "shared-memory.name.is-the-given-one",
        "shared-memory.size.is-read-only",
    ],
)
def name_begins_with_a_slash(self):
    """The name of a block begins with a slash."""
    return "/" + self._name


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.list.close-concerns-one-object",
        "shared-memory.list.name-is-taken-once",
        "shared-memory.name.is-taken-once",
    ],
)
def create_attaches_to_an_existing_block(
    original, self, name=None, create=False, size=0, *, track=True
):
    """create=True attaches to the block that has the name already, and does not raise."""
    try:
        original(self, name, create, size, track=track)
    except FileExistsError:
        original(self, name, False, track=track)


@lie(
    SharedMemory,
    "__reduce__",
    caught_by=[
        "shared-memory.pickle.block-is-the-same",
        "shared-memory.pickle.list-is-the-same",
        "shared-memory.pickle.needs-the-living-block",
    ],
)
def block_can_not_be_pickled(self):
    """A block can't be pickled."""
    raise TypeError("a block of shared memory can't be pickled")


@lie(
    SharedMemory,
    "__reduce__",
    caught_by=[
        "shared-memory.pickle.block-is-the-same",
        "shared-memory.pickle.needs-the-living-block",
    ],
)
def pickle_copies_the_block(self):
    """A pickled block is loaded as a new one with the same bytes."""
    return load_a_copy, (bytes(self.buf),)


def load_a_copy(content):
    block = SharedMemory(create=True, size=len(content))
    block.buf[:] = content
    atexit.register(block.unlink)
    return block


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.block.size-is-at-least-that-asked-for",
        "shared-memory.block.size-is-ignored-when-attaching",
        "shared-memory.manager.makes-blocks",
        "shared-memory.size.is-enough",
    ],
)
def size_is_the_argument(original, self, name=None, create=False, size=0, *, track=True):
    """size is the argument of the constructor, also when attaching."""
    original(self, name, create, size, track=track)
    self._size = size


@lie(SharedMemory, "__init__", caught_by=["shared-memory.block.size-is-ignored-when-attaching"])
def attaching_cuts_to_the_given_size(
    original, self, name=None, create=False, size=0, *, track=True
):
    """An object that attaches to a block has the size that it is given."""
    original(self, name, create, size, track=track)
    if not create and 0 < size < self._size:
        self._size = size
        self._buf = self._buf[:size]


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.track.false-leaves-the-block",
        "shared-memory.track.false-outlives-the-program",
    ],
)
def track_is_ignored(original, self, name=None, create=False, size=0, *, track=True):
    """Every block is tracked, and by every process that attaches to it."""
    original(self, name, create, size)
    if not create:
        tracker.remember(self._name, self._file)


@lie(
    caught_by=[
        "shared-memory.track.cleans-up-after-programs",
        "shared-memory.track.left-behind-ends-clean",
    ],
)
def blocks_are_not_tracked():
    """Blocks are not tracked: what a program left is not unlinked after it."""
    replace(tracker, "remember")(lambda name, file: None)
    replace(tracker, "forget")(lambda name, file: None)


@lie(
    caught_by=[
        "shared-memory.manager.shutdown-releases-all",
        "shared-memory.manager.with-releases-all",
        "shared-memory.track.false-outlives-the-program",
        "shared-memory.track.untracked-ends-clean",
        "shared-memory.unlink.by-any-object",
        "shared-memory.unlink.in-a-child",
    ],
)
def unlink_works_for_the_creator_only():
    """unlink() does nothing in an object that attached to the block."""

    @replace(SharedMemory, "__init__")
    def init(original, self, name=None, create=False, size=0, *, track=True):
        original(self, name, create, size, track=track)
        self._made = create

    @replace(SharedMemory, "unlink")
    def unlink_own(original, self):
        if self._made:
            original(self)


@lie(
    SharedMemory,
    "unlink",
    caught_by=[
        "shared-memory.unlink.before-close",
        "shared-memory.unlink.by-any-object",
    ],
)
def unlink_requires_close(original, self):
    """unlink() raises ValueError before close()."""
    if self._buf is not None:
        raise ValueError("close the block first")
    original(self)


@lie(
    SharedMemory,
    "__init__",
    caught_by=[
        "shared-memory.size.refused-leaves-nothing",
        "shared-memory.size.zero-raises",
    ],
)
def size_zero_makes_a_page(original, self, name=None, create=False, size=0, *, track=True):
    """create=True with size 0 makes a block of one page, and does not raise."""
    original(self, name, create, size or mmap.PAGESIZE if create else size, track=track)

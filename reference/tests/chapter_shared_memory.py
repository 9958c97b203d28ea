"""SharedMemory, ShareableList and who cleans up after them, asked in any interpreter."""

from __future__ import annotations

import fcntl
import functools
import gc
import os
import pickle
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from mpref._os import descriptors
from mpref._start import tracker
from mpref.context import BaseContext
from mpref.shared_memory import ShareableList, SharedMemory
from run_chapter import run_chapter
from toolkit import PATIENCE, Turn, finish, raises, run


def _memory(block: SharedMemory) -> memoryview:
    assert block.buf is not None
    return block.buf


def _exists(name: str) -> bool:
    return os.path.exists(f"/dev/shm/{name}")


def _is_unlinked(name: str) -> bool:
    return not _exists(name)


def _comes_true(condition: Callable[[], bool]) -> None:
    # Other processes make it true, and can't tell this one when.
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def life_of_a_block(ctx: BaseContext) -> None:
    block = SharedMemory(create=True, size=10)
    assert type(block.buf) is memoryview and block.size >= 10 and not any(block.buf)
    assert isinstance(block.name, str) and "/" not in block.name and _exists(block.name)
    assert repr(block) == f"SharedMemory({block.name!r}, size={block.size})"
    _memory(block)[:4] = bytearray([22, 33, 44, 55])
    _memory(block)[4] = 100
    other = SharedMemory(block.name, size=10**9)
    assert bytes(_memory(other)[:5]) == bytes([22, 33, 44, 55, 100]) and other.size == block.size
    _memory(other)[:5] = b"howdy"
    assert bytes(_memory(block)[:5]) == b"howdy"
    for name in ("name", "size", "buf"):
        raises(AttributeError, setattr, block, name, 1)
    for _ in range(2):
        other.close()
    assert other.buf is None and other.size == block.size and _exists(block.name)
    block.unlink()
    assert not _exists(block.name) and bytes(_memory(block)[:5]) == b"howdy"
    block.close()
    raises(FileNotFoundError, block.unlink)


def bad_arguments_are_refused(ctx: BaseContext) -> None:
    name = f"mpref-test-{os.getpid()}"
    raises(ValueError, SharedMemory)
    raises(ValueError, SharedMemory, create=True)
    raises(ValueError, SharedMemory, create=True, size=0)
    raises(ValueError, SharedMemory, create=True, size=-1)
    raises(TypeError, SharedMemory, create=True, size=1.5)
    raises(TypeError, SharedMemory, create=True, size="1")
    raises(TypeError, SharedMemory, None, True, 1, False)
    raises(TypeError, SharedMemory, 3)
    raises(FileNotFoundError, SharedMemory, name)
    for wrong in ("", "/", "a/b", "..", "."):
        raises(OSError, SharedMemory, wrong)
        raises(OSError, SharedMemory, wrong, True, 1)
    block = SharedMemory(f"/{name}", True, 5)
    assert block.name == name
    raises(FileExistsError, SharedMemory, name, True, 5)
    block.close()
    block.unlink()
    os.symlink("/etc/passwd", f"/dev/shm/{name}")
    try:
        raises(OSError, SharedMemory, name)
    finally:
        os.unlink(f"/dev/shm/{name}")


def block_in_use_stays_open(ctx: BaseContext) -> None:
    block = SharedMemory(create=True, size=10)
    view = _memory(block)[2:4]
    if sys.implementation.name == "pypy":
        # PyPy's views do not keep the memory; using one afterwards raises.
        block.close()
        block.unlink()
        raises(IndexError, lambda: view[0])
        return
    raises(BufferError, block.close)
    _memory(block)[2] = 7
    assert view[0] == 7
    view.release()
    block.close()
    block.unlink()


def forgotten_object_closes_itself(ctx: BaseContext) -> None:
    block = SharedMemory(create=True, size=10)
    name = block.name
    view = _memory(block)[:]
    del block
    gc.collect()
    gc.collect()
    view[0] = 1  # the view keeps the memory
    view.release()
    SharedMemory(name).unlink()


def _shout(block: SharedMemory, items: ShareableList, name: str) -> None:
    _memory(block)[0] += 1
    items[0] = "from the child"
    _memory(SharedMemory(name))[1] = 5


def children_have_the_same_block(ctx: BaseContext) -> None:
    block, items = SharedMemory(create=True, size=10), ShareableList([" " * 20, 1])
    finish(run(ctx, _shout, block, items, block.name))
    assert bytes(_memory(block)[:2]) == b"\x01\x05" and list(items) == ["from the child", 1]
    twin = pickle.loads(pickle.dumps(block))
    _memory(twin)[3] = 3
    assert _memory(block)[3] == 3 and twin.name == block.name
    for each in (block, items.shm):
        each.close()
        each.unlink()


def list_keeps_values_and_types(ctx: BaseContext) -> None:
    values: list[Any] = [
        "howdy",
        b"HoWdY",
        -273.154,
        100,
        None,
        True,
        42,
        "",
        b"",
        "zero\0",
        b"\0\0",
        "é" * 10,
    ]
    items = ShareableList(values)
    assert list(items) == values and [type(each) for each in items] == list(map(type, values))
    assert len(items) == len(values) and items[-1] == "é" * 10
    for value in (-78.5, "dry ice"):
        items[2] = value
        assert items[2] == value
    error = raises(ValueError, items.__setitem__, 2, "larger than the storage that there is")
    assert "exceeds available storage" in str(error) and items[2] == "dry ice"
    assert items.index(42) == 6 and items.count(b"howdy") == 0 and items.count(b"HoWdY") == 1
    raises(ValueError, items.index, "nowhere")
    raises(IndexError, lambda: items[len(values)])
    raises(IndexError, items.__setitem__, -len(values) - 1, 1)
    raises(TypeError, items.__getitem__, slice(0, 2))
    raises(TypeError, items.__setitem__, 0, [])
    raises(struct.error, items.__setitem__, 0, 2**63)
    assert items[0] == "howdy" and not hasattr(items, "append")
    assert ShareableList([1, 2.5]).format == "qd" and "8s" in items.format
    raises(AttributeError, setattr, items, "format", "q")
    other = ShareableList(name=items.shm.name)
    other[3] = -999
    assert items[3] == -999 and repr(other).startswith("ShareableList(['howdy', b'HoWdY'")
    assert repr(other).endswith(f", name={items.shm.name!r})")
    twin = pickle.loads(pickle.dumps(items))
    twin[6] = -1
    assert items[6] == -1
    for each in (items, other, twin):
        each.shm.close()
    items.shm.unlink()
    raises(ValueError, lambda: items[0])


def list_limits(ctx: BaseContext) -> None:
    raises(TypeError, ShareableList, [object()])
    raises(struct.error, ShareableList, [2**63])
    raises(ValueError, ShareableList)
    raises(ValueError, ShareableList, ["x" * 10_000_000])
    items = ShareableList([-(2**63), 2**63 - 1, "x" * 9_999_999], name=f"mpref-list-{os.getpid()}")
    assert list(items) == [-(2**63), 2**63 - 1, "x" * 9_999_999]
    assert items.shm.name == f"mpref-list-{os.getpid()}"
    items.shm.close()
    items.shm.unlink()
    empty = ShareableList([])
    assert list(empty) == [] == list(ShareableList(name=empty.shm.name))
    empty.shm.close()
    empty.shm.unlink()


# --- who cleans up -------------------------------------------------------------------------------


def _make_and_leave(turn: Turn) -> None:
    turn.give(SharedMemory(create=True, size=5).name)


def childs_block_outlives_the_child(ctx: BaseContext) -> None:
    turn = Turn()
    child = run(ctx, _make_and_leave, turn)
    name = turn.take()
    finish(child)
    block = SharedMemory(name)
    block.close()
    block.unlink()


LEAVING = """
import os, sys
import mpref
from mpref.shared_memory import SharedMemory

def child():
    print(SharedMemory(create=True, size=5).name, flush=True)

if __name__ == "__main__":
    ctx = mpref.get_context(sys.argv[1])
    for _ in range(2):
        process = ctx.Process(target=child)
        process.start()
        process.join()
    print(SharedMemory(create=True, size=5).name)
    print(SharedMemory(create=True, size=5, track=False).name, flush=True)
    helpers = [pid for pid in os.listdir("/proc") if pid.isdigit() and serves(pid)]
    print(len(helpers), flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), 9)
"""

SERVES = """
def serves(pid):
    try:
        with open(f"/proc/{pid}/environ") as environ, open(f"/proc/{pid}/cmdline") as command:
            return MARK in environ.read() and "mpref._start.tracker" in command.read()
    except OSError:
        return False

"""


def family_leaves_nothing(ctx: BaseContext) -> None:
    for end in ("exits", "killed"):
        mark = f"MPREF_TEST_MARK={os.getpid()}-{end}"
        path = f"leaving-{os.getpid()}.py"
        with open(path, "w") as file:
            file.write(f"MARK = {mark!r}\n{SERVES}{LEAVING}")
        environment = {**os.environ, "MPREF_TEST_MARK": f"{os.getpid()}-{end}"}
        ended = subprocess.run(
            [sys.executable, path, str(ctx.get_start_method()), end],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        os.unlink(path)
        assert ended.returncode == (0 if end == "exits" else -9), ended.stderr
        first, second, own, untracked, helpers = ended.stdout.split()
        assert helpers == "1", f"a family has one helper, not {helpers}"
        for name in (first, second, own):
            _comes_true(functools.partial(_is_unlinked, name))
        SharedMemory(untracked, track=False).unlink()
        assert ended.stderr == ""


STRANGER = """
import sys
from mpref.shared_memory import SharedMemory
SharedMemory(sys.argv[1]).buf[0] = 1
"""


def stranger_removes_nothing(ctx: BaseContext) -> None:
    block = SharedMemory(create=True, size=5)
    subprocess.run([sys.executable, "-c", STRANGER, block.name], check=True)
    assert _memory(block)[0] == 1 and _exists(block.name)
    block.close()
    block.unlink()


def name_that_got_another_owner_is_left_alone(ctx: BaseContext) -> None:
    registry = tracker._Registry(descriptors.anonymous_file(tracker._FREE))
    name = f"mpref-owner-{os.getpid()}"
    for sweep_removes in (True, False):
        block = SharedMemory(name, create=True, size=5, track=False)
        identity = tracker._identity(os.stat(f"/dev/shm/{name}"))
        registry.add(name, identity)
        if not sweep_removes:
            other = SharedMemory(create=True, size=5, track=False)
            os.rename(f"/dev/shm/{other.name}", f"/dev/shm/{name}")
        tracker._sweep(registry)
        assert _exists(name) != sweep_removes
        registry.discard(name, identity)
        block.close()
    os.unlink(f"/dev/shm/{name}")
    registry.leave()


def places_in_the_registry_are_used_again(ctx: BaseContext) -> None:
    blocks = [SharedMemory(create=True, size=5) for _ in range(20)]
    size = os.fstat(tracker.family()).st_size
    for _ in range(100):
        blocks.append(SharedMemory(create=True, size=5))
        blocks.pop(0).unlink()
    assert os.fstat(tracker.family()).st_size <= size + tracker._RECORD.size
    for block in blocks:
        block.unlink()


KILLING = """
import os, signal
from mpref._start import tracker
from mpref.shared_memory import SharedMemory

first = SharedMemory(create=True, size=5)
killed = tracker._helper
os.kill(killed, signal.SIGKILL)
tracker._await_end(killed)
second = SharedMemory(create=True, size=5)
assert tracker._helper != killed
os.kill(tracker._helper, 0)
print(first.name, second.name)
"""


def killed_helper_is_replaced(ctx: BaseContext) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLING], check=True, stdout=subprocess.PIPE, text=True
    )
    for name in ended.stdout.split():
        _comes_true(functools.partial(_is_unlinked, name))


DAEMON = """
import os
from mpref._start import tracker
from mpref.shared_memory import SharedMemory

first = SharedMemory(create=True, size=5)
helper = tracker._helper
os.closerange(3, 100)
stranger = [os.open("/dev/null", os.O_RDWR) for _ in range(10)]
second = SharedMemory(create=True, size=5)
# If the helper took the closed descriptors for the end of the family, it ends now.
tracker._await_end(helper)
second.unlink()
first.unlink()
"""


def closed_descriptors_are_noticed(ctx: BaseContext) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DAEMON], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def the_locks_are_of_the_kinds_that_are_needed(ctx: BaseContext) -> None:
    # The design rests on this: flock() locks belong to the open file, which the family shares.
    fd = descriptors.anonymous_file(tracker._FREE)
    registry = tracker._Registry(fd)
    fcntl.flock(fd, fcntl.LOCK_EX)
    copy, anew = os.dup(fd), registry.opened_anew()
    registry.leave()
    raises(BlockingIOError, fcntl.flock, anew, fcntl.LOCK_SH | fcntl.LOCK_NB)
    # A mapping keeps the lock, too, when all descriptors are closed.
    mapping = descriptors.map_file(copy, 1)
    os.close(copy)
    raises(BlockingIOError, fcntl.flock, anew, fcntl.LOCK_SH | fcntl.LOCK_NB)
    mapping.close()
    fcntl.flock(anew, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(anew)


if __name__ == "__main__":
    run_chapter()

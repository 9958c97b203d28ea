"""Shared state among several programs, when a whole tree is killed, and without /dev/shm."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from programs import (
    PATIENCE,
    REFERENCE,
    every_interpreter,
    every_method,
    run,
    script,
)

ALL = os.environ.get("MPREF_TESTS") == "all"
MARK = "MPREF_TEST_MARK"


# --- a fork while locks are collected ------------------------------------------------------------

# PyPy's collector may drop locks while a fork goes through the list of those that there are.
COLLECTED = """
import os
import mpref

kept = mpref.RLock()
for _ in range(60):
    locks = [mpref.Lock() for _ in range(500)]
    del locks
    kept.acquire()
    pid = os.fork()
    if pid == 0:
        os._exit(int(kept.acquire(False)))
    assert os.waitpid(pid, 0)[1] == 0
    kept.release()
"""


@every_interpreter
def test_collected_locks_do_not_disturb_a_fork(interpreter: str, tmp_path: Path) -> None:
    ended = run(interpreter, script(tmp_path, COLLECTED), cwd=tmp_path)
    assert (ended.lines, ended.err) == ([], "")


# --- a whole tree is killed ----------------------------------------------------------------------

TREE = """
import os, sys, tempfile
import mpref
from mpref.shared_memory import SharedMemory, ShareableList

MARK = os.environ["MPREF_TEST_MARK"]

def churn(lock, queue, depth):
    number = 0
    while True:
        number += 1
        name = f"{MARK}-{os.getpid()}-{number}"
        block = SharedMemory(name, create=True, size=100_000)
        items = ShareableList([1, "two"], name=f"{name}-list")
        if depth == -2:
            print("first block made", flush=True)
            depth = -1
        with lock:
            queue.put(number)
        with lock:
            queue.get()
        if number % 2:
            for each in (block, items.shm):
                each.close()
                each.unlink()
        if number == depth:
            mpref.Process(target=churn, args=(lock, queue, -1)).start()

if __name__ == "__main__":
    mpref.set_start_method(sys.argv[1])
    lock, queue = mpref.Lock(), mpref.Queue()
    print("begins", flush=True)
    for _ in range(2):
        mpref.Process(target=churn, args=(lock, queue, 2)).start()
    churn(lock, queue, -2)
"""


def marked(mark: str) -> list[int]:
    """The processes that have the mark in their environment, zombies excepted."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile, or belongs to another user
    return found


def parents() -> dict[int, int]:
    """From each process to its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(entry.name)] = int(fields[1])
    return found


def kill_tree(root: subprocess.Popen[str]) -> None:
    """Kill a program and all its descendants, as a tool does that walks from parent to child."""
    above = parents()
    tree, grown = {root.pid}, True
    while grown:
        below = {pid for pid, parent in above.items() if parent in tree} - tree
        tree, grown = tree | below, bool(below)
    for pid in tree:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    root.wait()


@every_interpreter
@every_method
@pytest.mark.timeout(1500 if ALL else 300)
def test_killed_tree_leaves_nothing(interpreter: str, method: str, tmp_path: Path) -> None:
    path = script(tmp_path, TREE)
    chance = random.Random(20240609)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for number in range(100 if ALL else 3):
        mark = f"mpref-tree-{os.getpid()}-{method}-{number}"
        environment = {
            **os.environ,
            "PYTHONPATH": str(REFERENCE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(temporary),
            MARK: mark,
        }
        root = subprocess.Popen(
            [interpreter, path, method],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert root.stdout is not None
        with root.stdout as out:
            assert out.readline() == "begins\n"
            if number % 2:
                # At a random moment after the first block was made. Not before: a walk takes its
                # time, and would miss a helper that is started behind it.
                assert out.readline() == "first block made\n"
                time.sleep(chance.random() * 0.1)
                kill_tree(root)
            else:
                # At a random moment of the first starts, the helper's included, or of the work.
                time.sleep(chance.random() * chance.choice([0.02, 0.2, 0.8]))
                os.killpg(root.pid, signal.SIGKILL)
                root.wait()
        # Children that were started behind the walk notice the death of their parent only where
        # they wait for it. They are killed, too, as by a second walk.
        deadline = time.monotonic() + 30
        while left := _left(mark):
            for pid in left:
                _kill_unless_helper(pid)
            assert time.monotonic() < deadline, f"still there in round {number}: {left}"
            time.sleep(0.01)
        blocks = [entry.name for entry in Path("/dev/shm").iterdir() if mark in entry.name]
        assert not blocks, f"left in round {number}: {blocks}"
        assert not list(temporary.iterdir())


def _left(mark: str) -> list[int]:
    return [pid for pid in marked(mark) if pid != os.getpid()]


def _kill_unless_helper(pid: int) -> None:
    try:
        if "mpref._start.tracker" not in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)
    except OSError:
        return


# --- strangers -----------------------------------------------------------------------------------

# Each line that a shell reads is the literal of a string, which it executes.
SHELL = """
import sys
names = {}
for line in sys.stdin:
    exec(eval(line), names)
    print("done", flush=True)
"""


class Shell:
    """An interpreter that is told step by step what to do; each is a family of its own."""

    def __init__(self, interpreter: str, folder: Path) -> None:
        self.errors = (folder / f"errors-{id(self)}").open("w+")
        self.process = subprocess.Popen(
            [interpreter, "-c", SHELL],
            env={**os.environ, "PYTHONPATH": str(REFERENCE)},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def do(self, source: str) -> list[str]:
        """Execute `source` there; what it printed, by lines."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(repr(source) + "\n")
        self.process.stdin.flush()
        printed = []
        while (answer := self.process.stdout.readline()) != "done\n":
            assert answer, f"the shell ended at {source!r}: {Path(self.errors.name).read_text()}"
            printed.append(answer.rstrip("\n"))
        return printed

    def end(self) -> str:
        """End the interpreter; what it wrote on stderr."""
        self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0
        with self.errors as errors:
            errors.seek(0)
            return errors.read()


IMPORTS = "from mpref.shared_memory import SharedMemory, ShareableList"


@every_interpreter
def test_two_shells_share_a_block_in_silence(interpreter: str, tmp_path: Path) -> None:
    # Once the one that attached ends first, once the one that created the block.
    for attached_ends_first in (True, False):
        one, other = Shell(interpreter, tmp_path), Shell(interpreter, tmp_path)
        for shell in (one, other):
            shell.do(IMPORTS)
        (name,) = one.do("block = SharedMemory(create=True, size=10); print(block.name)")
        one.do("block.buf[:4] = bytearray([22, 33, 44, 55])")
        other.do(f"block = SharedMemory({name!r})")
        assert other.do("print(bytes(block.buf[:4]))") == [repr(bytes([22, 33, 44, 55]))]
        other.do("block.buf[:5] = b'howdy'; block.close()")
        if attached_ends_first:
            assert other.end() == ""
        assert one.do("print(bytes(block.buf[:5]))") == ["b'howdy'"]
        one.do("block.close(); block.unlink()")
        assert one.end() == ""
        if not attached_ends_first:
            assert other.end() == ""


@every_interpreter
def test_what_is_not_ours_is_left_alone(interpreter: str, tmp_path: Path) -> None:
    owner = Shell(interpreter, tmp_path)
    owner.do(IMPORTS)
    name = f"mpref-owned-{os.getpid()}"
    owner.do(f"block = SharedMemory({name!r}, create=True, size=10)")
    # Shells that attach, that fail to create a block of this name, or that make one of their own,
    # and end or are killed.
    attempt = f"try: SharedMemory({name!r}, create=True, size=10)\nexcept FileExistsError: pass"
    for what in (
        f"block = SharedMemory({name!r})",
        attempt,
        "mine = SharedMemory(create=True, size=5); mine.unlink()",
    ):
        for is_killed in (False, True):
            shell = Shell(interpreter, tmp_path)
            shell.do(IMPORTS)
            shell.do(what)
            helper = shell.do("from mpref._start import tracker; print(tracker._helper)")[0]
            if is_killed:
                shell.process.kill()
                shell.process.communicate()
                shell.errors.close()
            else:
                assert shell.end() == ""
            _await_end(helper)
            assert owner.do("print(bytes(block.buf[:1]))") == [repr(b"\0")]
            assert Path(f"/dev/shm/{name}").exists(), what
    # The owner fails to create another block of this name: the first one stays its own.
    owner.do(attempt)
    helper = owner.do("from mpref._start import tracker; print(tracker._helper)")[0]
    owner.process.kill()
    owner.process.communicate()
    owner.errors.close()
    _await_end(helper)
    assert not Path(f"/dev/shm/{name}").exists()


def _await_end(helper: str) -> None:
    if helper == "None":
        return
    deadline = time.monotonic() + 30
    while True:
        try:
            state = Path(f"/proc/{helper}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        assert time.monotonic() < deadline, f"the helper {helper} does not end"
        time.sleep(0.01)


# --- a system that lacks something ---------------------------------------------------------------

# A /dev with what an interpreter needs, and without shm.
WITHOUT_SHM = """
set -e
mount -t tmpfs none "$1"
for node in null zero random urandom; do
    touch "$1/$node"
    mount --bind "/dev/$node" "$1/$node"
done
mount --move "$1" /dev
shift
exec "$@"
"""

EVERYTHING = """
import os, sys
import mpref
from mpref import connection, shared_memory

def child(lock, rlock, semaphore, condition, event, barrier, value, array, queue, pipe):
    with lock, rlock, semaphore:
        value.value += 1
        array[1] = 5
    barrier.wait(30)
    with condition:
        condition.notify_all()
    assert event.wait(30)
    queue.put("queued")
    pipe.send("sent")

def double(number):
    return 2 * number

if __name__ == "__main__":
    assert not os.path.exists("/dev/shm")
    ctx = mpref.get_context(sys.argv[1])
    condition, event, barrier = ctx.Condition(), ctx.Event(), ctx.Barrier(2)
    value, array = ctx.Value("i"), ctx.Array("i", 2)
    queue, (ours, theirs) = ctx.JoinableQueue(), ctx.Pipe()
    locks = ctx.Lock(), ctx.RLock(), ctx.BoundedSemaphore(1)
    args = (*locks, condition, event, barrier, value, array, queue, theirs)
    process = ctx.Process(target=child, args=args)
    process.start()
    with condition:
        barrier.wait(30)
        assert condition.wait(30)
    event.set()
    assert (queue.get(), ours.recv()) == ("queued", "sent")
    queue.task_done()
    queue.join()
    process.join()
    assert (process.exitcode, value.value, array[:]) == (0, 1, [0, 5])
    with ctx.Pool(2) as pool:
        assert pool.map(double, range(5)) == [0, 2, 4, 6, 8]
    try:
        shared_memory.SharedMemory(create=True, size=5)
    except OSError:
        print("all but SharedMemory")
"""


@every_interpreter
@every_method
def test_without_dev_shm(interpreter: str, method: str, tmp_path: Path) -> None:
    hidden = tmp_path / "dev"
    hidden.mkdir()
    try:
        able = subprocess.run(
            ["unshare", "--mount", "sh", "-c", WITHOUT_SHM, "sh", str(hidden), "true"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no program unshare, and nothing else hides /dev/shm")
    if able.returncode != 0:
        pytest.skip(f"a mount namespace isn't permitted here: {able.stderr.strip()}")
    path = script(tmp_path, EVERYTHING)
    command = ["--mount", "sh", "-c", WITHOUT_SHM, "sh", str(hidden), interpreter, path, method]
    ended = run("unshare", *command, cwd=tmp_path)
    assert (ended.lines, ended.err) == (["all but SharedMemory"], "")

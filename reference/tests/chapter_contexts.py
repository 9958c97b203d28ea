"""What each start method does: what children get, what stays here, what is left when it fails."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from typing import Any, NoReturn

import mpref
from mpref._os import pidfd
from mpref.context import BaseContext
from run_chapter import run_chapter
from toolkit import (
    UNKNOWN_EXIT,
    NotApplicable,
    Turn,
    exit_with,
    finish,
    in_scratch,
    nothing,
    open_fds,
    raises,
    run,
    tell,
    wait_for,
)


def _grandchild(turn: Turn, method: str, depth: int) -> None:
    if depth:
        process = run(mpref.get_context(method), _grandchild, turn, method, depth - 1)
        process.join()
        sys.exit(process.exitcode)
    turn.give(mpref.current_process().name)
    sys.exit(4)


def family_of_four(ctx: BaseContext) -> None:
    turn = Turn()
    process = run(ctx, _grandchild, turn, ctx.get_start_method(), 2)
    assert turn.take() == process.name + ":1:1"
    finish(process, 4)


def _mixed(methods: list[str]) -> None:
    if methods:
        process = run(mpref.get_context(methods[0]), _mixed, methods[1:])
        process.join()
        sys.exit(process.exitcode)
    sys.exit(11)


def start_methods_mix(ctx: BaseContext) -> None:
    for others in (["fork", "spawn"], ["spawn", "forkserver"], ["forkserver", "fork"]):
        finish(run(ctx, _mixed, others), 11)


def _echo(sock: socket.socket, more: list[socket.socket]) -> None:
    with sock:
        sock.sendall(str(len(more)).encode())
    for each in more:
        each.close()


def descriptors_are_handed_over(ctx: BaseContext) -> None:
    ours, theirs = socket.socketpair()
    # More than the kernel passes in one message.
    more = [socket.socket() for _ in range(300)]
    process = run(ctx, _echo, theirs, more)
    theirs.close()
    for each in more:
        each.close()
    assert ours.recv(10) == b"300"
    assert ours.recv(10) == b"", "a copy is still open somewhere"
    ours.close()
    finish(process)


def large_arguments(ctx: BaseContext) -> None:
    finish(run(ctx, _length, b"x" * (8 << 20)), 8)


def _length(data: bytes) -> None:
    sys.exit(len(data) >> 20)


def _list_fds(turn: Turn) -> None:
    listed = []
    for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            listed.append(f"{fd}:{os.readlink(f'/proc/self/fd/{fd}')}")
        except OSError:
            pass
    turn.give("\n".join(listed))


def unneeded_descriptors_stay_here(ctx: BaseContext) -> None:
    if ctx.get_start_method() == "fork":
        raise NotApplicable("a forked child inherits all descriptors")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    siblings = [run(ctx, time.sleep, 1000) for _ in range(3)]
    turn = Turn()
    process = run(ctx, _list_fds, turn)
    listed = turn.take().splitlines()
    finish(process)
    for each in siblings:
        each.kill()
        each.join()
    name = os.readlink(f"/proc/self/fd/{writer}")
    os.close(reader)
    os.close(writer)
    assert not any(line.endswith(name) for line in listed), listed
    # The standard streams, the turn's FIFO, the descriptors by which a child watches its parent and
    # asks the fork server, and what the interpreter opens itself (/dev/urandom, PyPy's epoll).
    assert len(listed) <= 11, listed


def nothing_leaks(ctx: BaseContext) -> None:
    finish(run(ctx, nothing)).close()  # starts what is started once: the fork server, ...
    gc.collect()
    before = open_fds()
    for _ in range(5):
        finish(run(ctx, nothing)).close()
    for _ in range(5):  # objects that nobody closes give their descriptors back, too
        finish(run(ctx, nothing))
    for _ in range(5):
        gc.collect()
    assert open_fds() == before, (open_fds(), before)
    assert not mpref.active_children()


def start_fails_without_traces(ctx: BaseContext) -> None:
    if ctx.get_start_method() == "fork":
        raise NotApplicable("nothing is pickled for a forked child")
    finish(run(ctx, nothing))
    before = open_fds()
    process = ctx.Process(target=lambda: None)
    raises(Exception, process.start)
    assert process.pid is None and not process.is_alive() and not mpref.active_children()
    assert repr(process).endswith("initial>")
    process = ctx.Process(target=_Unloadable())
    process.start()
    finish(process, 1)
    process.close()
    assert open_fds() == before


class _Unloadable:
    def __call__(self) -> None:
        pass

    def __reduce__(self) -> tuple[Any, ...]:
        return _fail, ()


def _fail() -> NoReturn:
    raise RuntimeError("loading failed on purpose")


def full_descriptor_table(ctx: BaseContext) -> None:
    finish(run(ctx, nothing))
    for _ in range(5):
        gc.collect()
    before = open_fds()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(before)
    for spare in range(12):
        process = ctx.Process(target=nothing)
        # With one more free place each time, each step that needs a descriptor fails once.
        highest = max(map(int, before))
        fillers = [os.dup(0) for _ in range(highest + 1 - used)] if highest >= used else []
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + spare, hard))
        try:
            process.start()
        except (OSError, EOFError):
            pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for filler in fillers:
                os.close(filler)
        if process.pid is None:
            assert open_fds() == before, (spare, open_fds() - before)
            assert not mpref.active_children()
            process.start()
        finish(process)
        process.close()
        assert open_fds() == before, spare


def killed_server_is_replaced(ctx: BaseContext) -> None:
    if ctx.get_start_method() != "forkserver":
        raise NotApplicable("there is no fork server")
    turn = Turn()
    process = run(ctx, wait_for, turn)
    asked = Turn()
    other = run(ctx, tell, asked, os.getppid)
    server = int(asked.take())
    finish(other)
    pid = process.pid
    assert pid is not None
    os.kill(server, signal.SIGKILL)
    if not pidfd.available():
        # The server alone knew when its children end, so they count as ended with it.
        process.kill()
        finish(process, UNKNOWN_EXIT)
        # kill() sends no signal to a process that counts as ended: this child may still be there.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        finish(run(ctx, exit_with, 3), 3)
        return
    assert process.is_alive()
    finish(run(ctx, exit_with, 3), 3)
    assert not os.path.exists(f"/proc/{server}"), "the dead server is a zombie"
    assert process.is_alive()
    turn.give()
    finish(process, UNKNOWN_EXIT)


def server_ignores_interrupts(ctx: BaseContext) -> None:
    if ctx.get_start_method() != "forkserver":
        raise NotApplicable("there is no fork server")
    asked = Turn()
    process = run(ctx, tell, asked, os.getppid)
    server = int(asked.take())
    finish(process)
    os.kill(server, signal.SIGINT)
    finish(run(ctx, nothing))
    with open(f"/proc/{server}/cmdline") as file:
        assert "mpref._start" in file.read()


def current_directory(ctx: BaseContext) -> None:
    before = os.getcwd()
    turn = Turn()
    os.chdir("/")
    try:
        finish_later = run(ctx, tell, turn, os.getcwd)
    finally:
        os.chdir(before)
    assert turn.take() == "'/'"
    finish(finish_later)


def removed_current_directory(ctx: BaseContext) -> None:
    before = os.getcwd()
    gone = in_scratch("gone")
    os.mkdir(gone)
    os.chdir(gone)
    os.rmdir(gone)
    try:
        # CPython 3.13.0 can't run a program given by -c in a folder that is gone.
        if (
            subprocess.run(
                [sys.executable, "-c", "import socket"], stderr=-3, check=False
            ).returncode
            == 0
        ):
            finish(run(ctx, exit_with, 8), 8)
    finally:
        os.chdir(before)


def missing_executable(ctx: BaseContext) -> None:
    if ctx.get_start_method() != "spawn":
        raise NotApplicable("no executable is started for each child")
    finish(run(ctx, nothing))  # makes the descriptors that are made once
    process = ctx.Process(target=nothing)
    mpref.set_executable("/nonexistent/python")
    try:
        before = open_fds()
        raises(FileNotFoundError, process.start)
        assert open_fds() == before and process.pid is None
    finally:
        mpref.set_executable(os.fsencode(sys.executable))
    process.start()
    finish(process)


if __name__ == "__main__":
    run_chapter()

"""Process objects: their life, their names and keys, how they end, and who notices it."""

from __future__ import annotations

import gc
import json
import os
import pickle
import select
import signal
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable

import mpref
from mpref import connection
from mpref.context import BaseContext, ForkProcess
from mpref.process import BaseProcess
from run_chapter import run_chapter
from toolkit import (
    PATIENCE,
    UNKNOWN_EXIT,
    NotApplicable,
    Turn,
    exit_with,
    finish,
    nothing,
    raises,
    run,
    wait_for,
)


def _doze() -> None:
    # Short sleeps: the interpreter notices a signal that comes right before a system call only
    # after that call. Of 1000 children in one long sleep, 2 still slept after 5 seconds.
    while True:
        time.sleep(0.05)


def _modules_of_the_standard_library() -> list[str]:
    """What mpref must not import."""
    if "coverage" in sys.modules:
        return []  # coverage imports multiprocessing itself
    return [
        name
        for name in sys.modules
        if name.split(".")[0] == "multiprocessing" or name == "concurrent.futures.process"
    ]


def _tell_facts(turn: Turn) -> None:
    me, parent = mpref.current_process(), mpref.parent_process()
    assert parent is not None
    facts = {
        "name": me.name,
        "pid": me.pid == os.getpid() == me.ident,
        "alive": me.is_alive(),
        "exitcode": me.exitcode,
        "daemon": me.daemon,
        "grandchild": type(me)().name,
        "parent": [parent.name, parent.pid, parent.is_alive()],
        "key": me.authkey.decode("latin-1"),
        "children": mpref.active_children(),
        "stdin": sys.stdin.read(),
        "multiprocessing": _modules_of_the_standard_library(),
        "method": mpref.get_start_method(allow_none=True),
        "cwd": os.getcwd(),
        "argv": sys.argv,
    }
    for name in ("join", "start", "terminate", "kill", "interrupt"):
        raises(AssertionError, getattr(me, name))
    raises(ValueError, me.close)
    raises(AssertionError, setattr, me, "daemon", True)
    turn.give(json.dumps(facts))


class Worker(ForkProcess):
    pass


def life_of_a_process(ctx: BaseContext) -> None:
    turn = Turn()
    process = ctx.Process(target=wait_for, args=(turn,))
    assert process.pid is process.ident is process.exitcode is None
    assert not process.is_alive()
    assert repr(process).endswith(f"parent={os.getpid()} initial>"), process
    raises(AssertionError, process.join)
    raises(ValueError, lambda: process.sentinel)
    process.start()
    assert process.is_alive() and process.exitcode is None
    assert repr(process).endswith("started>") and f"pid={process.pid}" in repr(process), process
    assert process in mpref.active_children()
    raises(AssertionError, process.start)
    raises(ValueError, process.close)
    raises(AssertionError, setattr, process, "daemon", True)
    started = time.monotonic()
    for timeout in (0, -1, 0.01):
        assert process.join(timeout) is None
    assert time.monotonic() - started < PATIENCE
    assert connection.wait([process.sentinel], -1) == []
    turn.give()
    assert connection.wait([process.sentinel], PATIENCE) == [process.sentinel]
    assert select.select([process.sentinel], [], [], 0)[0]
    for _ in range(2):
        assert process.join() is None
        assert process.join(1) is None
    assert process.exitcode == 0 and not process.is_alive()
    assert repr(process).endswith("stopped exitcode=0>"), process
    assert process not in mpref.active_children()
    raises(AssertionError, process.start)
    for name in ("terminate", "kill", "interrupt"):
        getattr(process, name)()
    assert process.exitcode == 0
    process.close()
    process.close()
    assert repr(process).endswith(" closed>"), process
    for name in ("pid", "ident", "exitcode", "sentinel"):
        raises(ValueError, getattr, process, name)
    for name in ("start", "join", "is_alive", "terminate", "kill", "interrupt"):
        raises(ValueError, getattr(process, name))
    assert process.name and process.authkey and process.daemon is False


def who_is_who(ctx: BaseContext) -> None:
    turn = Turn()
    process = ctx.Process(target=_tell_facts, args=(turn,))
    process.authkey = b"of the child"
    process.start()
    facts = json.loads(turn.take())
    finish(process)
    me = mpref.current_process()
    prefixes = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}
    prefix = prefixes[str(ctx.get_start_method())]
    assert process.name.startswith(f"{prefix}Process-")
    assert facts["name"] == process.name
    assert facts["pid"] and facts["alive"] and facts["exitcode"] is None
    assert facts["grandchild"] == process.name + ":1"
    assert facts["parent"] == [me.name, os.getpid(), True]
    assert facts["key"] == "of the child"
    assert facts["children"] == [] and facts["stdin"] == "" and facts["multiprocessing"] == []
    assert facts["method"] == mpref.get_start_method(allow_none=True)
    assert facts["cwd"] == os.getcwd() and facts["argv"] == sys.argv
    assert not _modules_of_the_standard_library()


def _leave(code: int) -> None:
    os._exit(code)


def exit_codes(ctx: BaseContext) -> None:
    cases = [
        (None, 0),
        (0, 0),
        (7, 7),
        (256 + 3, 3),
        (-1, 255),
        (2**40 + 5, 5),
        (True, 1),
        (False, 0),
    ]
    for code, expected in cases:
        finish(run(ctx, exit_with, code), expected)
    finish(run(ctx, _leave, 9), 9)
    for signum in (signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1):
        finish(run(ctx, signal.raise_signal, signum), -signum)


def signals(ctx: BaseContext) -> None:
    for verb, signum in (("terminate", signal.SIGTERM), ("kill", signal.SIGKILL)):
        process = run(ctx, time.sleep, 1000)
        getattr(process, verb)()
        assert connection.wait([process.sentinel], PATIENCE)
        finish(process, -signum)
        assert repr(process).endswith(f"exitcode=-{signum.name}>"), process


def _interrupted(turn: Turn, how: str) -> None:
    try:
        turn.give()
        time.sleep(1000)
    except KeyboardInterrupt:
        if how == "exit":
            sys.exit(5)
    finally:
        if how == "finally":
            sys.exit(6)


def interrupts(ctx: BaseContext) -> None:
    for how, code in (("swallow", 0), ("exit", 5), ("finally", 6)):
        turn = Turn()
        process = run(ctx, _interrupted, turn, how)
        turn.take()
        process.interrupt()
        finish(process, code)


def interrupt_right_after_start(ctx: BaseContext) -> None:
    # However early the interrupt comes, the child ends by KeyboardInterrupt and by nothing else.
    for _ in range(5):
        process = ctx.Process(target=_doze)
        process.start()
        process.interrupt()
        finish(process, 1)


def arguments_are_copied(ctx: BaseContext) -> None:
    args, kwargs = [0], {"b": 1}
    process = ctx.Process(target=nothing, args=args, kwargs=kwargs)
    args.append(1)
    kwargs["c"] = 2
    assert process._args == (0,) and process._kwargs == {"b": 1}
    raises(AssertionError, ctx.Process, "group")
    raises(TypeError, ctx.Process, None, None, None, (), {}, True)


def run_in_this_process(ctx: BaseContext) -> None:
    seen: list[int] = []
    ctx.Process(target=seen.append, args=[1]).run()
    ctx.Process().run()
    assert seen == [1]


def names(ctx: BaseContext) -> None:
    first, second = ctx.Process(), ctx.Process()
    number = int(first.name.rpartition("-")[2])
    assert second.name.endswith(f"-{number + 1}")
    first.name = "x"
    assert first.name == "x" and ctx.Process(name="x").name == "x"
    raises(AssertionError, setattr, first, "name", 1)
    assert mpref.Process().name.startswith("Process-")
    assert Worker().name.startswith("Worker-")


def authkeys(ctx: BaseContext) -> None:
    me = mpref.current_process()
    assert isinstance(me.authkey, bytes) and len(me.authkey) >= 16
    before = me.authkey
    process = ctx.Process()
    assert process.authkey == before
    try:
        me.authkey = b"new"
        assert ctx.Process().authkey == b"new" and process.authkey == before
    finally:
        me.authkey = before
    raises(TypeError, pickle.dumps, before)
    raises(TypeError, pickle.dumps, process)
    raises(TypeError, setattr, process, "authkey", 5)


def _daemon(turn: Turn, method: str) -> None:
    inherited = mpref.Process().daemon
    error = raises(AssertionError, mpref.get_context(method).Process(daemon=False).start)
    turn.give(f"{inherited} {error}")


def daemons(ctx: BaseContext) -> None:
    turn = Turn()
    process = ctx.Process(target=_daemon, args=(turn, ctx.get_start_method()), daemon=True)
    assert repr(process).endswith(" daemon>")
    process.start()
    assert turn.take() == "True daemonic processes are not allowed to have children"
    finish(process)


def arguments_live_as_long_as_the_child(ctx: BaseContext) -> None:
    turn = Turn()
    ref = weakref.ref(turn)
    run(ctx, wait_for, turn)
    path = turn.path
    del turn
    gc.collect()
    assert ref() is not None, "collected while the child is alive"
    with open(path, "w"):
        pass
    while mpref.active_children():
        connection.wait([child.sentinel for child in mpref.active_children()], PATIENCE)
    for _ in range(5):  # PyPy's collector needs several rounds
        gc.collect()
    assert ref() is None


def ended_children_are_reaped(ctx: BaseContext) -> None:
    processes: list[BaseProcess] = []
    others: dict[str, Callable[[], object]] = {
        "start": lambda: finish(run(ctx, nothing)),
        "active_children": mpref.active_children,
        "is_alive": lambda: [each.is_alive() for each in processes],
    }
    for name, other in others.items():
        processes[:] = [run(ctx, nothing) for _ in range(2)]
        for each in processes:
            connection.wait([each.sentinel], PATIENCE)
        other()
        zombies = [each for each in processes if os.path.exists(f"/proc/{each.pid}")]
        if ctx.get_start_method() != "forkserver":  # which reaps its children itself
            assert not zombies, name
        assert [each.exitcode for each in processes] == [0, 0]


def sigchld_ignored(ctx: BaseContext) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = run(ctx, exit_with, 3)
        process.join(PATIENCE)
        assert not process.is_alive()
        assert process.exitcode in (3, UNKNOWN_EXIT), process
    finally:
        signal.signal(signal.SIGCHLD, before)


def reaped_by_somebody_else(ctx: BaseContext) -> None:
    if ctx.get_start_method() == "forkserver":
        raise NotApplicable("a child of the server can be reaped by nobody else")
    process = run(ctx, exit_with, 3)
    assert process.pid is not None
    os.waitpid(process.pid, 0)
    process.join(PATIENCE)
    assert not process.is_alive()
    assert process.exitcode == UNKNOWN_EXIT
    for verb in ("terminate", "kill"):
        getattr(process, verb)()


def sentinels_of_siblings_are_independent(ctx: BaseContext) -> None:
    turn = Turn()
    first = run(ctx, time.sleep, 1000)
    second = run(ctx, wait_for, turn)
    first.kill()
    assert connection.wait([first.sentinel, second.sentinel], PATIENCE) == [first.sentinel]
    turn.give()
    assert connection.wait([second.sentinel], PATIENCE)
    finish(first, -signal.SIGKILL)
    finish(second)


def threads_start_concurrently(ctx: BaseContext) -> None:
    failures = []

    def work() -> None:
        try:
            for code in range(5):
                finish(run(ctx, exit_with, code), code)
        except BaseException:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def one_start_of_several_threads_wins(ctx: BaseContext) -> None:
    process = ctx.Process(target=nothing)
    outcomes = []
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait()
        try:
            process.start()
            outcomes.append("started")
        except AssertionError:
            outcomes.append("refused")

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 3 + ["started"], outcomes
    finish(process)


def many_join_one(ctx: BaseContext) -> None:
    turn = Turn()
    process = run(ctx, wait_for, turn)
    threads = [threading.Thread(target=process.join) for _ in range(4)]
    for thread in threads:
        thread.start()
    turn.give()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    finish(process)


def _parent_gone(told: Turn, turn: Turn, method: str) -> None:
    child = mpref.get_context(method).Process(target=_orphan, args=(told, turn))
    child.start()
    os.kill(os.getpid(), signal.SIGKILL)


def _orphan(told: Turn, turn: Turn) -> None:
    parent = mpref.parent_process()
    assert parent is not None
    parent.join()
    assert connection.wait([parent.sentinel], 0)
    told.give(f"{parent.is_alive()} {parent.exitcode}")


def children_notice_a_killed_parent(ctx: BaseContext) -> None:
    told, turn = Turn(), Turn()
    process = run(ctx, _parent_gone, told, turn, ctx.get_start_method())
    assert told.take() == "False None"
    finish(process, -signal.SIGKILL)


def forked_copy_is_a_main_process_of_its_own(ctx: BaseContext) -> None:
    turn = Turn()
    process = run(ctx, wait_for, turn)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            assert mpref.active_children() == []
            for name in ("join", "is_alive", "terminate", "start"):
                raises(AssertionError, getattr(process, name))
            assert "unknown" in repr(process)
            finish(run(ctx, exit_with, 2), 2)
            mpref.active_children()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert process.is_alive()
    turn.give()
    finish(process)


def _threads(told: Turn) -> None:
    def later() -> None:
        told.give(repr(threading.current_thread().daemon))

    threading.Thread(target=later, daemon=False).start()


def threads_of_a_child_are_waited_for(ctx: BaseContext) -> None:
    told = Turn()
    process = run(ctx, _threads, told)
    assert told.take() == "False"
    finish(process)


def started_in_a_thread(ctx: BaseContext) -> None:
    codes = []

    def start() -> None:
        told = Turn()
        process = run(ctx, _threads, told)
        told.take()
        process.join()
        codes.append(process.exitcode)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert codes == [0]


if __name__ == "__main__":
    run_chapter()

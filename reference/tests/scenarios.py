"""What the core of mpref does, as plain functions: one run per interpreter and start method.

    python scenarios.py METHOD SCRATCH [NAME...]

runs each scenario in this process and prints a line of JSON for it. pytest is not needed, so that
interpreters that have none can be asked, too; `test_scenarios.py` asks all that it finds.

Turns between processes are taken through FIFOs in the scratch folder, which a child of any start
method finds by their path.
"""

import faulthandler
import gc
import json
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import weakref

import mpref
from mpref import connection
from mpref import process as process_module
from mpref._os import child_handle as _handle
from mpref._os import pidfd as _pidfd

# An end that comes at all comes within milliseconds; this is for machines with ten times more work
# than processors, and bounds how long a broken mpref keeps the tests.
PATIENCE = 30

if "MPREF_TEST_WITHOUT_PIDFD" in os.environ:
    _pidfd._available = False

SCENARIOS = {}
SCRATCH = ""
_fifos = iter(range(10**6))


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


class Turn:
    """A turn that one process gives and another takes."""

    def __init__(self):
        self.path = os.path.join(SCRATCH, f"turn-{os.getpid()}-{next(_fifos)}")
        os.mkfifo(self.path)

    def give(self, text="."):
        with open(self.path, "w") as fifo:
            fifo.write(text)

    def take(self):
        with open(self.path) as fifo:
            return fifo.read()


def raises(kind, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def finish(process, exitcode=0):
    process.join(PATIENCE)
    assert process.exitcode == exitcode, process
    return process


def run(ctx, target, *args):
    process = ctx.Process(target=target, args=args)
    process.start()
    return process


class Block:
    """As a NumPy array it offers its memory to protocol 5, and becomes what memory it is given."""

    def __init__(self, memory):
        self.memory = memory

    def __reduce_ex__(self, protocol):
        return Block, (pickle.PickleBuffer(self.memory) if protocol >= 5 else bytes(self.memory),)

    def __eq__(self, other):
        return memoryview(self.memory) == memoryview(other.memory)


def open_fds():
    fds = set(os.listdir("/proc/self/fd"))
    # The one that listed the folder is gone by now.
    return {fd for fd in fds if os.path.lexists(f"/proc/self/fd/{fd}")}


# --- what children do ----------------------------------------------------------------------------


def nothing():
    pass


def wait_for(turn):
    turn.take()


def doze():
    # Short sleeps: a signal that hits the interpreter right before the system call is noticed only
    # after it, and of 1000 children in one long sleep 2 were still asleep after 5 seconds.
    while True:
        time.sleep(0.05)


def exit_with(code):
    sys.exit(code)


def tell(turn, what):
    turn.give(repr(what()))


def blackbox(turn):
    me, parent = mpref.current_process(), mpref.parent_process()
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
        "multiprocessing": sorted(
            name
            for name in sys.modules
            if name.split(".")[0] == "multiprocessing" or name == "concurrent.futures.process"
        ),
        "method": mpref.get_start_method(allow_none=True),
        "cwd": os.getcwd(),
        "argv": sys.argv,
    }
    for name in ("join", "start", "terminate", "kill", "interrupt"):
        raises(AssertionError, getattr(me, name))
    raises(ValueError, me.close)
    raises(AssertionError, setattr, me, "daemon", True)
    turn.give(json.dumps(facts))


class Worker(mpref.get_context("fork").Process):
    pass


# --- the life of a process -----------------------------------------------------------------------


@scenario
def life_of_a_process(ctx):
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


@scenario
def who_is_who(ctx):
    turn = Turn()
    process = ctx.Process(target=blackbox, args=(turn,))
    process.authkey = b"of the child"
    process.start()
    facts = json.loads(turn.take())
    finish(process)
    me = mpref.current_process()
    prefix = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}[ctx.get_start_method()]
    assert process.name.startswith(f"{prefix}Process-")
    assert facts["name"] == process.name
    assert facts["pid"] and facts["alive"] and facts["exitcode"] is None
    assert facts["grandchild"] == process.name + ":1"
    assert facts["parent"] == [me.name, os.getpid(), True]
    assert facts["key"] == "of the child"
    assert facts["children"] == [] and facts["stdin"] == "" and facts["multiprocessing"] == []
    assert facts["method"] == mpref.get_start_method(allow_none=True)
    assert facts["cwd"] == os.getcwd() and facts["argv"] == sys.argv
    assert "multiprocessing" not in sys.modules


@scenario
def exit_codes(ctx):
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
    finish(run(ctx, os._exit, 9), 9)
    for signum in (signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1):
        finish(run(ctx, signal.raise_signal, signum), -signum)


@scenario
def signals(ctx):
    for verb, signum in (("terminate", signal.SIGTERM), ("kill", signal.SIGKILL)):
        process = run(ctx, time.sleep, 1000)
        getattr(process, verb)()
        assert connection.wait([process.sentinel], PATIENCE)
        finish(process, -signum)
        assert repr(process).endswith(f"exitcode=-{signum.name}>"), process


def _interrupted(turn, how):
    try:
        turn.give()
        time.sleep(1000)
    except KeyboardInterrupt:
        if how == "exit":
            sys.exit(5)
    finally:
        if how == "finally":
            sys.exit(6)


@scenario
def interrupts(ctx):
    for how, code in (("swallow", 0), ("exit", 5), ("finally", 6)):
        turn = Turn()
        process = run(ctx, _interrupted, turn, how)
        turn.take()
        process.interrupt()
        finish(process, code)


@scenario
def interrupt_right_after_start(ctx):
    # However early it comes, it neither gets lost nor kills a half-made child in another way.
    for _ in range(5):
        process = ctx.Process(target=doze)
        process.start()
        process.interrupt()
        finish(process, 1)


@scenario
def arguments_are_copied(ctx):
    args, kwargs = [0], {"b": 1}
    process = ctx.Process(target=nothing, args=args, kwargs=kwargs)
    args.append(1)
    kwargs["c"] = 2
    assert process._args == (0,) and process._kwargs == {"b": 1}
    raises(AssertionError, ctx.Process, "group")
    raises(TypeError, ctx.Process, None, None, None, (), {}, True)


@scenario
def run_in_this_process(ctx):
    seen = []
    ctx.Process(target=seen.append, args=[1]).run()
    ctx.Process().run()
    assert seen == [1]


@scenario
def names(ctx):
    first, second = ctx.Process(), ctx.Process()
    number = int(first.name.rpartition("-")[2])
    assert second.name.endswith(f"-{number + 1}")
    first.name = "x"
    assert first.name == "x" and ctx.Process(name="x").name == "x"
    raises(AssertionError, setattr, first, "name", 1)
    assert mpref.Process().name.startswith("Process-")
    assert Worker().name.startswith("Worker-")


@scenario
def authkeys(ctx):
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


def _daemon(turn, method):
    inherited = mpref.Process().daemon
    error = raises(AssertionError, mpref.get_context(method).Process(daemon=False).start)
    turn.give(f"{inherited} {error}")


@scenario
def daemons(ctx):
    turn = Turn()
    process = ctx.Process(target=_daemon, args=(turn, ctx.get_start_method()), daemon=True)
    assert repr(process).endswith(" daemon>")
    process.start()
    assert turn.take() == "True daemonic processes are not allowed to have children"
    finish(process)


@scenario
def arguments_live_as_long_as_the_child(ctx):
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
    for _ in range(5):  # PyPy takes several rounds
        gc.collect()
    assert ref() is None


@scenario
def ended_children_are_reaped(ctx):
    def zombies():
        return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]

    others = {
        "start": lambda: finish(run(ctx, nothing)),
        "active_children": mpref.active_children,
        "is_alive": lambda: [each.is_alive() for each in processes],
    }
    for name, other in others.items():
        processes = [run(ctx, nothing) for _ in range(2)]
        pids = [each.pid for each in processes]
        for each in processes:
            connection.wait([each.sentinel], PATIENCE)
        other()
        if ctx.get_start_method() != "forkserver":  # there the server reaps, when it gets to it
            assert zombies() == [], name
        assert [each.exitcode for each in processes] == [0, 0]


@scenario
def sigchld_ignored(ctx):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = run(ctx, exit_with, 3)
        process.join(PATIENCE)
        assert not process.is_alive()
        assert process.exitcode in (3, _handle.UNKNOWN_EXIT), process
    finally:
        signal.signal(signal.SIGCHLD, before)


@scenario
def reaped_by_somebody_else(ctx):
    if ctx.get_start_method() == "forkserver":
        return  # a child of the server can't be
    process = run(ctx, exit_with, 3)
    os.waitpid(process.pid, 0)
    process.join(PATIENCE)
    assert not process.is_alive()
    assert process.exitcode == _handle.UNKNOWN_EXIT
    for verb in ("terminate", "kill"):
        getattr(process, verb)()


@scenario
def sentinels_of_siblings_are_independent(ctx):
    turn = Turn()
    first = run(ctx, time.sleep, 1000)
    second = run(ctx, wait_for, turn)
    first.kill()
    assert connection.wait([first.sentinel, second.sentinel], PATIENCE) == [first.sentinel]
    turn.give()
    assert connection.wait([second.sentinel], PATIENCE)
    finish(first, -signal.SIGKILL)
    finish(second)


@scenario
def threads_start_concurrently(ctx):
    failures = []

    def work():
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


@scenario
def one_start_of_several_threads_wins(ctx):
    process = ctx.Process(target=nothing)
    outcomes = []
    barrier = threading.Barrier(4)

    def start():
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


@scenario
def many_join_one(ctx):
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


def _grandchild(turn, method, depth):
    if depth:
        process = run(mpref.get_context(method), _grandchild, turn, method, depth - 1)
        process.join()
        sys.exit(process.exitcode)
    turn.give(mpref.current_process().name)
    sys.exit(4)


@scenario
def family_of_four(ctx):
    turn = Turn()
    process = run(ctx, _grandchild, turn, ctx.get_start_method(), 2)
    assert turn.take() == process.name + ":1:1"
    finish(process, 4)


def _mixed(methods):
    if methods:
        process = run(mpref.get_context(methods[0]), _mixed, methods[1:])
        process.join()
        sys.exit(process.exitcode)
    sys.exit(11)


@scenario
def start_methods_mix(ctx):
    for others in (["fork", "spawn"], ["spawn", "forkserver"], ["forkserver", "fork"]):
        finish(run(ctx, _mixed, others), 11)


def _echo(sock, more):
    with sock:
        sock.sendall(str(len(more)).encode())
    for each in more:
        each.close()


@scenario
def descriptors_are_handed_over(ctx):
    ours, theirs = socket.socketpair()
    # More than the kernel takes in one message.
    more = [socket.socket() for _ in range(300)]
    process = run(ctx, _echo, theirs, more)
    theirs.close()
    for each in more:
        each.close()
    assert ours.recv(10) == b"300"
    assert ours.recv(10) == b"", "a copy is still open somewhere"
    ours.close()
    finish(process)


@scenario
def large_arguments(ctx):
    finish(run(ctx, _length, b"x" * (8 << 20)), 8)


def _length(data):
    sys.exit(len(data) >> 20)


def _list_fds(turn):
    listed = []
    for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            listed.append(f"{fd}:{os.readlink(f'/proc/self/fd/{fd}')}")
        except OSError:
            pass
    turn.give("\n".join(listed))


@scenario
def unneeded_descriptors_stay_here(ctx):
    if ctx.get_start_method() == "fork":
        return  # all is inherited
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
    # The standard streams, the turn, the parent's end, the door, stdin, and what the interpreter
    # itself opens (/dev/urandom, PyPy's epoll).
    assert len(listed) <= 11, listed


@scenario
def nothing_leaks(ctx):
    finish(run(ctx, nothing)).close()  # the fork server and the own end are there from now on
    gc.collect()
    before = open_fds()
    for _ in range(5):
        finish(run(ctx, nothing)).close()
    for _ in range(5):  # garbage gives its descriptors back, too
        finish(run(ctx, nothing))
    for _ in range(5):
        gc.collect()
    assert open_fds() == before, (open_fds(), before)
    assert not mpref.active_children()


@scenario
def start_fails_without_traces(ctx):
    if ctx.get_start_method() == "fork":
        return  # nothing is pickled
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
    def __call__(self):
        pass

    def __reduce__(self):
        return _fail, ()


def _fail():
    raise RuntimeError("loading failed on purpose")


@scenario
def full_descriptor_table(ctx):
    import resource

    finish(run(ctx, nothing))
    for _ in range(5):
        gc.collect()
    before = open_fds()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(before)
    for spare in range(12):
        process = ctx.Process(target=nothing)
        # Every number of free places in turn: each place where a descriptor is made fails once.
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


def _parent_gone(told, turn, method):
    child = mpref.get_context(method).Process(target=_orphan, args=(told, turn))
    child.start()
    os.kill(os.getpid(), signal.SIGKILL)


def _orphan(told, turn):
    parent = mpref.parent_process()
    parent.join()
    assert connection.wait([parent.sentinel], 0)
    told.give(f"{parent.is_alive()} {parent.exitcode}")


@scenario
def children_notice_a_killed_parent(ctx):
    told, turn = Turn(), Turn()
    process = run(ctx, _parent_gone, told, turn, ctx.get_start_method())
    assert told.take() == "False None"
    finish(process, -signal.SIGKILL)


@scenario
def forked_copy_is_a_main_process_of_its_own(ctx):
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
            process_module.active_children()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert process.is_alive()
    turn.give()
    finish(process)


@scenario
def killed_server_is_replaced(ctx):
    if ctx.get_start_method() != "forkserver":
        return
    turn = Turn()
    process = run(ctx, wait_for, turn)
    asked = Turn()
    other = run(ctx, tell, asked, os.getppid)
    server = int(asked.take())
    finish(other)
    os.kill(server, signal.SIGKILL)
    if not _pidfd.available():
        # Nobody but the server knew when its children end.
        process.kill()
        finish(process, _handle.UNKNOWN_EXIT)
        finish(run(ctx, exit_with, 3), 3)
        return
    assert process.is_alive()
    finish(run(ctx, exit_with, 3), 3)
    assert not os.path.exists(f"/proc/{server}"), "the dead server is a zombie"
    assert process.is_alive()
    turn.give()
    finish(process, _handle.UNKNOWN_EXIT)


@scenario
def server_ignores_interrupts(ctx):
    if ctx.get_start_method() != "forkserver":
        return
    asked = Turn()
    process = run(ctx, tell, asked, os.getppid)
    server = int(asked.take())
    finish(process)
    os.kill(server, signal.SIGINT)
    finish(run(ctx, nothing))
    with open(f"/proc/{server}/cmdline") as file:
        assert "_forkserver" in file.read()


@scenario
def current_directory(ctx):
    before = os.getcwd()
    turn = Turn()
    os.chdir("/")
    try:
        finish_later = run(ctx, tell, turn, os.getcwd)
    finally:
        os.chdir(before)
    assert turn.take() == "'/'"
    finish(finish_later)


@scenario
def removed_current_directory(ctx):
    before = os.getcwd()
    gone = os.path.join(SCRATCH, "gone")
    os.mkdir(gone)
    os.chdir(gone)
    os.rmdir(gone)
    try:
        # CPython 3.13.0 itself can't run a -c program there.
        if subprocess.run([sys.executable, "-c", "import socket"], stderr=-3).returncode == 0:
            finish(run(ctx, exit_with, 8), 8)
    finally:
        os.chdir(before)


@scenario
def missing_executable(ctx):
    if ctx.get_start_method() != "spawn":
        return
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


def _threads(told):
    def later():
        told.give(repr(threading.current_thread().daemon))

    threading.Thread(target=later, daemon=False).start()


@scenario
def threads_of_a_child_are_waited_for(ctx):
    told = Turn()
    process = run(ctx, _threads, told)
    assert told.take() == "False"
    finish(process)


@scenario
def started_in_a_thread(ctx):
    codes = []

    def start():
        told = Turn()
        process = run(ctx, _threads, told)
        told.take()
        process.join()
        codes.append(process.exitcode)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert codes == [0]


def main():
    global SCRATCH
    method, folder, *names = sys.argv[1:]
    SCRATCH = os.path.abspath(folder)
    method, _, without = method.partition("-")
    if without:
        # What children of a fresh interpreter find out for themselves, they are told.
        os.environ["MPREF_TEST_WITHOUT_PIDFD"] = "1"
        _pidfd._available = False
    ctx = mpref.get_context(method)
    for name, function in SCENARIOS.items():
        if names and name not in names:
            continue
        # A hang is to be explained, not only noticed. Anew for each: all together take minutes on a
        # busy machine.
        faulthandler.dump_traceback_later(3 * PATIENCE, exit=True)
        try:
            function(ctx)
            failure = None
        except BaseException:
            failure = traceback.format_exc()
        for child in mpref.active_children():
            child.kill()
            child.join()
            failure = failure or f"left {child}"
        print(json.dumps({"name": name, "failure": failure}), flush=True)


if __name__ == "__main__":
    main()

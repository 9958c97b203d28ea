"""What a forked child has from its parent does not act on the parent, nor is the child deaf."""

from __future__ import annotations

from pathlib import Path

from programs import every_interpreter, every_method, run, script


@every_interpreter
def test_a_signal_of_a_forked_child_does_not_reach_the_parents_event_loop(
    interpreter: str, tmp_path: Path
) -> None:
    source = """
import asyncio, os, signal, mpref

def work(end):
    end.send("begun")
    end.recv()  # until the signal

async def main():
    loop = asyncio.get_running_loop()
    seen = []
    loop.add_signal_handler(signal.SIGTERM, seen.append, "SIGTERM")
    loop.add_signal_handler(signal.SIGUSR1, seen.append, "SIGUSR1")
    context = mpref.get_context("fork")
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        ours, theirs = context.Pipe()
        child = context.Process(target=work, args=(theirs,))
        child.start()
        theirs.close()
        ours.recv()
        os.kill(child.pid, number)
        child.join()
        print(number.name, child.exitcode, flush=True)
    await asyncio.sleep(0)
    print("in the parent", seen)
    os.kill(os.getpid(), signal.SIGUSR1)
    while not seen:
        await asyncio.sleep(0.01)
    print("then", seen)

asyncio.run(main())
"""
    ended = run(interpreter, script(tmp_path, source), cwd=tmp_path)
    assert ended.lines == [
        "SIGTERM -15",
        "SIGUSR1 -10",
        "SIGINT 1",
        "in the parent []",
        "then ['SIGUSR1']",
    ], ended


@every_interpreter
def test_a_forked_child_of_a_running_event_loop_can_run_one(
    interpreter: str, tmp_path: Path
) -> None:
    source = """
import asyncio, sys, mpref

def work():
    sys.exit(asyncio.run(asyncio.sleep(0, 7)))

async def main():
    child = mpref.get_context("fork").Process(target=work)
    child.start()
    child.join()
    await asyncio.sleep(0)
    print(child.exitcode)

asyncio.run(main())
"""
    ended = run(interpreter, script(tmp_path, source), cwd=tmp_path)
    assert ended.lines == ["7"], ended


@every_interpreter
@every_method
def test_a_child_ends_where_sigchld_is_blocked(
    interpreter: str, method: str, tmp_path: Path
) -> None:
    # As programs do that take their signals by sigwait or signalfd; the child has it blocked, too.
    source = """
import signal, sys, mpref

def work():
    print(signal.SIGCHLD in signal.pthread_sigmask(signal.SIG_BLOCK, []), flush=True)

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for _ in range(3):
        child = mpref.get_context(sys.argv[1]).Process(target=work)
        child.start()
        child.join()
        print(child.exitcode, flush=True)
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.lines == ["True", "0"] * 3, ended

"""Runs probes inside the implementation's interpreter.

Three modes, all entered through `probe_main.py`:

    describe        print what the implementation says of itself, as one JSON line
    run JOB         run one probe in this process; JOB is a file
    template        import everything, start nothing, and fork once for each job
                    that is read from stdin: the interpreter starts only once

A job is a JSON object: probe, start_method, scratch, environment. `main` returns
in the process of a forked job as it does in a fresh one, so that the process
ends through the interpreter's normal exit, where an implementation cleans up.
"""

import importlib
import json
import os
import platform
import random
import select
import signal
import sys
import tempfile
import traceback

from mpprobe import toolkit
from mpprobe.probes.surface import names as surface


def main():
    restore_signals()
    mode = sys.argv[1]
    if mode == "describe":
        print(json.dumps(describe(json.load(sys.stdin))))
        return
    if mode == "run":
        with open(sys.argv[2]) as file:
            job = json.load(file)
    else:
        job = template(json.loads(sys.argv[2]))
    if job is not None:
        run(job)


def restore_signals():
    """Handle signals as a program in the foreground does.

    A shell that starts the kit in the background has SIGINT ignored, and children inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def template(preload):
    """Fork for each job. Returns the job in the forked process, None in the template at the end."""
    jobs, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    toolkit.under_test()
    for name in preload["modules"]:
        importlib.import_module("mpprobe.probes." + name)

    def reply(**data):
        os.write(replies, json.dumps(data).encode() + b"\n")

    # Every SIGCHLD writes to this pipe, so that one select() sees the end of a run and of the host.
    wake_up, wake_up_writer = os.pipe()
    os.set_blocking(wake_up, False)
    os.set_blocking(wake_up_writer, False)
    signal.set_wakeup_fd(wake_up_writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)

    reply(ready=os.getpid())
    lines = os.fdopen(jobs, "rb", 0)
    while True:
        line = lines.readline()
        if not line:
            return None
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            lines.close()
            for descriptor in (wake_up, wake_up_writer, replies):
                os.close(descriptor)
            return json.loads(line.decode())
        reply(started=pid)
        status = wait_for_run(pid, jobs, wake_up)
        if status is None:
            return None
        reply(status=status)


def wait_for_run(pid, jobs, wake_up):
    """The wait status of a run's process. None: the host has ended, and the run was killed."""
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if jobs in select.select([jobs, wake_up], [], [])[0]:
            # The host sends no job while one runs, so this is the end of its input: it has ended.
            try:
                os.killpg(pid, signal.SIGKILL)
            except OSError:
                pass
            os.waitpid(pid, 0)
            return None
        os.read(wake_up, 4096)


def run(job):
    """Run one probe, and append each observation to the reply file when it is made."""
    enter(job)
    reply = os.open(
        os.path.join(job["scratch"], "reply"), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    )
    pid = os.getpid()

    def report(data):
        if os.getpid() != pid:
            raise RuntimeError("only the probe's own process reports; children tell()")
        os.write(reply, json.dumps(data).encode() + b"\n")

    module_name, _, function_name = job["probe"].rpartition(".")
    try:
        module = importlib.import_module("mpprobe.probes." + module_name)
        function = getattr(module, function_name)
    except Exception:
        report({"kit": traceback.format_exc()})
        return
    try:
        function(toolkit.Probe(job["start_method"], report))
    except toolkit.Unsupported as missing:
        report({"unsupported": str(missing)})
    except (NameError, LookupError, SyntaxError):
        # A mistake in the probe, if the probe's own code raised it; else the implementation raised.
        where = traceback.extract_tb(sys.exc_info()[2])[-1].filename
        kind = "kit" if os.path.dirname(toolkit.__file__) in where else "raised"
        report({kind: traceback.format_exc()})
    except Exception as error:
        missing = toolkit.missing_name(str(error))
        if missing:
            report({"unsupported": missing})
        else:
            report({"raised": traceback.format_exc()})
    else:
        report({"done": True})


def enter(job):
    """Give this process the session, the folders, the streams and the environment of the job."""
    scratch = job["scratch"]
    try:
        os.setsid()
    except OSError:
        pass  # a fresh process is started in a session of its own
    os.chdir(os.path.join(scratch, "work"))
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, os.path.join(scratch, "stdout"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, os.path.join(scratch, "stderr"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.update(job["environment"])
    tempfile.tempdir = None
    random.seed()


def describe(names):
    """What the implementation says of itself, and which of `names` it offers."""
    try:
        module = toolkit.under_test()
    except Exception:
        return {"error": traceback.format_exc()}
    methods = []
    try:
        methods = list(module.get_all_start_methods())
    except Exception:
        pass
    if not toolkit.offers(module, "get_context"):
        methods = ["default"]
    samples = {}
    usable = []
    for method in methods:
        try:
            if method != "default":
                module.get_context(method)
            usable.append(method)
        except Exception:
            pass
    return {
        "module": module.__name__,
        "version": str(getattr(module, "__version__", platform.python_version())),
        "documentation": getattr(module, "__spec_version__", None),
        "interpreter": platform.python_implementation(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": sys.platform,
        "system": platform.platform(),
        "start_methods": usable,
        "can_fork": hasattr(os, "fork"),
        "offers": [name for name in names if surface.is_offered(module, name, samples)],
    }

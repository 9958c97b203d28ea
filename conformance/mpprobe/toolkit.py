"""What probes use.

A probe is a function of one argument, the `Probe`. It does something with the
implementation under test and reports what happened, by `see` and `call`. It
judges nothing, and it knows nothing of the spec.

All of it is one file that imports nothing of the kit: `mpconform show ID
--script` copies it, with one probe, into a script that needs the implementation
alone.
"""

import importlib
import marshal
import math
import os
import sys
import time

SCRATCH = "MPPROBE_SCRATCH"
IMPLEMENTATION = "MPPROBE_IMPLEMENTATION"

# How long one process of a probe waits for another. This orders nothing: it only
# says when a wait becomes a failure that names what was waited for. Beside four
# busy loops on two processors, the slowest probe of 14 runs took 4.2 s (ten
# children by spawn), and a single wait is only a part of a probe.
HEAR_SECONDS = float(os.environ.get("MPPROBE_PATIENCE", "10"))

# Twice as long, since a program may start several processes, one after the other.
PROGRAM_SECONDS = 20.0


class Silence(Exception):
    """The other side of a probe did not say what was waited for."""


class Unsupported(Exception):
    """The implementation does not offer what the probe needs."""


def under_test():
    """The implementation's module, in any process of a probe."""
    return importlib.import_module(os.environ[IMPLEMENTATION])


# -- turns between processes, taken by files that the implementation does not know.
# Every child of a probe imports this module: marshal is built in, and json would
# cost each child 10 ms more.


def tell(name, value=True):
    """Say `name`, with a value, to every process of this run that hears it."""
    folder = os.path.join(os.environ[SCRATCH], "turns")
    draft = os.path.join(folder, ".%s.%d" % (name, os.getpid()))
    with open(draft, "wb") as file:
        marshal.dump(encode(value), file)
    os.rename(draft, os.path.join(folder, name))


def hear(name, timeout=HEAR_SECONDS):
    """Wait for `name` to be told and return its value. Seconds; raises Silence."""
    if not until(lambda: told(name), timeout):
        raise Silence("nobody told %r within %s s" % (name, timeout))
    with open(os.path.join(os.environ[SCRATCH], "turns", name), "rb") as file:
        return decode(marshal.load(file))


def told(name):
    """Has `name` been told?"""
    return os.path.exists(os.path.join(os.environ[SCRATCH], "turns", name))


def until(condition, timeout=HEAR_SECONDS):
    """Wait until condition() is true, at most `timeout` seconds; its last value."""
    pause = 0.0005
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() >= deadline:
            return value
        time.sleep(pause)
        pause = min(pause * 1.5, 0.005)


def park(name="release"):
    """Stay alive until `name` is told (or the run is long over)."""
    hear(name, 60.0)


# -- what the operating system says of a process


def process_state(pid):
    """The kernel's letter for a process (R, S, D, Z, ...), None when there is none."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return None


def process_gone(pid):
    """Is the process gone, or a zombie only?"""
    return process_state(pid) in (None, "Z")


def parent_of(pid):
    """The number of a process's parent, None when there is no such process."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return None


def children_of(pid):
    """The numbers of a process's children, zombies included."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return sorted(number for number in numbers if parent_of(number) == pid)


def blocked(pid, threads=None, unless=None, timeout=2.0):
    """Wait until all threads of a process sleep through an interval of 20 ms without waking up.

    So a blocking call looks from outside. A thread that polls wakes up again and again, and is
    not seen to block. Returns whether it was seen within `timeout` seconds.
    `threads`: a function that says of a thread's number whether it counts; absent: all count.
    `unless`: a function; the wait also ends when it returns something true.
    """
    deadline = time.monotonic() + timeout
    before = None
    while time.monotonic() < deadline and not (unless and unless()):
        now = _thread_states(pid, threads)
        if now and now == before and all(state == "S" for state, _ in now.values()):
            return True
        before = now
        # The interval that is looked at, no guess how long something takes. It is longer than a
        # pause of until(), and than a thread waits at a time for the interpreter's lock: 5 ms each.
        time.sleep(0.02)
    return False


def _thread_states(pid, threads):
    """{thread: (state, how often it has gone to sleep)} of a process."""
    found = {}
    try:
        for name in os.listdir("/proc/%d/task" % pid):
            if threads is None or threads(int(name)):
                with open("/proc/%d/task/%s/status" % (pid, name)) as file:
                    fields = dict(line.split(":", 1) for line in file if ":" in line)
                found[name] = (fields["State"].split()[0], fields["voluntary_ctxt_switches"])
    except OSError:
        return {}
    return found


def open_descriptors():
    """{descriptor: what it is} of this process, without the descriptor that lists them."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    return found


# -- values as neutral tagged data


def encode(value):
    """`value` as data that JSON can hold; objects of other types by the name of their type."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return {"$": "float", "repr": repr(value)}
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        return {"$": "bytes", "hex": bytes(value).hex()}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [encode(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"$": "set", "items": sorted((encode(item) for item in value), key=repr)}
    if isinstance(value, dict):
        return {"$": "dict", "items": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, BaseException):
        names = documented_names(type(value))
        return {"$": "exception", "names": names, "message": str(value)[:500]}
    if isinstance(value, type):
        return {"$": "type", "names": documented_names(value)}
    return {"$": "object", "type": documented_names(type(value))[0]}


def decode(data):
    """The value that was encoded; exceptions, types and other objects stay as data."""
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = data["$"]
    if tag == "float":
        return float(data["repr"])
    if tag == "bytes":
        return bytes.fromhex(data["hex"])
    if tag == "tuple":
        return tuple(decode(item) for item in data["items"])
    if tag == "set":
        return {decode(item) for item in data["items"]}
    if tag == "dict":
        return {decode(key): decode(item) for key, item in data["items"]}
    return data


def documented_names(cls):
    """The names of a class and its bases, most specific first, as documented.

    The implementation's four exceptions are `multiprocessing.NAME` whatever
    its module is called; builtins go by their bare name.
    """
    ours = {}
    implementation = sys.modules.get(os.environ.get(IMPLEMENTATION, ""))
    for name in ("ProcessError", "BufferTooShort", "AuthenticationError", "TimeoutError"):
        known = getattr(implementation, name, None)
        if isinstance(known, type):
            ours.setdefault(known, "multiprocessing." + name)
    names = []
    for base in cls.__mro__:
        if base in ours:
            names.append(ours[base])
        elif base.__module__ == "_queue":
            names.append("queue." + base.__name__)
        elif base.__module__ != "builtins":
            names.append(base.__module__ + "." + base.__name__)
        elif base is not object or cls is object:
            names.append(base.__name__)
    return names


# -- the probe's own object


class Probe:
    """One run of one probe: what is under test, and where observations go.

    Attributes:
        mp: the implementation's module.
        method: the start method of this run, None if the run has none.
    """

    def __init__(self, method, report):
        self.mp = under_test()
        self.method = method
        self._report = report
        self._ctx = None
        self._programs = 0

    @property
    def ctx(self):
        """The context of this run's start method (the module, if it offers no contexts)."""
        if self._ctx is None:
            if self.method is None:
                raise LookupError("this run has no start method: name one in the requirement")
            if self.method == "default":
                self._ctx = self.mp
            else:
                self._ctx = self.mp.get_context(self.method)
        return self._ctx

    def needs(self, *names):
        """End the run as `unsupported` unless the module offers all these dotted names."""
        for name in names:
            if not offers(self.mp, name):
                raise Unsupported(name)

    def see(self, name, value):
        """Report one observation."""
        self._report({"see": name, "value": encode(value)})

    def call(self, name, function, *args, **kwargs):
        """Call, and report NAME.value, NAME.raises (None or the exception) and NAME.seconds.

        Returns what the function returned, None if it raised.
        """
        value = raised = None
        begun = time.monotonic()
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            raised = error
        seconds = time.monotonic() - begun
        self.see(name + ".value", value)
        self.see(name + ".raises", raised)
        self.see(name + ".seconds", round(seconds, 4))
        return value

    def stderr(self):
        """What this run's processes wrote to standard error since the last call.

        What the probe reads here, it expects; the rest of the stream makes the ending `leaked`.
        """
        return self._read_output("stderr", sys.stderr)

    def stdout(self):
        """What they wrote to standard output since the last call, likewise."""
        return self._read_output("stdout", sys.stdout)

    def _read_output(self, name, stream):
        stream.flush()
        path = os.path.join(os.environ[SCRATCH], name)
        # How many bytes from the beginning of the stream the probe has read: the host's leftovers
        # begin behind them.
        expected = path + ".expected"
        begin = 0
        if os.path.exists(expected):
            with open(expected) as file:
                begin = int(file.read())
        with open(path, "rb") as file:
            file.seek(begin)
            text = file.read()
        with open(expected, "w") as file:
            file.write(str(begin + len(text)))
        return text.decode("utf-8", "replace")

    def program(self, source, how="script", stdin="", options=(), arguments=()):
        """Run a program in a new interpreter; {"out": str, "err": str, "code": exit status}.

        The word IMPLEMENTATION in the source is replaced by the module under test,
        START_METHOD by this run's start method. `how`: script (a file),
        module (-m NAME), package (-m PACKAGE with __main__), folder (a folder
        with __main__.py), command (-c) or stdin. `options` go to the interpreter,
        `arguments` to the program.
        """
        import subprocess

        self._programs += 1
        folder = os.path.join(os.environ[SCRATCH], "programs", "%d" % self._programs)
        package = os.path.join(folder, "application")
        os.makedirs(package)
        source = source.replace("IMPLEMENTATION", os.environ[IMPLEMENTATION])
        source = source.replace("START_METHOD", repr(self.method))
        path, words = {
            "script": ("program.py", [os.path.join(folder, "program.py")]),
            "module": ("program.py", ["-m", "program"]),
            "package": ("application/__main__.py", ["-m", "application"]),
            "folder": ("application/__main__.py", [package]),
            "command": ("unused.py", ["-c", source]),
            "stdin": ("unused.py", ["-"]),
        }[how]
        with open(os.path.join(folder, path), "w") as file:
            file.write(source)
        if how == "package":
            open(os.path.join(package, "__init__.py"), "w").close()
        streams = [os.path.join(folder, name) for name in ("in", "out", "err")]
        with open(streams[0], "w") as file:
            file.write(source if how == "stdin" else stdin)
        with open(streams[0]) as source_of, open(streams[1], "wb") as out:
            with open(streams[2], "wb") as err:
                process = subprocess.Popen(
                    [sys.executable] + list(options) + words + list(arguments),
                    stdin=source_of, stdout=out, stderr=err, cwd=folder,
                )  # fmt: skip
                try:
                    code = process.wait(PROGRAM_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    code = "hung"
        with open(streams[1]) as out, open(streams[2]) as err:
            told = {"out": out.read(), "err": err.read(), "code": code}
        missing = missing_name(told["err"])
        if missing:
            raise Unsupported(missing)
        return told


def missing_name(text):
    """The name that the module lacks, if the text is of an AttributeError about it; else None."""
    begins = "module %r has no attribute '" % os.environ[IMPLEMENTATION]
    return text.partition(begins)[2].partition("'")[0] or None


def offers(module, dotted):
    """Does the module offer a dotted name, as "Process.kill" or "connection.wait"?"""
    here = module
    for word in dotted.split("."):
        try:
            there = getattr(here, word)
        except AttributeError:
            if here is not module:
                return False
            try:
                there = importlib.import_module(module.__name__ + "." + word)
            except ImportError:
                return False
        except Exception:
            # A property read on the class, or a lazy attribute that fails to load.
            return False
        here = there
    return True

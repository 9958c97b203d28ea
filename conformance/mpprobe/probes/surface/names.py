"""Which documented names are there: in the module, on its contexts, on its classes."""

import importlib
import inspect

from mpprobe.toolkit import offers

# What the documentation has of functions, classes and exceptions that a context offers, too, in
# every version. get_all_start_methods() is asked for apart: no concrete context ever had it.
OF_MODULE_AND_CONTEXTS = [
    "Array",
    "AuthenticationError",
    "Barrier",
    "BoundedSemaphore",
    "BufferTooShort",
    "Condition",
    "Event",
    "JoinableQueue",
    "Lock",
    "Manager",
    "Pipe",
    "Pool",
    "Process",
    "ProcessError",
    "Queue",
    "RLock",
    "RawArray",
    "RawValue",
    "Semaphore",
    "SimpleQueue",
    "TimeoutError",
    "Value",
    "active_children",
    "cpu_count",
    "current_process",
    "freeze_support",
    "get_context",
    "get_logger",
    "get_start_method",
    "log_to_stderr",
    "parent_process",
    "set_executable",
    "set_forkserver_preload",
    "set_start_method",
]

# How to get an object of what the documentation calls a class and an implementation may well
# offer as a function. They are made without starting a process.
SAMPLES = {
    "Array": lambda module: module.Array("i", 1),
    "Barrier": lambda module: module.Barrier(1),
    "BoundedSemaphore": lambda module: module.BoundedSemaphore(),
    "Condition": lambda module: module.Condition(),
    "Event": lambda module: module.Event(),
    "JoinableQueue": lambda module: module.JoinableQueue(),
    "Lock": lambda module: module.Lock(),
    "Queue": lambda module: module.Queue(),
    "RLock": lambda module: module.RLock(),
    "Semaphore": lambda module: module.Semaphore(),
    "SimpleQueue": lambda module: module.SimpleQueue(),
    "Value": lambda module: module.Value("i", 0),
}

# The same of `dummy`, whose managers start no process either.
DUMMY_SAMPLES = dict(
    SAMPLES,
    **{
        "Manager": lambda module: module.Manager(),
        "connection.Connection": lambda module: module.Pipe()[0],
    },
)

SAMPLED = sorted(SAMPLES) + sorted("dummy." + name for name in DUMMY_SAMPLES)

SUBMODULES = [
    "connection",
    "dummy",
    "dummy.connection",
    "managers",
    "pool",
    "shared_memory",
    "sharedctypes",
]


def listed(t):
    """Everything public that the module, its contexts, classes and submodules offer."""
    module = t.mp
    t.see("module", public(module))
    contexts = []
    for method in listed_methods(module):
        try:
            contexts.append(public(module.get_context(method)))
        except ValueError:
            pass
    t.see("contexts", contexts)
    documented = [name for name in OF_MODULE_AND_CONTEXTS if hasattr(module, name)]
    t.see("documented", documented)
    t.see("lacking", [[name for name in documented if name not in them] for them in contexts])
    members, signatures = {}, {}
    for name in public(module):
        note(members, signatures, name, getattr(module, name, None))
    for name in SUBMODULES:
        try:
            submodule = importlib.import_module(module.__name__ + "." + name)
        except ImportError:
            continue
        members[name] = public(submodule)
        for inner in members[name]:
            note(members, signatures, name + "." + inner, getattr(submodule, inner, None))
    for name in SAMPLED:
        sample = make_sample(module, name)
        if sample is None:
            continue
        # A class need not have all that its objects have.
        of_the_class = members.get(name, [])
        note_members(members, signatures, name, sample)
        members[name] = sorted(set(members[name] + of_the_class))
    t.see("members", members)
    t.see("signatures", signatures)


def listed_methods(module):
    try:
        return module.get_all_start_methods()
    except AttributeError:
        return []


def is_offered(module, dotted, samples):
    """Does the module offer a dotted name, also one of an object that a function of it makes?

    `samples` keeps what was made for earlier questions.
    """
    if offers(module, dotted):
        return True
    owner, _, member = dotted.rpartition(".")
    if owner not in SAMPLED or not offers(module, owner):
        return False
    if owner not in samples:
        samples[owner] = make_sample(module, owner)
    return member in dir(samples[owner])


def public(thing):
    return sorted(name for name in dir(thing) if not name.startswith("_"))


def make_sample(module, name):
    """An object of what the module offers under a name of SAMPLED; None where it can't be had."""
    try:
        if name.startswith("dummy."):
            dummy = importlib.import_module(module.__name__ + ".dummy")
            return DUMMY_SAMPLES[name[len("dummy.") :]](dummy)
        return SAMPLES[name](module)
    except Exception:
        return None


def note(members, signatures, name, value):
    note_signature(signatures, name, value)
    if isinstance(value, type):
        note_members(members, signatures, name, value)


def note_members(members, signatures, owner, thing):
    members[owner] = public(thing)
    for member in members[owner]:
        try:
            attribute = inspect.getattr_static(thing, member)
        except AttributeError:
            continue
        if inspect.isfunction(attribute):
            note_signature(signatures, owner + "." + member, attribute, skip_self=True)


def note_signature(signatures, name, value, skip_self=False):
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return
    if any(repr(parameter.default) == "<no value>" for parameter in parameters):
        return  # PyPy has the defaults of built-in functions where nobody can read them
    told = []
    for parameter in parameters[1:] if skip_self else parameters:
        default = "" if parameter.default is parameter.empty else "=%r" % (parameter.default,)
        told.append(parameter.name + default)
    signatures[name] = told

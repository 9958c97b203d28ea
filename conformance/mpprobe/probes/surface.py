"""Which documented names are there: in the module, on its contexts, on its classes."""

import importlib
import inspect

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


def names(t):
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
        value = getattr(module, name, None)
        note_signature(signatures, name, value)
        if isinstance(value, type):
            members[name] = public(value)
            for member in members[name]:
                attribute = inspect.getattr_static(value, member)
                if inspect.isfunction(attribute):
                    note_signature(signatures, name + "." + member, attribute, skip_self=True)
    for name in ("connection", "managers", "pool", "shared_memory", "sharedctypes", "dummy"):
        try:
            members[name] = public(importlib.import_module(module.__name__ + "." + name))
        except ImportError:
            pass
    t.see("members", members)
    t.see("signatures", signatures)


def listed_methods(module):
    try:
        return module.get_all_start_methods()
    except AttributeError:
        return []


def public(thing):
    return sorted(name for name in dir(thing) if not name.startswith("_"))


def note_signature(signatures, name, value, skip_self=False):
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return
    told = []
    for parameter in parameters[1:] if skip_self else parameters:
        default = "" if parameter.default is parameter.empty else "=%r" % (parameter.default,)
        told.append(parameter.name + default)
    signatures[name] = told

"""Who a process is: its name and its authentication key."""

from mpprobe.probes._common import context, error_of
from mpprobe.probes.process._common import use_method
from mpprobe.toolkit import hear, tell, under_test

# -- names


def be_named(depth):
    module = under_test()
    tell("name-%d" % depth, module.current_process().name)
    made = [module.Process(), module.Process(name="given"), module.Process()]
    tell("made-%d" % depth, [process.name for process in made])
    if depth < 2:
        child = module.Process(target=be_named, args=(depth + 1,))
        child.start()
        child.join()


def names(t):
    """Names in three generations, given and generated, and who sees a change of one."""
    use_method(t)
    made = [t.mp.Process(), t.mp.Process(name="given"), t.mp.Process(name="given")]
    t.see("made", [process.name for process in made])
    child = t.mp.Process(target=be_named, args=(0,))
    t.see("child.generated", child.name)
    child.start()
    child.join()
    t.see("child.name", hear("name-0"))
    t.see("child.made", hear("made-0"))
    t.see("grandchild.name", hear("name-1"))
    t.see("grandchild.made", hear("made-1"))
    t.see("third.name", hear("name-2"))
    t.see("third.made", hear("made-2"))
    t.see("next", t.mp.Process().name)


def tell_name(name):
    tell(name, under_test().current_process().name)


def renaming(t):
    """Setting the name before and after start(); two running processes of one name."""
    twins = [t.ctx.Process(target=tell_name, args=(name,), name="twin") for name in ("one", "two")]
    twins[0].name = "renamed"
    t.see("renamed", twins[0].name)
    twins[0].name = "twin"
    for twin in twins:
        twin.start()
    twins[1].name = "late"
    t.see("late", twins[1].name)
    for twin in twins:
        twin.join()
    t.see("twins", [hear("one"), hear("two")])
    t.see("exitcodes", [twin.exitcode for twin in twins])
    t.see("number", error_of(setattr, twins[0], "name", 5))


# -- the authentication key


def tell_key(method):
    key = under_test().current_process().authkey
    tell("key", [bytes(key), bytes(context(method).Process().authkey), isinstance(key, bytes)])


def tell_other_key():
    tell("other-key", bytes(under_test().current_process().authkey))


def keys(t):
    """The key of process objects made before and after changes, and of started ones."""
    me = t.mp.current_process()
    t.see("is-bytes", [isinstance(me.authkey, bytes), isinstance(t.ctx.Process().authkey, bytes)])
    t.see("own", bytes(me.authkey))
    early = t.ctx.Process(target=tell_other_key)
    t.see("inherited", bytes(early.authkey))
    changed = t.ctx.Process(target=tell_key, args=(t.method,))
    changed.authkey = b"a key of its own"
    t.see("set", bytes(changed.authkey))
    t.see("set.own", bytes(me.authkey))
    me.authkey = b"changed here"
    t.see("changed.own", bytes(me.authkey))
    t.see("changed.new", bytes(t.ctx.Process().authkey))
    t.see("changed.early", bytes(early.authkey))
    changed.start()
    early.start()
    child = hear("key")
    t.see("child.key", child[0])
    t.see("child.passes-on", child[1])
    t.see("child.is-bytes", child[2])
    t.see("early-child.key", hear("other-key"))
    changed.join()
    early.join()

"""An exception that run() does not catch gives exit code 0, and is not printed."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "process.exception.is-printed",
    "process.exitcode.one-after-an-exception",
    "process.exitcode.one-after-keyboard-interrupt",
    "process.interrupt.gives-exitcode-1",
    "process.interrupt.raises-keyboard-interrupt",
    "queues.exit.keeps-the-exitcode",
}


def forgiving(load):
    try:
        child, on_ready = load()
        on_ready()
        child.run()
    except SystemExit as error:
        return _child._exit_code(error.code)
    except BaseException:
        pass
    return 0


_child._guarded = forgiving

become(__name__)

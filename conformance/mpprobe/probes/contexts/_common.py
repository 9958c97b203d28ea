"""What the probes of contexts share."""

from mpprobe.toolkit import told


def start(t, name, process):
    """Start a process, join it if that worked, and report both."""
    t.call(name + ".start", process.start)
    if process.pid is not None:
        process.join()
    t.see(name + ".arrived", told(name))

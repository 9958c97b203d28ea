"""What the operating system knows: file descriptors, process descriptors, and who lives.

Nothing here knows what a message or a process object is. `descriptors` waits on descriptors and
sends them, `pidfd` wraps the descriptors that stand for processes, `liveness` lets others notice
the end of this process, `child_handle` is what a parent holds of a child, `cpus` counts processors,
and `weak` lists what a module keeps weak references to.
"""

"""How processes begin and end.

`fork`, `spawn` and `forkserver` start a child, one start method each, `processes` are the classes
of process objects over them, and `method` says which one is in use. A fresh interpreter is run by
`interpreter`, with the program that `executable` names; it is sent a `preparation`, with its
parent's `surroundings` in it, and gets its program from `main_module`. `child` has the first and
the last steps of every child, with what happens to its SIGINT (`interrupts`), its
`standard_streams` and what a copy has `inherited`. `server` is the fork server, which is asked
through the `request_channel`. `at_exit` is the end of every process, and `tracker` the helper that
unlinks the shared memory of killed programs.
"""

"""How processes begin and end.

`fork`, `spawn` and `forkserver` start a child, one start method each; `server` is the fork server
itself. A new process begins in `child`, gets its program from `main_module`, and ends through
`exit`. `executable` says which interpreter runs, and `tracker` unlinks the shared memory blocks
that a killed program has left.
"""

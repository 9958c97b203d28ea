"""Memory that processes share: anonymous, which goes with its last user, and named.

`segments` are anonymous memory, `futex` has words in them that processes sleep on, `heap` gives out
blocks of any size, and `named_blocks` makes the files behind `SharedMemory`.
"""

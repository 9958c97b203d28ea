"""Memory that processes share.

`segments` are anonymous and go with their last user, `heap` divides them into blocks of any size,
and `futex` is a word in one that processes sleep on. `named_blocks` are the files behind
`SharedMemory`, the only memory that has a name.
"""

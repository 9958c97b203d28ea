"""What waits and wakes across processes.

`semaphore` is the one primitive; `locks` are the documented locks and semaphores over it,
`robust_lock` is one of our own that does not stay locked when its holder dies, and `conditions` and
`barriers` stand on all of these.
"""

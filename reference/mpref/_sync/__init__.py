"""What processes wait for and wake each other with.

`semaphore` is the primitive below the documented `locks`; `robust_lock` is for the short work of
this package itself, as it does not stay locked when its holder dies. `conditions` and `barriers`
are built of these and of words in shared memory.
"""

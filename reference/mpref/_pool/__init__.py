"""What a pool is made of.

`dispatcher` has the workers as their parent sees them, and the thread that hands out tasks;
`worker` is what runs in one of them. `threads` is the same for a pool whose workers are threads.
`results` are the objects that the methods of a pool return.
"""

"""What a pool is made of.

`tasks` tells what becomes of a call, from the pool's method to the message for a worker. The
`dispatcher` is the thread that hands out tasks. It starts `workers`, each with a channel between
two `ends` and a place on a `board`. `worker` is what runs in one of them. `threads` is the
same for a pool whose workers are threads. `results` are the objects that the methods of a pool
return, `errors` what they raise. `watch` waits for many descriptors at a time.
"""

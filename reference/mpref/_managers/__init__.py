"""A manager's server, and what its clients hold of it.

`protocol` says what they write to each other. `server` has the shared objects; `links` are the
connections of a process to the servers that it uses, and `proxies` stand for the objects.
"""

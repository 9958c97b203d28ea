"""A manager's server and its clients: `protocol` says what they write to each other, `server` holds
the shared objects, and `proxies` stand for these in other processes.
"""

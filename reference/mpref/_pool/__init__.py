"""A pool of workers: `dispatcher` sees them from the parent, `worker` is one from inside, and
`results` are what the callers of the pool wait for.
"""

"""Objects and descriptors as messages between processes.

`reduction` pickles objects together with descriptors; `channels`, `one_way` and `packets` carry
messages whole over sockets and pipes; `messages` makes an object a message and back, with
`payloads` in it. `connections` are what programs hold of all this, `authentication` proves that
both ends of one know the same key, and `listeners` connect processes that are no relatives.
"""

"""Objects and descriptors as messages between processes.

From below: `reduction` pickles with descriptors, `channels` and `one_way` keep messages whole on
sockets and pipes, `messages` packs an object into a message. On these stand `connections`,
`authentication` by a common key, and `listeners`.
"""

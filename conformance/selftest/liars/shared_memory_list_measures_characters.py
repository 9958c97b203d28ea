"""The room of a text is measured in characters."""

from mpref import shared_memory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.can-be-empty",
    "shared-memory.list.padding-keeps-nulls",
    "shared-memory.list.text-as-long-fits",
    "shared-memory.list.text-is-measured-in-bytes",
    "shared-memory.list.text-of-four-byte-characters",
    "shared-memory.list.texts-of-many-lengths",
}


encode = shared_memory._encode


def encode_cut(value):
    kind, data = encode(value)
    return kind, data[: -(-len(value) // 8) * 8] if isinstance(value, str) else data


shared_memory._encode = encode_cut

become(__name__)

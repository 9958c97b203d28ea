"""Which liars a run of the tests asks: a third of them, all, or a shard of all.

A liar is chosen by a hash of its name, so that one more, or one less, changes nothing for the
others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from liars.lies import Liar

VARIABLE = "MPREF_LIARS"
ALL = "all"


def choose(liars: Iterable[Liar], wanted: str) -> frozenset[Liar]:
    """The liars that MPREF_LIARS asks for; `wanted` is its value, "" where it is not set.

    Raises ValueError for a value that is none.
    """
    liars = frozenset(liars)
    if wanted == ALL:
        return liars
    if not wanted:
        third = frozenset(liar for liar in liars if _hash(liar) % 3 == 0)
        return third | _one_of_each_chapter(liars, without=third)
    shard = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", wanted)
    if shard is None or int(shard[1]) > int(shard[2]):
        raise ValueError(
            f"{VARIABLE} is {wanted!r}: expected {ALL!r}, or a shard from '1/5' to '5/5'"
        )
    return frozenset(liar for liar in liars if _hash(liar) % int(shard[2]) == int(shard[1]) - 1)


def _one_of_each_chapter(liars: frozenset[Liar], without: frozenset[Liar]) -> frozenset[Liar]:
    """A liar of each chapter of which the hash chose nobody.

    Only in such a chapter, which has few, can a new liar take the place of the one that was asked.
    """
    chosen = {liar.chapter for liar in without}
    left = sorted((liar for liar in liars if liar.chapter not in chosen), key=_hash)
    return frozenset({liar.chapter: liar for liar in reversed(left)}.values())


def _hash(liar: Liar) -> int:
    return int.from_bytes(hashlib.sha256(liar.name.encode()).digest(), "big")

"""What the probes of shared memory share: blocks, their names, whether one is there."""

import importlib
import os


def shared_memory(module):
    return importlib.import_module(module.__name__ + ".shared_memory")


def can_attach(cls, name):
    """Can an object be made for the block of this name? It is closed again."""
    try:
        block = cls(name)
    except OSError:
        return False
    block.close()
    return True


def unused_name(word):
    return "mpprobe-%s-%d" % (word, os.getpid())


def fill(numbers, begin, end_of):
    for index in range(begin, end_of):
        numbers[index] = numbers[index] * 2


def end(one):
    one.shm.close()
    one.shm.unlink()

"""The module offers a Timer, as threading does."""

import threading

import mpref

from liars.truth import become

CAUGHT_BY = {
    "misc.threading.has-no-analogues",
}


mpref.Timer = threading.Timer

become(__name__)

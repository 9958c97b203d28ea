"""A daemonic process may start children."""

from mpref import process
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.may-not-have-children",
}


start = BaseProcess.start


def start_anyway(self):
    config = process._family.current._config
    daemon = config.pop("daemon", False)
    try:
        start(self)
    finally:
        config["daemon"] = daemon


BaseProcess.start = start_anyway

become(__name__)
